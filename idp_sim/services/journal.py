"""Puts protocol messages into the journal, decoded and with secrets masked."""

from __future__ import annotations

from collections.abc import Mapping

from idp_sim.ports import Context, Ports, ProtocolMessage

#: Fields whose value opens something: only their first characters are kept, enough to recognise them.
SECRET_FIELDS = frozenset(
    {
        "access_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "id_token_hint",
        "passcode",
        "refresh_token",
        "ticket",
    }
)
OIDC = "OpenID Connect"
MAIL = "mail"


def note(
    ports: Ports,
    context: Context,
    *,
    tenant: str,
    sender: str,
    receiver: str,
    name: str,
    fields: Mapping[str, object],
    protocol: str = OIDC,
) -> None:
    """Record one message that the tenant sent or received."""
    ports.journal.record(
        context.world,
        ProtocolMessage(
            order=ports.clocks.sequence(),
            instant=context.now,
            correlation_id=context.correlation_id,
            tenant=tenant,
            sender=sender,
            receiver=receiver,
            protocol=protocol,
            name=name,
            fields={key: masked(key, str(value)) for key, value in fields.items()},
        ),
    )


def masked(name: str, value: str) -> str:
    """The value, or its beginning when the field is a secret."""
    return f"{value[:6]}… ({len(value)} characters)" if name in SECRET_FIELDS else value

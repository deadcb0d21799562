"""Puts protocol messages into the journal, decoded and with secrets masked."""

from __future__ import annotations

from collections.abc import Mapping

from idp_sim.ports import Context, Ports, ProtocolMessage

#: Fields whose value opens something; ``masked`` says what is kept of them.
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
WS_FEDERATION = "WS-Federation"
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
    start_line: str = "",
) -> None:
    """Record one message that the tenant sent or received; ``start_line`` as in ``ProtocolMessage``."""
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
            start_line=start_line,
        ),
    )


def masked(name: str, value: str) -> str:
    """The value, or as much of a secret as explains it.

    A JWT keeps header and claims and loses its signature, without which nobody takes it; of anything else only
    the beginning stays, enough to recognise it.
    """
    if name not in SECRET_FIELDS:
        return value
    signed, _, signature = value.rpartition(".")
    if value.startswith("eyJ") and signed.count(".") == 1:
        return f"{signed}.… ({len(signature)} characters)"
    return f"{value[:6]}… ({len(value)} characters)"

"""Puts protocol messages into the journal, decoded and with secrets masked."""

from __future__ import annotations

import base64
import binascii
import re
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
SAML = "SAML"
#: What carries an assertion: all of it is shown but the value of its signature.
ASSERTION_FIELDS = frozenset({"SAMLResponse"})
_SIGNATURE_VALUE = re.compile(rb"(<(?:\w+:)?SignatureValue[^>]*>)([^<]*)(</)")
_SIGNATURE_VALUE_OF_TEXT = re.compile(r"(<(?:\w+:)?SignatureValue[^>]*>)[^<]+")
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

    A JWT keeps header and claims and loses its signature, without which nobody takes it, and so does the XML of a
    ``wresult``; of anything else only the beginning stays, enough to recognise it.
    """
    if name == "wresult":
        return _SIGNATURE_VALUE_OF_TEXT.sub(r"\1…", value)
    if name in ASSERTION_FIELDS:
        return _unsigned(value)
    if name not in SECRET_FIELDS:
        return value
    signed, _, signature = value.rpartition(".")
    if value.startswith("eyJ") and signed.count(".") == 1:
        return f"{signed}.… ({len(signature)} characters)"
    return f"{value[:6]}… ({len(value)} characters)"


def _unsigned(value: str) -> str:
    """A posted SAML message without the values of its signatures; still base64, so that it can be decoded."""
    try:
        xml = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value
    return base64.b64encode(_SIGNATURE_VALUE.sub(rb"\1...\3", xml)).decode()

"""Genuine SAML responses for tests, and tools to spoil them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from federation.external_federation import ADDRESS_CLAIM, AssertedPerson
from federation.saml import assertion, bindings, names
from federation.saml.assertion import Statement
from federation.saml.response import Expected, read
from federation.xml.parse import parse, serialized
from tests.signing_keys import fixed_key, other_key

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ISSUER = "https://idp.adatum.example/saml"
ENTITY = "https://login.example/contoso/"
REPLY = "https://login.example/login.srf"

#: The partner signs with ``other_key``; ``fixed_key`` is the receiver's.
STATEMENT = Statement(
    response_id="_response",
    assertion_id="_assertion",
    issuer=ISSUER,
    audience=ENTITY,
    reply_url=REPLY,
    request_id="_request",
    name_id="adam-at-home",
    name_id_format=names.PERSISTENT,
    attributes=((ADDRESS_CLAIM, ("adam@adatum.example",)),),
    context=names.PASSWORD_CONTEXT,
    authenticated=NOW,
    session_index="_session",
)
EXPECTED = Expected(
    issuer=ISSUER,
    certificates=(other_key().certificate_text,),
    audiences=(ENTITY, "urn:federation:MicrosoftOnline"),
    reply_url=REPLY,
    request_id="_request",
)


def response(**changes: Any) -> bytes:
    """A signed response; ``changes`` are of its ``Statement``."""
    return assertion.response(replace(STATEMENT, **changes), other_key(), NOW)


def spoiled(change: Callable[[Any], Any], xml: bytes | None = None) -> bytes:
    """The response after ``change`` of its tree; a change may return another root."""
    root = parse(xml if xml is not None else response())
    changed = change(root)
    return serialized(root if changed is None else changed)


def accept(xml: bytes, *, now: datetime = NOW, expected: Expected = EXPECTED) -> AssertedPerson:
    """What the receiver believes of it."""
    return read(bindings.encoded(xml), expected, now, decryption_key=lambda: fixed_key().xml_key)

"""Reads a service provider's AuthnRequest (SAML Core 3.4.1, Profiles 4.1.4.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.saml import bindings
from federation.saml.schema import validate
from federation.xml import signature
from federation.xml.names import SAMLP, tag
from federation.xml.parse import XmlRefused, parse, serialized

_ID = re.compile(r"[A-Za-z_][\w.\-]{0,255}\Z")


@dataclass(frozen=True, kw_only=True)
class AuthnRequest:
    """What a service provider asks for. Nothing of it is believed but the id: who may ask, and where the answer
    goes, is the identity provider's own knowledge."""

    id: str
    issuer: str
    reply_url: str | None = None
    destination: str | None = None
    force: bool = False
    passive: bool = False
    name_id_format: str | None = None
    contexts: tuple[str, ...] = ()
    comparison: str = "exact"
    address: str | None = None
    issued: datetime | None = None


def read_redirected(text: str) -> AuthnRequest:
    """The request of a query (HTTP-Redirect). XmlRefused."""
    return read(bindings.inflated(text))


def read_posted(text: str) -> AuthnRequest:
    """The request of a form (HTTP-POST). XmlRefused."""
    return read(bindings.posted(text))


def read(xml: bytes) -> AuthnRequest:
    """The request. XmlRefused with the sentence that says what is wrong with it."""
    from saml2 import samlp

    root = parse(xml)
    if root.tag != tag(SAMLP, "AuthnRequest"):
        raise XmlRefused("it is not an AuthnRequest")
    signature.unique_ids(root)
    validate(root)
    message = samlp.authn_request_from_string(serialized(root))
    issuer = (message.issuer.text or "").strip() if message.issuer is not None else ""
    if not issuer:
        raise XmlRefused("it has no Issuer")
    if message.version != "2.0":
        raise XmlRefused("its Version is not 2.0")
    if not _ID.match(message.id):
        raise XmlRefused("its ID is not one that an answer can name")
    policy, wanted = message.name_id_policy, message.requested_authn_context
    return AuthnRequest(
        id=message.id,
        issuer=issuer,
        reply_url=message.assertion_consumer_service_url,
        destination=message.destination,
        force=_true(message.force_authn),
        passive=_true(message.is_passive),
        name_id_format=policy.format if policy is not None else None,
        contexts=tuple((c.text or "").strip() for c in wanted.authn_context_class_ref) if wanted is not None else (),
        comparison=(wanted.comparison or "exact") if wanted is not None else "exact",
        address=_address(message.subject),
        issued=bindings.moment(message.issue_instant),
    )


def _true(value: str | None) -> bool:
    return value in ("true", "1")


def _address(subject: Any) -> str | None:
    """A hint at who should sign in (SAML Core 3.4.1 Subject)."""
    name_id = subject.name_id if subject is not None else None
    text = (name_id.text or "").strip() if name_id is not None else ""
    return text if "@" in text else None

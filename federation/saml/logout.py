"""Single logout by the redirect binding: requests and answers, signed in the query (SAML Profiles 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from federation.saml import bindings, names
from federation.saml.schema import validate
from federation.xml import signature
from federation.xml.names import SAMLP, tag
from federation.xml.parse import XmlRefused, parse, serialized
from federation.xml.signature import XmlKey

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class LogoutRequest:
    """Somebody leaves: whose session, by NameID and session indexes (none given means all)."""

    id: str
    issuer: str
    name_id: str
    name_id_format: str | None = None
    session_indexes: tuple[str, ...] = ()
    ends: datetime | None = None


def read(xml: bytes, now: datetime) -> LogoutRequest:
    """A partner's LogoutRequest. XmlRefused, also when it has run out."""
    from saml2 import samlp

    root = parse(xml)
    if root.tag != tag(SAMLP, "LogoutRequest"):
        raise XmlRefused("it is not a LogoutRequest")
    validate(root)
    message = samlp.logout_request_from_string(serialized(root))
    ends = bindings.moment(message.not_on_or_after)
    if ends is not None and now >= ends + LIFETIME:
        raise XmlRefused("it has expired")
    if message.issuer is None or not (message.issuer.text or "").strip():
        raise XmlRefused("it has no Issuer")
    name = message.name_id
    return LogoutRequest(
        id=message.id,
        issuer=message.issuer.text.strip(),
        name_id=(name.text or "").strip() if name is not None else "",
        name_id_format=name.format if name is not None else None,
        session_indexes=tuple((index.text or "").strip() for index in message.session_index),
        ends=ends,
    )


def request(asked: LogoutRequest, destination: str, now: datetime) -> bytes:
    """A LogoutRequest of our own."""
    from saml2 import saml, samlp

    return bindings.to_xml(
        samlp.LogoutRequest(
            id=asked.id,
            version="2.0",
            issue_instant=bindings.instant(now),
            destination=destination,
            not_on_or_after=bindings.instant(now + LIFETIME),
            issuer=saml.Issuer(text=asked.issuer),
            name_id=saml.NameID(format=asked.name_id_format, text=asked.name_id),
            session_index=[samlp.SessionIndex(text=index) for index in asked.session_indexes],
        )
    )


def response(*, identifier: str, issuer: str, request_id: str, destination: str, now: datetime) -> bytes:
    """The answer that everybody was signed out."""
    from saml2 import saml, samlp

    status: Any = samlp.Status(status_code=samlp.StatusCode(value=names.SUCCESS))
    return bindings.to_xml(
        samlp.LogoutResponse(
            id=identifier,
            version="2.0",
            issue_instant=bindings.instant(now),
            destination=destination,
            in_response_to=request_id,
            issuer=saml.Issuer(text=issuer),
            status=status,
        )
    )


def signed_url(destination: str, name: str, xml: bytes, key: XmlKey, *, relay_state: str | None = None) -> str:
    """The address that carries a message, with its signature over exactly the text of the query."""
    parameters = {name: bindings.deflated(xml)}
    if relay_state is not None:
        parameters["RelayState"] = relay_state
    parameters["SigAlg"] = bindings.RSA_SHA256
    query = urlencode(parameters, quote_via=quote)
    made = quote(signature.sign_bytes(query.encode(), key), safe="")
    return f"{destination}{'&' if '?' in destination else '?'}{query}&Signature={made}"

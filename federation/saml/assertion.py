"""What a SAML identity provider says: a response with one signed assertion, or with a refusal (SAML Core 2, 3.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from federation.saml import bindings, names
from federation.xml import encryption, signature
from federation.xml.names import SAML, tag
from federation.xml.parse import Element, parse, serialized
from federation.xml.signature import XmlKey

#: How long an assertion is good for.
LIFETIME = timedelta(hours=1)
#: It begins a little earlier than now, for receivers whose clock is behind.
LEEWAY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Everything that one answer says. ``attributes`` by name, each with its values; ``request_id`` is None for an
    answer that nobody asked for; ``encrypt_for`` is the receiver's certificate (base64 DER)."""

    response_id: str
    assertion_id: str
    issuer: str
    audience: str
    reply_url: str
    request_id: str | None
    name_id: str
    name_id_format: str
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    context: str
    authenticated: datetime
    session_index: str
    session_ends: datetime | None = None
    sign_response: bool = False
    encrypt_for: str | None = None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An answer without an assertion: status codes from outer to inner, and a sentence."""

    response_id: str
    issuer: str
    reply_url: str
    request_id: str | None
    codes: tuple[str, ...]
    message: str


def response(statement: Statement, key: XmlKey, now: datetime) -> bytes:
    """The signed response as XML."""
    from saml2 import saml

    root = parse(
        bindings.to_xml(
            _envelope(
                statement.response_id,
                statement.issuer,
                statement.reply_url,
                statement.request_id,
                _status((names.SUCCESS,), None),
                now,
                assertion=saml.Assertion(
                    id=statement.assertion_id,
                    version="2.0",
                    issue_instant=bindings.instant(now),
                    issuer=saml.Issuer(text=statement.issuer),
                    subject=_subject(statement, now),
                    conditions=_conditions(statement, now),
                    authn_statement=_authenticated(statement),
                    attribute_statement=_attributes(statement),
                ),
            )
        )
    )
    assertion = root.find(tag(SAML, "Assertion"))
    signature.sign(assertion, key, at=1)
    if statement.encrypt_for is not None:
        _encrypt(root, assertion, statement.encrypt_for)
    if statement.sign_response:
        root = parse(serialized(root))
        signature.sign(root, key, at=1)
    return serialized(root)


def failure(told: Failure, now: datetime) -> bytes:
    """The refusal as XML; it says nothing of anybody, so it need not be signed."""
    status = _status(told.codes, told.message)
    return bindings.to_xml(_envelope(told.response_id, told.issuer, told.reply_url, told.request_id, status, now))


def _envelope(
    identifier: str,
    issuer: str,
    reply_url: str,
    request_id: str | None,
    status: Any,
    now: datetime,
    *,
    assertion: Any = None,
) -> Any:
    from saml2 import saml, samlp

    return samlp.Response(
        id=identifier,
        version="2.0",
        issue_instant=bindings.instant(now),
        destination=reply_url,
        in_response_to=request_id,
        issuer=saml.Issuer(text=issuer),
        status=status,
        assertion=assertion,
    )


def _status(codes: tuple[str, ...], message: str | None) -> Any:
    from saml2 import samlp

    code: Any = None
    for value in reversed(codes):
        code = samlp.StatusCode(value=value, status_code=code)
    return samlp.Status(
        status_code=code, status_message=samlp.StatusMessage(text=message) if message is not None else None
    )


def _subject(statement: Statement, now: datetime) -> Any:
    from saml2 import saml

    data = saml.SubjectConfirmationData(
        recipient=statement.reply_url,
        in_response_to=statement.request_id,
        not_on_or_after=bindings.instant(now + LIFETIME),
    )
    return saml.Subject(
        name_id=saml.NameID(format=statement.name_id_format, text=statement.name_id),
        subject_confirmation=[saml.SubjectConfirmation(method=names.BEARER, subject_confirmation_data=data)],
    )


def _conditions(statement: Statement, now: datetime) -> Any:
    from saml2 import saml

    return saml.Conditions(
        not_before=bindings.instant(now - LEEWAY),
        not_on_or_after=bindings.instant(now + LIFETIME),
        audience_restriction=[saml.AudienceRestriction(audience=[saml.Audience(text=statement.audience)])],
    )


def _authenticated(statement: Statement) -> list[Any]:
    from saml2 import saml

    ends = statement.session_ends
    return [
        saml.AuthnStatement(
            authn_instant=bindings.instant(statement.authenticated),
            session_index=statement.session_index,
            session_not_on_or_after=bindings.instant(ends) if ends is not None else None,
            authn_context=saml.AuthnContext(authn_context_class_ref=saml.AuthnContextClassRef(text=statement.context)),
        )
    ]


def _attributes(statement: Statement) -> list[Any]:
    from saml2 import saml

    attributes = [
        saml.Attribute(
            name=name,
            name_format=names.URI_NAMES,
            attribute_value=[saml.AttributeValue(text=value) for value in values],
        )
        for name, values in statement.attributes
        if values
    ]
    return [saml.AttributeStatement(attribute=attributes)] if attributes else []


def _encrypt(root: Element, assertion: Element, certificate: str) -> None:
    """Put an encrypted assertion in the place of the plain one."""
    place = list(root).index(assertion)
    data = serialized(encryption.encrypt(assertion, certificate)).decode()
    holder = parse(f'<saml:EncryptedAssertion xmlns:saml="{SAML}">{data}</saml:EncryptedAssertion>'.encode())
    root.remove(assertion)
    root.insert(place, holder)

"""Reads a SAML response in the safe order (SAML Core, Profiles 4.1.4.3; SAML V2.0 security considerations).

Parse hard, validate against the schema, verify the signature over the very element that is read afterwards; only
then look at who says it, for whom, in answer to what, and when. Nothing outside the verified element is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.errors import FederationError
from federation.external_federation import ADDRESS_CLAIM, NAME_CLAIM, SKEW, AssertedPerson, check_window
from federation.reasons import Reason
from federation.saml import bindings, names
from federation.saml.schema import validate
from federation.xml import encryption, signature
from federation.xml.names import SAML, SAMLP, tag
from federation.xml.parse import Element, XmlRefused, detached, parse, serialized, text_of

ASSERTION, ENCRYPTED_ASSERTION = tag(SAML, "Assertion"), tag(SAML, "EncryptedAssertion")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the answer must fit: all of it from the receiver's own configuration and memory."""

    issuer: str
    certificates: tuple[str, ...]
    audiences: tuple[str, ...]
    reply_url: str
    request_id: str


def read(
    text: str, expected: Expected, now: datetime, *, decryption_key: Callable[[], Any] | None = None
) -> AssertedPerson:
    """The person of a posted ``SAMLResponse``. FederationError: INVALID_SAML_TOKEN, IDENTITY_PROVIDER_DENIED."""
    try:
        root = parse(bindings.posted(text))
        if root.tag != tag(SAMLP, "Response"):
            raise XmlRefused("it is not a SAML response")
        validate(root)
        signature.unique_ids(root)
        _check_envelope(root, expected, now)
        _check_status(root)
        return _person(_verified_assertion(root, expected, decryption_key), expected, now)
    except XmlRefused as problem:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=str(problem)) from None


def _check_envelope(root: Element, expected: Expected, now: datetime) -> None:
    """The outer message. It may be unsigned, so this only refuses; nothing of it is believed."""
    issuer = root.find(tag(SAML, "Issuer"))
    if issuer is not None:
        _check_issuer(text_of(issuer), issuer.get("Format"), expected)
    destination = root.get("Destination")
    if destination != expected.reply_url and (destination is not None or signature.is_signed(root)):
        raise XmlRefused(f"its Destination is not '{expected.reply_url}'")
    if root.get("InResponseTo") != expected.request_id:
        raise XmlRefused("its InResponseTo does not name the request that was sent")
    if root.get("Version") != "2.0":
        raise XmlRefused("its Version is not 2.0")
    issued = bindings.moment(root.get("IssueInstant"))
    check_window(issued, None, now, what="the response")


def _check_status(root: Element) -> None:
    """A refusal at home ends here: it needs no signature to be one."""
    status = root.find(tag(SAMLP, "Status"))
    codes = [node.get("Value") for node in status.iter(tag(SAMLP, "StatusCode"))]
    if codes[:1] == [names.SUCCESS]:
        return
    message = status.find(tag(SAMLP, "StatusMessage"))
    detail = f"{', '.join(str(code).rpartition(':')[2] for code in codes)}"
    if message is not None:
        detail += f": {text_of(message)[:200]}"
    raise FederationError(Reason.IDENTITY_PROVIDER_DENIED, detail=detail)


def _verified_assertion(root: Element, expected: Expected, decryption_key: Callable[[], Any] | None) -> Element:
    """The one assertion, cut out, covered by its own signature or by that of the response (both, where both are)."""
    whole = signature.is_signed(root)
    if whole:
        root = signature.verify(root, expected.certificates)
    assertion = _only_assertion(root, decryption_key)
    if signature.is_signed(assertion):
        return signature.verify(assertion, expected.certificates)
    if not whole:
        raise XmlRefused("neither the response nor the assertion is signed")
    return detached(assertion)


def _only_assertion(root: Element, decryption_key: Callable[[], Any] | None) -> Element:
    """The direct child. A second one anywhere (extensions, status detail, advice) is nothing an honest home sends."""
    everywhere = [*root.iter(ASSERTION), *root.iter(ENCRYPTED_ASSERTION)]
    direct = [node for node in root if node.tag in (ASSERTION, ENCRYPTED_ASSERTION)]
    if len(everywhere) != 1 or len(direct) != 1:
        raise XmlRefused(f"it holds {len(everywhere)} assertions where one belongs")
    if direct[0].tag == ASSERTION:
        return direct[0]
    data = direct[0].find(encryption.ENCRYPTED_DATA)
    if data is None or decryption_key is None:
        raise XmlRefused("its assertion is encrypted in a way that can't be opened")
    opened = encryption.decrypt(_with_loose_keys(direct[0], data), decryption_key())
    if opened.tag != ASSERTION or len(list(opened.iter(ASSERTION))) != 1:
        raise XmlRefused("what was encrypted is not an assertion")
    signature.unique_ids(opened)
    return opened


def _with_loose_keys(holder: Element, data: Element) -> Element:
    """``EncryptedKey`` may stand beside the data instead of inside (SAML Core 6.1)."""
    from federation.xml.names import DS, XENC

    loose = [node for node in holder if node.tag == tag(XENC, "EncryptedKey")]
    info = data.find(tag(DS, "KeyInfo"))
    if not loose or info is None:
        return data
    copy = parse(serialized(data))
    info = copy.find(tag(DS, "KeyInfo"))
    for node in list(info):
        info.remove(node)
    info.append(parse(serialized(loose[0])))
    return parse(serialized(copy))


def _person(element: Element, expected: Expected, now: datetime) -> AssertedPerson:
    """What the verified assertion says, read with pysaml2's class from exactly its bytes."""
    from saml2 import saml

    assertion = saml.assertion_from_string(serialized(element))
    if assertion is None or assertion.issuer is None or assertion.subject is None:
        raise XmlRefused("its assertion has no issuer or no subject")
    _check_issuer(assertion.issuer.text, assertion.issuer.format, expected)
    check_window(bindings.moment(assertion.issue_instant), None, now, what="the assertion")
    ends = _check_conditions(assertion.conditions, expected, now)
    confirmed = _check_confirmation(assertion.subject, expected, now)
    return AssertedPerson(
        assertion_id=assertion.id,
        expires=max(ends or confirmed, confirmed) + SKEW,
        subject=_subject(assertion.subject.name_id),
        addresses=_values(assertion, ADDRESS_CLAIM),
        display_name=next(iter(_values(assertion, NAME_CLAIM)), None),
        authenticated=_check_statement(assertion, now),
    )


def _check_issuer(issuer: str | None, form: str | None, expected: Expected) -> None:
    if (issuer or "").strip() != expected.issuer or form not in (None, names.ENTITY):
        raise XmlRefused(f"its issuer is not '{expected.issuer}'")


def _check_conditions(conditions: Any, expected: Expected, now: datetime) -> datetime | None:
    if conditions is None or not conditions.audience_restriction:
        raise XmlRefused("it names no audience")
    if conditions.condition or conditions.extension_elements:
        raise XmlRefused("it has a condition that is not understood")
    ends = bindings.moment(conditions.not_on_or_after)
    check_window(bindings.moment(conditions.not_before), ends, now, what="the assertion")
    for restriction in conditions.audience_restriction:
        audiences = {(audience.text or "").strip() for audience in restriction.audience}
        if not audiences & set(expected.audiences):
            raise XmlRefused(f"its audience is not '{expected.audiences[0]}'")
    return ends


def _check_confirmation(subject: Any, expected: Expected, now: datetime) -> datetime:
    """A bearer confirmation for this address and this request (Profiles 4.1.4.2); when it ends."""
    problem = "it has no bearer confirmation"
    for confirmation in subject.subject_confirmation:
        data = confirmation.subject_confirmation_data
        if confirmation.method != names.BEARER or data is None:
            continue
        ends = bindings.moment(data.not_on_or_after)
        if data.recipient != expected.reply_url:
            problem = f"its Recipient is not '{expected.reply_url}'"
        elif data.in_response_to != expected.request_id:
            problem = "its InResponseTo does not name the request that was sent"
        elif ends is None:
            problem = "its bearer confirmation has no end"
        else:
            check_window(bindings.moment(data.not_before), ends, now, what="the assertion")
            return ends
    raise XmlRefused(problem)


def _subject(name_id: Any) -> str:
    if name_id is None or not (name_id.text or "").strip():
        raise XmlRefused("it names no person")
    if name_id.format != names.PERSISTENT:
        raise XmlRefused(f"the format of its NameID is not '{names.PERSISTENT}'")
    return str(name_id.text).strip()


def _check_statement(assertion: Any, now: datetime) -> datetime:
    """When the person signed in at home; the statement must still hold."""
    if not assertion.authn_statement:
        raise XmlRefused("it does not say that anybody signed in")
    statement = assertion.authn_statement[0]
    authenticated = bindings.moment(statement.authn_instant)
    check_window(authenticated, bindings.moment(statement.session_not_on_or_after), now, what="the session at home")
    if authenticated is None:
        raise XmlRefused("it does not say when the person signed in")
    return min(authenticated, now)


def _values(assertion: Any, name: str) -> tuple[str, ...]:
    """All values of an attribute, each once."""
    values = (
        (value.text or "").strip()
        for statement in assertion.attribute_statement
        for attribute in statement.attribute
        if attribute.name == name
        for value in attribute.attribute_value
    )
    return tuple(dict.fromkeys(value for value in values if value))

"""SAML 1.1 assertions as values: written into XML, and read out of XML whose signature was already checked.

Oasis SAML 1.1 core, 2.3 and 2.4. Nothing here signs or verifies; ``token_response`` and ``partner`` do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from federation.errors import FederationError
from federation.reasons import Reason
from federation.ws_federation import names
from federation.ws_federation.times import read_instant, written
from federation.xml.library import etree
from federation.xml.parse import Element


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One attribute. ``type`` is the whole claim type."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What an assertion says. ``method`` and ``instant`` are those of its authentication statement."""

    id: str
    issuer: str
    issued: datetime
    not_before: datetime
    not_on_or_after: datetime
    audiences: tuple[str, ...]
    subject: str
    method: str
    instant: datetime
    name_format: str = names.UNSPECIFIED
    claims: tuple[Claim, ...] = ()

    def values(self, claim_type: str) -> tuple[str, ...]:
        """Every value of a claim, however many attributes carry it; claim types are compared without case."""
        wanted = claim_type.lower()
        return tuple(value for claim in self.claims if claim.type.lower() == wanted for value in claim.values)

    def value(self, claim_type: str) -> str | None:
        """The only value of a claim; None where there is none. FederationError where there are several."""
        values = self.values(claim_type)
        if len(values) > 1:
            raise _malformed(f"it holds {len(values)} values of {claim_type}")
        return values[0] if values else None


def write(assertion: Assertion) -> Element:
    """The unsigned element, with statements in the order of AD FS; the signature belongs at its end."""
    root = etree().Element(_saml("Assertion"), nsmap={"saml": names.SAML})
    for name, value in (
        ("MajorVersion", "1"),
        ("MinorVersion", "1"),
        ("AssertionID", assertion.id),
        ("Issuer", assertion.issuer),
        ("IssueInstant", written(assertion.issued)),
    ):
        root.set(name, value)
    conditions = etree().SubElement(root, _saml("Conditions"))
    conditions.set("NotBefore", written(assertion.not_before))
    conditions.set("NotOnOrAfter", written(assertion.not_on_or_after))
    restriction = etree().SubElement(conditions, _saml("AudienceRestrictionCondition"))
    for audience in assertion.audiences:
        etree().SubElement(restriction, _saml("Audience")).text = audience
    if assertion.claims:
        _write_attributes(etree().SubElement(root, _saml("AttributeStatement")), assertion)
    statement = etree().SubElement(root, _saml("AuthenticationStatement"))
    statement.set("AuthenticationMethod", assertion.method)
    statement.set("AuthenticationInstant", written(assertion.instant))
    _write_subject(statement, assertion)
    return root


def read(root: Element) -> Assertion:
    """The values of an assertion. FederationError(INVALID_SAML_TOKEN) says what is missing, doubled or unknown.

    Every statement must be about the same subject, and a condition that is not understood makes the assertion
    unusable (SAML 1.1 core 2.3.2.1).
    """
    if root.tag != _saml("Assertion"):
        raise _malformed("it is not a SAML 1.1 assertion")
    if (root.get("MajorVersion"), root.get("MinorVersion")) != ("1", "1"):
        raise _malformed("its version is not 1.1")
    conditions = _only(root, "Conditions")
    authentication = _only(root, "AuthenticationStatement")
    attributes = root.findall(_saml("AttributeStatement"))
    subject = _subject(authentication)
    if any(_subject(statement) != subject for statement in attributes):
        raise _malformed("its statements are about different subjects")
    return Assertion(
        id=_attribute(root, "AssertionID"),
        issuer=_attribute(root, "Issuer"),
        issued=_instant(root, "IssueInstant"),
        not_before=_instant(conditions, "NotBefore"),
        not_on_or_after=_instant(conditions, "NotOnOrAfter"),
        audiences=_audiences(conditions),
        subject=subject[1],
        name_format=subject[0],
        method=_attribute(authentication, "AuthenticationMethod"),
        instant=_instant(authentication, "AuthenticationInstant"),
        claims=tuple(_claim(a) for statement in attributes for a in statement.findall(_saml("Attribute"))),
    )


def _write_attributes(statement: Element, assertion: Assertion) -> None:
    _write_subject(statement, assertion)
    for claim in assertion.claims:
        namespace, name = names.split(claim.type)
        attribute = etree().SubElement(statement, _saml("Attribute"))
        attribute.set("AttributeName", name)
        attribute.set("AttributeNamespace", namespace)
        for value in claim.values:
            etree().SubElement(attribute, _saml("AttributeValue")).text = value


def _write_subject(statement: Element, assertion: Assertion) -> None:
    subject = etree().SubElement(statement, _saml("Subject"))
    identifier = etree().SubElement(subject, _saml("NameIdentifier"))
    identifier.set("Format", assertion.name_format)
    identifier.text = assertion.subject
    confirmation = etree().SubElement(subject, _saml("SubjectConfirmation"))
    etree().SubElement(confirmation, _saml("ConfirmationMethod")).text = names.BEARER


def _subject(statement: Element) -> tuple[str, str]:
    """Format and value of the name; the subject must be confirmed as bearer."""
    subject = _only(statement, "Subject")
    methods = {_text(method) for method in subject.iter(_saml("ConfirmationMethod"))}
    if methods != {names.BEARER}:
        raise _malformed("its subject is not confirmed as bearer")
    identifier = _only(subject, "NameIdentifier")
    name = _text(identifier)
    if not name:
        raise _malformed("its subject has no name")
    return identifier.get("Format") or names.UNSPECIFIED, name


def _audiences(conditions: Element) -> tuple[str, ...]:
    """Every audience; several restrictions would all have to hold, which nobody issues."""
    unknown = [child.tag for child in conditions if child.tag != _saml("AudienceRestrictionCondition")]
    if unknown:
        raise _malformed("it holds a condition that is not understood")
    restriction = _only(conditions, "AudienceRestrictionCondition")
    return tuple(_text(audience) for audience in restriction.findall(_saml("Audience")))


def _claim(attribute: Element) -> Claim:
    claim_type = names.joined(_attribute(attribute, "AttributeNamespace"), _attribute(attribute, "AttributeName"))
    return Claim(type=claim_type, values=tuple(_text(v) for v in attribute.findall(_saml("AttributeValue"))))


def _only(parent: Element, name: str) -> Element:
    found = parent.findall(_saml(name))
    if len(found) != 1:
        raise _malformed(f"it holds {len(found)} {name} elements where one was expected")
    return found[0]


def _attribute(element: Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise _malformed(f"its {_local(element)} has no {name}")
    return str(value)


def _instant(element: Element, name: str) -> datetime:
    instant = read_instant(_attribute(element, name))
    if instant is None:
        raise _malformed(f"the {name} of its {_local(element)} is not a time")
    return instant.astimezone(UTC)


def _text(element: Element) -> str:
    """All text of an element; a comment in it cuts nothing off."""
    return str(element.xpath("string()")).strip()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _saml(name: str) -> str:
    return f"{{{names.SAML}}}{name}"


def _malformed(problem: str) -> FederationError:
    return FederationError(Reason.INVALID_SAML_TOKEN, problem=problem)

"""A partner's response: what is believed of an honest one, and each attack by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.external_federation import ADDRESS_CLAIM, NAME_CLAIM
from federation.reasons import Reason
from federation.saml import assertion, names
from federation.saml.assertion import Failure
from federation.xml import signature
from federation.xml.library import etree, xmlsec
from federation.xml.names import DS, SAML, SAMLP, tag
from federation.xml.parse import parse, serialized
from tests.saml_messages import EXPECTED, ISSUER, NOW, REPLY, accept, response, spoiled
from tests.signing_keys import fixed_key, other_key

ASSERTION = tag(SAML, "Assertion")
BOTH_SIGNED = response(sign_response=True)


def refused(xml: bytes, **how: Any) -> str:
    """The public sentence of the refusal."""
    with pytest.raises(FederationError) as refusal:
        accept(xml, **how)
    assert refusal.value.reason in (Reason.INVALID_SAML_TOKEN, Reason.IDENTITY_PROVIDER_DENIED)
    return refusal.value.message


# --- honest answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sign_response", [False, True])
@pytest.mark.parametrize("encrypt_for", [None, fixed_key().certificate_text], ids=["plain", "encrypted"])
def test_an_honest_answer_is_believed(sign_response: bool, encrypt_for: str | None) -> None:
    person = accept(response(sign_response=sign_response, encrypt_for=encrypt_for))
    assert (person.subject, person.addresses, person.authenticated) == ("adam-at-home", ("adam@adatum.example",), NOW)


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn"], blacklist_characters="￾￿"), min_size=1).filter(
        lambda text: text.strip() == text
    )
)
def test_names_of_every_script_arrive_as_they_were_said(name: str) -> None:
    attributes = ((ADDRESS_CLAIM, ("adam@adatum.example",)), (NAME_CLAIM, (name,)))
    assert accept(response(attributes=attributes)).display_name == name


def test_a_signature_of_the_response_alone_covers_its_assertion() -> None:
    root = parse(response())
    inner = root.find(ASSERTION)
    inner.remove(inner.find(signature.SIGNATURE))
    root = parse(serialized(root))
    signature.sign(root, other_key(), at=1)
    assert accept(serialized(root)).subject == "adam-at-home"


def test_a_comment_inside_the_name_truncates_nothing() -> None:
    """It is not part of what is signed, so the signature holds; the whole text is read all the same."""

    def comment(root: Any) -> None:
        name = root.find(f".//{tag(SAML, 'NameID')}")
        text, name.text = name.text, name.text[:4]
        node = etree().Comment(" x ")
        node.tail = text[4:]
        name.append(node)

    assert accept(spoiled(comment)).subject == "adam-at-home"


# --- wrapping: the eight classic forms ---------------------------------------------------------------


def _forged(element: Any, identifier: str | None = None) -> Any:
    """A copy without its own signature that names somebody else."""
    copy = parse(serialized(element))
    for found in copy.findall(signature.SIGNATURE):
        copy.remove(found)
    for name in copy.iter(tag(SAML, "NameID")):
        name.text = "admin"
    if identifier is not None:
        copy.set("ID", identifier)
    return copy


def _with_signature_of(forged: Any, original: Any) -> Any:
    forged.insert(1, parse(serialized(original.find(signature.SIGNATURE))))
    return forged


def _unsigned(element: Any) -> Any:
    copy = parse(serialized(element))
    copy.remove(copy.find(signature.SIGNATURE))
    return copy


def wrapped_1(root: Any) -> Any:
    """Forged response outside; the genuine one inside its signature."""
    forged = _with_signature_of(_forged(root, "_evil"), root)
    forged.find(signature.SIGNATURE).append(_unsigned(root))
    return forged


def wrapped_2(root: Any) -> Any:
    """Forged response outside; the genuine one beside the signature."""
    forged = _with_signature_of(_forged(root, "_evil"), root)
    forged.insert(2, _unsigned(root))
    return forged


def wrapped_3(root: Any) -> Any:
    """Forged assertion before the genuine one."""
    genuine = root.find(ASSERTION)
    genuine.addprevious(_forged(genuine, "_evil"))


def wrapped_4(root: Any) -> Any:
    """Forged assertion around the genuine one."""
    genuine = root.find(ASSERTION)
    forged = _forged(genuine, "_evil")
    root.replace(genuine, forged)
    forged.append(genuine)


def wrapped_5(root: Any) -> Any:
    """Forged assertion with the genuine signature; the genuine assertion at the end."""
    genuine = root.find(ASSERTION)
    root.replace(genuine, _with_signature_of(_forged(genuine, "_evil"), genuine))
    root.append(_unsigned(genuine))


def wrapped_6(root: Any) -> Any:
    """Forged assertion with the genuine signature, in which the genuine assertion hides."""
    genuine = root.find(ASSERTION)
    forged = _with_signature_of(_forged(genuine, "_evil"), genuine)
    root.replace(genuine, forged)
    forged.find(signature.SIGNATURE).append(_unsigned(genuine))


def wrapped_7(root: Any) -> Any:
    """Forged assertion with the same ID in the extensions, before the genuine one."""
    genuine = root.find(ASSERTION)
    extensions = etree().Element(tag(SAMLP, "Extensions"))
    extensions.append(_forged(genuine))
    root.insert(1, extensions)


def wrapped_8(root: Any) -> Any:
    """Forged assertion with the genuine signature; the genuine assertion in an object of it."""
    genuine = root.find(ASSERTION)
    forged = _with_signature_of(_forged(genuine), genuine)
    root.replace(genuine, forged)
    etree().SubElement(forged.find(signature.SIGNATURE), tag(DS, "Object")).append(_unsigned(genuine))


WRAPPINGS = (wrapped_1, wrapped_2, wrapped_3, wrapped_4, wrapped_5, wrapped_6, wrapped_7, wrapped_8)


@pytest.mark.parametrize("wrap", WRAPPINGS, ids=lambda wrap: wrap.__doc__)
@pytest.mark.parametrize("repeated_ids", [False, True], ids=["own IDs", "repeated IDs"])
def test_a_wrapped_signature_is_refused(wrap: Callable[[Any], Any], repeated_ids: bool) -> None:
    def change(root: Any) -> Any:
        wrapped = wrap(root)
        root = root if wrapped is None else wrapped
        for node in root.iter() if repeated_ids else ():
            if node.get("ID") == "_evil":
                node.set("ID", "_response" if node.tag == tag(SAMLP, "Response") else "_assertion")
        return root

    refused(spoiled(change, BOTH_SIGNED if wrap in WRAPPINGS[:2] else None))


def test_the_genuine_assertion_parked_in_the_status_detail_opens_nothing() -> None:
    """The forgery that a well-known library accepted."""

    def park(root: Any) -> None:
        genuine = root.find(ASSERTION)
        detail = etree().SubElement(root.find(tag(SAMLP, "Status")), tag(SAMLP, "StatusDetail"))
        root.replace(genuine, _forged(genuine))
        detail.append(genuine)

    refused(spoiled(park))


# --- signatures -----------------------------------------------------------------------------------------


def _strip(root: Any) -> None:
    root.find(ASSERTION).remove(root.find(ASSERTION).find(signature.SIGNATURE))


def _rename(root: Any) -> None:
    root.find(f".//{tag(SAML, 'NameID')}").text = "admin"


def _add_attribute(root: Any) -> None:
    statement = root.find(f".//{tag(SAML, 'AttributeStatement')}")
    statement.append(parse(serialized(statement[0])))


def _resigned(root: Any, transform: Any, key: Any) -> None:
    """A signature of another algorithm over the genuine assertion, made with whatever key suits the forger."""
    lib = xmlsec()
    inner = root.find(ASSERTION)
    inner.remove(inner.find(signature.SIGNATURE))
    template = lib.template.create(inner, lib.Transform.EXCL_C14N, transform, ns="ds")
    reference = lib.template.add_reference(template, lib.Transform.SHA256, uri="#_assertion")
    lib.template.add_transform(reference, lib.Transform.ENVELOPED)
    lib.template.add_transform(reference, lib.Transform.EXCL_C14N)
    inner.insert(1, template)
    context = lib.SignatureContext()
    context.key = key
    context.register_id(inner, "ID")
    context.sign(template)


def _sha1(root: Any) -> None:
    _resigned(root, xmlsec().Transform.RSA_SHA1, other_key().xml_key)


def _hmac(root: Any) -> None:
    """The public certificate as the secret of an HMAC."""
    lib = xmlsec()
    secret = lib.Key.from_binary_data(lib.KeyData.HMAC, other_key().certificate)
    _resigned(root, lib.Transform.HMAC_SHA256, secret)


def _key_confusion(root: Any) -> None:
    """Signed with the receiver's own key, whose certificate the message brings along."""
    inner = root.find(ASSERTION)
    inner.remove(inner.find(signature.SIGNATURE))
    signature.sign(inner, fixed_key(), at=1)


def _xslt(root: Any) -> None:
    transforms = root.find(f".//{tag(DS, 'Transforms')}")
    etree().SubElement(transforms, tag(DS, "Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


def _retrieval(root: Any) -> None:
    info = root.find(f".//{tag(DS, 'KeyInfo')}")
    for child in list(info):
        info.remove(child)
    etree().SubElement(info, tag(DS, "RetrievalMethod"), URI="http://evil.example/key")
    _rename(root)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_strip, id="signature stripped"),
        pytest.param(_rename, id="name changed"),
        pytest.param(_add_attribute, id="attribute added"),
        pytest.param(_sha1, id="RSA with SHA-1"),
        pytest.param(_hmac, id="HMAC with the public key"),
        pytest.param(_key_confusion, id="the receiver's own key"),
        pytest.param(_xslt, id="XSLT transform"),
        pytest.param(_retrieval, id="key fetched from elsewhere"),
    ],
)
def test_a_spoiled_signature_is_refused(change: Callable[[Any], None]) -> None:
    refused(spoiled(change))


def test_both_signatures_must_hold_where_both_are_there() -> None:
    def break_the_outer(root: Any) -> None:
        root.set("IssueInstant", "2026-06-01T12:00:01.000Z")

    refused(spoiled(break_the_outer, BOTH_SIGNED))


# --- hostile XML ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + response(), "document type", id="XXE"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]>' + response(), "document type", id="entity bomb"
        ),
        pytest.param(b"<a>" * 100 + b"</a>" * 100, "deeper", id="deep nesting"),
        pytest.param(response() + b" " * 600_000, "larger", id="too large"),
        pytest.param(b"no XML at all", "well-formed", id="no XML"),
        pytest.param(b"<a/>", "not a SAML response", id="another document"),
        pytest.param(b"<?xml-stylesheet href='x'?>" + response(), "instruction", id="style sheet"),
    ],
)
def test_hostile_xml_is_refused(xml: bytes, problem: str) -> None:
    assert problem in refused(xml)


def test_what_does_not_follow_the_schema_is_refused() -> None:
    assert "form of SAML" in refused(spoiled(lambda root: root.remove(root.find(tag(SAMLP, "Status")))))


# --- origin, audience, request, time ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"issuer": "https://evil.example"}, "issuer", id="another issuer"),
        pytest.param({"issuer": ISSUER + "/"}, "issuer", id="issuer with a slash more"),
        pytest.param({"audience": "https://login.example/fabrikam/"}, "audience", id="another audience"),
        pytest.param({"reply_url": "https://login.example/other"}, "Destination", id="another destination"),
        pytest.param({"request_id": "_other"}, "InResponseTo", id="answer to another request"),
        pytest.param({"request_id": None}, "InResponseTo", id="unsolicited"),
        pytest.param({"name_id_format": names.TRANSIENT}, "format", id="name of another format"),
        pytest.param({"name_id": " "}, "names no person", id="no name"),
        pytest.param({"session_ends": NOW - timedelta(minutes=6)}, "expired", id="session at home is over"),
    ],
)
def test_an_answer_that_is_not_meant_so_is_refused(changes: dict[str, Any], problem: str) -> None:
    assert problem in refused(response(**changes))


def _inner(change: Callable[[Any], None]) -> bytes:
    """A response whose assertion was changed before it was signed: an honest key says something wrong."""
    root = parse(response())
    inner = root.find(ASSERTION)
    inner.remove(inner.find(signature.SIGNATURE))
    change(inner)
    signature.sign(inner, other_key(), at=1)
    return serialized(root)


def _drop(name: str) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        node = inner.find(f".//{tag(SAML, name)}")
        node.getparent().remove(node)

    return change


def _confirm(name: str, value: str | None) -> Callable[[Any], None]:
    def change(inner: Any) -> None:
        data = inner.find(f".//{tag(SAML, 'SubjectConfirmationData')}")
        data.attrib.pop(name)
        if value is not None:
            data.set(name, value)

    return change


def _method(inner: Any) -> None:
    confirmation = inner.find(f".//{tag(SAML, 'SubjectConfirmation')}")
    confirmation.set("Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")


def _second_restriction(inner: Any) -> None:
    restriction = inner.find(f".//{tag(SAML, 'AudienceRestriction')}")
    other = parse(serialized(restriction))
    other[0].text = "https://elsewhere.example"
    restriction.addnext(other)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(_drop("Conditions"), "audience", id="no conditions"),
        pytest.param(_drop("AudienceRestriction"), "audience", id="no audience"),
        pytest.param(_second_restriction, "audience", id="a second audience restriction is not met"),
        pytest.param(_drop("AuthnStatement"), "signed in", id="nobody signed in"),
        pytest.param(_drop("SubjectConfirmation"), "bearer", id="no confirmation"),
        pytest.param(_method, "bearer", id="confirmed in another way"),
        pytest.param(_confirm("Recipient", "https://evil.example/acs"), "Recipient", id="another recipient"),
        pytest.param(_confirm("Recipient", None), "Recipient", id="no recipient"),
        pytest.param(_confirm("InResponseTo", "_other"), "InResponseTo", id="confirmation of another request"),
        pytest.param(_confirm("InResponseTo", None), "InResponseTo", id="confirmation of no request"),
        pytest.param(_confirm("NotOnOrAfter", None), "no end", id="confirmation without an end"),
        pytest.param(_confirm("NotOnOrAfter", "2026-06-01T11:54:59Z"), "expired", id="confirmation has ended"),
    ],
)
def test_an_assertion_that_promises_too_little_is_refused(change: Callable[[Any], None], problem: str) -> None:
    assert problem in refused(_inner(change))


@pytest.mark.parametrize(
    ("moved", "believed"),
    [
        pytest.param(timedelta(minutes=-4), True, id="our clock is a little behind"),
        pytest.param(timedelta(minutes=4), True, id="and a little ahead"),
        pytest.param(timedelta(minutes=64), True, id="within the skew of its end"),
        pytest.param(timedelta(minutes=65), False, id="expired"),
        pytest.param(timedelta(days=365), False, id="a year old"),
        pytest.param(timedelta(minutes=-11), False, id="from the future"),
        pytest.param(timedelta(days=-365), False, id="from next year"),
    ],
)
def test_time_is_judged_by_the_receivers_clock_with_five_minutes_of_grace(moved: timedelta, believed: bool) -> None:
    if believed:
        assert accept(response(), now=NOW + moved)
    else:
        refused(response(), now=NOW + moved)


def test_the_next_certificate_counts_already() -> None:
    both = replace(EXPECTED, certificates=(fixed_key().certificate_text, other_key().certificate_text))
    assert accept(response(), expected=both)


def test_a_refusal_at_home_is_told_as_one() -> None:
    told = Failure(
        response_id="_r",
        issuer=ISSUER,
        reply_url=REPLY,
        request_id="_request",
        codes=(names.RESPONDER, names.AUTHN_FAILED),
        message="the person gave up",
    )
    with pytest.raises(FederationError) as refusal:
        accept(assertion.failure(told, NOW))
    assert refusal.value.reason is Reason.IDENTITY_PROVIDER_DENIED
    assert refusal.value.detail == "Responder, AuthnFailed: the person gave up"


@pytest.mark.parametrize("text", ["", "%%%", "PGE+", "¬"])
def test_a_field_that_holds_no_message_is_refused(text: str) -> None:
    from federation.saml.response import read

    with pytest.raises(FederationError):
        read(text, EXPECTED, NOW)

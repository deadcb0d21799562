"""Every known way to make a resource tenant believe a WS-Federation message that the partner did not write for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from federation.errors import FederationError
from federation.external_federation import AssertedPerson, identity_of
from federation.model import Method
from federation.reasons import Reason
from federation.ws_federation import issue, names
from federation.ws_federation.assertion import Claim
from federation.xml.parse import Element, parse, serialized
from tests.federation.ws_federation.messages import (
    CONFIGURATION,
    GLOBAL,
    ISSUER,
    NOW,
    PENDING,
    REQUEST,
    STATE,
    TARA,
    TENANTED,
    did,
    enveloped,
    received,
    said,
    signed,
    without,
    wresult,
)
from tests.signing_keys import fixed_key, other_key

SAML, DS, TRUST = f"{{{names.SAML}}}", f"{{{names.SIGNATURE}}}", f"{{{names.TRUST}}}"
EVIL = replace(
    said(),
    id="_evil",
    subject="admin",
    claims=(
        Claim(type=names.IMMUTABLE_ID, values=("admin",)),
        Claim(type=names.EMAIL_ADDRESS, values=("admin@tailspin.example",)),
    ),
)


def refused(text: str, reason: Reason = Reason.INVALID_SAML_TOKEN, **options: object) -> str:
    with pytest.raises(FederationError) as error:
        received(text, **options)  # type: ignore[arg-type]
    assert error.value.reason is reason
    return error.value.message


def token(root: Element) -> Element:
    found = root.find(f".//{SAML}Assertion")
    assert found is not None
    return found


def evil(**attributes: str) -> Element:
    """A forged assertion, unsigned."""
    from federation.ws_federation import assertion as saml11

    element = saml11.write(EVIL)
    for name, value in attributes.items():
        element.set(name, value)
    return element


# --- wrapping: the genuine assertion stays in the message, and another one is to be read ------------------------


def beside_in_the_holder(root: Element) -> None:
    token(root).getparent().append(evil())


def before_in_the_holder(root: Element) -> None:
    token(root).getparent().insert(0, evil())


def genuine_inside_the_forged(root: Element) -> None:
    genuine, holder = token(root), token(root).getparent()
    forged = evil()
    holder.replace(genuine, forged)
    forged.append(genuine)


def genuine_inside_the_signature_of_the_forged(root: Element) -> None:
    genuine, holder = token(root), token(root).getparent()
    forged, signature = evil(), copy.deepcopy(genuine.find(f"{DS}Signature"))
    holder.replace(genuine, forged)
    forged.append(signature)
    held = signature.makeelement(f"{DS}Object")
    signature.append(held)
    held.append(genuine)


def genuine_in_the_envelope_forged_in_the_holder(root: Element) -> None:
    genuine, holder = token(root), token(root).getparent()
    forged = evil()
    forged.append(copy.deepcopy(genuine.find(f"{DS}Signature")))
    holder.replace(genuine, forged)
    root.append(genuine)


def forged_with_the_genuine_id(root: Element) -> None:
    genuine, holder = token(root), token(root).getparent()
    forged = evil(AssertionID=genuine.get("AssertionID") or "")
    forged.append(copy.deepcopy(genuine.find(f"{DS}Signature")))
    holder.replace(genuine, forged)
    root.append(genuine)


def second_holder(root: Element) -> None:
    holder = token(root).getparent()
    other = copy.deepcopy(holder)
    other.replace(token(other), evil())
    root.insert(0, other)


def second_response_in_a_collection(root: Element) -> None:
    other = copy.deepcopy(root)
    holder = token(other).getparent()
    holder.replace(token(other), evil())
    root.append(other)
    root.tag = f"{{{names.TRUST_13}}}RequestSecurityTokenResponseCollection"


WRAPPINGS = [
    beside_in_the_holder,
    before_in_the_holder,
    genuine_inside_the_forged,
    genuine_inside_the_signature_of_the_forged,
    genuine_in_the_envelope_forged_in_the_holder,
    forged_with_the_genuine_id,
    second_holder,
    second_response_in_a_collection,
]


@pytest.mark.parametrize("wrap", WRAPPINGS, ids=lambda wrap: wrap.__name__)
def test_a_wrapped_signature_is_refused(wrap: Callable[[Element], None]) -> None:
    refused(wresult(change=wrap))


# --- tampering, stripping, other keys and algorithms --------------------------------------------------------


def changed_address(root: Element) -> None:
    for value in root.iter(f"{SAML}AttributeValue"):
        if value.text == TARA.mail:
            value.text = "alex@tailspin.example"


def changed_name(root: Element) -> None:
    for identifier in root.iter(f"{SAML}NameIdentifier"):
        identifier.text = "admin"


def later_end(root: Element) -> None:
    next(root.iter(f"{SAML}Conditions")).set("NotOnOrAfter", "2036-03-01T12:00:00Z")


def one_more_claim(root: Element) -> None:
    statement = next(root.iter(f"{SAML}AttributeStatement"))
    statement.append(copy.deepcopy(statement[-1]))


def no_signature(root: Element) -> None:
    token(root).remove(token(root).find(f"{DS}Signature"))


def empty_signature(root: Element) -> None:
    next(root.iter(f"{DS}SignatureValue")).text = ""


def two_signatures(root: Element) -> None:
    token(root).append(copy.deepcopy(token(root).find(f"{DS}Signature")))


def signature_around_the_envelope(root: Element) -> None:
    signature = token(root).find(f"{DS}Signature")
    token(root).remove(signature)
    root.append(signature)


def algorithm(name: str, uri: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        next(root.iter(f"{DS}{name}")).set("Algorithm", uri)

    change.__name__ = f"{name} {uri.rpartition('#')[2]}"
    return change


def stylesheet(root: Element) -> None:
    transforms = next(root.iter(f"{DS}Transforms"))
    transforms[1].set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")


def two_references(root: Element) -> None:
    reference = next(root.iter(f"{DS}Reference"))
    reference.addnext(copy.deepcopy(reference))


def whole_document(root: Element) -> None:
    next(root.iter(f"{DS}Reference")).set("URI", "")


TAMPERINGS = [
    changed_address,
    changed_name,
    later_end,
    one_more_claim,
    no_signature,
    empty_signature,
    two_signatures,
    signature_around_the_envelope,
    algorithm("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    algorithm("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    algorithm("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
    algorithm("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    stylesheet,
    two_references,
    whole_document,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_changed_message_is_refused(tamper: Callable[[Element], None]) -> None:
    refused(wresult(change=tamper))


def test_a_strangers_key_is_refused_although_the_message_carries_its_certificate() -> None:
    text = issue.result(said(), other_key(), realm=GLOBAL)
    assert "signing certificates" in refused(text)


def test_the_next_certificate_counts_already() -> None:
    announced = replace(CONFIGURATION, next_signing_certificate=other_key().certificate_text)
    assert received(issue.result(said(), other_key(), realm=GLOBAL), configuration=announced).subject


def test_a_partner_without_a_certificate_believes_nobody() -> None:
    refused(wresult(), configuration=replace(CONFIGURATION, signing_certificate=""))


def test_a_comment_in_the_address_cuts_nothing_off() -> None:
    commented = signed(replace(said(), claims=(*without(names.EMAIL_ADDRESS).claims, _address("a@tailspin.example"))))
    text = enveloped(commented).replace("a@tailspin.example", "a@tailspin.example<!-- -->.evil.example")
    refused(text)  # the signature covers the text, comments are left out


def test_a_comment_that_was_signed_is_not_a_way_to_another_name() -> None:
    text = enveloped(signed(said())).replace(TARA.mail, f"{TARA.mail[:4]}<!-- x -->{TARA.mail[4:]}")
    assert received(text).addresses == (TARA.mail,)


# --- a genuine message that was not written for this question -----------------------------------------------


def _address(*values: str) -> Claim:
    return Claim(type=names.EMAIL_ADDRESS, values=values)


GENUINE = [
    pytest.param({"issuer": "http://fs.evil.example/adfs/services/trust"}, "issuer", id="another issuer"),
    pytest.param({"issuer": ISSUER.replace("http:", "https:")}, "issuer", id="almost the issuer"),
    pytest.param({"audiences": ("https://other.example/",)}, "audience", id="another audience"),
    pytest.param({"audiences": ()}, "audience", id="no audience"),
    pytest.param({"audiences": (TENANTED.rstrip("/"),)}, "audience", id="the audience without its slash"),
    pytest.param({"not_on_or_after": NOW - timedelta(minutes=5)}, "expired", id="expired"),
    pytest.param({"not_before": NOW + timedelta(minutes=6)}, "not yet valid", id="not yet valid"),
    pytest.param({"issued": NOW + timedelta(minutes=6)}, "not yet valid", id="issued in the future"),
    pytest.param({"issued": NOW - timedelta(minutes=6)}, "before it was asked for", id="older than the question"),
]


@pytest.mark.parametrize(("changes", "word"), GENUINE)
def test_a_genuine_assertion_for_another_purpose_is_refused(changes: dict[str, object], word: str) -> None:
    assert word in refused(wresult(said(**changes)))


def test_the_tenanted_audience_is_as_good_as_the_common_one() -> None:
    assert received(wresult(said(audiences=(TENANTED,)))).subject == TARA.immutable_id


def test_clocks_may_be_five_minutes_apart() -> None:
    early = said(issued=NOW + timedelta(minutes=4), not_before=NOW + timedelta(minutes=4))
    assert received(wresult(early)).subject == TARA.immutable_id


def test_the_time_of_the_sign_in_is_never_in_the_future() -> None:
    assert received(wresult(said(instant=NOW + timedelta(days=1)))).authenticated == NOW


FIELDS = [
    pytest.param({"wctx": "world.tenant.handle.other"}, Reason.SESSION_EXPIRED, id="another wctx"),
    pytest.param({"wctx": ""}, Reason.SESSION_EXPIRED, id="no wctx"),
    pytest.param({"wa": "wsignout1.0"}, Reason.INVALID_SAML_TOKEN, id="another action"),
    pytest.param({"wresult": ""}, Reason.INVALID_SAML_TOKEN, id="no wresult"),
]


@pytest.mark.parametrize(("fields", "reason"), FIELDS)
def test_a_message_with_wrong_fields_is_refused(fields: dict[str, str], reason: Reason) -> None:
    from federation.identity_providers.base import Callback
    from federation.ws_federation import partner

    sent = {"wa": "wsignin1.0", "wresult": wresult(), "wctx": STATE, **fields}
    with pytest.raises(FederationError) as error:
        partner.complete(Callback(fields=sent), PENDING, CONFIGURATION, NOW)
    assert error.value.reason is reason


# --- what it says of the person -----------------------------------------------------------------------------


def test_an_assertion_without_immutable_id_has_a_number_of_its_own() -> None:
    refused(wresult(without(names.IMMUTABLE_ID)), Reason.IMMUTABLE_ID_MISSING)


ADDRESSES = [
    pytest.param((), id="none"),
    pytest.param(("tara@evil.example",), id="another domain"),
    pytest.param(("tara@sub.tailspin.example",), id="a domain below"),
    pytest.param(("tara@evil.example@tailspin.example",), id="two at signs"),
    pytest.param(("tara@tailspin.example", "alex@contoso.example"), id="two addresses"),
]


@pytest.mark.parametrize("addresses", ADDRESSES)
def test_an_address_that_the_federation_does_not_cover_is_refused(addresses: tuple[str, ...]) -> None:
    claims = (*without(names.EMAIL_ADDRESS).claims, *([_address(*addresses)] if addresses else []))
    person: AssertedPerson = received(wresult(replace(said(), claims=claims)))
    with pytest.raises(FederationError) as error:
        identity_of(CONFIGURATION, person)
    assert error.value.reason is Reason.SAML_TOKEN_ADDRESS


def test_a_partners_second_factor_counts_as_one_factor() -> None:
    both = issue.assertion_for(
        TARA, REQUEST, did(Method.PASSWORD, Method.SOFTWARE_OATH), id="token", issuer=ISSUER, now=NOW
    )
    identity = identity_of(CONFIGURATION, received(wresult(both)))
    assert identity.context.second_factor is None
    assert identity.context.amr == ("fed",)


# --- form ---------------------------------------------------------------------------------------------------


def resigned(change: Callable[[Element], object]) -> str:
    """A message whose home wrote something odd and signed it."""
    from federation.ws_federation import assertion as saml11
    from federation.xml.signature import sign

    element = saml11.write(said())
    change(element)
    sign(element, fixed_key(), id_attribute="AssertionID", at=len(element))
    return enveloped(element)


def removed(name: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        found = next(element.iter(f"{SAML}{name}"))
        found.getparent().remove(found)

    change.__name__ = f"no {name}"
    return change


def doubled(name: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        found = next(element.iter(f"{SAML}{name}"))
        found.addnext(copy.deepcopy(found))

    change.__name__ = f"two {name}"
    return change


def another_version(element: Element) -> None:
    element.set("MinorVersion", "0")


def unknown_condition(element: Element) -> None:
    conditions = next(element.iter(f"{SAML}Conditions"))
    conditions.append(conditions.makeelement("{urn:example}OnlyOnSundays"))


def another_subject_in_one_statement(element: Element) -> None:
    next(element.iter(f"{SAML}NameIdentifier")).text = "somebody else"


def holder_of_key(element: Element) -> None:
    for method in element.iter(f"{SAML}ConfirmationMethod"):
        method.text = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key"


def no_zone(element: Element) -> None:
    next(element.iter(f"{SAML}Conditions")).set("NotOnOrAfter", "2026-03-01T13:00:00")


ODD = [
    removed("Conditions"),
    removed("AuthenticationStatement"),
    removed("AudienceRestrictionCondition"),
    removed("SubjectConfirmation"),
    doubled("Conditions"),
    doubled("AuthenticationStatement"),
    doubled("AudienceRestrictionCondition"),
    another_version,
    unknown_condition,
    another_subject_in_one_statement,
    holder_of_key,
    no_zone,
]


@pytest.mark.parametrize("change", ODD, ids=lambda change: change.__name__)
def test_an_odd_assertion_is_refused_although_the_partner_signed_it(change: Callable[[Element], object]) -> None:
    refused(resigned(change))


DOCUMENTS = [
    pytest.param("not xml", id="no XML"),
    pytest.param("<a/>", id="another document"),
    pytest.param(f'<!DOCTYPE a [<!ENTITY x "y">]>{wresult()}', id="a document type"),
    pytest.param(f'<t:RequestSecurityTokenResponse xmlns:t="{names.TRUST}"/>', id="no token"),
    pytest.param("<a>" * 5000, id="five thousand levels"),
    pytest.param(" " * 600_000 + wresult(), id="too large"),
    pytest.param("\ud800", id="half a character"),
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_what_is_no_message_is_refused_in_words(text: str) -> None:
    refused(text)


def test_a_saml_2_assertion_is_not_read_as_one_of_saml_1_1() -> None:
    text = wresult().replace(names.SAML, "urn:oasis:names:tc:SAML:2.0:assertion")
    assert "SAML 1.1" in refused(text)


def test_the_message_is_read_from_what_was_signed_and_not_from_what_stood_around_it() -> None:
    root = parse(wresult().encode())
    root.set("Issuer", "anybody")
    assert received(serialized(root).decode()).subject == TARA.immutable_id

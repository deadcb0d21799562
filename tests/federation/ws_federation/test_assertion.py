"""SAML 1.1 assertions: what AD FS would write, read back as values, and witnessed by another implementation."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model import Method
from federation.ws_federation import assertion as saml11
from federation.ws_federation import issue, names, token_response
from federation.ws_federation.assertion import Assertion, Claim
from federation.ws_federation.times import read_instant, written
from federation.xml.parse import parse
from tests.federation.ws_federation.messages import GLOBAL, ISSUER, NOW, REQUEST, TARA, did, received, said, wresult
from tests.signing_keys import fixed_key

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAML = {"s": names.SAML, "t": names.TRUST, "ds": names.SIGNATURE}
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).map(str.strip).filter(bool)  # fmt: skip
#: Milliseconds since 1970, up to the year 2100.
MOMENTS = st.integers(0, 4_102_444_800_000).map(lambda number: EPOCH + timedelta(milliseconds=number))


def test_a_message_has_the_parts_of_ad_fs_in_their_order() -> None:
    root = parse(wresult().encode())
    parts = [child.tag.rpartition("}")[2] for child in root]
    assert parts == ["Lifetime", "AppliesTo", "RequestedSecurityToken", "TokenType", "RequestType", "KeyType"]
    token = token_response.token_of(root)
    statements = [child.tag.rpartition("}")[2] for child in token]
    assert statements == ["Conditions", "AttributeStatement", "AuthenticationStatement", "Signature"]
    assert root.findtext("t:TokenType", namespaces=SAML) == "urn:oasis:names:tc:SAML:1.0:assertion"


def test_a_claim_type_is_cut_at_its_last_slash() -> None:
    token = token_response.token_of(parse(wresult().encode()))
    pairs = {(a.get("AttributeNamespace"), a.get("AttributeName")) for a in token.iter(f"{{{names.SAML}}}Attribute")}
    assert ("http://schemas.microsoft.com/LiveID/Federation/2008/05", "ImmutableID") in pairs
    assert ("http://schemas.xmlsoap.org/claims", "UPN") in pairs
    assert ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims", "emailaddress") in pairs


def test_immutable_id_is_the_guid_in_active_directorys_byte_order() -> None:
    assert names.immutable_id("00010203-0405-0607-0809-0a0b0c0d0e0f") == "AwIBAAUEBwYICQoLDA0ODw=="


METHODS = [
    pytest.param((Method.PASSWORD,), names.PASSWORD_OVER_TLS, (names.PASSWORD_OVER_TLS,), id="password"),
    pytest.param(
        (Method.PASSWORD, Method.SOFTWARE_OATH),
        names.MULTIPLE_AUTHN,
        (names.PASSWORD_OVER_TLS, names.MULTIPLE_AUTHN),
        id="password and a code",
    ),
]


@pytest.mark.parametrize(("methods", "statement", "references"), METHODS)
def test_the_methods_are_those_that_were_used(
    methods: tuple[Method, ...], statement: str, references: tuple[str, ...]
) -> None:
    given_ = issue.assertion_for(TARA, REQUEST, did(*methods), id="token", issuer=ISSUER, now=NOW)
    assert given_.method == statement
    assert given_.values(names.METHODS_REFERENCES) == references
    assert given_.instant == NOW - timedelta(minutes=1)


CLAIMS = st.lists(
    st.builds(
        lambda name, values: Claim(type=f"http://claims.example/{name}", values=tuple(values)),
        st.from_regex(r"[a-z]{1,12}", fullmatch=True),
        st.lists(XML_TEXT, min_size=1, max_size=3),
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(subject=XML_TEXT, audience=XML_TEXT, claims=CLAIMS, issued=MOMENTS, instant=MOMENTS)
def test_what_is_written_is_read(
    subject: str, audience: str, claims: tuple[Claim, ...], issued: datetime, instant: datetime
) -> None:
    assertion: Assertion = replace(
        said(), subject=subject, audiences=(audience,), claims=claims, issued=issued, instant=instant
    )
    assert saml11.read(saml11.write(assertion)) == assertion


@given(MOMENTS)
def test_a_time_survives_the_way_into_a_message(moment: datetime) -> None:
    assert read_instant(written(moment)) == moment


NO_TIMES = [
    "2026-03-01",
    "2026-03-01T12:00:00",
    "2026-13-01T12:00:00Z",
    "2026-03-01T12:00:00.Z",
    "٢026-03-01T12:00:00Z",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_in_utc_is_not_guessed(text: str) -> None:
    assert read_instant(text) is None


def test_a_time_with_an_offset_is_the_same_instant() -> None:
    assert read_instant("2026-03-01T13:00:00+01:00") == NOW


def test_who_is_read_from_a_message() -> None:
    person = received(wresult())
    assert (person.subject, person.addresses) == (TARA.immutable_id, ("tara@tailspin.example",))
    assert person.display_name == "Tara Duffy"
    assert person.authenticated == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("namespace", [names.TRUST, names.TRUST_13])
def test_both_generations_of_ws_trust_are_understood(namespace: str) -> None:
    text = wresult().replace(names.TRUST, namespace)
    assert received(text).subject == TARA.immutable_id


def test_a_collection_of_one_response_is_understood() -> None:
    inner = wresult().replace(names.TRUST, names.TRUST_13)
    tag = "RequestSecurityTokenResponseCollection"
    assert received(f'<c:{tag} xmlns:c="{names.TRUST_13}">{inner}</c:{tag}>').subject == TARA.immutable_id


def test_the_xmlsec1_program_accepts_the_signature(tmp_path: Path) -> None:
    if shutil.which("xmlsec1") is None:
        assert not os.environ.get("CI"), "the xmlsec1 program, which .ci/run installs, is missing"
        pytest.skip("NO WITNESS OF THE SIGNATURE: install the xmlsec1 program")
    message, key = tmp_path / "message.xml", tmp_path / "certificate.pem"
    message.write_text(wresult())
    lines = fixed_key().certificate_text
    key.write_text(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    ran = subprocess.run(
        ["xmlsec1", "--verify", "--id-attr:AssertionID", f"{names.SAML}:Assertion", "--pubkey-cert-pem", str(key),
         str(message)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_the_audience_of_the_envelope_is_the_realm_of_the_request() -> None:
    address = parse(wresult().encode()).find(".//{http://www.w3.org/2005/08/addressing}Address")
    assert address is not None
    assert address.text == GLOBAL

"""Tokens are signed with RS256 and believed only as they were signed, within their times."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.oidc import jwt_codec
from federation.oidc.keys import KeySet
from federation.reasons import Reason
from tests.signing_keys import fixed_key, other_key

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
KEYS = jwt_codec.own_keys(KeySet(keys=(fixed_key(),)))
CLAIMS = {"iss": "https://issuer.example", "exp": SECONDS + 3600, "nbf": SECONDS, "name": "Zoë"}
TOKEN = jwt_codec.sign(CLAIMS, fixed_key())
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(**claims: Any) -> str:
    return jwt_codec.sign({"exp": SECONDS + 60, **claims}, fixed_key())


def refused(token: str, now: datetime = NOW) -> str:
    with pytest.raises(FederationError) as error:
        jwt_codec.verify(token, KEYS, now)
    assert error.value.reason is Reason.INVALID_EXTERNAL_TOKEN
    return error.value.message


def test_what_was_signed_is_read() -> None:
    assert jwt_codec.verify(TOKEN, KEYS, NOW) == CLAIMS


def test_the_header_names_type_algorithm_and_key() -> None:
    kid = fixed_key().kid
    assert jwt_codec.unverified_header(TOKEN) == {"typ": "JWT", "alg": "RS256", "kid": kid}
    assert jwt_codec.unverified_header(jwt_codec.sign(CLAIMS, fixed_key(), x5t=True))["x5t"] == kid


def test_a_published_key_verifies_what_its_private_half_signed() -> None:
    document = KeySet(keys=(fixed_key(),)).document("https://issuer.example")
    assert jwt_codec.verify(TOKEN, jwt_codec.public_keys(document), NOW) == CLAIMS


def test_an_unsigned_token_is_refused() -> None:
    header = encoded({"typ": "JWT", "alg": "none", "kid": fixed_key().kid})
    refused(f"{header}.{encoded(CLAIMS)}.")


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    header = encoded({"typ": "JWT", "alg": "HS256", "kid": fixed_key().kid})
    secret = fixed_key().key.as_pem(private=False)
    body = f"{header}.{encoded(CLAIMS)}"
    refused(f"{body}.{encoded(hmac.digest(secret, body.encode(), hashlib.sha256))}")


def test_another_algorithm_of_the_same_key_is_refused() -> None:
    from joserfc import jws

    header = {"typ": "JWT", "alg": "PS256", "kid": fixed_key().kid}
    refused(jws.serialize_compact(header, json.dumps(CLAIMS).encode(), fixed_key().key, algorithms=["PS256"]))


def test_a_key_that_is_not_known_is_refused() -> None:
    assert "not known" in refused(jwt_codec.sign(CLAIMS, other_key()))


def test_another_key_under_a_known_id_is_refused() -> None:
    from joserfc import jws

    header = {"typ": "JWT", "alg": "RS256", "kid": fixed_key().kid}
    refused(jws.serialize_compact(header, json.dumps(CLAIMS).encode(), other_key().key, algorithms=["RS256"]))


@given(position=st.integers(0, len(TOKEN) - 1), replacement=st.sampled_from(BASE64URL + ".!= \n"))
def test_a_token_with_one_altered_character_is_refused(position: int, replacement: str) -> None:
    altered = TOKEN[:position] + replacement + TOKEN[position + 1 :]
    if altered != TOKEN:
        refused(altered)


@given(position=st.integers(0, len(TOKEN)), inserted=st.sampled_from(BASE64URL + ".!= \n"))
def test_a_token_with_one_more_character_is_refused(position: int, inserted: str) -> None:
    refused(TOKEN[:position] + inserted + TOKEN[position:])


@given(st.text(max_size=60))
def test_what_is_no_token_is_refused(text: str) -> None:
    refused(text)
    for read in (jwt_codec.unverified_claims, jwt_codec.unverified_header):
        with pytest.raises(FederationError):
            read(text)


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        pytest.param(b"[]", b"{}", id="a header that is a list"),
        pytest.param(b"[" * 50_000, b"{}", id="a header nested too deeply"),
        pytest.param(b"\xff", b"{}", id="a header that is no text"),
        pytest.param(b'{"alg":"RS256","kid":"x"}', b"[" * 50_000, id="a payload nested too deeply"),
        pytest.param(b'{"alg":"RS256","kid":"x"}', b"[]", id="a payload that is a list"),
        pytest.param(b'{"alg":"RS256","kid":["x"]}', b"{}", id="a key id that is no text"),
        pytest.param(b'{"alg":7}', b"{}", id="an algorithm that is no text"),
    ],
)
def test_a_hostile_token_is_refused_and_nothing_worse(header: bytes, payload: bytes) -> None:
    refused(f"{encoded(header)}.{encoded(payload)}.{encoded(b'signature')}")


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        pytest.param({"exp": SECONDS - 301}, "expired", id="expired"),
        pytest.param({"exp": SECONDS - 300}, "expired", id="expired this very second, skew included"),
        pytest.param({"exp": None}, "no expiry", id="no exp"),
        pytest.param({"exp": "tomorrow"}, "no expiry", id="exp is text"),
        pytest.param({"exp": True}, "no expiry", id="exp is a flag"),
        pytest.param({"exp": 10**18}, "no expiry", id="exp beyond the calendar"),
        pytest.param({"exp": float("nan")}, "no expiry", id="exp is not a number"),
        pytest.param({"exp": float("inf")}, "no expiry", id="exp never comes"),
        pytest.param({"nbf": SECONDS + 301}, "not valid yet", id="not yet valid"),
        pytest.param({"nbf": "yesterday"}, "not valid yet", id="nbf is text"),
    ],
)
def test_times_are_checked(claims: dict[str, Any], problem: str) -> None:
    assert problem in refused(signed(**claims))


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": SECONDS - 299}, id="expired within the skew"),
        pytest.param({"nbf": SECONDS + 300}, id="begins within the skew"),
        pytest.param({"exp": SECONDS + 0.5, "nbf": SECONDS - 0.5}, id="fractions of a second"),
    ],
)
def test_five_minutes_of_difference_between_clocks_are_allowed(claims: dict[str, Any]) -> None:
    jwt_codec.verify(signed(**claims), KEYS, NOW)


def test_time_is_an_argument() -> None:
    jwt_codec.verify(TOKEN, KEYS, NOW + timedelta(minutes=64))
    assert "expired" in refused(TOKEN, NOW + timedelta(minutes=65))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="without keys"),
        pytest.param({"keys": 5}, id="keys that are a number"),
        pytest.param({"keys": None}, id="keys that are null"),
        pytest.param({"keys": {"kty": "RSA"}}, id="keys that are an object"),
    ],
)
def test_what_is_no_key_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(FederationError):
        jwt_codec.public_keys(document)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("text", id="text"),
        pytest.param({"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"}, id="another kind"),
        pytest.param({"kty": "RSA", "use": "enc", "kid": "a", "n": "AQAB", "e": "AQAB"}, id="for encryption"),
        pytest.param({"kty": "RSA", "kid": "a"}, id="without numbers"),
        pytest.param({"kty": "RSA", "kid": "a", "n": 5, "e": None}, id="with other things than numbers"),
        pytest.param({"kty": "RSA", "kid": "a", "n": "!!", "e": "AQAB"}, id="with numbers that are not base64url"),
    ],
)
def test_entries_that_are_no_rsa_signing_key_are_left_out(entry: Any) -> None:
    good = KeySet(keys=(fixed_key(),)).document("x")["keys"]
    assert set(jwt_codec.public_keys({"keys": [entry, *good]})) == {fixed_key().kid}

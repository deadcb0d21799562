"""The sample app believes no ID token that is wrong in any one way, and says which."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from idp_sim.sample.checks import LEEWAY, Check, Expected, check_id_token, decode

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
KEY, STRANGER = (RSAKey.generate_key(2048, {"kid": name}, auto_kid=False) for name in ("own", "own"))
KEYS = {"keys": [{**KEY.as_dict(private=False), "kid": "own", "use": "sig"}]}
EXPECTED = Expected(issuer="https://idp.example/t/v2.0", tenant="t", client_id="app", nonce="n")
GOOD: dict[str, Any] = {
    "iss": EXPECTED.issuer,
    "aud": "app",
    "tid": "t",
    "sub": "somebody",
    "nonce": "n",
    "iat": int(NOW.timestamp()),
    "nbf": int(NOW.timestamp()),
    "exp": int((NOW + timedelta(hours=1)).timestamp()),
}


def signed(claims: dict[str, Any], key: RSAKey = KEY, kid: str = "own") -> str:
    return jws.serialize_compact({"alg": "RS256", "kid": kid}, json.dumps(claims), key)


def check(token: str, now: datetime = NOW) -> dict[str, Check]:
    return {found.name: found for found in check_id_token(decode(token), KEYS, EXPECTED, now)}


def failures(token: str, now: datetime = NOW) -> set[str]:
    return {name for name, found in check(token, now).items() if not found.passed} - {"Authlib"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_good_token_passes_every_check() -> None:
    found = check(signed(GOOD))
    assert len(found) == 9
    assert all(one.passed for one in found.values())


WRONG = [
    pytest.param({**GOOD, "iss": "https://evil.example/v2.0"}, {"Issuer (iss)"}, id="issuer"),
    pytest.param({**GOOD, "aud": "another app"}, {"Audience (aud)"}, id="audience"),
    pytest.param({**GOOD, "aud": ["app", "another app"]}, {"Audience (aud)"}, id="one more audience"),
    pytest.param({**GOOD, "tid": "home"}, {"Tenant (tid)"}, id="tenant"),
    pytest.param({**GOOD, "nonce": "of another sign-in"}, {"Nonce"}, id="nonce"),
    pytest.param(without("nonce"), {"Nonce"}, id="no nonce"),
    pytest.param(without("sub"), {"Subject (sub)"}, id="no subject"),
    pytest.param(without("exp"), {"Expiry (exp)"}, id="no expiry"),
    pytest.param({**GOOD, "exp": "tomorrow"}, {"Expiry (exp)"}, id="expiry that is no time"),
    pytest.param({**GOOD, "exp": 1e300}, {"Expiry (exp)"}, id="expiry beyond the calendar"),
    pytest.param({**GOOD, "exp": True}, {"Expiry (exp)"}, id="expiry that is a truth value"),
    pytest.param({**GOOD, "nbf": GOOD["exp"]}, {"Issued (iat, nbf)"}, id="not yet valid"),
    pytest.param({**GOOD, "iat": None}, {"Issued (iat, nbf)"}, id="issued at no time"),
]


@pytest.mark.parametrize(("claims", "names"), WRONG)
def test_a_token_that_is_wrong_in_one_way_fails_that_check_alone(claims: dict[str, Any], names: set[str]) -> None:
    assert failures(signed(claims)) == names


@pytest.mark.parametrize(
    ("now", "names"),
    [
        pytest.param(NOW + timedelta(hours=1) + LEEWAY - timedelta(seconds=1), set(), id="just inside the leeway"),
        pytest.param(NOW + timedelta(hours=1) + LEEWAY, {"Expiry (exp)"}, id="expired"),
        pytest.param(NOW - LEEWAY, set(), id="a clock that is slow"),
        pytest.param(NOW - LEEWAY - timedelta(seconds=1), {"Issued (iat, nbf)"}, id="from the future"),
    ],
)
def test_time_is_an_argument_with_a_leeway(now: datetime, names: set[str]) -> None:
    assert failures(signed(GOOD), now) == names


NO_HEADER = b'{"alg":"none"}'
HMAC_HEADER = b'{"alg":"HS256","kid":"own"}'


def _unsigned() -> str:
    return f"{_encoded(NO_HEADER)}.{signed(GOOD).split('.')[1]}."


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _by_shared_secret() -> str:
    """The public key, which everybody has, used as the secret of an HMAC (RFC 8725 2.1)."""
    signed_part = f"{_encoded(HMAC_HEADER)}.{signed(GOOD).split('.')[1]}"
    return f"{signed_part}.{_encoded(hmac.digest(KEY.as_pem(private=False), signed_part.encode(), 'sha256'))}"


FORGED: list[Any] = [
    pytest.param(_unsigned, id="not signed"),
    pytest.param(_by_shared_secret, id="by a shared secret made of the public key"),
    pytest.param(lambda: signed(GOOD, STRANGER), id="by a stranger under the same key id"),
    pytest.param(lambda: signed(GOOD, kid="unknown"), id="by a key that is not published"),
    pytest.param(lambda: signed(GOOD)[:-4] + "AAAA", id="altered signature"),
    pytest.param(
        lambda: ".".join(
            (signed(GOOD).split(".")[0], signed({**GOOD, "x": 1}).split(".")[1], signed(GOOD).split(".")[2])
        ),
        id="altered claims",
    ),
]


@pytest.mark.parametrize("forge", FORGED)
def test_a_signature_that_is_not_the_issuers_fails(forge: Callable[[], str]) -> None:
    assert "Signature" in failures(forge())


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": []}, {"keys": ["x"]}, {"keys": [{"kty": "RSA"}]}])
def test_an_issuer_that_publishes_no_keys_verifies_nothing(keys: dict[str, Any]) -> None:
    found = {one.name: one for one in check_id_token(decode(signed(GOOD)), keys, EXPECTED, NOW)}
    assert not found["Signature"].passed


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.W10.x", "\x00.\x00.\x00", "e30.e30"])
def test_what_is_no_jwt_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)

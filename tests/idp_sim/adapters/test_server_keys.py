"""One signing key set per server, made in the background."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from federation.oidc.jwt_codec import own_keys, public_keys, sign, verify
from federation.oidc.keys import KeySet
from idp_sim.adapters import keys as keys_module
from idp_sim.adapters.keys import ServerKeys, new_signing_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAIMS = {"sub": "ana", "exp": int((NOW + timedelta(hours=1)).timestamp())}


@pytest.fixture(scope="module")
def keys() -> ServerKeys:
    return ServerKeys(NOW)


def test_every_tenant_of_every_world_shares_the_set(keys: ServerKeys) -> None:
    assert keys.key_set("default", "contoso") is keys.key_set("other", "fabrikam")


def test_what_it_signs_is_verified_with_the_published_document(keys: ServerKeys) -> None:
    key_set = keys.key_set("default", "contoso")
    token = sign(CLAIMS, key_set.signing)
    assert verify(token, public_keys(key_set.document("https://issuer.example")), NOW) == CLAIMS
    assert verify(token, own_keys(key_set), NOW) == CLAIMS


def test_the_certificate_carries_the_key_and_its_thumbprint_is_the_key_id(keys: ServerKeys) -> None:
    signing = keys.key_set("default", "contoso").signing
    certificate = x509.load_der_x509_certificate(signing.certificate)
    assert certificate.public_key() == signing.key.public_key
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    assert signing.public_jwk["x5t"] == signing.kid
    assert len(hashlib.sha1(signing.certificate, usedforsecurity=False).digest()) == 20


def test_a_world_can_have_a_set_of_its_own_until_it_is_forgotten(keys: ServerKeys) -> None:
    own = KeySet(keys=(new_signing_key(NOW),))
    keys.use("special", own)
    assert keys.key_set("special", "contoso") is own
    assert keys.key_set("default", "contoso") is not own
    keys.forget("special")
    assert keys.key_set("special", "contoso") is keys.key_set("default", "contoso")


def test_a_key_that_cannot_be_made_is_reported_to_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: datetime) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(keys_module, "new_signing_key", fail)
    broken = ServerKeys(NOW)
    with pytest.raises(RuntimeError, match="could not be made"):
        broken.key_set("default", "contoso")

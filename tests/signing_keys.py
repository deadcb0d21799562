"""Signing keys for tests: the fixed one of ``fixtures/keys``, and another that differs in every run."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from joserfc.jwk import RSAKey

from federation.oidc.keys import KeySet, SigningKey
from idp_sim.adapters.keys import new_signing_key

TEST_KEY_FILE = Path(__file__).resolve().parent.parent / "fixtures" / "keys" / "TEST-ONLY-signing-key.pem"


@cache
def fixed_key() -> SigningKey:
    """The key of ``fixtures/keys``."""
    pem = TEST_KEY_FILE.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    return SigningKey(key=RSAKey.import_key(load_pem_private_key(pem, None)), certificate=certificate)


@cache
def other_key() -> SigningKey:
    """A key that nobody published."""
    return new_signing_key(datetime(2026, 1, 1, tzinfo=UTC))


class FixedKeys:
    """``ports.KeyStore`` with the fixed key for every tenant."""

    def key_set(self, world: str, tenant: str) -> KeySet:
        return KeySet(keys=(fixed_key(),))

    def home_key_set(self, world: str, tenant: str) -> KeySet:
        return KeySet(keys=(other_key(),))

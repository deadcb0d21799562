"""Signing keys that are made while the rest of the server starts."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from federation.oidc.keys import KeySet, SigningKey

#: As long as the certificates of the imitated product's signing keys last.
_LIFETIME = timedelta(days=5 * 365)


def new_signing_key(now: datetime) -> SigningKey:
    """A fresh RSA-2048 key with a self-signed certificate; takes about 50 ms, most of it without the GIL."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from joserfc.jwk import RSAKey

    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "accounts.idp-sim.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFETIME)
        .sign(private_key, hashes.SHA256())
    )
    # The object itself is handed on: reading it back from any text would check the key for 50 ms more.
    return SigningKey(key=RSAKey.import_key(private_key), certificate=certificate.public_bytes(Encoding.DER))


class ServerKeys:
    """``ports.KeyStore``: one key set for every tenant of this server, unless a world was given its own."""

    def __init__(self, now: datetime) -> None:
        self._worlds: dict[str, KeySet] = {}
        self._shared: KeySet | None = None
        self._problem: BaseException | None = None
        self._maker = threading.Thread(target=self._make, args=(now,), name="signing-key", daemon=True)
        self._maker.start()

    def key_set(self, world: str, tenant: str) -> KeySet:
        """The set whose public half the tenant publishes; waits until the shared one is made."""
        own = self._worlds.get(world)
        if own is not None:
            return own
        if self._shared is None:
            self._maker.join()
        if self._shared is None:
            raise RuntimeError("the signing key could not be made") from self._problem
        return self._shared

    def use(self, world: str, keys: KeySet) -> None:
        """Give a world a key set of its own."""
        self._worlds[world] = keys

    def forget(self, world: str) -> None:
        """Let the world use the shared set again."""
        self._worlds.pop(world, None)

    def _make(self, now: datetime) -> None:
        try:
            self._shared = KeySet(keys=(new_signing_key(now),))
        except BaseException as error:  # raised again where somebody asks for the key
            self._problem = error

"""Signing keys, made once per server when they are first needed."""

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
        self._now = now
        self._guard = threading.Lock()

    def begin(self) -> None:
        """Make the shared set now, if nobody needed it yet; a server does so as soon as it listens."""
        self._made()

    def key_set(self, world: str, tenant: str) -> KeySet:
        """The set whose public half the tenant publishes; the shared one is made when it is first needed."""
        own = self._worlds.get(world)
        if own is not None:
            return own
        return self._shared or self._made()

    def use(self, world: str, keys: KeySet) -> None:
        """Give a world a key set of its own."""
        self._worlds[world] = keys

    def forget(self, world: str) -> None:
        """Let the world use the shared set again."""
        self._worlds.pop(world, None)

    def _made(self) -> KeySet:
        with self._guard:  # whoever comes second waits for the key of the first
            if self._shared is None:
                try:
                    self._shared = KeySet(keys=(new_signing_key(self._now),))
                except Exception as problem:
                    raise RuntimeError("the signing key could not be made") from problem
            return self._shared

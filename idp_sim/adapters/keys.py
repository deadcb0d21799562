"""Signing keys, made once per server when they are first needed, or once per data folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from federation.oidc.keys import KeySet, SigningKey
from idp_sim.ports import StorageUnavailable

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


#: Name of the set that every Entra-kind tenant uses whose world has none of its own.
SHARED = "*"
#: The same for homes of other kinds: another organisation never signs with the cloud's key.
HOMES = "homes"


def _own(world: str, tenant: str | None) -> str:
    return world if tenant is None else f"{world}/{tenant}"


class KeptKeys(Protocol):
    """Where sets outlive the server; ``key_file.KeyFile``."""

    def load(self) -> dict[str, KeySet]:
        """Every set that was saved, by the world's id or ``SHARED``."""

    def save(self, sets: Mapping[str, KeySet]) -> None:
        """Keep these sets and no others."""


class ServerKeys:
    """``ports.KeyStore``: one key set for every tenant of this server, unless a world was given its own.

    Without ``kept`` the keys end with the server.
    """

    def __init__(self, now: datetime, kept: KeptKeys | None = None) -> None:
        self._sets: Mapping[str, KeySet] = {}  # replaced as a whole, so that reading needs no lock
        self._now = now
        self._kept = kept
        self._guard = threading.Lock()

    def begin(self) -> None:
        """Make or read the shared set now, if nobody needed it yet; a server does so as soon as it listens."""
        self._made()

    def key_set(self, world: str, tenant: str) -> KeySet:
        """The set whose public half the tenant publishes; the shared one is made when it is first needed."""
        sets = self._sets or self._made()
        return sets.get(world) or sets[SHARED]

    def home_key_set(self, world: str, tenant: str) -> KeySet:
        """The set of a home that is no Entra tenant; made when it is first needed."""
        sets = self._sets or self._made()
        own = sets.get(_own(world, tenant))
        if own is not None:
            return own
        if HOMES not in sets:
            with self._guard:
                if HOMES not in self._sets:
                    self._keep({**self._sets, HOMES: KeySet(keys=(new_signing_key(self._now),))})
        return self._sets[HOMES]

    def use(self, world: str, keys: KeySet, *, tenant: str | None = None) -> None:
        """Give a world's Entra tenants, or one home of another kind, a key set of their own."""
        self._made()
        with self._guard:
            self._keep({**self._sets, _own(world, tenant): keys})

    def forget(self, world: str) -> None:
        """Let the world use the shared set again."""
        self._made()
        with self._guard:
            left = {name: keys for name, keys in self._sets.items() if name.partition("/")[0] != world}
            if len(left) < len(self._sets):
                self._keep(left)

    def _made(self) -> Mapping[str, KeySet]:
        with self._guard:  # whoever comes second waits for the key of the first
            if not self._sets:
                try:
                    sets = self._kept.load() if self._kept else {}
                    if SHARED in sets:
                        self._sets = sets
                    else:
                        self._keep({**sets, SHARED: KeySet(keys=(new_signing_key(self._now),))})
                except StorageUnavailable:
                    raise
                except Exception as problem:
                    raise RuntimeError("the signing key could not be made") from problem
            return self._sets

    def _keep(self, sets: Mapping[str, KeySet]) -> None:
        if self._kept:
            self._kept.save(sets)  # before anybody sees a signature of it
        self._sets = sets

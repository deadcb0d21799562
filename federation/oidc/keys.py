"""Signing keys as a set with states, and the JWK Set document that publishes it (entra-sign-in 12.4)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey


class KeyState(StrEnum):
    """Life of a key: announced, signing, no longer signing but still published, gone."""

    PUBLISH = "publish"
    USE = "use"
    RETIRE = "retire"


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private RSA key, parsed once, with its self-signed certificate (DER)."""

    key: RSAKey
    certificate: bytes
    state: KeyState = KeyState.USE

    @cached_property
    def kid(self) -> str:
        """base64url SHA-1 thumbprint of the certificate; also ``x5t``."""
        digest = hashlib.sha1(self.certificate, usedforsecurity=False).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @cached_property
    def certificate_text(self) -> str:
        """The certificate as XML and Graph carry it: base64 of DER on one line."""
        return base64.b64encode(self.certificate).decode()

    @cached_property
    def xml_key(self) -> Any:
        """The same private key for XML signatures (``xmlsec.Key``), made once."""
        from federation.xml.library import xmlsec

        lib = xmlsec()
        return lib.Key.from_memory(self.key.as_pem(private=True), lib.KeyFormat.PEM)

    @cached_property
    def public_jwk(self) -> Mapping[str, Any]:
        """The entry of the key document, without the issuer; holds no private member."""
        public = self.key.as_dict(private=False)
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": public["n"],
            "e": public["e"],
            "x5c": [self.certificate_text],
            "cloud_instance_name": "microsoftonline.com",
        }


@dataclass(frozen=True, kw_only=True)
class KeySet:
    """The keys of a tenant. Exactly one is in use; the document publishes all of them."""

    keys: tuple[SigningKey, ...]

    @cached_property
    def signing(self) -> SigningKey:
        """The key that signs; LookupError if none is in use."""
        for key in self.keys:
            if key.state is KeyState.USE:
                return key
        raise LookupError("no key of the set is in use")

    def document(self, issuer: str) -> dict[str, Any]:
        """The JWK Set; every entry names the ``issuer`` whose tokens it signs."""
        return {"keys": [{**key.public_jwk, "issuer": issuer} for key in self.keys]}

    def announcing(self, key: SigningKey) -> KeySet:
        """The set with ``key`` published but not yet used."""
        return KeySet(keys=(*self.keys, replace(key, state=KeyState.PUBLISH)))

    def using(self, kid: str) -> KeySet:
        """The set signing with ``kid``; the key used before retires but stays published."""
        if kid not in {key.kid for key in self.keys}:
            raise LookupError(f"no key {kid} in the set")
        return KeySet(keys=tuple(self._moved(key, kid) for key in self.keys))

    def without(self, kid: str) -> KeySet:
        """The set without a retired key; a key in use can't be taken away."""
        return KeySet(keys=tuple(k for k in self.keys if k.kid != kid or k.state is KeyState.USE))

    @staticmethod
    def _moved(key: SigningKey, kid: str) -> SigningKey:
        if key.kid == kid:
            return replace(key, state=KeyState.USE)
        return replace(key, state=KeyState.RETIRE) if key.state is KeyState.USE else key

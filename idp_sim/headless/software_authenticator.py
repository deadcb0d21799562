"""An authenticator in software (FIDO2): makes keys and signs with them, as the one in a browser or a phone does."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

#: Names this authenticator's model in what it makes.
AAGUID = "5ca1ab1e-0000-4000-8000-1d951a000001"
#: The order of P-256 (SEC 2, 2.4.2): a private key is below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, kw_only=True)
class SoftwareKey:
    """One key pair for one relying party; ``secret`` is base64url of 32 random bytes, ``id`` the credential's."""

    id: str
    secret: str

    def register(self, options: dict[str, Any], *, origin: str) -> str:
        """The answer to ``navigator.credentials.create`` as JSON (attestation ``none``)."""
        from fido2.utils import websafe_decode
        from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
        made = AttestedCredentialData.create(Aaguid.parse(AAGUID), websafe_decode(self.id), self._public_key())
        data = AuthenticatorData.create(_hash(options["rp"]["id"]), flags, 0, made)
        statement = AttestationObject.create("none", data, {})
        client = _client_data("webauthn.create", options["challenge"], origin)
        return self._credential(clientDataJSON=client, attestationObject=bytes(statement))

    def sign(self, options: dict[str, Any], *, origin: str, count: int) -> str:
        """The answer to ``navigator.credentials.get`` as JSON; ``count`` is the signature counter."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256
        from fido2.webauthn import AuthenticatorData

        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        data = AuthenticatorData.create(_hash(options["rpId"]), flags, count)
        client = _client_data("webauthn.get", options["challenge"], origin)
        signed = bytes(data) + hashlib.sha256(client).digest()
        signature = self._private_key().sign(signed, ec.ECDSA(SHA256()))
        return self._credential(clientDataJSON=client, authenticatorData=bytes(data), signature=signature)

    def _private_key(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric import ec
        from fido2.utils import websafe_decode

        number = int.from_bytes(websafe_decode(self.secret)) % (_ORDER - 1) + 1
        return ec.derive_private_key(number, ec.SECP256R1())

    def _public_key(self) -> Any:
        from fido2.cose import ES256

        return ES256.from_cryptography_key(self._private_key().public_key())

    def _credential(self, **response: bytes) -> str:
        from fido2.utils import websafe_encode

        encoded = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps(
            {
                "id": self.id,
                "rawId": self.id,
                "type": "public-key",
                "response": encoded,
                "clientExtensionResults": {},
                "authenticatorAttachment": "platform",
            }
        )


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    content = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return json.dumps(content, separators=(",", ":")).encode()


def _hash(relying_party: str) -> bytes:
    return hashlib.sha256(relying_party.encode()).digest()

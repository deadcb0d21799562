"""Passkeys and security keys (FIDO2, Web Authentication Level 2), checked with the ``fido2`` library."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from federation.model import Method
from federation.reasons import Reason
from idp_sim.authentication_methods.policy import AuthenticationMethodsPolicy
from idp_sim.authentication_methods.registered import Passkey
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Conflict
from idp_sim.services.answers.asked import Asked
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.base import SecondFactor, Verdict, keep, open_challenge, wrong
from idp_sim.sign_in.model import Challenge, SignInTransaction
from idp_sim.sign_in.steps import Signed

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AuthenticatorData

#: How long the browser's dialogue may take.
VALID_FOR = timedelta(minutes=5)
#: ES256, RS256: what the imitated product takes.
ALGORITHMS = (-7, -257)
CHALLENGE_BYTES = 32


class PasskeyRefused(Exception):
    """A key's answer does not hold. The text says why, for those who may know."""


class Passkeys(SecondFactor):
    """A key that the person holds signs a challenge for this origin; it also verifies who holds it."""

    def ask(self, scene: Scene) -> SignInTransaction:
        """A fresh challenge."""
        return _challenged(scene, registering=False)

    def enrol(self, scene: Scene) -> SignInTransaction:
        """A fresh challenge."""
        return _challenged(scene, registering=True)

    def use(self, asked: Asked) -> Verdict:
        """The signature must be one of a registered key, over this challenge, and newer than its last one."""
        challenge = open_challenge(asked)
        if challenge is None or not isinstance(asked.answer, Signed):
            return Verdict(transaction=asked.transaction)
        spent = replace(asked.transaction, challenge=None)
        if asked.context.now >= challenge.expires:
            return wrong(spent, Reason.SECOND_FACTOR_EXPIRED)
        try:
            passkey, count = verify_assertion(
                asked.answer.credential,
                asked.credentials.passkeys,
                nonce=challenge.nonce or "",
                base_url=asked.ports.settings.base_url,
            )
            keep(asked, lambda known: _counted(known, passkey.id, count))
        except PasskeyRefused:
            return wrong(spent, Reason.WRONG_PASSKEY)
        return Verdict(
            transaction=asked.transaction, done=True, detail="passkey accepted", authenticator=passkey.aaguid
        )

    def register(self, asked: Asked) -> Verdict:
        """Keep the public half of the key that the browser made."""
        challenge = open_challenge(asked)
        if challenge is None or not isinstance(asked.answer, Signed):
            return Verdict(transaction=asked.transaction)
        spent = replace(asked.transaction, challenge=None)
        if asked.context.now >= challenge.expires:
            return wrong(spent, Reason.SECOND_FACTOR_EXPIRED)
        try:
            passkey = verify_attestation(
                asked.answer.credential,
                nonce=challenge.nonce or "",
                base_url=asked.ports.settings.base_url,
                now=asked.context.now,
            )
            check_allowed(asked.tenant.authentication_methods, passkey)
            keep(asked, lambda known: with_passkey(known, passkey))
        except PasskeyRefused:
            return wrong(spent, Reason.WRONG_PASSKEY)
        return Verdict(
            transaction=asked.transaction, done=True, detail="passkey accepted", authenticator=passkey.aaguid
        )


def _challenged(scene: Scene, *, registering: bool) -> SignInTransaction:
    now, nonce, base_url = scene.context.now, scene.ports.ids.secret(CHALLENGE_BYTES), scene.ports.settings.base_url
    user, passkeys = scene.user, scene.credentials.passkeys
    options = (
        creation_options(base_url, nonce=nonce, user=user, passkeys=passkeys)
        if registering
        else request_options(base_url, nonce=nonce, passkeys=passkeys)
    )
    challenge = Challenge(
        method=Method.FIDO2,
        issued=now,
        expires=now + VALID_FOR,
        registering=registering,
        nonce=nonce,
        options=json.dumps(options),
    )
    return replace(scene.transaction, challenge=challenge)


def relying_party(base_url: str) -> str:
    """The relying party's id: the host that all tenants of this server share."""
    return urlsplit(base_url).hostname or ""


def creation_options(base_url: str, *, nonce: str, user: User, passkeys: tuple[Passkey, ...]) -> dict[str, Any]:
    """``PublicKeyCredentialCreationOptions`` in JSON, byte strings in base64url (WebAuthn Level 3, 5.1.8)."""
    return {
        "rp": {"id": relying_party(base_url), "name": "idp-sim"},
        "user": {"id": _user_handle(user), "name": user.sign_in_name, "displayName": user.display_name},
        "challenge": nonce,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
        "timeout": int(VALID_FOR.total_seconds() * 1000),
        "excludeCredentials": [{"type": "public-key", "id": passkey.id} for passkey in passkeys],
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "required"},
        "attestation": "direct",
    }


def _user_handle(user: User) -> str:
    """Names the person to the authenticator without saying who it is (WebAuthn 14.6.1)."""
    return base64.urlsafe_b64encode(user.id.encode()).rstrip(b"=").decode()


def request_options(base_url: str, *, nonce: str, passkeys: tuple[Passkey, ...]) -> dict[str, Any]:
    """``PublicKeyCredentialRequestOptions`` in JSON."""
    return {
        "challenge": nonce,
        "timeout": int(VALID_FOR.total_seconds() * 1000),
        "rpId": relying_party(base_url),
        "allowCredentials": [{"type": "public-key", "id": passkey.id} for passkey in passkeys],
        "userVerification": "required",
    }


def verify_attestation(credential: str, *, nonce: str, base_url: str, now: datetime, name: str = "Passkey") -> Passkey:
    """The key that the browser made for this challenge; PasskeyRefused.

    The attestation statement is kept as seen or not seen; a simulator has no list of makers to hold it against.
    """
    from fido2.cose import UnsupportedKey
    from fido2.utils import websafe_encode
    from fido2.webauthn import Aaguid, RegistrationResponse

    response = _read(credential)
    try:
        data: AuthenticatorData = _server(base_url).register_complete(_state(nonce), response)
        statement = RegistrationResponse.from_dict(response).response.attestation_object.fmt
        made = data.credential_data
        if made is None:
            raise PasskeyRefused("it holds no key")
        if isinstance(made.public_key, UnsupportedKey) or made.public_key.ALGORITHM not in ALGORITHMS:
            raise PasskeyRefused("its algorithm was not asked for")
        from fido2 import cbor

        return Passkey(
            id=websafe_encode(made.credential_id),
            public_key=websafe_encode(cbor.encode(dict(made.public_key))),
            sign_count=data.counter,
            created=now,
            display_name=name,
            aaguid=str(Aaguid(made.aaguid)),
            attested=statement != "none",
        )
    except PasskeyRefused:
        raise
    except Exception as error:  # the library raises whatever broken bytes lead to
        raise PasskeyRefused(str(error)) from error


def verify_assertion(
    credential: str, passkeys: tuple[Passkey, ...], *, nonce: str, base_url: str
) -> tuple[Passkey, int]:
    """Which of the person's keys signed this challenge, and its counter; PasskeyRefused."""
    from fido2.cose import CoseKey
    from fido2.utils import websafe_decode, websafe_encode
    from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticationResponse

    response = _read(credential)
    try:
        from fido2 import cbor

        known = [
            AttestedCredentialData.create(
                Aaguid.parse(p.aaguid), websafe_decode(p.id), CoseKey.parse(cbor.decode(websafe_decode(p.public_key)))
            )
            for p in passkeys
        ]
        used = _server(base_url).authenticate_complete(_state(nonce), known, response)
        answer = AuthenticationResponse.from_dict(response).response
        if answer.client_data.cross_origin:
            raise PasskeyRefused("it was signed in a frame of another site")
        passkey = next(p for p in passkeys if p.id == websafe_encode(used.credential_id))
        return passkey, answer.authenticator_data.counter
    except PasskeyRefused:
        raise
    except Exception as error:  # the library raises whatever broken bytes lead to
        raise PasskeyRefused(str(error)) from error


def check_allowed(policy: AuthenticationMethodsPolicy, passkey: Passkey) -> None:
    """Does the tenant take keys of this model? PasskeyRefused."""
    if policy.setting("Fido2", "isAttestationEnforced") is True and not passkey.attested:
        raise PasskeyRefused("the tenant takes attested keys only")
    rules = policy.setting("Fido2", "keyRestrictions")
    if not isinstance(rules, Mapping) or rules.get("isEnforced") is not True:
        return
    listed = passkey.aaguid in {str(guid).lower() for guid in rules.get("aaGuids", ())}
    if listed != (rules.get("enforcementType") == "allow"):
        raise PasskeyRefused(f"the tenant does not take keys of the model {passkey.aaguid}")


def with_passkey(known: Credentials, passkey: Passkey) -> Credentials:
    """The credentials with one key more; Conflict when it is there already."""
    if any(p.id == passkey.id for p in known.passkeys):
        raise Conflict(known.user)
    return replace(known, passkeys=(*known.passkeys, passkey))


def _counted(known: Credentials, passkey: str, count: int) -> Credentials:
    """A counter that does not grow is the sign of a copied key (WebAuthn 7.2 step 22); some keys do not count."""
    kept = []
    for p in known.passkeys:
        if p.id == passkey and (count or p.sign_count) and count <= p.sign_count:
            raise PasskeyRefused("its counter did not grow")
        kept.append(replace(p, sign_count=count) if p.id == passkey else p)
    return replace(known, passkeys=tuple(kept))


def _read(credential: str) -> dict[str, Any]:
    try:
        value = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused("it is not JSON") from error
    if not isinstance(value, dict):
        raise PasskeyRefused("it is no JSON object")
    return value


def _state(nonce: str) -> dict[str, Any]:
    from fido2.webauthn import UserVerificationRequirement

    return {"challenge": nonce, "user_verification": UserVerificationRequirement.REQUIRED}


def _server(base_url: str) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    own = urlsplit(base_url)
    origin = f"{own.scheme}://{own.netloc}"
    party = PublicKeyCredentialRpEntity(name="idp-sim", id=relying_party(base_url))
    return Fido2Server(party, verify_origin=lambda given: given == origin)

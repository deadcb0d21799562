"""``fido2Methods``: passkeys, also registered by an administrator for somebody (graph-api 11)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from idp_sim.authentication_methods.registered import Passkey
from idp_sim.directory.model import Credentials
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Call, Handler, Property, Result, Type, field_of, timestamp
from idp_sim.graph.resources.authentication.common import (
    WRITE,
    Shown,
    change,
    collection,
    credentials_of,
    one_of,
    refused,
)
from idp_sim.graph.resources.user_relations import owner
from idp_sim.ports import Conflict
from idp_sim.services.second_factors.passkeys import (
    PasskeyRefused,
    check_allowed,
    creation_options,
    verify_attestation,
    with_passkey,
)

#: Minutes that ``creationOptions`` may be answered in: by default, at least, at most.
DEFAULT_MINUTES, MOST_MINUTES = 5, 43200


@dataclass(frozen=True, kw_only=True)
class Key(Shown):
    """One passkey."""

    display_name: str
    model: str
    aa_guid: str
    attestation_level: str
    created: datetime


def keys(call: Call) -> list[Key]:
    """The user's passkeys."""
    return [_shown(passkey) for passkey in credentials_of(call).passkeys]


def _shown(passkey: Passkey) -> Key:
    return Key(
        id=passkey.id,
        display_name=passkey.display_name,
        model=passkey.model,
        aa_guid=passkey.aaguid,
        attestation_level="attested" if passkey.attested else "notAttested",
        created=passkey.created,
    )


def _options(call: Call) -> Result:
    text = call.arguments.get("challengeTimeoutInMinutes") or str(DEFAULT_MINUTES)
    minutes = int(text) if text.isascii() and text.isdecimal() else 0
    if not 5 <= minutes <= MOST_MINUTES:
        raise invalid(FIDO2, "challengeTimeoutInMinutes", f"5 to {MOST_MINUTES}")
    user, ends = owner(call), call.context.now + timedelta(minutes=minutes)
    nonce = _challenge(call, user.id, int(ends.timestamp()))
    options = creation_options(
        call.ports.settings.base_url, nonce=nonce, user=user, passkeys=credentials_of(call).passkeys
    )
    options["timeout"] = 0
    value = {"challengeTimeoutDateTime": timestamp(ends), "publicKey": options}
    return Result(value=value, type="microsoft.graph.webauthnCredentialCreationOptions", raw=True)


def _challenge(call: Call, user: str, ends: int) -> str:
    """A challenge that says until when and for whom it is, and that only this server can have made."""
    message = f"{call.world}\n{call.tenant}\n{user}\n{ends}".encode()
    mac = hmac.new(call.ports.settings.control_token.encode(), b"fido2 creation\n" + message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(ends.to_bytes(8) + mac).rstrip(b"=").decode()


def _create(call: Call) -> Key:
    user, name = owner(call), str(call.body["displayName"]).strip()
    if user.external:
        raise refused("A passkey cannot be registered for an external user.")
    credential = json.dumps(call.body["publicKeyCredential"])
    try:
        passkey = verify_attestation(
            _completed(credential),
            nonce=_answered(call, user.id, call.body["publicKeyCredential"]),
            base_url=call.ports.settings.base_url,
            now=call.context.now,
            name=name,
        )
        check_allowed(call.principal.tenant.authentication_methods, passkey)
        change(call, lambda known: with_passkey(known, passkey))
    except PasskeyRefused as error:
        raise refused(f"publicKeyCredential: {error}.") from error
    except Conflict:
        raise GraphError(Problem.NAME_TAKEN, property="publicKeyCredential") from None
    return _shown(passkey)


def _completed(credential: str) -> str:
    """Graph's body leaves out what WebAuthn's JSON repeats."""
    value: dict[str, Any] = json.loads(credential)
    return json.dumps({"rawId": value.get("id"), "type": "public-key", **value})


def _answered(call: Call, user: str, credential: dict[str, Any]) -> str:
    """The challenge that was answered, if ``creationOptions`` made it for this user and it has not run out."""
    try:
        text = credential["response"]["clientDataJSON"]
        answered = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["challenge"]
        ends = int.from_bytes(base64.urlsafe_b64decode(answered + "=" * (-len(answered) % 4))[:8])
    except (KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused("it answers no challenge of creationOptions") from error
    expected = _challenge(call, user, ends)
    if not hmac.compare_digest(expected.encode(), answered.encode()):
        raise PasskeyRefused("it answers no challenge of creationOptions for this user")
    if call.context.now >= datetime.fromtimestamp(min(ends, 2**33), UTC):
        raise PasskeyRefused("its challenge has run out")
    return expected


def _delete(call: Call) -> None:
    key = one_of(keys)(call)

    def new(known: Credentials) -> Credentials:
        return replace(known, passkeys=tuple(p for p in known.passkeys if p.id != key.id))

    change(call, new)


FIDO2 = collection(
    "fido2Methods",
    "fido2AuthenticationMethod",
    keys,
    Property(name="createdDateTime", read=lambda key: key.created, type=Type.DATE_TIME),
    field_of("displayName", creatable=True, required=True, nullable=False),
    field_of("model"),
    field_of("aaGuid"),
    field_of("attestationLevel"),
    Property(name="attestationCertificates", read=lambda _key: [], type=Type.STRINGS),
    Property(name="passkeyType", read=lambda _key: "deviceBound"),
    Property(
        name="publicKeyCredential",
        read=lambda _key: None,
        type=Type.OBJECT,
        creatable=True,
        required=True,
        nullable=False,
        default=False,
    ),
    create=_create,
    delete=_delete,
    collection_actions={"creationOptions": Handler(run=_options, access=WRITE, function=True)},
)

"""Each claim of a token in words, with what is special about guests (entra-sign-in 11.3 to 11.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Claims = Mapping[str, Any]
_STS = re.compile(r"https://sts\.windows\.net/([0-9a-f-]{36})/")
_IDENTITY_PROVIDERS = {
    "mail": "a one-time passcode sent by mail: the guest has no identity provider of their own",
    "google.com": "Google",
    "live.com": "a personal Microsoft account",
}


@dataclass(frozen=True, kw_only=True)
class ExplainedClaim:
    """A claim, its value as text, and what it means; ``guest`` marks those that differ for guests."""

    name: str
    value: str
    meaning: str
    guest: bool


def is_guest(claims: Claims) -> bool:
    """Whether the person authenticated outside the tenant: only then ``idp`` is there and is not the tenant."""
    own = f"https://sts.windows.net/{claims.get('tid')}/"
    return claims.get("idp") not in (None, own, claims.get("iss"))


def identity_provider(claims: Claims, *, brief: bool = False) -> str:
    """Who authenticated the person, in words; ``brief`` leaves out ids."""
    idp = str(claims.get("idp") or "")
    if found := _STS.fullmatch(idp):
        return "another Entra tenant" if brief else f"another Entra tenant ({found[1]})"
    return _IDENTITY_PROVIDERS.get(idp, f"the identity provider {idp}" if idp else "this tenant itself")


def summary(claims: Claims) -> str:
    """One sentence about who this is."""
    name = claims.get("name") or claims.get("preferred_username") or claims.get("sub")
    if is_guest(claims):
        return f"{name} is a guest of this app's tenant. Who vouched for them: {identity_provider(claims, brief=True)}."
    return f"{name} is a member of this app's tenant, and signed in there."


def explain(claims: Claims) -> tuple[ExplainedClaim, ...]:
    """Every claim of a token in its own order."""
    guest = is_guest(claims)
    return tuple(
        ExplainedClaim(
            name=name,
            value=_shown(name, value),
            meaning=_meaning(name, claims, guest),
            guest=guest and name in OF_GUESTS,
        )
        for name, value in claims.items()
    )


def _shown(name: str, value: Any) -> str:
    if name in TIMES and isinstance(value, int) and not isinstance(value, bool):
        try:
            return f"{value} ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S}Z)"
        except (OverflowError, OSError, ValueError):
            return str(value)
    return value if isinstance(value, str) else json.dumps(value)


def _meaning(name: str, claims: Claims, guest: bool) -> str:
    text = MEANINGS.get(name)
    if text is None:
        return "Not a claim that this app knows."
    return text(claims, guest) if callable(text) else text


def _idp(claims: Claims, guest: bool) -> str:
    if guest:
        return f"Who authenticated the person: {identity_provider(claims)}. Members have no such claim."
    return "Who authenticated: this tenant itself."


def _acct(claims: Claims, guest: bool) -> str:
    return "1: the account is a guest in this tenant." if claims.get("acct") == 1 else "0: the account is a member."


def _oid(claims: Claims, guest: bool) -> str:
    if guest:
        return "The guest object in this tenant. At home the same person has another id: never compare across tenants."
    return "The user object in this tenant. Together with tid the key to keep data by."


def _email(claims: Claims, guest: bool) -> str:
    if guest:
        return "The guest's address at home. Guests get it unasked. It may change hands: never use it as a key."
    return "The mail address, because the app asked for the scope email. Never use it as a key."


def _preferred_username(claims: Claims, guest: bool) -> str:
    if guest and "#EXT#" in str(claims.get("preferred_username")):
        return "The user principal name here, as the guest's home has none to show. For display only."
    if guest:
        return "The user name at home. For display only, never for decisions."
    return "The user name. For display only, never for decisions."


Meaning = str | Callable[[Claims, bool], str]

TIMES = frozenset({"iat", "nbf", "exp", "auth_time"})
#: Claims whose value or presence is special for guests.
OF_GUESTS = frozenset(
    {"idp", "oid", "tid", "sub", "email", "preferred_username", "acct", "iss", "unique_name", "altsecid"}
)

MEANINGS: Mapping[str, Meaning] = {
    "iss": "Who issued the token: the tenant that shares the app, for guests too. Version 1 writes sts.windows.net.",
    "aud": "Whom the token is for. An ID token is for this app, an access token for the API alone.",
    "iat": "When it was issued: five minutes ago, as the real service does.",
    "nbf": "Not to be believed before this time.",
    "exp": "Not to be believed after this time.",
    "auth_time": "When the person proved last who they are.",
    "tid": "The tenant that issued the token. For a guest it is the resource tenant, not the home.",
    "oid": _oid,
    "sub": "The person for this app alone: other apps, and the person's home, see another value. The safest key.",
    "idp": _idp,
    "acct": _acct,
    "name": "The display name, as the directory of this tenant has it. For display only.",
    "preferred_username": _preferred_username,
    "unique_name": "A readable name, not unique. For guests the address at home, behind its provider if not Entra.",
    "upn": "The user principal name. Guests have none in their tokens.",
    "email": _email,
    "given_name": "The given name in this tenant's directory.",
    "family_name": "The surname in this tenant's directory.",
    "nonce": "What this app sent with the request; it ties the token to this sign-in.",
    "ver": "The version of the token's format; the API that the token is for chooses it.",
    "sid": "The session at the tenant; sign-out names it.",
    "login_hint": "An opaque name of the session, to be sent as logout_hint so that sign-out asks nothing.",
    "amr": "How the person authenticated. For guests it counts what this tenant accepted from the home.",
    "acr": "1 when the authentication meets ISO/IEC 29115.",
    "appid": "The client that asked for the token.",
    "appidacr": "How the client proved itself: 0 not at all, 1 by a secret, 2 by a certificate.",
    "azp": "The client that asked for the token.",
    "azpacr": "How the client proved itself: 0 not at all, 1 by a secret, 2 by a certificate.",
    "scp": "What the app may do in the person's name.",
    "roles": "App roles that were assigned to the person in this tenant.",
    "wids": "Directory roles of the person in this tenant, by template id.",
    "ipaddr": "The address that the person signed in from.",
    "altsecid": "The service's own reference to the guest's account at home.",
    "uti": "The token's own id; sign-in logs name it.",
    "rh": "Internal to the service. Ignore it.",
    "aio": "Internal to the service. Ignore it.",
    "idtyp": "app when the token is an application's own.",
}

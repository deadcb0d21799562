"""Claims of the tokens of a Google-kind tenant, as in Google's OpenID Connect documentation."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from idp_sim.directory.model import User
from idp_sim.tenants.endpoints import GoogleEndpoints

LIFETIME = timedelta(hours=1)


def subject_of(user_id: str) -> str:
    """``sub``: 21 decimal digits, the same for every client."""
    number = int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:12], "big")
    return f"1{number % 10**20:020d}"


def id_token(
    user: User, endpoints: GoogleEndpoints, *, client_id: str, scopes: tuple[str, ...], nonce: str | None, now: datetime
) -> dict[str, Any]:
    """Claims of an ID token; there is no ``preferred_username``, the address is the name."""
    claims: dict[str, Any] = {
        "iss": endpoints.issuer,
        "azp": client_id,
        "aud": client_id,
        **person(user, scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def access_token(
    user: User, endpoints: GoogleEndpoints, *, client_id: str, scopes: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """Claims of an access token, which is good for userinfo only and opaque to clients."""
    return {
        "iss": endpoints.issuer,
        "aud": endpoints.userinfo,
        "azp": client_id,
        "sub": user.id,
        "scope": " ".join(scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }


def person(user: User, scopes: tuple[str, ...]) -> dict[str, Any]:
    """What is told about a person: ``hd`` is the domain that the account belongs to."""
    claims: dict[str, Any] = {
        "sub": subject_of(user.id),
        "hd": user.user_principal_name.rpartition("@")[2].lower(),
    }
    if "email" in scopes:
        claims |= {"email": user.user_principal_name, "email_verified": True}
    if "profile" in scopes:
        names = {"name": user.display_name, "given_name": user.given_name, "family_name": user.surname}
        claims |= {name: value for name, value in names.items() if value}
    return claims

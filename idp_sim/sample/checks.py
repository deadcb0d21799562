"""What a relying party must compare before it believes an ID token (OpenID Connect Core 1.0, 3.1.3.7).

Every comparison is made and listed, also after one has failed, so that a person can read them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

#: How far two clocks may be apart.
LEEWAY = timedelta(minutes=5)
ALGORITHM = "RS256"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One comparison: what was looked at, what it should be, what it is, and where the rule stands."""

    name: str
    expected: str
    found: str
    passed: bool
    source: str


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A JWT taken apart, believed for nothing yet."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the app knows before the token arrives."""

    issuer: str
    tenant: str
    client_id: str
    nonce: str


def decode(token: str) -> Decoded:
    """Header and claims of a compact JWT; ValueError when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a signed JWT has three parts separated by dots")
    header, claims = (_object(part) for part in parts[:2])
    return Decoded(text=token, header=header, claims=claims)


def check_id_token(token: Decoded, keys: Mapping[str, Any], expected: Expected, now: datetime) -> tuple[Check, ...]:
    """Every check of the token against the issuer's published ``keys`` and what was ``expected``."""
    return (
        _signature(token, keys),
        _equal("Issuer (iss)", expected.issuer, token.claims.get("iss"), "OpenID Connect Core 3.1.3.7, 2"),
        _audience(token, expected),
        _equal("Tenant (tid)", expected.tenant, token.claims.get("tid"), "Microsoft's advice: compare with the issuer"),
        _not_expired(token, now),
        _not_early(token, now),
        _equal("Nonce", expected.nonce, token.claims.get("nonce"), "OpenID Connect Core 3.1.3.7, 11"),
        _present("Subject (sub)", token.claims.get("sub"), "OpenID Connect Core 2"),
        _library(token, expected, now),
    )


def _equal(name: str, expected: str, found: object, source: str) -> Check:
    return Check(name=name, expected=expected, found=_shown(found), passed=found == expected, source=source)


def _present(name: str, found: object, source: str) -> Check:
    passed = isinstance(found, str) and bool(found)
    return Check(name=name, expected="a value", found=_shown(found), passed=passed, source=source)


def _signature(token: Decoded, keys: Mapping[str, Any]) -> Check:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    kid, algorithm = token.header.get("kid"), token.header.get("alg")
    found = f"{algorithm} by key {kid}"
    try:
        jwt.decode(token.text, KeySet.import_key_set(keys), algorithms=[ALGORITHM])  # type: ignore[arg-type]
        passed = True
    except (JoseError, ValueError, TypeError, KeyError) as error:
        passed, found = False, f"{found}: {error or type(error).__name__}"
    return Check(
        name="Signature",
        expected=f"{ALGORITHM} by a key that the issuer publishes",
        found=found,
        passed=passed,
        source="OpenID Connect Core 3.1.3.7, 6; RFC 7515 5.2",
    )


def _audience(token: Decoded, expected: Expected) -> Check:
    aud = token.claims.get("aud")
    audiences = aud if isinstance(aud, list) else [aud]
    return Check(
        name="Audience (aud)",
        expected=expected.client_id,
        found=_shown(aud),
        passed=audiences == [expected.client_id],
        source="OpenID Connect Core 3.1.3.7, 3",
    )


def _not_expired(token: Decoded, now: datetime) -> Check:
    instant = _instant(token.claims.get("exp"))
    return Check(
        name="Expiry (exp)",
        expected=f"after {_time(now)}",
        found=_time(instant),
        passed=instant is not None and now < instant + LEEWAY,
        source="OpenID Connect Core 3.1.3.7, 9",
    )


def _not_early(token: Decoded, now: datetime) -> Check:
    instants = [_instant(token.claims.get(name)) for name in ("iat", "nbf") if name in token.claims]
    latest = max((instant for instant in instants if instant is not None), default=None)
    return Check(
        name="Issued (iat, nbf)",
        expected=f"not after {_time(now)}",
        found=_time(latest),
        passed=latest is not None and None not in instants and latest - LEEWAY <= now,
        source="OpenID Connect Core 3.1.3.7, 10; RFC 7519 4.1.5",
    )


def _library(token: Decoded, expected: Expected, now: datetime) -> Check:
    """A second opinion: what Authlib's own validation says."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    claims = CodeIDToken(
        dict(token.claims),
        dict(token.header),
        options={"iss": {"essential": True, "value": expected.issuer}, "aud": {"value": expected.client_id}},
        params={"nonce": expected.nonce, "client_id": expected.client_id},
    )
    try:
        claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
        found, passed = "agrees", True
    except (JoseError, ValueError, TypeError) as error:
        found, passed = str(error) or type(error).__name__, False
    return Check(name="Authlib", expected="agrees", found=found, passed=passed, source="authlib.oidc.core.CodeIDToken")


def _object(part: str) -> Mapping[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise ValueError("a part of the JWT is not base64url JSON") from None
    if not isinstance(value, dict):
        raise ValueError("a part of the JWT is not a JSON object")
    return value


def _instant(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _time(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z" if instant else "no time"


def _shown(value: object) -> str:
    if value is None:
        return "absent"
    return value if isinstance(value, str) else json.dumps(value)

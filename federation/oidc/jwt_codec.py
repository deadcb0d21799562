"""JSON Web Tokens: sign and verify RS256 (RFC 7515, RFC 7519). The only module that uses joserfc's functions."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from federation.errors import FederationError
from federation.oidc.keys import KeySet, SigningKey
from federation.reasons import Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()

#: Clock difference that every check of time allows.
SKEW = timedelta(minutes=5)

ALGORITHM = "RS256"
_ALGORITHMS = [ALGORITHM]
#: What reading a foreign token may raise: not only malformed, also nested deeper than the reader goes.
_UNREADABLE = (JoseError, ValueError, UnicodeError, RecursionError)


def sign(claims: Mapping[str, Any], key: SigningKey, *, x5t: bool = False) -> str:
    """A compact JWS over ``claims``; ``x5t`` repeats the key id as v1.0 tokens do (entra-sign-in 11.2)."""
    header: dict[str, Any] = {"typ": "JWT", "alg": ALGORITHM, "kid": key.kid}
    if x5t:
        header["x5t"] = key.kid
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key.key, algorithms=_ALGORITHMS)


def public_keys(document: Mapping[str, Any]) -> Mapping[str, RSAKey]:
    """The RSA signing keys of a JWK Set document by ``kid``; entries of other kinds, and broken ones, are left out.

    FederationError when it is no JWK Set (RFC 7517 5).
    """
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its issuer publishes no JWK Set")
    keys: dict[str, RSAKey] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig":
            wire = {name: entry[name] for name in ("kty", "n", "e") if name in entry}
            with suppress(JoseError, ValueError, TypeError, KeyError):
                keys[str(entry.get("kid"))] = RSAKey.import_key(wire)
    return keys


def own_keys(key_set: KeySet) -> Mapping[str, RSAKey]:
    """The keys of a set by ``kid``, for tokens that the simulator itself has signed."""
    return {key.kid: key.key for key in key_set.keys}


def unverified_header(token: str) -> Mapping[str, Any]:
    """The header of a compact JWS, believed for nothing but finding the key."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except _UNREADABLE as error:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it is not a signed token") from error
    if not isinstance(header, dict):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its header is not a JSON object")
    return header


def unverified_claims(token: str) -> Mapping[str, Any]:
    """The claims of a compact JWS, believed for nothing but finding the tenant."""
    try:
        claims = json.loads(jws.extract_compact(token.encode()).payload)
    except _UNREADABLE as error:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it is not a signed token") from error
    if not isinstance(claims, dict):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its payload is not a JSON object")
    return claims


def verify(token: str, keys: Mapping[str, RSAKey], now: datetime) -> Mapping[str, Any]:
    """The claims of a token signed by one of ``keys``, within its times; FederationError otherwise.

    ``exp`` is demanded; ``nbf`` is honoured; ``SKEW`` is allowed. Issuer and audience are the caller's.
    """
    header = unverified_header(token)
    if not _is_canonical(token.rpartition(".")[2]):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its signature is not base64url")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its signing key is not known")
    try:
        verified = jws.deserialize_compact(token, key, algorithms=_ALGORITHMS)
        claims = json.loads(verified.payload)
    except _UNREADABLE as error:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its signature is not valid") from error
    if not isinstance(claims, dict):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its payload is not a JSON object")
    _check_times(claims, now)
    return claims


def _is_canonical(segment: str) -> bool:
    """Whether the text is the one way to write its bytes: a lenient reader would take several for one signature."""
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (binascii.Error, ValueError):
        return False
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == segment


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    expires, begins = _instant(claims.get("exp")), claims.get("nbf")
    if expires is None:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it has no expiry")
    if now >= expires + SKEW:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it has expired")
    if begins is not None and ((starts := _instant(begins)) is None or now < starts - SKEW):
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it is not valid yet")


def _instant(seconds: object) -> datetime | None:
    """A NumericDate (RFC 7519 2), which may have a fraction; None for what is no instant of the calendar."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return _EPOCH + timedelta(seconds=seconds) if 0 <= seconds <= _LAST_SECOND else None  # nor infinite, nor NaN


__all__ = ["SKEW", "own_keys", "public_keys", "sign", "unverified_claims", "unverified_header", "verify"]

"""Authenticator apps: time-based one-time passwords (RFC 6238) as Entra uses them."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

PERIOD = timedelta(seconds=30)
DIGITS = 6


def verify_totp(secret: str, code: str, now: datetime) -> bool:
    """Whether ``code`` fits the base32 secret now, or one period before or after.

    A code may be used again within its window, so that a frozen clock locks nobody out (product.md 5.5).
    """
    code = code.replace(" ", "")
    if len(code) != DIGITS or not code.isascii() or not code.isdecimal():
        return False
    return any(_matches(secret, code, now + PERIOD * shift) for shift in (0, -1, 1))


def totp_at(secret: str, now: datetime) -> str:
    """The code that an authenticator app shows for the secret."""
    return _generator(secret).generate(int(now.timestamp())).decode()


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """The ``otpauth://`` link of a registration page."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period=30"


def is_base32(secret: str) -> bool:
    """Whether a secret can be read."""
    try:
        return bool(_bytes(secret))
    except (binascii.Error, ValueError):
        return False


def _matches(secret: str, code: str, instant: datetime) -> bool:
    from cryptography.hazmat.primitives.twofactor import InvalidToken

    try:
        _generator(secret).verify(code.encode(), int(instant.timestamp()))
    except InvalidToken:
        return False
    return True


def _generator(secret: str) -> TOTP:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    # People's suites use the short textbook secrets, which the library refuses unless told otherwise.
    return TOTP(_bytes(secret), DIGITS, SHA1(), int(PERIOD.total_seconds()), enforce_key_length=False)  # noqa: S303


def _bytes(secret: str) -> bytes:
    bare = secret.replace(" ", "").upper().rstrip("=")
    return base64.b32decode(bare + "=" * (-len(bare) % 8))

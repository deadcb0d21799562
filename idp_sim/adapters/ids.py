"""Randomness of the operating system."""

from __future__ import annotations

import base64
import secrets
import uuid


class RandomIds:
    """``ports.Ids``."""

    def guid(self) -> str:
        """A random GUID, lower case."""
        return str(uuid.uuid4())

    def secret(self, size: int = 32) -> str:
        """``size`` random bytes as base64url without padding."""
        return secrets.token_urlsafe(size)

    def digits(self, count: int) -> str:
        """``count`` random decimal digits, leading zeros included."""
        return f"{secrets.randbelow(10**count):0{count}d}"

    def totp_secret(self) -> str:
        """160 random bits as base32; no padding, 160 being a multiple of 40 (RFC 4226 4)."""
        return base64.b32encode(secrets.token_bytes(20)).decode()

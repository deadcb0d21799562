"""Codes, refresh tokens, tickets and cookies are kept as digests: what is stored opens nothing."""

from __future__ import annotations

import hashlib


def digest(secret: str) -> str:
    """SHA-256 in hex. The secrets are 256 random bits, so neither salt nor stretching adds anything."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Proof Key for Code Exchange (RFC 7636) with Entra's answers."""

from __future__ import annotations

import hmac
import re

from federation.errors import FederationError
from federation.reasons import Reason

_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")
METHODS = ("plain", "S256")


def check_challenge(challenge: str | None, method: str | None, *, required: bool) -> tuple[str | None, str | None]:
    """The challenge and its method (``plain`` when omitted) of an authorization request.

    FederationError: CODE_CHALLENGE_MISSING where the client type demands one, CODE_CHALLENGE_INVALID.
    """
    if challenge is None:
        if method is not None:
            raise FederationError(Reason.CODE_CHALLENGE_INVALID, problem="a method without a code_challenge")
        if required:
            raise FederationError(Reason.CODE_CHALLENGE_MISSING)
        return None, None
    method = method or "plain"
    if method not in METHODS:
        raise FederationError(Reason.CODE_CHALLENGE_INVALID, problem=f"method '{method}' is not plain or S256")
    if not _UNRESERVED.match(challenge):
        raise FederationError(
            Reason.CODE_CHALLENGE_INVALID, problem="43 to 128 characters of A-Z a-z 0-9 - . _ ~ are expected"
        )
    return challenge, method


def check_verifier(verifier: str | None, challenge: str | None, method: str | None) -> None:
    """Compare the verifier of a token request with the stored challenge (RFC 7636 4.6).

    FederationError: CODE_VERIFIER_MISMATCH. A verifier without a challenge is refused as well, so that a
    code can't be stripped of its challenge unnoticed (RFC 9700 4.8.2).
    """
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    if challenge is None:
        if verifier is not None:
            raise FederationError(Reason.CODE_VERIFIER_MISMATCH)
        return
    if verifier is None or not _UNRESERVED.match(verifier):
        raise FederationError(Reason.CODE_VERIFIER_MISMATCH)
    computed = str(create_s256_code_challenge(verifier)) if method == "S256" else verifier
    if not hmac.compare_digest(computed, challenge):
        raise FederationError(Reason.CODE_VERIFIER_MISMATCH)

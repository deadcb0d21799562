"""E-mailed one-time passcodes over a record, a code and ``now`` (entra-sign-in 3)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

#: Length of a code, in decimal digits.
DIGITS = 8
#: How long a code may be used.
LIFETIME = timedelta(minutes=30)
#: How many wrong codes kill the right one. The real number is not documented (product.md 6).
ATTEMPTS = 5
#: How long a guest who signed in by passcode stays signed in; then a new code, whatever the tokens say.
SESSION_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Passcode:
    """The newest passcode of an address at a tenant; keyed by the address, so an older one is gone."""

    address: str
    code: str
    issued: datetime
    failed_attempts: int = 0
    used: bool = False


class Verdict(StrEnum):
    """What an entered code was worth."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    USED = "used"
    NONE = "none"


def issue(address: str, code: str, now: datetime) -> Passcode:
    """A fresh passcode; storing it replaces the older one of the address, so only the newest is valid."""
    return Passcode(address=address.lower(), code=code, issued=now)


def attempt(passcode: Passcode | None, code: str, now: datetime) -> tuple[Passcode | None, Verdict]:
    """The passcode to store after ``code`` was entered, and the verdict.

    Run it inside one storage update, so that of two equal attempts one wins. The fifth wrong code answers
    EXHAUSTED already: the right one is dead from then on. NONE comes with None: nothing was ever issued.
    """
    if passcode is None:
        return None, Verdict.NONE
    if passcode.used:
        return passcode, Verdict.USED
    if passcode.failed_attempts >= ATTEMPTS:
        return passcode, Verdict.EXHAUSTED
    if now >= passcode.issued + LIFETIME:
        return passcode, Verdict.EXPIRED
    entered = "".join(code.split()).encode("utf-8", "replace")  # people copy "1234 5678"
    if hmac.compare_digest(entered, passcode.code.encode()):
        return replace(passcode, used=True), Verdict.ACCEPTED
    failed = replace(passcode, failed_attempts=passcode.failed_attempts + 1)
    return failed, Verdict.EXHAUSTED if failed.failed_attempts >= ATTEMPTS else Verdict.WRONG

"""E-mailed one-time passcodes over a record, a code and ``now`` (entra-sign-in 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Passcode:
    """The newest passcode of an address at a tenant; keyed by the address, so an older one is gone."""

    address: str
    code: str
    issued: datetime
    failed_attempts: int = 0
    used: bool = False

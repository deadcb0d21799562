"""Times as XML Schema writes them (xs:dateTime), always in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)\Z",
    re.ASCII,
)


def written(instant: datetime) -> str:
    """``2026-11-24T18:05:09.123Z``, with milliseconds as AD FS writes them."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def read_instant(text: str) -> datetime | None:
    """The time, aware; None for anything else, a time without a zone included."""
    found = _DATE_TIME.match(text)
    if found is None:
        return None
    fraction = (found.group(7) or "")[:6].ljust(6, "0")
    zone = "+00:00" if found.group(8) == "Z" else found.group(8)
    try:
        return datetime.fromisoformat(f"{text[:19]}.{fraction}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None

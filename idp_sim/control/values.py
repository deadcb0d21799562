"""Times, durations and numbers as text, read with a sentence for what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: ISO 8601 durations of units with a fixed length.
_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?"
)


def iso(instant: datetime) -> str:
    """The time as RFC 3339 text ending in ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def duration(text: str) -> timedelta:
    """A duration such as ``P31D`` or ``PT1H30M``; ValueError.

    Years and months have no fixed length and are refused; so is going back, which ``set`` can do.
    """
    expected = "expected an ISO 8601 duration of weeks, days, hours, minutes and seconds such as P31D or PT1H30M"
    if text.startswith("-"):
        raise ValueError("a duration can't be negative; 'set' puts the clock back")
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{expected}; years and months have no fixed length" if "P" in text else expected)
    try:
        return timedelta(**{unit: float(count) for unit, count in found.groupdict().items() if count})
    except OverflowError:
        raise ValueError("the duration is too long") from None


def instant(text: str) -> datetime:
    """An RFC 3339 time with its offset, in UTC; ValueError."""
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None or "T" not in text.upper():
            raise ValueError
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("expected a time with its offset such as 2030-01-31T12:00:00Z") from None


def whole_number(text: str) -> int:
    """A whole number from 0; ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("expected a whole number from 0")
    return int(text)


def seconds(longest: float) -> Callable[[str], float]:
    """Reads seconds from 0; more than ``longest`` counts as that."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not value >= 0:
            raise ValueError("expected a number of seconds from 0")
        return min(value, longest)

    return read

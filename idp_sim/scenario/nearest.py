"""The nearest valid name, for messages about a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``wrong``, or None when none does."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def hint(wrong: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or the known names when there are few, else nothing."""
    names = sorted(known)
    if (near := nearest(wrong, names)) is not None:
        return f"; did you mean '{near}'?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= 8 else ""

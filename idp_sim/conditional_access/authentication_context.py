"""Authentication contexts: labels that an application asks for and policies answer (entra-sign-in 8.4, 13.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = re.compile(r"c[1-9][0-9]?")


@dataclass(frozen=True, kw_only=True)
class AuthenticationContextClassReference:
    """One context of a tenant; ``available`` says whether applications are offered it."""

    id: str
    display_name: str
    description: str | None = None
    available: bool = False


def is_context(name: str) -> bool:
    """Whether ``name`` is one of ``c1`` to ``c99``."""
    return _ID.fullmatch(name) is not None

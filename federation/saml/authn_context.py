"""Which authentication contexts a request accepts, and which one an answer names (SAML Core 3.3.2.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from federation.model import AuthenticationContext
from federation.saml import names

#: Contexts that can be met, and how strong each is; the same number means equally strong.
STRENGTH: Mapping[str, int] = MappingProxyType(
    {
        names.UNSPECIFIED_CONTEXT: 0,
        names.PLAIN_PASSWORD_CONTEXT: 1,
        names.PASSWORD_CONTEXT: 2,
        names.TIME_SYNC_TOKEN: 3,
        names.MULTIPLE_FACTORS: 3,
        names.REFEDS_MULTIPLE_FACTORS: 3,
    }
)
ONE_FACTOR, TWO_FACTORS = 2, 3


def acceptable(requested: tuple[str, ...], comparison: str) -> tuple[str, ...]:
    """Every context that would do, in the order of the request; empty when none that can be met would."""
    known = [context for context in requested if context in STRENGTH]
    if comparison == "exact":
        return tuple(known)
    if not known:
        return ()
    bounds = {
        "minimum": lambda strength: strength >= min(STRENGTH[context] for context in known),
        "better": lambda strength: strength > max(STRENGTH[context] for context in known),
        "maximum": lambda strength: strength <= max(STRENGTH[context] for context in known),
    }
    fits = bounds.get(comparison)
    return () if fits is None else tuple(context for context, strength in STRENGTH.items() if fits(strength))


def demands_second_factor(accepted: tuple[str, ...]) -> bool:
    """Whether one factor can't meet any of them."""
    return bool(accepted) and all(STRENGTH[context] >= TWO_FACTORS for context in accepted)


def performed(context: AuthenticationContext, accepted: tuple[str, ...]) -> str:
    """The context to name for what the person did; one that was asked for where it is true."""
    reached = TWO_FACTORS if context.second_factor is not None else ONE_FACTOR
    for wanted in accepted:
        if STRENGTH[wanted] <= reached:
            return wanted
    return names.MULTIPLE_FACTORS if reached == TWO_FACTORS else names.PASSWORD_CONTEXT

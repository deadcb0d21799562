"""Where a simulated person goes no further."""

from __future__ import annotations

from dataclasses import dataclass

from federation.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Stops:
    """The person does not go on: something is wanted that he does not do, or what he gave was ``wrong``."""

    reason: Reason
    wrong: bool = False

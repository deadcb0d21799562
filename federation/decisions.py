"""A decision as a value: what a rule answered, from which inputs, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.reasons import Reason
from federation.words import Rule

Input = str | int | bool | None | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One answer of one rule.

    ``inputs`` holds plain values only (names, ids, flags), never secrets; ``result`` is a short word of
    the rule (``allowed``, ``blocked``, ``satisfied`` ...); ``reason`` is a sentence for people;
    ``source`` names the documented behaviour (section of ``docs/parity.md``).
    """

    rule: Rule
    result: str
    reason: str
    source: str
    inputs: Mapping[str, Input] = field(default_factory=dict)
    refusal: Reason | None = None

    @property
    def refused(self) -> bool:
        """Whether the sign-in (or the operation) ends here."""
        return self.refusal is not None

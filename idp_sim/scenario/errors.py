"""What is wrong with a scenario, all of it."""

from __future__ import annotations

from collections.abc import Iterable


class ScenarioError(Exception):
    """A scenario can't be used. ``problems`` are sentences: ``file:line:column: path: what, and what was expected``."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

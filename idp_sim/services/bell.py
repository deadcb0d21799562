"""Waiting for something to arrive in a world, without polling."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from time import monotonic
from typing import TypeVar

from idp_sim.turns import waiting

#: The longest that anybody waits, in real seconds (product.md 6).
LONGEST_WAIT = 60.0

T = TypeVar("T")


class Bell:
    """Wakes those who wait for something in a world. ``elapsed`` is a clock of real seconds that never goes back."""

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        self._elapsed = elapsed
        self._changed = Condition()
        self._rung: dict[str, int] = {}  # per world: how often
        self._closed = False

    def ring(self, world: str) -> None:
        """Something happened in the world: who waits looks again."""
        with self._changed:
            self._rung[world] = self._rung.get(world, 0) + 1
            self._changed.notify_all()

    def close(self) -> None:
        """Answer everybody who waits, and nobody waits from now on: the server ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, world: str, look: Callable[[], list[T]], seconds: float) -> list[T]:
        """What ``look`` finds, as soon as it finds something; an empty list when the time is over."""
        deadline = self._elapsed() + min(seconds, LONGEST_WAIT)
        while True:
            with self._changed:
                seen = self._rung.get(world, 0)
            found = look()
            remaining = deadline - self._elapsed()
            if found or remaining <= 0 or self._closed:
                return found
            with waiting(), self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._rung.get(world, 0) != seen,  # noqa: B023
                    timeout=remaining,
                )

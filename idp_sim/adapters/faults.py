"""No fault is active: the place in which named faults will stand."""

from __future__ import annotations


class NoFaults:
    """``ports.Faults`` that never disturbs."""

    def active(self, world: str, place: str) -> str | None:
        """None: nothing is wrong at ``place``."""
        return None

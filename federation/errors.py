"""The only exception that leaves this package."""

from __future__ import annotations

from federation.reasons import Reason


class FederationError(Exception):
    """A refusal: one reason of the table, the values of its sentence, and a private detail.

    ``values`` fill the sentence that the other side may read; ``detail`` is for the log and the
    explanation only and never leaves the simulator's own pages.
    """

    def __init__(self, reason: Reason, /, *, detail: str = "", **values: object) -> None:
        self.reason = reason
        self.values = values
        self.detail = detail
        super().__init__(reason.name)

    @property
    def message(self) -> str:
        """The public sentence, without the ``AADSTS`` prefix."""
        return self.reason.sentence(**self.values)

    def __str__(self) -> str:
        return f"{self.reason.name}: {self.message}" + (f" ({self.detail})" if self.detail else "")

"""What ``policies/matrix`` answers."""

from __future__ import annotations

from typing import Literal

from idp_sim.control.messages import Message


class PolicyOutcome(Message):
    """What one policy does: ``applies``, ``does_not_apply``, ``depends_on`` (a signal not given) or ``not_enabled``."""

    id: str
    display_name: str
    state: str
    result: Literal["applies", "does_not_apply", "depends_on", "not_enabled"]
    stopped_by: str | None
    depends_on: list[str]
    controls: list[str]


class PolicyRow(Message):
    """One person, one application, one place: what all policies together say, and each by itself."""

    user: str
    application: str
    ip_address: str | None
    outcome: Literal["block", "demands", "nothing_demanded"]
    demands: list[str]
    policies: list[PolicyOutcome]


class PolicyGap(Message):
    """An external user whom no policy asks for multifactor authentication or blocks."""

    user: str
    application: str
    ip_address: str | None


class PolicyMatrix(Message):
    """Rows for people, applications and places, and the gaps among them."""

    tenant: str
    value: list[PolicyRow]
    gaps: list[PolicyGap]

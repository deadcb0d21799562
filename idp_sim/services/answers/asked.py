"""An answer with all that is needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federation.reasons import Reason
from idp_sim.services.inbox import Mailroom
from idp_sim.services.scene import Scene
from idp_sim.sign_in.model import SignInTransaction

#: The transaction after the answer, and what was wrong with it if the question must be asked again.
Taken = tuple[SignInTransaction, Reason | None]


@dataclass(frozen=True, kw_only=True)
class Asked(Scene):
    """One question and the answer to it, in its sign-in."""

    mailroom: Mailroom
    question: Any
    answer: Any

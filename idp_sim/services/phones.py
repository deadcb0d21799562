"""The simulated phones of a world: what reaches them, and what their owners answer (product.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import monotonic

from idp_sim.events import PhoneRang
from idp_sim.ports import WORLD_WIDE, Events, Storage, Unwatched
from idp_sim.services.bell import Bell
from idp_sim.world import Approval, PhoneMessage, PhoneMessageKind


class ApprovalRefused(Exception):
    """A push request can't be answered like that. ``code`` is a word for programs, the text is for people."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class Phones:
    """Stores what is sent and wakes those who wait for it. Numbers count up within a world."""

    def __init__(
        self, storage: Storage, *, events: Events | None = None, elapsed: Callable[[], float] = monotonic
    ) -> None:
        self._storage = storage
        self._events = events or Unwatched()
        self._bell = Bell(elapsed)

    def close(self) -> None:
        """Answer everybody who waits: the server ends."""
        self._bell.close()

    def forget(self, world: str) -> None:
        """The world was reset or deleted: who waits looks again."""
        self._bell.ring(world)

    def deliver(self, world: str, message: PhoneMessage) -> PhoneMessage:
        """Keep a message under the next number, in the caller's unit of work if there is one."""
        with self._storage.unit_of_work(world):
            newest = self._storage.find(world, WORLD_WIDE, PhoneMessage, limit=1, newest_first=True)
            message = replace(message, number=newest[0].number + 1 if newest else 1)
            self._storage.insert(world, WORLD_WIDE, message)
            self._events.publish(PhoneRang(world=world, number=message.number))
        self._bell.ring(world)
        return message

    def messages(self, world: str, *, user: str | None = None, after: int = 0, wait: float = 0.0) -> list[PhoneMessage]:
        """Messages numbered above ``after``, for that person if given, oldest first.

        ``user`` is a user principal name or the address that a guest signs in with. With ``wait`` (real seconds,
        60 at most) the answer comes as soon as there is one. NotFound when the world is unknown or gone.
        """
        return self._bell.wait(world, lambda: self._read(world, user, after), wait)

    def get(self, world: str, number: int) -> PhoneMessage:
        """The message; NotFound."""
        return self._storage.get(world, WORLD_WIDE, PhoneMessage, str(number))

    def decide(
        self, world: str, number: int, approval: Approval, *, matched: int | None, now: datetime
    ) -> PhoneMessage:
        """Answer a push request once. NotFound, ApprovalRefused.

        To approve, the number that the sign-in shows must be given; a wrong one denies the request for good.
        """
        wrong = False

        def change(message: PhoneMessage) -> PhoneMessage:
            nonlocal wrong
            _check_open(message, now)
            if approval is Approval.APPROVE and matched is None:
                raise ApprovalRefused("number_missing", "to approve, give the number that the sign-in page shows")
            wrong = approval is Approval.APPROVE and matched != message.match
            return replace(message, decision=Approval.DENY if wrong else approval, decided=now)

        decided = self._storage.update(world, WORLD_WIDE, PhoneMessage, str(number), change)
        self._bell.ring(world)
        if wrong:
            problem = f"{matched} is not the number that the sign-in page shows; the request is denied"
            raise ApprovalRefused("wrong_number", problem)
        return decided

    def _read(self, world: str, user: str | None, after: int) -> list[PhoneMessage]:
        # A write transaction although nothing is written: a delivery is announced before its unit of work
        # commits, and beginning one of our own waits for that.
        with self._storage.unit_of_work(world):
            if user is None:
                found = self._storage.find(world, WORLD_WIDE, PhoneMessage)
            else:
                name = user.strip().lower()
                by_number = {
                    message.number: message
                    for key in ("address", "user_principal_name")
                    for message in self._storage.find(world, WORLD_WIDE, PhoneMessage, **{key: name})
                }
                found = [by_number[number] for number in sorted(by_number)]
        return [message for message in found if message.number > after]


def state_of(message: PhoneMessage, now: datetime) -> str:
    """``sent`` for texts and calls; ``pending``, ``approved``, ``denied`` or ``expired`` for push requests."""
    if message.kind is not PhoneMessageKind.PUSH:
        return "sent"
    if message.decision is not None:
        return "approved" if message.decision is Approval.APPROVE else "denied"
    return "expired" if now >= message.expires else "pending"


def _check_open(message: PhoneMessage, now: datetime) -> None:
    if message.kind is not PhoneMessageKind.PUSH:
        problem = f"message {message.number} is a {message.kind.value} message; only push requests are answered"
        raise ApprovalRefused("not_a_push_request", problem)
    state = state_of(message, now)
    if state != "pending":
        problem = f"push request {message.number} is {state}; it can be answered once, until it expires"
        raise ApprovalRefused("already_answered" if message.decision else "expired", problem)

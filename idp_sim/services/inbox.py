"""Captured mail of a world: delivered here instead of being sent, and waited for without polling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from idp_sim.events import MailDelivered
from idp_sim.ports import WORLD_WIDE, Events, Storage, Unwatched
from idp_sim.services.bell import Bell
from idp_sim.world import Mail, MailNumber


class Mailroom:
    """Stores messages and wakes those who wait for one.

    Numbers count up within a world, also after ``empty``, so that ``after`` stays meaningful; a reset
    world begins again at 1. ``elapsed`` is a clock of real seconds that never goes back.
    """

    def __init__(
        self, storage: Storage, *, events: Events | None = None, elapsed: Callable[[], float] = monotonic
    ) -> None:
        self._storage = storage
        self._events = events or Unwatched()
        self._bell = Bell(elapsed)

    def close(self) -> None:
        """Answer everybody who waits, and nobody waits from now on: the server ends."""
        self._bell.close()

    def deliver(
        self,
        world: str,
        *,
        to: str,
        sender: str,
        subject: str,
        text: str,
        html: str,
        received: datetime,
        links: tuple[str, ...] = (),
        passcode: str | None = None,
        reply_to: str | None = None,
        cc: tuple[str, ...] = (),
    ) -> Mail:
        """Keep a message, in the caller's unit of work if there is one. ``links[0]`` is the mail's action."""
        with self._storage.unit_of_work(world):
            mail = Mail(
                number=self._next_number(world),
                to=to.lower(),
                sender=sender,
                subject=subject,
                text=text,
                html=html,
                received=received,
                links=links,
                passcode=passcode,
                reply_to=reply_to,
                cc=cc,
            )
            self._storage.insert(world, WORLD_WIDE, mail)
            self._events.publish(MailDelivered(world=world, number=mail.number))
        self._bell.ring(world)
        return mail

    def messages(self, world: str, *, to: str | None = None, after: int = 0, wait: float = 0.0) -> list[Mail]:
        """Messages numbered above ``after``, to that address if given, oldest first.

        With ``wait`` (real seconds, 60 at most) the answer comes as soon as there is one; an empty list
        when the time is over. NotFound when the world is unknown or deleted meanwhile.
        """
        return self._bell.wait(world, lambda: self._read(world, to, after), wait)

    def empty(self, world: str) -> None:
        """Throw all messages of a world away; numbers go on."""
        with self._storage.unit_of_work(world):
            self._storage.put(world, WORLD_WIDE, MailNumber(highest=self._next_number(world) - 1))
            self._storage.purge(world, WORLD_WIDE, Mail)

    def forget(self, world: str) -> None:
        """The world was reset or deleted: who waits looks again."""
        self._bell.ring(world)

    def _read(self, world: str, to: str | None, after: int) -> list[Mail]:
        where = {} if to is None else {"to": to.lower()}
        # A write transaction although nothing is written: a delivery is announced before its unit of work
        # commits, and beginning one of our own waits for that.
        with self._storage.unit_of_work(world):
            found = self._storage.find(world, WORLD_WIDE, Mail, **where)
        return [mail for mail in found if mail.number > after]

    def _next_number(self, world: str) -> int:
        newest = self._storage.find(world, WORLD_WIDE, Mail, limit=1, newest_first=True)
        if newest:
            return newest[0].number + 1
        before = self._storage.find(world, WORLD_WIDE, MailNumber, limit=1)
        return before[0].highest + 1 if before else 1

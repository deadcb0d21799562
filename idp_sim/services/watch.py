"""Turns events into notices for people, in a thread of its own: those who sign in never wait for a reader."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue

from federation.errors import FederationError
from idp_sim.events import Event, MailDelivered, Notice, PhoneRang, RequestRefused, SignInLogged
from idp_sim.ports import WORLD_WIDE, Context, NotFound, Ports
from idp_sim.services import sign_in_log
from idp_sim.services.worlds import Worlds
from idp_sim.world import Mail, PhoneMessage


class Watch:
    """A listener (``note``) and a loop (``follow``) that meet at a queue.

    ``detailed`` notices of sign-ins carry decisions and protocol messages; reading these costs more than all else.
    """

    def __init__(self, ports: Ports, worlds: Worlds, *, detailed: bool = True) -> None:
        self._detailed = detailed
        self._ports = ports
        self._worlds = worlds
        self._queue: SimpleQueue[Event | None] = SimpleQueue()

    def note(self, event: Event) -> None:
        """Remember an event for ``follow``; returns at once."""
        self._queue.put(event)

    def close(self) -> None:
        """Let ``follow`` return after what was noted before."""
        self._queue.put(None)

    def follow(self, show: Callable[[Notice], None]) -> None:
        """Hand every notice to ``show`` until ``close``."""
        while (event := self._queue.get()) is not None:
            if notice := self.notice(event):
                show(notice)

    def notice(self, event: Event) -> Notice | None:
        """The event in words; None when it was rolled back, or is told by another row of the same sign-in."""
        try:
            match event:
                case SignInLogged():
                    return self._sign_in(event)
                case MailDelivered():
                    return self._mail(event)
                case PhoneRang():
                    return self._phone(event)
                case RequestRefused():
                    return self._refusal(event)
        except NotFound:  # rolled back, or its world is gone
            return None

    def _sign_in(self, event: SignInLogged) -> Notice | None:
        ports, tenants = self._ports, self._worlds.tenants(event.world)
        # An event is published before its unit of work commits; beginning one of our own waits for that.
        with ports.storage.unit_of_work(event.world):
            if not sign_in_log.is_told(ports, event.world, event.tenant, event.id):
                return None
            entry = sign_in_log.entry(ports, event.world, tenants, event.id)
            decisions = sign_in_log.explanation(ports, event.world, tenants, event.id) if self._detailed else ()
        text = f"{entry.user or 'somebody unknown'} to {entry.application} ({entry.tenant})"
        if entry.error:
            code, name, message = entry.error
            text = f"{text}: {f'AADSTS{code} ' if code else ''}{name}: {message}"
        return Notice(
            world=event.world,
            instant=entry.created,
            kind="refused" if entry.error else "signed in",
            text=text,
            page=f"{ports.settings.base_url}/explain/{entry.id}{self._query(event.world)}",
            details=tuple(f"{d['tenant']}: {d['rule']} = {d['result']}: {d['reason']}" for d in decisions),
            messages=tuple(
                f"{message.tenant}: {message.protocol}, {message.name}: {message.sender} to {message.receiver}"
                for message in ports.journal.messages(event.world, entry.correlation_id)
                if self._detailed
            ),
        )

    def _mail(self, event: MailDelivered) -> Notice:
        with self._ports.storage.unit_of_work(event.world):
            mail = self._ports.storage.get(event.world, WORLD_WIDE, Mail, str(event.number))
        passcode = f", passcode {mail.passcode}" if mail.passcode else ""
        return Notice(
            world=event.world,
            instant=mail.received,
            kind="mail",
            text=f"to {mail.to}: {mail.subject}{passcode}",
            page=f"{self._ports.settings.base_url}/inbox{self._query(event.world)}",
            details=mail.links[:1],
        )

    def _phone(self, event: PhoneRang) -> Notice:
        with self._ports.storage.unit_of_work(event.world):
            message = self._ports.storage.get(event.world, WORLD_WIDE, PhoneMessage, str(event.number))
        said = f"code {message.code}" if message.code else f"push request {message.number}, number {message.match}"
        return Notice(
            world=event.world,
            instant=message.sent,
            kind="phone",
            text=f"{message.kind.value} to {message.address}: {said}",
            page=f"{self._ports.settings.base_url}/phone{self._query(event.world)}",
        )

    def _refusal(self, event: RequestRefused) -> Notice:
        number = f"AADSTS{event.code} " if event.code else ""
        return Notice(
            world=event.world,
            instant=event.instant,
            kind="refused",
            text=f"{number}{event.name}: {event.message}",
            page=f"{self._ports.settings.base_url}/error?code={event.code}" if event.code else "",
        )

    @staticmethod
    def _query(world: str) -> str:
        return "" if world == "default" else f"?world={world}"


def announce_refusal(ports: Ports, context: Context, error: FederationError) -> None:
    """Tell who watches that a request was refused outside of any sign-in."""
    reason = error.reason
    ports.events.publish(
        RequestRefused(
            world=context.world,
            instant=context.now,
            code=reason.number,
            name=reason.value.name,
            message=error.message,
        )
    )

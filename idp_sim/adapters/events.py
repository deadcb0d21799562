"""Who listens to the events of one simulator."""

from __future__ import annotations

import threading
from collections.abc import Callable

from idp_sim.events import Event


class Listeners:
    """``ports.Events``: calls every listener in the thread that publishes; a listener only takes note."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[Event], None], ...] = ()
        self._guard = threading.Lock()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``listener`` with every event until what is returned is called. It must neither wait nor raise."""
        with self._guard:
            self._listeners = (*self._listeners, listener)

        def end() -> None:
            with self._guard:
                self._listeners = tuple(known for known in self._listeners if known is not listener)

        return end

    def publish(self, event: Event) -> None:
        """Tell everybody; costs nothing while nobody listens."""
        for listener in self._listeners:
            listener(event)

"""Protocol messages of the newest sign-ins, in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

from idp_sim.ports import ProtocolMessage

#: How many sign-ins of a world are remembered.
SIGN_INS = 2000

#: How many messages of one sign-in; a client that repeats one correlation id for ever must not fill the memory.
MESSAGES = 500


class MemoryJournal:
    """``ports.Journal``: the oldest sign-in makes room for the newest."""

    def __init__(self, *, sign_ins: int = SIGN_INS, messages: int = MESSAGES) -> None:
        self._limits = (sign_ins, messages)
        self._worlds: dict[str, OrderedDict[str, list[ProtocolMessage]]] = {}
        self._guard = threading.Lock()

    def record(self, world: str, message: ProtocolMessage) -> None:
        """Keep it; a sign-in that has too many messages loses its oldest."""
        sign_ins, messages = self._limits
        with self._guard:
            known = self._worlds.setdefault(world, OrderedDict())
            kept = known.setdefault(message.correlation_id, [])
            kept.append(message)
            del kept[:-messages]
            if len(known) > sign_ins:
                known.popitem(last=False)

    def messages(self, world: str, correlation_id: str) -> list[ProtocolMessage]:
        """All that are kept of one sign-in, in order."""
        with self._guard:
            known = self._worlds.get(world)
            kept = list(known.get(correlation_id, ())) if known else []
        return sorted(kept, key=lambda message: message.order)

    def forget(self, world: str) -> None:
        """Drop all of a world."""
        with self._guard:
            self._worlds.pop(world, None)

"""Protocol messages of the newest sign-ins, in memory or in the world's storage."""

from __future__ import annotations

import threading
from collections import OrderedDict

from idp_sim.ports import WORLD_WIDE, NotFound, ProtocolMessage, Storage

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


class StoredJournal:
    """``ports.Journal`` that outlives the server; the same limits.

    A message that is noted inside a unit of work is gone if that fails.
    """

    def __init__(self, storage: Storage, *, sign_ins: int = SIGN_INS, messages: int = MESSAGES) -> None:
        self._storage = storage
        self._limits = (sign_ins, messages)
        self._counts: dict[str, OrderedDict[str, int]] = {}  # world -> messages of each sign-in, the oldest first
        self._guard = threading.Lock()  # never held while storage is asked

    def record(self, world: str, message: ProtocolMessage) -> None:
        """Keep it; NotFound when the world is gone."""
        if world not in self._counts:
            self._count(world)
        sign_in, oldest = message.correlation_id, None
        with self._guard:
            counts = self._counts.setdefault(world, OrderedDict())
            counts[sign_in] = counts.get(sign_in, 0) + 1
            too_many = counts[sign_in] > self._limits[1]
            if too_many:
                counts[sign_in] -= 1
            if len(counts) > self._limits[0]:
                oldest, _ = counts.popitem(last=False)
        with self._storage.unit_of_work(world):
            if too_many:
                first = self._storage.find(world, WORLD_WIDE, ProtocolMessage, limit=1, correlation_id=sign_in)
                for old in first:
                    self._storage.delete(world, WORLD_WIDE, ProtocolMessage, str(old.order))
            if oldest is not None:
                self._storage.purge(world, WORLD_WIDE, ProtocolMessage, correlation_id=oldest)
            self._storage.insert(world, WORLD_WIDE, message)

    def messages(self, world: str, correlation_id: str) -> list[ProtocolMessage]:
        """All that are kept of one sign-in, in order."""
        try:
            kept = self._storage.find(world, WORLD_WIDE, ProtocolMessage, correlation_id=correlation_id)
        except NotFound:
            return []
        return sorted(kept, key=lambda message: message.order)

    def forget(self, world: str) -> None:
        """The world was reset or is gone, and its messages with it: count anew."""
        with self._guard:
            self._counts.pop(world, None)

    def _count(self, world: str) -> None:
        counts: OrderedDict[str, int] = OrderedDict()
        for message in self._storage.find(world, WORLD_WIDE, ProtocolMessage):
            counts[message.correlation_id] = counts.get(message.correlation_id, 0) + 1
        with self._guard:
            self._counts.setdefault(world, counts)

"""What was made from stored records and is worth keeping, in memory, as long as the records are the same."""

from __future__ import annotations

import threading
from collections import OrderedDict

#: Things kept at once; the one that was not asked for longest goes first.
ROOM = 512


class MemoryShelf:
    """The ``Shelf`` port. Keys name the thing, revisions its state: another revision is another thing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[str, object]] = OrderedDict()

    def peek(self, key: tuple[str, ...], revision: str) -> object | None:
        """As ``Shelf.peek``."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != revision:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def keep(self, key: tuple[str, ...], revision: str, thing: object) -> None:
        """As ``Shelf.keep``."""
        with self._lock:
            self._kept[key] = (revision, thing)
            self._kept.move_to_end(key)
            while len(self._kept) > ROOM:
                self._kept.popitem(last=False)

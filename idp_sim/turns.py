"""Whose turn it is to work: of a server's many threads only a few do at once.

Only one thread runs Python at a time. Eight that all want to hand that right round more often than they use it:
for tokens over eight connections it cost a third of the server's CPU. Many threads are needed all the same, since a
request may wait for another one of this very server; who waits lets somebody else work.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_THREAD = threading.local()


class Turns:
    """``at_once`` turns, and for as long as work is stuck some more; a thread has one or none."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.Semaphore(at_once)
        self._extra = 0
        self._lent: dict[int, None] = {}
        self._guard = threading.Lock()

    def take(self) -> None:
        """Have a turn: the one that this thread has already, else the next free one."""
        if getattr(_THREAD, "turns", None) is self and not self._extra_taken_back():
            return
        self._free.acquire()
        _THREAD.turns = self

    def give_back(self) -> None:
        """Let another thread have this thread's turn, if it has one."""
        if getattr(_THREAD, "turns", None) is self:
            _THREAD.turns = None
            self._free.release()

    def one_more(self) -> None:
        """A turn beyond ``at_once``; the next thread that ends its work gives one up for it."""
        with self._guard:
            self._extra += 1
        self._free.release()

    def lend(self) -> bool:
        """Offer this thread's turn to whoever needs one before ``take_back``; False when it has none."""
        if getattr(_THREAD, "turns", None) is not self:
            return False
        self._lent[threading.get_ident()] = None
        return True

    def take_back(self) -> bool:
        """Whether the turn is still this thread's."""
        with self._guard:
            if threading.get_ident() in self._lent:
                del self._lent[threading.get_ident()]
                return True
        _THREAD.turns = None
        return False

    def hand_on(self) -> None:
        """Let another thread have a turn that is lent, if there is one."""
        if self._lent:
            with self._guard:
                if not self._lent:
                    return
                self._lent.popitem()
            self._free.release()

    def _extra_taken_back(self) -> bool:
        if not self._extra:
            return False
        with self._guard:
            if self._extra:
                self._extra -= 1
                return True
        return False


@contextmanager
def waiting() -> Iterator[None]:
    """While the body waits for something outside, another thread of the server may work.

    The thread goes on afterwards without a turn, so nobody waits twice; outside of a server nothing happens.
    """
    turns: Turns | None = getattr(_THREAD, "turns", None)
    if turns is not None:
        turns.give_back()
    yield

"""Connections to one world's database: who may use which connection when.

Measured with eight threads that do nothing but read and write (a third of it writes): several
connections to one memory database (``vfs=memdb``) block one another and poll, so the slowest call took
233 ms; one connection that is handed round took 2 ms at most. A world in memory therefore has one
connection, and is that connection. In a file's write-ahead log readers don't wait for the writer, so a
file has several; writers still queue here, since SQLite would let them poll for their turn.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from idp_sim.storage.places import Place

#: How long a call waits for its turn, in seconds.
PATIENCE = 10.0


class Busy(Exception):
    """No connection became free within ``PATIENCE``."""


class Closed(Exception):
    """The world was dropped meanwhile."""


class ConnectionPool:
    """Hands out connections, the last returned first, and never more than the place allows.

    ``opened`` is told whenever one more is open.
    """

    def __init__(self, place: Place, opened: Callable[[], None] = lambda: None) -> None:
        self._place = place
        self._opened = opened
        self.last_used = 0.0
        # A lock is a semaphore of one, in C: every read of a world in memory passes it.
        self._turns = threading.Lock() if place.connections == 1 else threading.Semaphore(place.connections)
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone; Busy, Closed."""
        if not self._turns.acquire(timeout=PATIENCE):
            raise Busy
        try:
            if self._closed:
                raise Closed
            self.last_used = monotonic()
            connection = self._idle_one() or self._new_one()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        finally:
            self._turns.release()

    @contextmanager
    def writer(self) -> Iterator[sqlite3.Connection]:
        """A connection for the one thread that writes; Busy, Closed."""
        with self._turn_to_write(), self.connection() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The only connection that is in use, for copying the whole database; Busy, Closed."""
        with self._turn_to_write(), self._turns_but(1), self.connection() as connection:
            yield connection

    @property
    def idle(self) -> int:
        """How many connections are open and not in use."""
        return len(self._idle)

    def close_idle(self) -> None:
        """Close those that are not in use; only where the database outlives them."""
        while connection := self._idle_one():
            connection.close()

    def close(self) -> None:
        """Wait until every connection is back, then close them; later calls get Closed."""
        with self._turn_to_write(), self._turns_but(0):
            self._closed = True
            self.close_idle()

    def _idle_one(self) -> sqlite3.Connection | None:
        try:
            return self._idle.pop()  # one step: asking first whether there is one would let another take it
        except IndexError:
            return None

    def _new_one(self) -> sqlite3.Connection:
        connection = self._place.connect()
        self._opened()
        return connection

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self._writing.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _turns_but(self, left: int) -> Iterator[None]:
        """Take every turn but ``left``; only who has the turn to write may, or two would take half each."""
        taken = 0
        try:
            for _ in range(self._place.connections - left):
                if not self._turns.acquire(timeout=PATIENCE):
                    raise Busy
                taken += 1
            yield
        finally:
            for _ in range(taken):
                self._turns.release()

"""Connections to one world's database: where it lives, and who may use a connection when.

Measured with eight threads that do nothing but read and write (a third of it writes): several
connections to one memory database (``vfs=memdb``) block one another and poll, so the slowest call took
233 ms; one connection that is handed round took 2 ms at most. A world in memory therefore has one
connection, and is that connection; a place whose readers do not wait for its writer may allow more.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

#: How long a call waits for its turn, in seconds.
PATIENCE = 10.0

_STATEMENTS = 256


class Busy(Exception):
    """No connection became free within ``PATIENCE``."""


class Closed(Exception):
    """The world was dropped meanwhile."""


class Place(Protocol):
    """Where a world's database lives."""

    connections: int

    def connect(self) -> sqlite3.Connection:
        """Open a connection that has no transaction of its own (``isolation_level`` None)."""


class MemoryPlace:
    """A database that lives as long as its one connection."""

    connections = 1

    def connect(self) -> sqlite3.Connection:
        """A new, empty database."""
        return sqlite3.connect(
            ":memory:",
            isolation_level=None,
            check_same_thread=False,  # the pool hands it to one thread at a time
            cached_statements=_STATEMENTS,
        )


class ConnectionPool:
    """Hands out connections, the last returned first, and never more than the place allows."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turns = threading.Semaphore(place.connections)
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
            connection = self._idle.pop() if self._idle else self._place.connect()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Wait until every connection is back, then close them; later calls get Closed."""
        for _ in range(self._place.connections):
            if not self._turns.acquire(timeout=PATIENCE):
                raise Busy
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        for _ in range(self._place.connections):
            self._turns.release()

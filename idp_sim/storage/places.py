"""Where worlds live: in memory, or in a folder (``storage.folder``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

#: Prepared statements that a connection remembers; there are some six for each record type.
STATEMENTS = 256


class Place(Protocol):
    """Where one world's database and the copy of it as it was made are kept."""

    connections: int
    lasting: bool  # whether another version of the simulator may find it

    def connect(self) -> sqlite3.Connection:
        """Open a connection that has no transaction of its own (``isolation_level`` None)."""

    def keep_pristine(self, connection: sqlite3.Connection) -> None:
        """Remember the database as it is now: all of it, or the copy from before stays."""

    @contextmanager
    def pristine(self) -> Iterator[sqlite3.Connection | None]:
        """The remembered database, or None."""

    def remove(self) -> None:
        """Forget database and copy; every connection is closed by now."""

    def close(self) -> None:
        """Release what is held besides connections."""


class Home(Protocol):
    """Where all worlds of a server are kept."""

    def worlds(self) -> list[str]:
        """Worlds that were kept from an earlier start."""

    def found(self, world: str) -> Place:
        """The place of a world that was kept."""

    def make(self, world: str) -> Place:
        """A new place; FileExistsError if there is one."""


class MemoryPlace:
    """A database that lives as long as its one connection."""

    connections = 1
    lasting = False

    def __init__(self) -> None:
        self._pristine: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        """A new, empty database."""
        return sqlite3.connect(
            ":memory:",
            isolation_level=None,
            check_same_thread=False,  # the pool hands it to one thread at a time
            cached_statements=STATEMENTS,
        )

    def keep_pristine(self, connection: sqlite3.Connection) -> None:
        """Copy into a second database."""
        copy = self._pristine or MemoryPlace.connect(self)
        connection.backup(copy)
        self._pristine = copy

    @contextmanager
    def pristine(self) -> Iterator[sqlite3.Connection | None]:
        """The copy, or None."""
        yield self._pristine

    def remove(self) -> None:
        """Nothing outlives the connections."""

    def close(self) -> None:
        """Let the copy go."""
        if self._pristine is not None:
            self._pristine.close()
            self._pristine = None


class MemoryHome:
    """Worlds that end with the process."""

    def worlds(self) -> list[str]:
        """None: nothing is kept."""
        return []

    def found(self, world: str) -> Place:
        """There is none."""
        raise FileNotFoundError(world)

    def make(self, world: str) -> Place:
        """A new database."""
        return MemoryPlace()

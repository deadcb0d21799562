"""Worlds in a folder: one below it for each, with the database and its copy as the scenario made it.

A world without that copy was never finished: the server ended while making it, and nobody was told of it. It
is swept away at the next start. A world goes by being renamed first, so that it is there or is not.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from idp_sim.storage.places import STATEMENTS, Place

DATABASE, PRISTINE = "world.sqlite3", "pristine.sqlite3"
_HALF_MADE, _DROPPED = ".half-made.sqlite3", ".dropped-"

#: How long SQLite waits for somebody outside of this process who looks at the file, in seconds.
_PATIENCE = 5.0


class FilePlace:
    """A world's database in a file, with a write-ahead log.

    ``synchronous=NORMAL``: what was committed survives the end of the process, whatever ended it; the last
    commits before a loss of power may be missing, none in part.
    """

    #: One that writes and some that read at the same time.
    connections = 4
    lasting = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def connect(self) -> sqlite3.Connection:
        """Open the file; an error if it is not there."""
        return _opened(self._folder / DATABASE)

    def keep_pristine(self, connection: sqlite3.Connection) -> None:
        """Copy into a file that takes its name once it is whole and on the disk."""
        half_made = self._folder / _HALF_MADE
        half_made.unlink(missing_ok=True)
        connection.execute("VACUUM INTO ?", (str(half_made),))
        with half_made.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(half_made, self._folder / PRISTINE)

    @contextmanager
    def pristine(self) -> Iterator[sqlite3.Connection | None]:
        """The copy, or None; to be read only."""
        if not (self._folder / PRISTINE).exists():
            yield None
            return
        with contextlib.closing(_connected(self._folder / PRISTINE, "ro")) as connection:
            yield connection

    def remove(self) -> None:
        """Rename the folder, then remove what is in it."""
        for number in itertools.count():
            away = self._folder.with_name(f"{_DROPPED}{number}-{self._folder.name}")
            if not away.exists():
                break
        os.replace(self._folder, away)
        shutil.rmtree(away, ignore_errors=True)

    def close(self) -> None:
        """Nothing is held."""


class FolderHome:
    """Worlds below ``folder``. Whoever makes this must be the only one who uses the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._sweep()

    def worlds(self) -> list[str]:
        """Worlds that are there, in no particular order."""
        return [unquote(entry.name) for entry in self._folder.iterdir() if (entry / PRISTINE).is_file()]

    def found(self, world: str) -> Place:
        """The place of a world that is there."""
        return FilePlace(self._folder / _file_name(world))

    def make(self, world: str) -> Place:
        """A new folder with an empty database; FileExistsError if there is one."""
        folder = self._folder / _file_name(world)
        folder.mkdir(mode=0o700)
        try:
            _connected(folder / DATABASE, "rwc").close()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return FilePlace(folder)

    def _sweep(self) -> None:
        for entry in self._folder.iterdir():
            if entry.is_dir() and (entry.name.startswith(_DROPPED) or not (entry / PRISTINE).is_file()):
                shutil.rmtree(entry, ignore_errors=True)


def _file_name(world: str) -> str:
    """A name that is nobody's parent and nothing hidden, whatever the world is called."""
    return quote(world, safe="").replace(".", "%2E")


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,  # the pool hands it to one thread at a time
        cached_statements=STATEMENTS,
    )


def _opened(file: Path) -> sqlite3.Connection:
    connection = _connected(file, "rw")
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection

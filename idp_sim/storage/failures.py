"""What SQLite and the file system say when a disk refuses, as the port's errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from idp_sim.ports import Conflict, StorageFull, StorageUnavailable

_FULL = "the disk that holds the data is full; nothing of this was kept. Make room and try again"

#: SQLite's error name up to its first underscore after ``SQLITE_`` -> what a person reads.
_SENTENCES = {
    "READONLY": "the data can't be written: the disk or the files are read-only",
    "CANTOPEN": "the data can't be opened; were files moved or made unreadable?",
    "PERM": "the data can't be opened: this account may not",
    "AUTH": "the data can't be opened: this account may not",
    "IOERR": "the disk that holds the data refused to read or write",
    "CORRUPT": "the data are damaged",
    "NOTADB": "the data are damaged: the file is no SQLite database",
}

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextmanager
def of_database(world: str) -> Iterator[None]:
    """Turn SQLite's errors within into StorageFull, StorageUnavailable or Conflict."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        kind = (getattr(error, "sqlite_errorname", None) or "").removeprefix("SQLITE_").partition("_")[0]
        if kind in ("BUSY", "LOCKED"):
            raise Conflict(f"world {world} stayed busy: another program holds its file") from error
        if kind == "FULL":
            raise StorageFull(f"world {world}: {_FULL}") from error
        if kind in _SENTENCES:
            raise StorageUnavailable(f"world {world}: {_SENTENCES[kind]} ({error})") from error
        raise


@contextmanager
def of_files(world: str) -> Iterator[None]:
    """Turn SQLite's and the file system's errors within into the port's; FileExistsError passes."""
    try:
        with of_database(world):
            yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull(f"world {world}: {_FULL}") from error
        raise StorageUnavailable(f"world {world}: {error.strerror or error} ({error.filename})") from error

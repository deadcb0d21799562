"""A file that one process at a time holds, and that says which; the system lets go of it when that process ends."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any


class Held(Exception):
    """Another process, or another server of this one, holds the lock; ``holder`` is what it says of itself."""

    def __init__(self, holder: dict[str, Any]) -> None:
        self.holder = holder
        super().__init__(str(holder))


class FolderLock:
    """Take it by making it; Held, OSError."""

    def __init__(self, file: Path) -> None:
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._handle)
        except BlockingIOError:
            holder = _said(self._handle)
            os.close(self._handle)
            raise Held(holder) from None
        except BaseException:
            os.close(self._handle)
            raise
        self.say()

    def say(self, **facts: str) -> None:
        """Let others know who holds the lock; the process id is always told."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, json.dumps({"pid": os.getpid(), **facts}).encode())

    def release(self) -> None:
        """Let go. The file stays: removing it would let two others lock two files of that name."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _said(handle: int) -> dict[str, Any]:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        said = json.loads(os.read(handle, 4096))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


if os.name == "nt":
    import msvcrt

    #: Locks keep others from reading there; what the holder says lies before it.
    _FAR_AWAY = 1 << 30

    def _lock(handle: int) -> None:
        os.lseek(handle, _FAR_AWAY, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""The folder of ``--data``: held by one server at a time, for nobody but its owner to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from idp_sim.adapters.folder_lock import FolderLock, Held
from idp_sim.adapters.user_files import private_folder
from idp_sim.options import CannotStart

LOCK, KEYS, WORLDS, GIT_IGNORE = "server.lock", "signing-keys.json", "worlds", ".gitignore"


class DataFolder:
    """What a server keeps: its worlds, its signing keys, and the lock that says that it is this server's.

    CannotStart when another server holds the folder or it can't be written; made with those above it if missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.usable():
            private_folder(path)
            empty = next(path.iterdir(), None) is None
            try:
                self._lock = FolderLock(path / LOCK)
            except Held as held:
                raise CannotStart(_held(path, held)) from None
        if empty:
            with self.usable(), self._held_until_it_works():
                # It often lies in a checkout, and holds keys and passwords.
                (path / GIT_IGNORE).write_text("*\n", encoding="utf-8")

    @property
    def worlds(self) -> Path:
        """Folder of the worlds."""
        return self.path / WORLDS

    @property
    def keys(self) -> Path:
        """File of the signing keys."""
        return self.path / KEYS

    def announce(self, url: str) -> None:
        """Tell those who find the folder held where its server is."""
        with self.usable():
            self._lock.say(url=url)

    def release(self) -> None:
        """Another server may have the folder now."""
        self._lock.release()

    @contextmanager
    def usable(self) -> Iterator[None]:
        """Turn errors of the file system within into CannotStart."""
        try:
            yield
        except OSError as error:
            raise CannotStart(
                f"The data folder '{self.path}' can't be used: {error.strerror or error}. "
                "Name another one with --data, or keep nothing with --in-memory."
            ) from error

    @contextmanager
    def _held_until_it_works(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._lock.release()
            raise


def _held(path: Path, held: Held) -> str:
    pid, url = held.holder.get("pid"), held.holder.get("url")
    who = "".join((f" (process {pid}" if pid else "", f" at {url}" if pid and url else "", ")" if pid else ""))
    return (
        f"The data folder '{path}' is held by another server{who}; stop that one, or name another folder with --data."
    )

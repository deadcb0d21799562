"""Worlds in files: found again after a restart, whole or not at all, and clear words when the disk refuses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp_sim.directory.model import User
from idp_sim.ports import AlreadyExists, Conflict, NotFound, StorageFull, StorageUnavailable
from idp_sim.storage import folder as folder_module
from idp_sim.storage import sqlite as sqlite_module
from idp_sim.storage.folder import DATABASE, PRISTINE, FilePlace, FolderHome
from idp_sim.storage.places import Place
from idp_sim.storage.sqlite import SqliteStorage

WORLD, TENANT = "default", "contoso"


def user(number: int, name: str = "x") -> User:
    return User(
        id=f"id-{number}",
        user_principal_name=f"user{number}@contoso.example",
        display_name=name,
        created=datetime(2026, 3, 1, tzinfo=UTC),
    )


@contextmanager
def opened(folder: Path) -> Iterator[SqliteStorage]:
    storage = SqliteStorage(home=FolderHome(folder))
    try:
        yield storage
    finally:
        storage.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one finished world that has one user, and another one by now."""
    path = tmp_path / "worlds"
    with opened(path) as storage:
        storage.create_world(WORLD)
        storage.insert(WORLD, TENANT, user(1))
        storage.mark_pristine(WORLD)
        storage.insert(WORLD, TENANT, user(2))
    return path


def test_what_was_written_is_there_after_a_restart_in_the_same_order(folder: Path) -> None:
    with opened(folder) as storage:
        assert storage.worlds() == [WORLD]
        assert storage.find(WORLD, TENANT, User) == [user(1), user(2)]
        with pytest.raises(AlreadyExists):
            storage.create_world(WORLD)


def test_a_world_can_be_restored_after_a_restart(folder: Path) -> None:
    for _ in range(2):
        with opened(folder) as storage:
            storage.insert(WORLD, TENANT, user(3))
            storage.restore_pristine(WORLD)
            assert storage.find(WORLD, TENANT, User) == [user(1)]
            storage.insert(WORLD, TENANT, user(2))


def test_a_world_that_was_never_finished_is_swept_away(folder: Path) -> None:
    with opened(folder) as storage:
        storage.create_world("half")
        storage.insert("half", TENANT, user(1))
    with opened(folder) as storage:
        assert storage.worlds() == [WORLD]
        storage.create_world("half")
        assert storage.find("half", TENANT, User) == []


def test_a_dropped_world_stays_gone_even_if_its_files_could_not_be_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module.shutil, "rmtree", lambda *_, **__: None)
    with opened(folder) as storage:
        storage.drop_world(WORLD)
        storage.create_world(WORLD)
        storage.mark_pristine(WORLD)
        storage.drop_world(WORLD)
    monkeypatch.undo()
    assert len(list(folder.iterdir())) == 2
    with opened(folder) as storage:
        assert storage.worlds() == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "a/b", "/etc", ".dropped-x", "Ä ö%2F", "con\x00"], ids=ascii)
def test_a_world_may_be_called_anything_and_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / "worlds") as storage:
        storage.create_world(name)
        storage.mark_pristine(name)
    assert [entry.name for entry in tmp_path.iterdir()] == ["worlds"]
    with opened(tmp_path / "worlds") as storage:
        assert storage.worlds() == [name]


def test_readers_do_not_wait_for_the_one_who_writes(folder: Path) -> None:
    with opened(folder) as storage, storage.unit_of_work(WORLD):
        storage.insert(WORLD, TENANT, user(3))
        seen: list[list[User]] = []
        reader = threading.Thread(target=lambda: seen.append(storage.find(WORLD, TENANT, User)))
        reader.start()
        reader.join(5)
        assert seen == [[user(1), user(2)]]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux shows them")
def test_many_worlds_keep_few_files_open_and_all_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "RESTING_WORLDS", 4)
    for _ in range(2):
        with opened(tmp_path / "worlds") as storage:
            for number in range(12):
                if str(number) not in storage.worlds():
                    storage.create_world(str(number))
                    storage.insert(str(number), TENANT, user(number))
                    storage.mark_pristine(str(number))
            open_files = {
                link.resolve() for link in Path("/proc/self/fd").iterdir() if link.resolve().suffix == ".sqlite3"
            }
            assert len(open_files) <= 5
            for number in range(12):
                assert storage.find(str(number), TENANT, User) == [user(number)]


# --- when the disk refuses ---------------------------------------------------------------------------


class Limited(FilePlace):
    """A place on a disk that is full, or cannot be written."""

    pragma = ""

    def connect(self) -> sqlite3.Connection:
        connection = super().connect()
        connection.execute(self.pragma)
        return connection


def limited(folder: Path, pragma: str) -> SqliteStorage:
    class Home(FolderHome):
        def found(self, world: str) -> Place:
            place = Limited(folder / world)
            place.pragma = pragma
            return place

    return SqliteStorage(home=Home(folder))


@pytest.mark.parametrize(
    ("pragma", "error", "sentence"),
    [
        pytest.param("PRAGMA max_page_count = 1", StorageFull, "the disk that holds the data is full", id="full"),
        pytest.param("PRAGMA query_only = ON", StorageUnavailable, "read-only", id="read-only"),
    ],
)
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda s, big: s.insert(WORLD, TENANT, big), id="insert"),
        pytest.param(lambda s, big: s.put(WORLD, TENANT, big), id="put"),
        pytest.param(
            lambda s, big: s.update(WORLD, TENANT, User, "id-1", lambda _: replace(big, id="id-1")), id="update"
        ),
    ],
)
def test_a_disk_that_refuses_is_said_and_keeps_nothing_of_the_unit_of_work(
    folder: Path, pragma: str, error: type[Exception], sentence: str, write: Callable[[SqliteStorage, User], object]
) -> None:
    big = user(3, "x" * 500_000)
    storage = limited(folder, pragma)
    try:

        def two_writes() -> None:
            with storage.unit_of_work(WORLD):
                storage.update(WORLD, TENANT, User, "id-2", lambda old: replace(old, display_name="half"))
                write(storage, big)

        with pytest.raises(error, match=sentence):
            two_writes()
        assert storage.find(WORLD, TENANT, User) == [user(1), user(2)]
    finally:
        storage.close()


def test_a_file_that_is_no_database_is_said_when_it_is_opened(folder: Path) -> None:
    (folder / WORLD / DATABASE).write_bytes(b"something else " * 1000)
    with pytest.raises(StorageUnavailable, match="world default: the data are damaged"):
        SqliteStorage(home=FolderHome(folder))


def test_a_missing_file_is_not_silently_made_anew(folder: Path) -> None:
    (folder / WORLD / DATABASE).unlink()
    with pytest.raises(StorageUnavailable, match="can't be opened"):
        SqliteStorage(home=FolderHome(folder))
    assert not (folder / WORLD / DATABASE).exists()


def test_another_program_that_holds_the_file_makes_it_busy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "_PATIENCE", 0.01)
    with opened(folder) as storage:
        other = sqlite3.connect(folder / WORLD / DATABASE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(Conflict, match="another program"):
                storage.insert(WORLD, TENANT, user(3))
        finally:
            other.close()
        storage.insert(WORLD, TENANT, user(3))


def test_a_copy_that_fails_half_way_leaves_the_one_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(folder) as storage:
        monkeypatch.setattr(folder_module.os, "fsync", refuse)
        with pytest.raises(StorageFull):
            storage.mark_pristine(WORLD)
        monkeypatch.undo()
        assert (folder / WORLD / PRISTINE).is_file()
        storage.restore_pristine(WORLD)
        assert storage.find(WORLD, TENANT, User) == [user(1)]


def test_a_world_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        raise OSError(28, "No space left on device")

    with opened(tmp_path / "worlds") as storage:
        monkeypatch.setattr(folder_module, "_opened", refuse)
        with pytest.raises(StorageFull):
            storage.create_world(WORLD)
        monkeypatch.undo()
        assert list((tmp_path / "worlds").iterdir()) == []
        with pytest.raises(NotFound):
            storage.find(WORLD, TENANT, User)
        storage.create_world(WORLD)

"""A database of an earlier version is brought up to date; one of a later version is refused with a sentence."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from idp_sim.storage.folder import DATABASE, PRISTINE, FolderHome
from idp_sim.storage.schema import Column, Table
from idp_sim.storage.sqlite import SqliteStorage
from idp_sim.storage.upgrade import NewerData, bring_up_to_date

WORLD, TENANT = "default", "contoso"


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Kite:
    """A record as the first version stored it."""

    id: str
    owner: str


class LaterColour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class LaterKite:
    """The same record later: a new field that has a default."""

    id: str
    owner: str
    colour: Colour = Colour.RED


@dataclass(frozen=True, kw_only=True)
class Tail:
    """A record type that came later."""

    id: str


# One and the same record in two versions has one name.
LaterKite.__name__ = "Kite"
LaterColour.__name__ = "Colour"

FIRST = (Table(Kite, "kite", attrgetter("id")),)
LATER = (
    Table(LaterKite, "kite", attrgetter("id"), (Column("owner", attrgetter("owner")),)),
    Table(Tail, "tail", attrgetter("id")),
)


def storage(folder: Path, tables: tuple[Table, ...]) -> SqliteStorage:
    return SqliteStorage(tables, FolderHome(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A world of the first version: one kite in its pristine copy, two in the world."""
    with closing(storage(tmp_path, FIRST)) as first:
        first.create_world(WORLD)
        first.insert(WORLD, TENANT, Kite(id="1", owner="dora"))
        first.mark_pristine(WORLD)
        first.insert(WORLD, TENANT, Kite(id="2", owner="emil"))
    return tmp_path


def test_records_of_an_older_file_are_read_found_by_new_columns_and_kept(folder: Path) -> None:
    for _ in range(2):
        with closing(storage(folder, LATER)) as later:
            assert later.find(WORLD, TENANT, LaterKite, owner="emil") == [LaterKite(id="2", owner="emil")]
            later.put(WORLD, TENANT, Tail(id="1"))
            assert later.find(WORLD, TENANT, Tail) == [Tail(id="1")]


def test_the_pristine_copy_of_an_older_file_is_upgraded_when_it_is_restored(folder: Path) -> None:
    with closing(storage(folder, LATER)) as later:
        later.restore_pristine(WORLD)
        assert later.find(WORLD, TENANT, LaterKite, owner="dora") == [LaterKite(id="1", owner="dora")]
        assert later.find(WORLD, TENANT, LaterKite, owner="emil") == []
        later.insert(WORLD, TENANT, Tail(id="1"))


def test_a_new_column_is_indexed(folder: Path) -> None:
    storage(folder, LATER).close()
    with closing(sqlite3.connect(folder / WORLD / DATABASE)) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM kite WHERE tenant = 'a' AND owner IS 'b'"
        ).fetchall()
    assert "USING INDEX" in plan[0][3]


@pytest.mark.parametrize(
    ("newer", "word"),
    [
        pytest.param(LATER, "Kite.colour", id="a field"),
        pytest.param((*FIRST, LATER[1]), "Tail.id", id="a record type"),
    ],
)
def test_a_newer_file_is_refused_and_left_as_it_is(folder: Path, newer: tuple[Table, ...], word: str) -> None:
    storage(folder, newer).close()
    files = [folder / WORLD / DATABASE, folder / WORLD / PRISTINE]
    before = [file.read_bytes() for file in files]
    with pytest.raises(NewerData) as refused:
        storage(folder, FIRST)
    assert "wrote them" in str(refused.value)
    assert word in str(refused.value)
    assert [file.read_bytes() for file in files] == before


def test_a_member_of_an_enumeration_that_we_do_not_know_is_newer_too(folder: Path) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Painted:
        id: str
        owner: str
        colour: LaterColour = LaterColour.BLUE

    Painted.__name__ = "Kite"
    Painted.__annotations__["colour"] = LaterColour
    storage(folder, (dataclasses.replace(LATER[0], record=Painted), LATER[1])).close()
    with pytest.raises(NewerData, match=r"Colour\.BLUE"):
        storage(folder, LATER)


# --- steps ---------------------------------------------------------------------------------------------


def first_step(database: Any) -> None:
    database.execute("UPDATE kite SET body = replace(body, 'dora', 'Dora')")


def second_step(database: Any) -> None:
    database.execute("UPDATE kite SET body = replace(body, 'Dora', 'Dora of the kites')")


def failing_step(database: Any) -> None:
    database.execute("UPDATE kite SET body = ''")
    raise ZeroDivisionError


def owners(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT owner FROM kite ORDER BY position")]


@pytest.fixture
def connection(folder: Path) -> Any:
    with closing(sqlite3.connect(folder / WORLD / DATABASE, isolation_level=None)) as connection:
        yield connection


def test_steps_are_taken_once_in_order_and_before_columns_are_filled(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection, LATER, (first_step,))
    assert owners(connection) == ["Dora", "emil"]
    for _ in range(2):
        bring_up_to_date(connection, LATER, (first_step, second_step))
    bodies = [row[0] for row in connection.execute("SELECT body FROM kite ORDER BY position")]
    assert b'"Dora of the kites"' in (bodies[0] if isinstance(bodies[0], bytes) else bodies[0].encode())


def test_a_step_that_fails_changes_nothing_and_is_taken_again(connection: sqlite3.Connection) -> None:
    with pytest.raises(ZeroDivisionError):
        bring_up_to_date(connection, LATER, (failing_step,))
    assert connection.execute("SELECT count(*) FROM kite WHERE body = ''").fetchone() == (0,)
    bring_up_to_date(connection, LATER, ())
    assert owners(connection) == ["dora", "emil"]


def test_a_file_that_has_had_a_step_which_we_do_not_know_is_newer(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection, LATER, (first_step,))
    with pytest.raises(NewerData, match="first_step"):
        bring_up_to_date(connection, LATER, ())


def test_a_new_database_has_all_steps_behind_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None)) as connection:
        bring_up_to_date(connection, LATER, (failing_step,))
        bring_up_to_date(connection, LATER, (failing_step,))

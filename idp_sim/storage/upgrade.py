"""Brings a database to what this version stores, and refuses one that a later version wrote.

A database remembers its *shape*: the columns it has, and the words that records in it may use (fields, members
of enumerations). Equal to ours: nothing to do, and nothing is imported. A word of which we know nothing: a later
version wrote it, and writing its records again would lose what they say. Else it is older, and gets:

1. the ``STEPS`` it has not had, for changes of meaning: a field renamed, a body rewritten;
2. what is missing of tables, columns and indexes, filled from the records. A new table, column or field with
   a default therefore needs no step.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

import idp_sim
from idp_sim.storage.schema import Table
from idp_sim.storage.shape import Shape, shape_of

#: Takes sqlite-utils' ``Database`` inside a transaction.
Step = Callable[[Any], None]

#: In order. Files that have had a step remember its name: never edit, rename or remove one, only add.
STEPS: tuple[Step, ...] = ()

_OURS = "idp_sim"


class NewerData(Exception):
    """The data were written by a ``version`` that knows more; ``unknown`` are the words of it."""

    def __init__(self, version: str, unknown: tuple[str, ...]) -> None:
        self.version, self.unknown = version, unknown
        super().__init__(
            f"idp-sim {version} wrote them and they hold {', '.join(unknown[:3])}, "
            f"which this one ({idp_sim.__version__}) does not know"
        )


def bring_up_to_date(
    connection: sqlite3.Connection, tables: tuple[Table, ...], steps: tuple[Step, ...] = STEPS
) -> None:
    """Make the database one of this version; NewerData. An empty one gets everything.

    An end of the process in between leaves a database that the next call finishes.
    """
    ours = shape_of(tables, tuple(step.__name__ for step in steps))
    version, found = _remembered(connection)
    if found == ours:
        return
    unknown = found.steps - ours.steps
    if not unknown and found.steps == ours.steps:  # steps that are to come may explain words that are gone
        unknown = found.words - ours.words
    if unknown:
        raise NewerData(version, tuple(sorted(unknown)))
    from sqlite_utils import Database

    if found.columns:
        _take(steps, Database(connection))
    connection.execute("BEGIN IMMEDIATE")
    try:
        complete(connection, tables)
        _remember(connection, ours)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _remembered(connection: sqlite3.Connection) -> tuple[str, Shape]:
    """Who wrote the database last, and its shape; an empty shape for an empty database."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_OURS,)).fetchone():
        return "", Shape()
    kept = dict(connection.execute(f"SELECT name, value FROM [{_OURS}]"))  # noqa: S608
    return kept["version"], Shape.from_json(json.loads(kept["shape"]))


def _remember(connection: sqlite3.Connection, shape: Shape) -> None:
    connection.execute(f"CREATE TABLE IF NOT EXISTS [{_OURS}] (name TEXT PRIMARY KEY, value TEXT)")
    rows = [("version", idp_sim.__version__), ("shape", json.dumps(shape.to_json()))]
    connection.executemany(f"INSERT OR REPLACE INTO [{_OURS}] VALUES (?, ?)", rows)  # noqa: S608


def _take(steps: Iterable[Step], database: Any) -> None:
    """The steps that the database has not had; each is one transaction, with the note that it was taken."""
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(_OURS)
    for step in steps:
        migrations(name=step.__name__)(step)
    migrations.apply(database)


def complete(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Make what is missing of tables, columns and indexes.

    ``position`` keeps the order of insertion; record values are compared in their indexed columns and
    read from ``body``, so that a new attribute of a record needs no change here.
    """
    from sqlite_utils import Database  # late: 45 ms of imports that nothing else needs

    database = Database(connection)
    there = set(database.table_names())
    for table in tables:
        made = database.table(table.name)
        if table.name not in there:
            columns: dict[str, Any] = {"position": int, "tenant": str, "key": str}
            columns.update((column.name, str) for column in table.columns)
            made.create({**columns, "body": bytes}, pk="position", not_null={"tenant", "key", "body"})
            made.create_index(["tenant", "key"], unique=True)
            missing = table.columns
        else:
            missing = tuple(c for c in table.columns if c.name not in made.columns_dict)
            _add_columns(database, table, missing)
        for column in missing:
            made.create_index(["tenant", column.name], unique=column.unique)
        if table.paged:
            made.create_index(["tenant"], if_not_exists=True)  # followed by the position, as every index is


def _add_columns(database: Any, table: Table, missing: tuple[Any, ...]) -> None:
    """Add columns and fill them from the records."""
    from idp_sim.storage.codec import column_value, decode

    if not missing:
        return
    for column in missing:
        database.table(table.name).add_column(column.name, str)
    changes = ", ".join(f"[{column.name}] = ?" for column in missing)
    for position, body in database.conn.execute(f"SELECT position, body FROM [{table.name}]").fetchall():  # noqa: S608
        record = decode(body, table.record)
        values = [column_value(column.read(record)) for column in missing]
        database.conn.execute(f"UPDATE [{table.name}] SET {changes} WHERE position = ?", [*values, position])  # noqa: S608

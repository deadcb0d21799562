"""The empty database that every new world is a copy of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from idp_sim.storage.schema import Table


def create_schema(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Create a table and its indexes for each row.

    ``position`` keeps the order of insertion; record values are compared in their indexed columns and
    read from ``body``, so that a new attribute of a record needs no change here.
    """
    from sqlite_utils import Database  # late: 45 ms of imports that nothing else needs

    database = Database(connection)
    for table in tables:
        columns: dict[str, Any] = {"position": int, "tenant": str, "key": str}
        columns.update((column.name, str) for column in table.columns)
        made = database.table(table.name).create(
            {**columns, "body": bytes}, pk="position", not_null={"tenant", "key", "body"}
        )
        made.create_index(["tenant", "key"], unique=True)
        for column in table.columns:
            made.create_index(["tenant", column.name], unique=column.unique)

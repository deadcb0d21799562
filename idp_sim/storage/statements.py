"""The SQL of one record type, written once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

from idp_sim.storage.codec import column_value
from idp_sim.storage.schema import Table


class Statements:
    """Statement texts and parameters for a row of ``schema.TABLES``.

    Names come from the table alone, never from a caller, and values are always bound. ``IS`` compares
    None like any other value.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._columns = frozenset(column.name for column in table.columns)
        names = ["tenant", "key", *(column.name for column in table.columns), "body"]
        quoted = ", ".join(f"[{name}]" for name in names)
        marks = ", ".join("?" for _ in names)
        changes = ", ".join(f"[{name}] = excluded.[{name}]" for name in names[2:])
        self.get = f"SELECT body FROM [{table.name}] WHERE tenant = ? AND key = ?"  # noqa: S608
        self.insert = f"INSERT INTO [{table.name}] ({quoted}) VALUES ({marks})"  # noqa: S608
        self.put = f"{self.insert} ON CONFLICT (tenant, key) DO UPDATE SET {changes}"
        self.delete = f"DELETE FROM [{table.name}] WHERE tenant = ? AND key = ?"  # noqa: S608
        self.replace = (
            f"UPDATE [{table.name}] SET {', '.join(f'[{name}] = ?' for name in names[2:])} "  # noqa: S608
            "WHERE tenant = ? AND key = ?"
        )
        self.find = lru_cache(maxsize=64)(self._find)
        self.purge = lru_cache(maxsize=64)(self._purge)

    @cached_property
    def label(self) -> str:
        """What a message calls the record type."""
        return self.table.record.__name__

    def key_of(self, record: object) -> str:
        """The key of a record as it is stored."""
        return str(self.table.key(record))

    def values(self, record: object, body: bytes) -> list[Any]:
        """What follows tenant and key: the indexed columns and the body."""
        return [*(column_value(column.read(record)) for column in self.table.columns), body]

    def _find(self, where: tuple[str, ...], newest_first: bool, limited: bool) -> str:
        text = f"SELECT body FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608
        order = " ORDER BY position DESC" if newest_first else " ORDER BY position"
        return text + order + (" LIMIT ?" if limited else "")

    def _purge(self, where: tuple[str, ...]) -> str:
        return f"DELETE FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608

    def _conditions(self, where: Iterable[str]) -> str:
        unknown = [name for name in where if name not in self._columns]
        if unknown:
            raise ValueError(
                f"{self.label} can't be found by {', '.join(unknown)}; "
                f"expected one of: {', '.join(sorted(self._columns)) or 'nothing'}"
            )
        return "".join(f" AND [{name}] IS ?" for name in where)

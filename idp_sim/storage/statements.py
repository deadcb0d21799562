"""The SQL of one record type, written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from idp_sim.ports import Range
from idp_sim.storage.codec import column_value
from idp_sim.storage.schema import Table

#: One condition as far as its text goes: the column, and whether it is bounded below and above (None: equal).
Condition = tuple[str, tuple[bool, bool] | None]


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
        self.page = lru_cache(maxsize=64)(self._page)
        self.count = lru_cache(maxsize=64)(self._count)
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

    def _find(self, where: tuple[Condition, ...], newest_first: bool, limited: bool) -> str:
        text = f"SELECT body FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608
        order = " ORDER BY position DESC" if newest_first else " ORDER BY position"
        return text + order + (" LIMIT ?" if limited else "")

    def _page(self, where: tuple[Condition, ...], column: str | None, descending: bool, after: str) -> str:
        """``after`` is ``start``, ``value`` or ``nothing``: what stands in the column at the place to go on from."""
        self._known([column] if column else [])
        read = f"position, {f'[{column}]' if column else 'NULL'}, body"
        text = f"SELECT {read} FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608
        if after != "start":
            text += f" AND {_beyond(column, descending, after)}"
        direction = " DESC" if descending else ""
        order = f"[{column}]{direction}, position{direction}" if column else f"position{direction}"
        return f"{text} ORDER BY {order} LIMIT ?"

    def _count(self, where: tuple[Condition, ...]) -> str:
        return f"SELECT count(*) FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608

    def _purge(self, where: tuple[Condition, ...]) -> str:
        return f"DELETE FROM [{self.table.name}] WHERE tenant = ?{self._conditions(where)}"  # noqa: S608

    def _conditions(self, where: tuple[Condition, ...]) -> str:
        self._known(name for name, _ in where)
        return "".join(_condition(name, bounds) for name, bounds in where)

    def _known(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self._columns]
        if unknown:
            raise ValueError(
                f"{self.label} can't be found by {', '.join(unknown)}; "
                f"expected one of: {', '.join(sorted(self._columns)) or 'nothing'}"
            )


def conditions(where: Mapping[str, object]) -> tuple[tuple[Condition, ...], list[Any]]:
    """The texts' part and the values of what is asked for."""
    asked: list[Condition] = []
    values: list[Any] = []
    for name, value in where.items():
        if isinstance(value, Range):
            asked.append((name, (value.at_least is not None, value.below is not None)))
            values += [bound for bound in (value.at_least, value.below) if bound is not None]
        else:
            asked.append((name, None))
            values.append(column_value(value))
    return tuple(asked), values


def _condition(name: str, bounds: tuple[bool, bool] | None) -> str:
    if bounds is None:
        return f" AND [{name}] IS ?"
    return (f" AND [{name}] >= ?" if bounds[0] else "") + (f" AND [{name}] < ?" if bounds[1] else "")


def _beyond(column: str | None, descending: bool, after: str) -> str:
    """What comes later in the order than a place. Rows without a value are first, or last backwards."""
    sign = "<" if descending else ">"
    if column is None:
        return f"position {sign} ?"
    if after == "nothing":
        rest = "" if descending else f" OR [{column}] IS NOT NULL"
        return f"([{column}] IS NULL AND position {sign} ?{rest})"
    beyond = f"([{column}], position) {sign} (?, ?)"
    return f"({beyond} OR [{column}] IS NULL)" if descending else beyond

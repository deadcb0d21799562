"""What a database of this version can hold, as values that compare: columns, words of the records, steps taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from idp_sim.storage.schema import Table


@dataclass(frozen=True)
class Shape:
    """``words`` are the fields of all stored records and the members of their enumerations."""

    columns: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, list[str]]:
        """As it is kept."""
        return {"columns": sorted(self.columns), "words": sorted(self.words), "steps": sorted(self.steps)}

    @classmethod
    def from_json(cls, value: dict[str, list[str]]) -> Shape:
        """What ``to_json`` gave."""
        return cls(**{name: frozenset(values) for name, values in value.items()})


@cache
def shape_of(tables: tuple[Table, ...], steps: tuple[str, ...]) -> Shape:
    """The shape of a database with these tables that has had these steps."""
    columns = {f"{table.name}.{name}" for table in tables for name in ("key", *(c.name for c in table.columns))}
    seen: set[Any] = set()
    words = {word for table in tables for word in _words(table.record, seen)}
    return Shape(frozenset(columns), frozenset(words), frozenset(steps))


def _words(kind: Any, seen: set[Any]) -> Iterator[str]:
    """Fields of a record and of all that is within it."""
    if kind in seen:
        return
    seen.add(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        yield from (f"{kind.__name__}.{name}" for name in hints)
        yield from _within(hints.values(), seen)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from (f"{kind.__name__}.{member.name}" for member in kind)
    else:
        yield from _within(get_args(kind), seen)


def _within(kinds: Iterable[Any], seen: set[Any]) -> Iterator[str]:
    for kind in kinds:
        yield from _words(kind, seen)

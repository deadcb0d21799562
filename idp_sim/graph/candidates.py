"""Which records a list has to look at: storage finds those of an indexed property by itself.

Only what every match must satisfy is pushed down: an ``eq`` or ``in`` that stands alone or under ``and``. The
filter itself runs over what was found, so that the result is the same with and without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from idp_sim.graph.filter import Both, Comparison, Expression, OneOf
from idp_sim.graph.resource import Call
from idp_sim.ports import NotFound

R = TypeVar("R")

#: The column name that stands for the record's key.
KEY = "id"
#: How a column keeps its values, if not in lower case.
_STORED: Mapping[str, Callable[[str], str]] = {"user_type": str.capitalize}


def candidates(call: Call, record: type[R], indexes: Mapping[str, str]) -> list[R]:
    """Records of the tenant that can pass the filter; ``indexes`` gives the column of a property."""
    for path, values in _necessary(call.query.filter):
        column = indexes.get(path)
        if column == KEY:
            return _by_key(call, record, values)
        if column is not None:
            found: list[R] = []
            for value in dict.fromkeys(_STORED.get(column, str.lower)(value) for value in values):
                found += call.ports.storage.find(call.world, call.tenant, record, **{column: value})
            return found
    return call.ports.storage.find(call.world, call.tenant, record)


def _by_key(call: Call, record: type[R], values: tuple[Any, ...]) -> list[R]:
    found = []
    for value in dict.fromkeys(str(value).lower() for value in values):
        try:
            found.append(call.ports.storage.get(call.world, call.tenant, record, value))
        except NotFound:
            continue
    return found


def _necessary(expression: Expression | None) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(expression, Both):
        yield from _necessary(expression.left)
        yield from _necessary(expression.right)
    elif isinstance(expression, Comparison) and expression.operator == "eq" and isinstance(expression.value, str):
        yield expression.path, (expression.value,)
    elif isinstance(expression, OneOf) and all(isinstance(value, str) for value in expression.values):
        yield expression.path, expression.values

"""Records that storage narrows, sorts and pages by itself, so that a page costs a page.

Only what every match must satisfy is pushed down: comparisons of indexed properties that stand alone or under
``and``. The filter itself runs over what was found, so that the result is the same with and without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from idp_sim.graph.filter import Both, Comparison, Expression, OneOf
from idp_sim.graph.resource import Call, Resource, sortable
from idp_sim.ports import NotFound, Place, Range

Test = Callable[[Any], bool]

#: The column name that stands for the record's key.
KEY = "id"
#: Columns that keep a value as it is written, not in lower case.
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "user_type": ("Member", "Guest"),
    "external_user_state": ("PendingAcceptance", "Accepted"),
}
#: Columns that mark the few records of which a property is false.
_MARKS_FALSE = frozenset({"blocked"})
#: The last character there is: behind every text that goes on from a beginning.
_LAST = "\U0010ffff"
#: Records read at once when the filter has to look at each: the first time, and at most.
_FIRST_BATCH, _LARGEST_BATCH = 200, 5000


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Records of a tenant that are read when they are asked for.

    ``where`` is what storage narrows by; ``exact`` when that is all of the filter. ``keep`` says which of them
    belong to the collection at all, ``seen_as`` what each is turned into before it is tested.
    """

    call: Call
    record: type
    where: Mapping[str, object]
    columns: Mapping[str, str]
    exact: bool
    keep: Test | None = None
    seen_as: Callable[[Any], Any] | None = None

    def only(self, keep: Test) -> Stored:
        """Those that pass a test."""
        return replace(self, keep=keep, exact=False)

    def __iter__(self) -> Iterator[Any]:
        call = self.call
        found = call.ports.storage.find(call.world, call.tenant, self.record, **self.where)
        seen = found if self.seen_as is None else map(self.seen_as, found)
        return iter(seen if self.keep is None else filter(self.keep, seen))

    def sorted_by(self, resource: Resource) -> tuple[str | None, bool] | None:
        """Column and direction that storage can sort by as the query asks; None if it cannot."""
        wanted = self.call.query.order_by
        if wanted is None:
            return None, resource.newest_first
        column = self.columns.get(wanted.name)
        return None if column in (None, KEY, *_MARKS_FALSE) else (column, wanted.descending)

    def walk(
        self, column: str | None, *, descending: bool, after: Place | None, wanted: int, test: Test | None
    ) -> Iterator[tuple[Place, Any]]:
        """Places and records beyond ``after`` that pass, in order; ``wanted`` tells how many may be enough."""
        call, size = self.call, wanted if self.exact else max(wanted, _FIRST_BATCH)
        while True:
            batch = call.ports.storage.page(
                call.world,
                call.tenant,
                self.record,
                limit=size,
                order_by=column,
                descending=descending,
                after=after,
                **self.where,
            )
            for place, found in batch:
                record = found if self.seen_as is None else self.seen_as(found)
                if (self.keep is None or self.keep(record)) and (test is None or test(record)):
                    yield place, record
            if len(batch) < size:
                return
            after, size = batch[-1][0], min(4 * size, _LARGEST_BATCH)

    def count(self, test: Test | None) -> int:
        """How many pass."""
        if self.exact or (self.keep is None and test is None):
            call = self.call
            return call.ports.storage.count(call.world, call.tenant, self.record, **self.where)
        return sum(1 for record in self if test is None or test(record))


def stored(call: Call, record: type, indexes: Mapping[str, str]) -> Stored | list[Any]:
    """Records of the tenant that can pass the filter; ``indexes`` gives the column of a property."""
    where: dict[str, object] = {}
    exact = call.query.search is None and not call.cast
    for part in _conjunction(call.query.filter):
        column = indexes.get(part.path) if isinstance(part, (Comparison, OneOf)) else None
        if column == KEY and (keys := _keys(part)):
            return _by_key(call, record, keys)
        if isinstance(part, OneOf) and column is not None and column not in (*_WRITTEN, *_MARKS_FALSE):
            return _one_of(call, record, column, part)
        pushed = _condition(part, column) if isinstance(part, Comparison) and column else None
        if pushed is None or column is None or column in where:
            exact = False
        else:
            where[column] = pushed
    return Stored(call=call, record=record, where=where, columns=indexes, exact=exact)


def _conjunction(expression: Expression | None) -> Iterator[Expression]:
    if isinstance(expression, Both):
        yield from _conjunction(expression.left)
        yield from _conjunction(expression.right)
    elif expression is not None:
        yield expression


def _condition(part: Comparison, column: str) -> str | Range | None:
    """The comparison as storage makes it, or None where it cannot."""
    value = part.value
    if column in _MARKS_FALSE:
        return "yes" if part.operator == "eq" and value is False else None
    if isinstance(value, datetime) or (isinstance(value, str) and value):
        text = str(sortable(value))
        if column in _WRITTEN:
            written = next((w for w in _WRITTEN[column] if w.lower() == text), text)
            return written if part.operator == "eq" else None
        match part.operator:
            case "eq":
                return text
            case "ge":
                return Range(at_least=text)
            case "le":
                return Range(at_least="", below=f"{text}\0")
            case "startsWith":
                return Range(at_least=text, below=text + _LAST)
    return None


def _keys(part: Expression) -> tuple[str, ...]:
    if isinstance(part, Comparison) and part.operator == "eq" and isinstance(part.value, str):
        return (part.value,)
    if isinstance(part, OneOf) and all(isinstance(value, str) for value in part.values):
        return tuple(str(value) for value in part.values)
    return ()


def _by_key(call: Call, record: type, values: tuple[str, ...]) -> list[Any]:
    found = []
    for value in dict.fromkeys(value.lower() for value in values):
        try:
            found.append(call.ports.storage.get(call.world, call.tenant, record, value))
        except NotFound:
            continue
    return found


def _one_of(call: Call, record: type, column: str, part: OneOf) -> Stored | list[Any]:
    found: list[Any] = []
    for value in dict.fromkeys(str(sortable(value)) for value in part.values):
        found += call.ports.storage.find(call.world, call.tenant, record, **{column: value})
    return found

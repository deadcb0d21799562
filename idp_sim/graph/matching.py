"""Whether a record passes a filter: the expression checked against the property table, then a predicate."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import AnyItem, Both, Comparison, Either, Expression, Literal, Not, OneOf, paths
from idp_sim.graph.resource import Property, Resource, Type

Predicate = Callable[[Any], bool]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "le": operator.le,
    "startsWith": lambda value, start: isinstance(value, str) and value.startswith(start),
    "endsWith": lambda value, end: isinstance(value, str) and value.endswith(end),
}

#: What a literal must be for a property's type.
_LITERAL: Mapping[Type, type] = {
    Type.STRING: str,
    Type.BOOLEAN: bool,
    Type.DATE_TIME: datetime,
    Type.INTEGER: int,
}

#: Operators inside ``any``, and those that need an advanced query there.
_INSIDE_ANY = frozenset({"eq", "ge", "le", "startsWith"})
_INSIDE_ANY_ADVANCED = frozenset({"endsWith"})


def predicate(expression: Expression, resource: Resource, version: str, *, advanced: bool = False) -> Predicate:
    """A test of records; GraphError names an unknown property, an operator it lacks, or a wrong literal.

    ``advanced`` tells whether the request may use what only advanced queries can.
    """
    return _Reader(resource, version, advanced).read(expression)


@dataclass(frozen=True)
class _Reader:
    resource: Resource
    version: str
    advanced: bool

    def read(self, expression: Expression) -> Predicate:
        match expression:
            case Both(left, right):
                first, second = self.read(left), self.read(right)
                return lambda record: first(record) and second(record)
            case Either(left, right):
                first, second = self.read(left), self.read(right)
                return lambda record: first(record) or second(record)
            case Not(inner):
                return self._negated(inner)
            case AnyItem():
                return self._any_item(expression)
            case _:
                return self._compared(expression)

    def _negated(self, inner: Expression) -> Predicate:
        self._need_advanced("not")
        for path in paths(inner):
            found = _property(path, self.resource, self.version)
            if not found.advanced & {"ne", "not"}:
                raise _unsupported(self.resource, found.name, "operator 'not' is not supported for it")
        passes = self.read(inner)
        return lambda record: not passes(record)

    def _compared(self, expression: Comparison | OneOf) -> Predicate:
        if expression.path.endswith("/$count"):
            return self._counted(expression)
        found = _property(expression.path, self.resource, self.version)
        wanted = "in" if isinstance(expression, OneOf) else expression.operator
        if isinstance(expression, Comparison) and expression.value is None and found.operators:
            self._need_advanced(f"{wanted} null")
            read, equal = found.read, wanted == "eq"
            return lambda record: (read(record) is None) is equal
        if wanted not in found.operators:
            if wanted not in found.advanced:
                raise _unsupported(self.resource, found.name, f"operator '{wanted}' is not supported for it")
            self._need_advanced(wanted)
        return _comparison(expression, found, self.resource)

    def _counted(self, expression: Comparison | OneOf) -> Predicate:
        """``collection/$count eq 0``: whether it is empty, or has one item (graph-api 2.2)."""
        self._need_advanced("$count")
        found = _property(expression.path.removesuffix("/$count"), self.resource, self.version)
        if "any" not in found.operators:
            raise _unsupported(self.resource, found.name, "it is not a collection that can be counted")
        if not isinstance(expression, Comparison) or expression.value not in (0, 1) or expression.operator == "ge":
            raise _unsupported(self.resource, found.name, "$count can be compared by eq and ne with 0 and 1")
        read, number, equal = found.read, expression.value, expression.operator == "eq"
        return lambda record: (len(read(record)) == number) is equal

    def _any_item(self, expression: AnyItem) -> Predicate:
        found = _property(expression.path, self.resource, self.version)
        if "any" not in found.operators:
            raise _unsupported(self.resource, found.name, "it is not a collection that can be filtered")
        inner = self._item(expression.expression, expression.variable, found)
        return lambda record: any(inner(item) for item in found.read(record))

    def _item(self, expression: Expression, variable: str, found: Property) -> Predicate:
        if isinstance(expression, (Both, Either)):
            left = self._item(expression.left, variable, found)
            right = self._item(expression.right, variable, found)
            if isinstance(expression, Both):
                return lambda item: left(item) and right(item)
            return lambda item: left(item) or right(item)
        if not isinstance(expression, Comparison) or expression.operator not in _INSIDE_ANY | _INSIDE_ANY_ADVANCED:
            expected = "inside any only eq, ge, le, startsWith, endsWith, 'and' and 'or' are supported"
            raise _unsupported(self.resource, found.name, expected)
        if expression.operator in _INSIDE_ANY_ADVANCED:
            self._need_advanced(expression.operator)
        start, _, member = expression.path.partition("/")
        if start != variable or bool(member) is (found.type is Type.STRINGS):
            raise _unsupported(self.resource, found.name, f"'{expression.path}' does not name an item of it")
        if not isinstance(expression.value, str):
            raise _unsupported(self.resource, found.name, "the value must be a string")
        compare, literal = _COMPARE[expression.operator], expression.value.lower()

        def passes(item: Any) -> bool:
            value = _comparable(item.get(member) if member else item)
            return value is not None and compare(value, literal)

        return passes

    def _need_advanced(self, operator_name: str) -> None:
        if not self.advanced and self.resource.directory_object:
            raise GraphError(Problem.FILTER_ADVANCED, operator=operator_name)


def _property(path: str, resource: Resource, version: str) -> Property:
    for known in resource.known(version):
        if known.name == path:
            return known
    raise GraphError(Problem.FILTER_PROPERTY_UNKNOWN, property=path, type=resource.type_name)


def _unsupported(resource: Resource, name: str, problem: str) -> GraphError:
    return GraphError(Problem.FILTER_UNSUPPORTED, property=name, resource=resource.short_type, problem=problem)


def _comparison(expression: Comparison | OneOf, found: Property, resource: Resource) -> Predicate:
    read = found.read
    if isinstance(expression, OneOf):
        values = [_literal(value, found, resource) for value in expression.values]
        return lambda record: _comparable(read(record)) in values
    literal = _literal(expression.value, found, resource)
    if expression.operator == "ne":
        return lambda record: bool(_comparable(read(record)) != literal)
    compare = _COMPARE[expression.operator]

    def passes(record: Any) -> bool:
        value = _comparable(read(record))
        return value is not None and compare(value, literal)

    return passes


def _literal(value: Literal, found: Property, resource: Resource) -> Any:
    if value is None:
        raise _unsupported(resource, found.name, "null is not a value it can be compared with")
    wanted = _LITERAL.get(found.type, str)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise _unsupported(resource, found.name, f"the value must be a {found.type}")
    return _comparable(value)


def _comparable(value: Any) -> Any:
    """Strings compare without case, as the directory does; dates as instants."""
    if isinstance(value, str):
        return value.lower()
    return value.astimezone(UTC) if isinstance(value, datetime) else value

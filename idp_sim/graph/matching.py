"""Whether a record passes a filter: the expression checked against the property table, then a predicate."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import AnyItem, Both, Comparison, Either, Expression, Literal, OneOf
from idp_sim.graph.resource import Property, Resource, Type

Predicate = Callable[[Any], bool]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "le": operator.le,
    "startsWith": lambda value, start: isinstance(value, str) and value.startswith(start),
}

#: What a literal must be for a property's type.
_LITERAL: Mapping[Type, type] = {
    Type.STRING: str,
    Type.BOOLEAN: bool,
    Type.DATE_TIME: datetime,
    Type.INTEGER: int,
}

#: Operators inside ``any``.
_INSIDE_ANY = frozenset({"eq", "startsWith"})


def predicate(expression: Expression, resource: Resource, version: str) -> Predicate:
    """A test of records; GraphError names an unknown property, an operator it lacks, or a wrong literal."""
    if isinstance(expression, Both):
        left = predicate(expression.left, resource, version)
        right = predicate(expression.right, resource, version)
        return lambda record: left(record) and right(record)
    if isinstance(expression, Either):
        left = predicate(expression.left, resource, version)
        right = predicate(expression.right, resource, version)
        return lambda record: left(record) or right(record)
    found = _property(expression.path, resource, version)
    if isinstance(expression, AnyItem):
        return _any_item(expression, found, resource)
    wanted = "in" if isinstance(expression, OneOf) else expression.operator
    if wanted not in found.operators:
        raise _unsupported(resource, found.name, f"operator '{wanted}' is not supported for it")
    return _comparison(expression, found, resource)


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
    compare, literal = _COMPARE[expression.operator], _literal(expression.value, found, resource)

    def passes(record: Any) -> bool:
        value = _comparable(read(record))
        return value is not None and compare(value, literal)

    return passes


def _literal(value: Literal, found: Property, resource: Resource) -> Any:
    if value is None:
        raise GraphError(Problem.FILTER_ADVANCED, operator="eq null")
    wanted = _LITERAL.get(found.type, str)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise _unsupported(resource, found.name, f"the value must be a {found.type}")
    return _comparable(value)


def _comparable(value: Any) -> Any:
    """Strings compare without case, as the directory does; dates as instants."""
    if isinstance(value, str):
        return value.casefold()
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _any_item(expression: AnyItem, found: Property, resource: Resource) -> Predicate:
    if "any" not in found.operators:
        raise _unsupported(resource, found.name, "it is not a collection that can be filtered")
    inner = _item_predicate(expression.expression, expression.variable, found, resource)
    return lambda record: any(inner(item) for item in found.read(record))


def _item_predicate(expression: Expression, variable: str, found: Property, resource: Resource) -> Predicate:
    if isinstance(expression, Both):
        left = _item_predicate(expression.left, variable, found, resource)
        right = _item_predicate(expression.right, variable, found, resource)
        return lambda item: left(item) and right(item)
    if not isinstance(expression, Comparison) or expression.operator not in _INSIDE_ANY:
        raise _unsupported(resource, found.name, "inside any only eq, startsWith and 'and' are supported")
    start, _, member = expression.path.partition("/")
    if start != variable or bool(member) is (found.type is Type.STRINGS):
        raise _unsupported(resource, found.name, f"'{expression.path}' does not name an item of it")
    if not isinstance(expression.value, str):
        raise _unsupported(resource, found.name, "the value must be a string")
    compare, literal = _COMPARE[expression.operator], expression.value.casefold()

    def passes(item: Any) -> bool:
        value = _comparable(item.get(member) if member else item)
        return value is not None and compare(value, literal)

    return passes

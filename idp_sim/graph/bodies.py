"""Request bodies checked against a resource's property table, before any handler sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import instant
from idp_sim.graph.resource import Operation, Property, Resource, Type
from idp_sim.http import Request

_MOST_BOUND = 20
_REFERENCE = re.compile(r"^https?://[^?#]+(?:/([^/'()?#]+)|\('([^']+)'\))$")


def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; GraphError(BODY_UNREADABLE) says what is wrong with it."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/json":
        raise _unreadable(f"The Content-Type is '{content_type}', expected 'application/json'.")
    try:
        value = json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair can't be stored
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"{error}.") from error
    if not isinstance(value, dict):
        raise _unreadable("Expected a JSON object.")
    return value


def read_optional(request: Request) -> dict[str, Any]:
    """The body of an action, which may be left out altogether."""
    return read_object(request) if request.body.strip() else {}


def reference(body: Mapping[str, Any]) -> str:
    """The object id that an ``@odata.id`` names by its last segment, whatever the host (graph-api 1.5)."""
    value = body.get("@odata.id")
    match = _REFERENCE.search(value) if isinstance(value, str) else None
    if match is None:
        expected = "an absolute URL that ends in the type and id of an object, such as .../directoryObjects/{id}"
        raise GraphError(Problem.PROPERTY_INVALID, property="@odata.id", resource="Reference", expected=expected)
    return (match[1] or match[2]).lower()


def bound(name: str, value: Any) -> list[str]:
    """The object ids that ``x@odata.bind`` names, at most twenty; GraphError."""
    urls = [value] if isinstance(value, str) else value
    if not isinstance(urls, list) or len(urls) > _MOST_BOUND:
        expected = f"a list of at most {_MOST_BOUND} URLs of objects"
        raise GraphError(Problem.PROPERTY_INVALID, property=name, resource="Reference", expected=expected)
    return [reference({"@odata.id": url}) for url in urls]


def parameters(known: tuple[Property, ...], body: Mapping[str, Any], *, action: str) -> dict[str, Any]:
    """The parameters of an action; GraphError names one that is unknown, missing or of the wrong type."""
    table = {p.name: p for p in known}
    given = {name: value for name, value in body.items() if not _annotation(name)}
    for name, value in given.items():
        if name not in table:
            raise GraphError(Problem.PROPERTY_UNKNOWN, property=name, type=f"microsoft.graph.{action}")
        if value is not None and not _fits(table[name].type, value):
            expected = f"a {table[name].type}"
            raise GraphError(Problem.PROPERTY_INVALID, property=name, resource=action, expected=expected)
    for p in known:
        if p.required and given.get(p.name) in (None, ""):
            raise GraphError(Problem.PROPERTY_MISSING, property=p.name, resource=action)
    return given


def checked(resource: Resource, body: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    """The body without annotations (graph-api 1.5); GraphError names the first property that is not right.

    Unknown, read-only and missing properties and wrong types are refused; the content of objects is the
    handler's.
    """
    table = {p.name: p for p in resource.properties}
    # An annotation is read where the resource declares it: the type of an object that has several.
    given = {name: value for name, value in body.items() if name in table or not _annotation(name)}
    for name, value in given.items():
        if name in resource.bindings:
            continue
        if name not in table or not (table[name].selectable or _annotation(name)):
            raise GraphError(Problem.PROPERTY_UNKNOWN, property=name, type=resource.type_name)
        _check(resource, table[name], value, operation)
    if operation is Operation.CREATE:
        for known in table.values():
            if known.required and given.get(known.name) in (None, ""):
                raise GraphError(Problem.PROPERTY_MISSING, property=known.name, resource=resource.short_type)
    return given


def invalid(resource: Resource, name: str, expected: str) -> GraphError:
    """The refusal of a value: which property, of what, and what was expected."""
    return GraphError(Problem.PROPERTY_INVALID, property=name, resource=resource.short_type, expected=expected)


def _check(resource: Resource, known: Property, value: Any, operation: Operation) -> None:
    if not (known.writable or (known.creatable and operation is Operation.CREATE)):
        raise GraphError(Problem.PROPERTY_READ_ONLY, property=known.name)
    if value is None:
        if not known.nullable:
            raise invalid(resource, known.name, f"a {known.type}, not null")
    elif not _fits(known.type, value):
        raise invalid(resource, known.name, f"a {known.type}")


def _fits(kind: Type, value: Any) -> bool:
    match kind:
        case Type.STRING:
            return isinstance(value, str)
        case Type.BOOLEAN:
            return isinstance(value, bool)
        case Type.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Type.DATE_TIME:
            return isinstance(value, str) and _is_instant(value)
        case Type.STRINGS:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case Type.OBJECT:
            return isinstance(value, dict)
        case Type.OBJECTS:
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _is_instant(text: str) -> bool:
    try:
        instant(text)
    except GraphError:
        return False
    return True


def _annotation(name: str) -> bool:
    """``@odata.type`` and the like, also of a property; links (``x@odata.bind``) are not annotations."""
    return "@odata." in name and not name.endswith("@odata.bind")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a property is given more than once")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unreadable(problem: str) -> GraphError:
    return GraphError(Problem.BODY_UNREADABLE, problem=problem)

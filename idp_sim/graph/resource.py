"""How a Graph resource is declared.

A resource is a value: path, type, property table, and for each operation a handler with the permissions it
wants. Selecting, filtering, paging, checking of bodies, permissions and error shapes are read from the
declaration; a handler only loads records or calls a service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import Access
from idp_sim.graph.query import Query
from idp_sim.ports import Context, Ports
from idp_sim.services.authenticate_call import Principal

if TYPE_CHECKING:
    from idp_sim.services.inbox import Mailroom


class Type(StrEnum):
    """What a property holds, as far as bodies and filters care."""

    STRING = "string"
    BOOLEAN = "true or false"
    DATE_TIME = "dateTimeOffset"
    INTEGER = "integer"
    STRINGS = "collection of strings"
    OBJECT = "object"
    OBJECTS = "collection of objects"


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property.

    ``read`` takes the record and gives a plain value (dates as ``datetime``). ``operators`` are the filter
    operators it knows; a nested path such as ``status/errorCode`` is a property that cannot be selected.
    ``writable`` by PATCH and POST, ``creatable`` by POST alone.
    """

    name: str
    read: Callable[[Any], Any]
    type: Type = Type.STRING
    default: bool = True
    operators: frozenset[str] = frozenset()
    orderable: bool = False
    writable: bool = False
    creatable: bool = False
    required: bool = False
    nullable: bool = True
    selectable: bool = True
    beta_only: bool = False


def field_of(name: str, attribute: str | None = None, **rest: Any) -> Property:
    """A property read from the record's attribute, by default the snake_case form of its name."""
    return Property(name=name, read=attrgetter(attribute or snake_case(name)), **rest)


def snake_case(name: str) -> str:
    """``givenName`` -> ``given_name``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Operation(StrEnum):
    """What can be done with a resource."""

    LIST = "list"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACTION = "action"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One authorised request as a handler sees it; ``key`` is the key segment, ``body`` the checked JSON."""

    version: str
    context: Context
    principal: Principal
    ports: Ports
    mailroom: Mailroom
    query: Query = field(default_factory=Query)
    key: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def world(self) -> str:
        """The world that the token's tenant belongs to."""
        return self.context.world

    @property
    def tenant(self) -> str:
        """Id of the token's tenant."""
        return self.principal.tenant.id


@dataclass(frozen=True, kw_only=True)
class Handler:
    """What performs an operation, and who may ask for it.

    LIST gives an iterable of records, GET and CREATE a record, UPDATE, DELETE and actions nothing.
    ``sample`` is a body that the conformance suite may send.
    """

    run: Callable[[Call], Any]
    access: Access


@dataclass(frozen=True, kw_only=True)
class PageSize:
    """Items in a page when ``$top`` is absent, and the most that ``$top`` may ask."""

    default: int = 100
    maximum: int = 999


def by_id(record: Any) -> tuple[Any, ...]:
    """Total order of records that have no other."""
    return (record.id,)


def by_creation(record: Any) -> tuple[Any, ...]:
    """Oldest first; the id settles ties, so that pages neither repeat nor lose an item."""
    return (sortable(record.created), record.id)


def everything(_principal: Principal, _record: Any) -> frozenset[str] | None:
    """No property is hidden."""
    return None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One row of the registry.

    ``collection`` resources answer at their path (LIST, CREATE) and at ``path/{key}``; singletons at their
    path alone. ``visible`` names the properties of a record that a caller may read (None: all); the others
    come as null. ``order`` is a total order, read backwards when ``newest_first``.
    """

    path: str
    type_name: str
    properties: tuple[Property, ...]
    operations: Mapping[Operation, Handler]
    actions: Mapping[str, Handler] = field(default_factory=dict)
    collection: bool = True
    key: str = "id"
    page: PageSize = PageSize()
    order: Callable[[Any], tuple[Any, ...]] = by_id
    newest_first: bool = False
    directory_object: bool = False
    visible: Callable[[Principal, Any], frozenset[str] | None] = everything
    not_found: Problem = Problem.POLICY_NOT_FOUND
    denied: Problem = Problem.ACCESS_DENIED
    beta: bool = False
    context_set: str = ""

    @property
    def context(self) -> str:
        """What follows ``$metadata#`` in ``@odata.context``: the path, or the set that a singleton is of."""
        return self.context_set or self.path.lstrip("/")

    @property
    def member_of_set(self) -> bool:
        """Whether one object is an entity of a set (``/$entity``) rather than a singleton."""
        return self.collection or bool(self.context_set)

    def known(self, version: str) -> tuple[Property, ...]:
        """The properties that exist in ``version``."""
        return tuple(p for p in self.properties if version == "beta" or not p.beta_only)

    def selectable(self, version: str) -> Mapping[str, Property]:
        """By name, what ``$select`` may ask for."""
        return {p.name: p for p in self.known(version) if p.selectable}

    def defaults(self, version: str) -> tuple[str, ...]:
        """Names of the default set, in order."""
        return tuple(p.name for p in self.selectable(version).values() if p.default)

    @property
    def short_type(self) -> str:
        """``User`` for ``microsoft.graph.user``, as error sentences have it."""
        last = self.type_name.rpartition(".")[2]
        return last[:1].upper() + last[1:]


def represent(
    resource: Resource, record: Any, names: Iterable[str], *, principal: Principal, version: str
) -> dict[str, Any]:
    """The JSON object of ``record`` with the properties ``names``; what the caller may not read is null."""
    table = resource.selectable(version)
    visible = resource.visible(principal, record)
    return {name: wire(table[name].read(record)) if visible is None or name in visible else None for name in names}


def wire(value: Any) -> Any:
    """A plain value in the form of graph-api 1.6."""
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, (tuple, list)):
        return [wire(item) for item in value]
    if isinstance(value, Mapping):
        return {name: wire(item) for name, item in value.items()}
    return value


def sortable(value: Any) -> Any:
    """A value to sort by that also fits into JSON: texts without case, dates in one length."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.casefold() if isinstance(value, str) else "" if value is None else value


def timestamp(instant: datetime) -> str:
    """A DateTimeOffset in UTC; a fraction appears only where there is one."""
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{instant.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{text}{fraction}Z"

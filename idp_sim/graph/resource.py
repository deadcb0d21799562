"""How a Graph resource is declared.

A resource is a value: path, type, property table, and for each operation a handler with the permissions it
wants. Selecting, filtering, paging, checking of bodies, permissions and error shapes are read from the
declaration; a handler only loads records or calls a service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import Access
from idp_sim.graph.query import Query
from idp_sim.ports import Context, Ports
from idp_sim.services.authenticate_call import Principal
from idp_sim.services.directory_objects import Directory

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
    ``advanced`` are operators that need an advanced query (graph-api 2.3); ``searchable`` says whether
    ``$search`` reads it. ``writable`` by PATCH and POST, ``creatable`` by POST alone.
    """

    name: str
    read: Callable[[Any], Any]
    type: Type = Type.STRING
    default: bool = True
    operators: frozenset[str] = frozenset()
    advanced: frozenset[str] = frozenset()
    searchable: bool = False
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
    SET = "set"
    DELETE = "delete"
    ACTION = "action"
    ADD_REFERENCE = "add reference"
    SET_REFERENCE = "set reference"
    REMOVE_REFERENCE = "remove reference"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One authorised request as a handler sees it.

    ``key`` is the key segment, ``parents`` the keys before it, ``body`` the checked JSON, ``arguments`` those
    of a function, ``cast`` the type that a mixed collection is narrowed to.
    """

    version: str
    context: Context
    principal: Principal
    ports: Ports
    mailroom: Mailroom
    query: Query = field(default_factory=Query)
    key: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    cast: str = ""

    @property
    def parent(self) -> str:
        """The key of the object that the resource hangs on."""
        return self.parents[-1] if self.parents else ""

    @property
    def directory(self) -> Directory:
        """The tenant's directory."""
        return Directory(ports=self.ports, context=self.context, tenant=self.tenant)

    @property
    def world(self) -> str:
        """The world that the token's tenant belongs to."""
        return self.context.world

    @property
    def tenant(self) -> str:
        """Id of the token's tenant."""
        return self.principal.tenant.id


#: Which rows of the audit log a call leaves, given the object as it was; the first one shows what changed.
Activities = Activity | Callable[[Call, Any], tuple[Activity, ...]]


@dataclass(frozen=True, kw_only=True)
class Handler:
    """What performs an operation, and who may ask for it.

    LIST gives an iterable of records, GET and CREATE a record, UPDATE, SET (PUT) and DELETE nothing. The reference
    operations give the object that was linked or unlinked. An action gives nothing (204) or a ``Result``.
    ``activity`` is the row of the audit log; ``parameters`` are those of an action; ``function`` is read by
    GET; ``once`` puts the change and its row into one transaction.
    """

    run: Callable[[Call], Any]
    access: Access
    activity: Activities | None = None
    parameters: tuple[Property, ...] = ()
    function: bool = False
    once: bool = True


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an action or function answers: a value of a type, an object of a resource, or a page of one."""

    value: Any
    type: str = ""
    resource: Resource | None = None
    many: bool = False
    raw: bool = False  # the value is the whole body


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """A relationship that ``$expand`` shows: how it is loaded, as what, and who may see it."""

    load: Callable[[Call, Any], Any]
    resource: Callable[[], Resource]
    access: Access
    many: bool = True


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


@dataclass(frozen=True)
class _WholeSeconds:
    """Reads an instant without its fraction."""

    read: Callable[[Any], datetime | None]

    def __call__(self, record: Any) -> datetime | None:
        value = self.read(record)
        return value and value.replace(microsecond=0)


def _in_whole_seconds(known: Property) -> Property:
    """Directory objects tell instants in whole seconds, and are found by those (graph-api 10.4)."""
    if known.type is not Type.DATE_TIME or isinstance(known.read, _WholeSeconds):
        return known
    return replace(known, read=_WholeSeconds(known.read))


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
    collection_actions: Mapping[str, Handler] = field(default_factory=dict)
    collection: bool = True
    variants: Mapping[type, Resource] = field(default_factory=dict)
    alternates: Mapping[str, Callable[[Call, str], str]] = field(default_factory=dict)
    indexes: Mapping[str, str] = field(default_factory=dict)
    bindings: frozenset[str] = frozenset()
    expansions: Mapping[str, Expansion] = field(default_factory=dict)
    subject: Callable[[Call], Any] | None = None
    audited_as: Callable[[], Resource] | None = None
    target_type: str = "Other"
    target: Callable[[Any], AuditTarget] | None = None
    key: str = "id"
    page: PageSize = PageSize()
    order: Callable[[Any], tuple[Any, ...]] = by_id
    newest_first: bool = False
    directory_object: bool = False
    visible: Callable[[Principal, Any], frozenset[str] | None] = everything
    not_found: Problem = Problem.POLICY_NOT_FOUND
    denied: Problem = Problem.ACCESS_DENIED
    beta: bool = False
    beta_only: bool = False
    context_set: str = ""
    #: What ``selectable`` and ``defaults`` worked out, by version; the declaration itself never changes.
    _worked_out: dict[str, tuple[dict[str, Property], tuple[str, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.directory_object:
            object.__setattr__(self, "properties", tuple(_in_whole_seconds(p) for p in self.properties))

    @property
    def context(self) -> str:
        """What follows ``$metadata#`` in ``@odata.context``: the path, or the set that a singleton is of."""
        return self.context_set or self.path.lstrip("/")

    @property
    def member_of_set(self) -> bool:
        """Whether one object is an entity of a set (``/$entity``) rather than a singleton."""
        return self.collection or bool(self.context_set)

    def _of_any_type(self, known: Property) -> Property:
        """The property as it is read from whichever object of the mixed collection; None where there is none."""
        reads = {
            record: p.read
            for record, variant in self.variants.items()
            for p in variant.properties
            if p.name == known.name
        }

        def read(record: Any) -> Any:
            own = reads.get(type(record))
            if own is None:
                return () if known.type in (Type.STRINGS, Type.OBJECTS) else None
            return own(record)

        return replace(known, read=read)

    def known(self, version: str) -> tuple[Property, ...]:
        """The properties that exist in ``version``; of a mixed collection those of all its types."""
        if self.variants and not self.properties:
            every = {p.name: p for variant in self.variants.values() for p in variant.known(version)}
            return tuple(self._of_any_type(p) for p in every.values())
        return tuple(p for p in self.properties if version == "beta" or not p.beta_only)

    def of(self, record: Any) -> Resource:
        """The resource that describes the record: a variant of a mixed collection, or this one."""
        return self.variants.get(type(record), self)

    def selectable(self, version: str) -> Mapping[str, Property]:
        """By name, what ``$select`` may ask for."""
        return self._tables(version)[0]

    def defaults(self, version: str) -> tuple[str, ...]:
        """Names of the default set, in order."""
        return self._tables(version)[1]

    def _tables(self, version: str) -> tuple[dict[str, Property], tuple[str, ...]]:
        if version not in self._worked_out:
            table = {p.name: p for p in self.known(version) if p.selectable}
            self._worked_out[version] = table, tuple(p.name for p in table.values() if p.default)
        return self._worked_out[version]

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
    annotations = {p.name: wire(p.read(record)) for p in resource.known(version) if p.name.startswith("@")}
    return annotations | {
        name: wire(table[name].read(record)) if visible is None or name in visible else None
        for name in names
        if name in table
    }


_AS_THEY_ARE = frozenset({str, bool, int})


def wire(value: Any) -> Any:
    """A plain value in the form of graph-api 1.6."""
    if value is None or value.__class__ in _AS_THEY_ARE:
        return value
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
    return value.lower() if isinstance(value, str) else "" if value is None else value


def timestamp(instant: datetime) -> str:
    """A DateTimeOffset in UTC; a fraction appears only where there is one."""
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{instant.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{text}{fraction}Z"

"""A collection answered: filtered, sorted, cut into pages, each item with the selected properties."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.matching import predicate
from idp_sim.graph.paging import next_link, page_of
from idp_sim.graph.query import OrderBy
from idp_sim.graph.resource import Call, Property, Resource, represent, sortable


def selected(resource: Resource, call: Call) -> tuple[str, ...]:
    """The property names to show: those of ``$select``, else the default set; GraphError(SELECT_INVALID)."""
    wanted = call.query.select
    if wanted is None:
        return resource.defaults(call.version)
    table = resource.selectable(call.version)
    if "*" in wanted:
        return tuple(table)
    for name in wanted:
        if name not in table:
            raise GraphError(Problem.SELECT_INVALID, property=name, type=resource.type_name)
    return wanted


def context_url(resource: Resource, call: Call, *, entity: bool) -> str:
    """``@odata.context`` of graph-api 1.5: the set, the selected names, and ``/$entity`` for one."""
    names = f"({','.join(call.query.select)})" if call.query.select else ""
    suffix = "/$entity" if entity and resource.member_of_set else ""
    return f"{call.ports.settings.base_url}/{call.version}/$metadata#{resource.context}{names}{suffix}"


def matching(resource: Resource, call: Call, records: Iterable[Any]) -> list[Any]:
    """The records that pass the filter."""
    if call.query.filter is None:
        return list(records)
    passes = predicate(call.query.filter, resource, call.version)
    return [record for record in records if passes(record)]


def collection(resource: Resource, call: Call, records: Iterable[Any], *, url: str) -> dict[str, Any]:
    """The body of a list; ``url`` is the address without options that the next link repeats."""
    names = selected(resource, call)
    key, descending = _order(resource, call)
    found = matching(resource, call, records)
    keyed = sorted(((key(record), record) for record in found), key=lambda pair: pair[0], reverse=descending)
    page = page_of(keyed, call.query, resource=resource, asked=_asked(resource, call), descending=descending)
    body: dict[str, Any] = {"@odata.context": context_url(resource, call, entity=False)}
    # Without the header $count is silently ignored; with it only the first page counts (graph-api 2.2, 3).
    if call.query.count and call.query.eventual and call.query.skip_token is None:
        body["@odata.count"] = len(keyed)
    if page.next_token:
        body["@odata.nextLink"] = next_link(url, call.query, page.next_token)
    body["value"] = [
        represent(resource, record, names, principal=call.principal, version=call.version) for record in page.items
    ]
    return body


def entity(resource: Resource, call: Call, record: Any) -> dict[str, Any]:
    """The body of one object."""
    names = selected(resource, call)
    body = {"@odata.context": context_url(resource, call, entity=True)}
    return body | represent(resource, record, names, principal=call.principal, version=call.version)


def _order(resource: Resource, call: Call) -> tuple[Callable[[Any], tuple[Any, ...]], bool]:
    wanted = call.query.order_by
    if wanted is None:
        return resource.order, resource.newest_first
    advanced = call.query.eventual and call.query.count
    if resource.directory_object and call.query.filter is not None and not advanced:
        raise GraphError(Problem.FILTER_WITH_ORDER)
    read = _orderable(resource, call, wanted).read
    return lambda record: (sortable(read(record)), *resource.order(record)), wanted.descending


def _orderable(resource: Resource, call: Call, wanted: OrderBy) -> Property:
    known = [p for p in resource.known(call.version) if p.orderable]
    for candidate in known:
        if candidate.name == wanted.name:
            return candidate
    raise GraphError(
        Problem.ORDER_UNSUPPORTED,
        property=wanted.name,
        resource=resource.short_type,
        supported=", ".join(p.name for p in known) or "none",
    )


def _asked(resource: Resource, call: Call) -> str:
    """What a page token is bound to; the page size may change between pages."""
    order = call.query.order_by
    return json.dumps(
        [
            call.world,
            call.tenant,
            call.version,
            resource.path,
            call.query.filter_text,
            [order.name, order.descending] if order else None,
        ]
    )

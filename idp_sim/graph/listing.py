"""A collection answered: filtered, sorted, cut into pages, each item with the selected properties."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.matching import predicate
from idp_sim.graph.paging import Page, next_link, page_of, walked_page
from idp_sim.graph.permissions import allowed
from idp_sim.graph.query import OrderBy, Query
from idp_sim.graph.resource import Call, Property, Resource, represent, sortable
from idp_sim.graph.search import search
from idp_sim.graph.stored import Stored
from idp_sim.ports import Place

#: Items of an expanded collection (graph-api 2.1).
MOST_EXPANDED = 20


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


def narrowed(resource: Resource, cast: str) -> Resource:
    """A mixed collection cut down to one type; GraphError(UNKNOWN_SEGMENT) for a type it never holds."""
    if not cast:
        return resource
    for record, variant in resource.variants.items():
        if variant.short_type.lower() == cast.lower():
            return replace(
                variant, path=resource.path, variants={record: variant}, context_set=variant.context, page=resource.page
            )
    raise GraphError(Problem.UNKNOWN_SEGMENT, segment=f"microsoft.graph.{cast}")


def tested(resource: Resource, call: Call) -> Callable[[Any], bool] | None:
    """The test of type, filter and search that an item has to pass; None if everything does."""
    tests: list[Callable[[Any], bool]] = []
    if call.cast:
        types = tuple(resource.variants)
        tests.append(lambda record: isinstance(record, types))
    if call.query.filter is not None:
        tests.append(predicate(call.query.filter, resource, call.version, advanced=call.query.advanced))
    if call.query.search is not None:
        tests.append(search(call.query.search, resource, call.version))
    return (lambda record: all(passes(record) for passes in tests)) if tests else None


def matching(resource: Resource, call: Call, records: Iterable[Any]) -> list[Any]:
    """The records that are of the type, pass the filter and the search."""
    test = tested(resource, call)
    return list(records if test is None else filter(test, records))


def number_of(resource: Resource, call: Call, records: Iterable[Any]) -> int:
    """How many records match."""
    test = tested(resource, call)
    return records.count(test) if isinstance(records, Stored) else len(matching(resource, call, records))


def shown(resource: Resource, call: Call, record: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """One item: its properties, its type where the collection is mixed, and what was expanded."""
    own = resource.of(record)
    if resource.variants and not call.cast:
        names = names if call.query.select else own.defaults(call.version)
        item: dict[str, Any] = {"@odata.type": f"#{own.type_name}"}
    else:
        item = {}
    item |= represent(own, record, names, principal=call.principal, version=call.version)
    if call.query.expand is not None:
        item |= expanded(own, call, record)
    return item


def expanded(resource: Resource, call: Call, record: Any) -> dict[str, Any]:
    """The relationship that ``$expand`` asked for; GraphError for one that there is not, or not for the caller."""
    wanted = call.query.expand
    assert wanted is not None, "called for a request with $expand"
    known = resource.expansions.get(wanted.name)
    if known is None:
        names = ", ".join(resource.expansions) or "none"
        problem = f"'{wanted.name}' cannot be expanded on {resource.type_name}; supported: {names}"
        raise GraphError(Problem.EXPAND_INVALID, problem=problem)
    if not allowed(known.access, call.principal, key=call.key):
        raise GraphError(resource.denied, tenant=call.tenant)
    target = known.resource()
    inner = replace(call, query=Query(select=wanted.select), cast="")

    def show(item: Any) -> dict[str, Any]:
        return shown(target, inner, item, wanted.select or target.of(item).defaults(call.version))

    found = known.load(call, record)
    if known.many:
        return {wanted.name: [show(item) for item in found[:MOST_EXPANDED]]}
    return {} if found is None else {wanted.name: show(found)}


def collection(resource: Resource, call: Call, records: Iterable[Any], *, url: str) -> dict[str, Any]:
    """The body of a list; ``url`` is the address without options that the next link repeats."""
    names = selected(resource, call)
    page = _page(resource, call, records)
    body: dict[str, Any] = {"@odata.context": context_url(resource, call, entity=False)}
    # Without the header $count is silently ignored; with it only the first page counts (graph-api 2.2, 3).
    if call.query.count and call.query.eventual and call.query.skip_token is None:
        body["@odata.count"] = page.total()
    if page.next_token:
        body["@odata.nextLink"] = next_link(url, call.query, page.next_token)
    body["value"] = [shown(resource, call, record, names) for record in page.items]
    return body


def _page(resource: Resource, call: Call, records: Iterable[Any]) -> Page:
    """The page that is asked for: sorted and cut by storage where it can, else here."""
    key, descending = _order(resource, call)
    asked = _asked(resource, call)
    if isinstance(records, Stored) and (by := records.sorted_by(resource)):
        test = tested(resource, call)

        def walk(after: Place | None, wanted: int) -> Iterator[tuple[Place, Any]]:
            return records.walk(by[0], descending=by[1], after=after, wanted=wanted, test=test)

        return walked_page(walk, call.query, resource=resource, asked=asked, total=lambda: records.count(test))
    found = matching(resource, call, records)
    keyed = sorted(((key(record), record) for record in found), key=lambda pair: pair[0], reverse=descending)
    return page_of(keyed, call.query, resource=resource, asked=asked, descending=descending)


def entity(resource: Resource, call: Call, record: Any) -> dict[str, Any]:
    """The body of one object."""
    own = resource.of(record)
    call_names = selected(own, call)
    body = {"@odata.context": context_url(resource, call, entity=True)}
    return body | shown(resource, call, record, call_names)


def _order(resource: Resource, call: Call) -> tuple[Callable[[Any], tuple[Any, ...]], bool]:
    wanted = call.query.order_by
    if wanted is None:
        return resource.order, resource.newest_first
    if resource.directory_object and call.query.filter is not None and not call.query.advanced:
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
            call.parents,
            call.cast,
            call.query.filter_text,
            call.query.search,
            [order.name, order.descending] if order else None,
        ]
    )

"""``docs/graph-coverage.md`` as text: what of Microsoft Graph is there, read off the declared resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idp_sim.graph.permissions import Access
from idp_sim.graph.query import READ
from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Handler, Operation, Property, Resource

#: Operation -> method and what follows the resource's path, for collections and for singletons.
_IN_COLLECTIONS: Mapping[Operation, tuple[str, str]] = {
    Operation.LIST: ("GET", ""),
    Operation.GET: ("GET", "/{id}"),
    Operation.CREATE: ("POST", ""),
    Operation.UPDATE: ("PATCH", "/{id}"),
    Operation.DELETE: ("DELETE", "/{id}"),
    Operation.ADD_REFERENCE: ("POST", "/$ref"),
    Operation.SET_REFERENCE: ("PUT", "/$ref"),
    Operation.REMOVE_REFERENCE: ("DELETE", "/{id}/$ref"),
}


def coverage() -> str:
    """The page without its note."""
    known = sorted(RESOURCES, key=lambda resource: resource.path.lower())
    toc = "\n".join(f"| [`{r.path}`](#{_anchor(r)}) | `{r.type_name}` | {_versions(r)} |" for r in known)
    sections = "\n".join("\n".join(_section(resource)) for resource in known)
    return (
        "# Microsoft Graph: what is there\n\n"
        "Everything else is refused by name: an unknown path or property with 400, a method that a resource does not "
        f"have with 405. Query options that are read: {', '.join(f'`{name}`' for name in READ)}; every option may "
        "leave its `$` out.\n\n"
        "*D* and *A* are delegated and application permissions; one of those named is enough. *Filter* lists the "
        "operators of `$filter`; those after *adv* need `ConsistencyLevel: eventual` and `$count=true`. *P* is taken "
        "by POST alone, *W* by POST and PATCH, *!* is required by POST.\n\n"
        f"| Resource | Type | Versions |\n|---|---|---|\n{toc}\n\n{sections}"
    )


def _anchor(resource: Resource) -> str:
    return "".join(c for c in resource.path.lower() if c.isalnum() or c in "-_")


def _versions(resource: Resource) -> str:
    return "v1.0, beta" if resource.beta else "v1.0"


def _section(resource: Resource) -> Iterator[str]:
    yield f"## `{resource.path}`\n"
    notes = list(_notes(resource))
    if notes:
        yield "\n".join(notes) + "\n"
    yield "| Call | D | A |\n|---|---|---|"
    for call, handler in _calls(resource):
        yield f"| `{call}` | {_delegated(handler.access)} | {_application(handler.access)} |"
    yield ""
    rows = [_property(known) for known in resource.properties if known.selectable or known.operators]
    if rows:
        yield "| Property | Type | Default | Written | Filter |\n|---|---|---|---|---|"
        yield from rows
        yield ""


def _notes(resource: Resource) -> Iterator[str]:
    if resource.variants and not resource.properties:
        names = sorted({f"`{variant.type_name}`" for variant in resource.variants.values()})
        yield f"A mixed collection of {', '.join(names)}."
    if resource.alternates:
        yield f"Other keys: {', '.join(f'`{name}`' for name in resource.alternates)}."
    if resource.expansions:
        yield f"`$expand`: {', '.join(f'`{name}`' for name in sorted(resource.expansions))}."
    ordered = [p.name for p in resource.properties if p.orderable]
    if ordered:
        yield f"`$orderby`: {', '.join(f'`{name}`' for name in ordered)}."
    searched = [p.name for p in resource.properties if p.searchable]
    if searched:
        yield f"`$search`: {', '.join(f'`{name}`' for name in searched)}."
    if resource.collection and Operation.LIST in resource.operations:
        yield f"Pages of {resource.page.default}, at most {resource.page.maximum}."


def _calls(resource: Resource) -> Iterator[tuple[str, Handler]]:
    for operation, handler in resource.operations.items():
        method, rest = _IN_COLLECTIONS.get(operation, ("PUT", ""))
        yield f"{method} {resource.path}{rest if resource.collection or rest == '/$ref' else ''}", handler
    for name, handler in resource.actions.items():
        key = "/{id}" if resource.collection else ""
        yield f"{_verb(handler)} {resource.path}{key}/{name}", handler
    for name, handler in resource.collection_actions.items():
        yield f"{_verb(handler)} {resource.path}/{name}", handler


def _verb(handler: Handler) -> str:
    return "GET" if handler.function else "POST"


def _delegated(access: Access) -> str:
    own = tuple(f"{name} (own)" for name in access.own if name not in access.delegated)
    narrow = tuple(f"{name} ({', '.join(sorted(names))})" for name, names in (access.narrow or {}).items())
    return _named((*own, *access.delegated, *narrow), access.also)


def _application(access: Access) -> str:
    if access.user_only:
        return "-"
    owned = tuple(f"{name} (owned)" for name in access.owned)
    return _named((*owned, *access.application), access.also)


def _named(accepted: tuple[str, ...], also: tuple[str, ...]) -> str:
    if not accepted:
        return "-" if not also else " and ".join(also)
    return ", ".join(accepted) + (f"; besides {', '.join(also)}" if also else "")


def _property(known: Property) -> str:
    name = f"`{known.name}`" + (" (beta)" if known.beta_only else "")
    written = "W" if known.writable else "P" if known.creatable else ""
    filters = ", ".join(sorted(known.operators))
    if advanced := ", ".join(sorted(known.advanced)):
        filters = f"{filters}; adv {advanced}" if filters else f"adv {advanced}"
    default = "yes" if known.default and known.selectable else ""
    return f"| {name} | {known.type} | {default} | {written}{'!' if known.required else ''} | {filters} |"

"""Collections of objects that are linked to another one: members, owners and their like (graph-api 13.2, 14).

They list the objects with their types, and ``$ref`` adds and removes a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from idp_sim.directory.audit import Activity
from idp_sim.directory.group import Relation
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access
from idp_sim.graph.resource import Call, Handler, Operation, Resource
from idp_sim.graph.resources.objects import by_object_id, only, referenced
from idp_sim.ports import AlreadyExists, NotFound

#: Refuses a change of links that the owner does not allow.
Guard = Callable[[Call, Any], None]


def mixed(path: str, *types: type, load: Callable[[Call], Iterable[Any]], access: Access, **rest: Any) -> Resource:
    """A read-only collection of directory objects of these types."""
    return Resource(
        path=path,
        type_name="microsoft.graph.directoryObject",
        context_set="directoryObjects",
        properties=(),
        variants=only(*types),
        order=by_object_id,
        directory_object=True,
        not_found=Problem.OBJECT_NOT_FOUND,
        operations={Operation.LIST: Handler(run=load, access=access), **rest.pop("operations", {})},
        **rest,
    )


def linked(
    path: str,
    relation: Relation,
    *types: type,
    owner: Callable[[Call], Any],
    described_by: Resource,
    read: Access,
    write: Access,
    activities: tuple[Activity, Activity],
    load: Callable[[Call], Iterable[Any]] | None = None,
    guard_add: Guard | None = None,
    guard_remove: Guard | None = None,
) -> Resource:
    """A collection of links with ``$ref``; ``activities`` are those of adding and of removing."""

    def listed(call: Call) -> Iterable[Any]:
        return call.directory.objects(call.directory.targets(relation, owner(call).id))

    def add(call: Call) -> Any:
        source, target = owner(call), referenced(call, *types)
        if guard_add is not None:
            guard_add(call, source)
        add_links(call, relation, source.id, [target.id])
        return target

    def remove(call: Call) -> Any:
        source, key = owner(call), call.key.lower()
        if guard_remove is not None:
            guard_remove(call, source)
        call.directory.unlink(relation, source.id, key)
        with suppress(NotFound):
            return call.directory.object(key)
        return None

    return mixed(
        path,
        *types,
        load=load or listed,
        access=read,
        subject=owner,
        audited_as=lambda: described_by,
        operations={
            Operation.ADD_REFERENCE: Handler(run=add, access=write, activity=activities[0]),
            Operation.REMOVE_REFERENCE: Handler(run=remove, access=write, activity=activities[1]),
        },
    )


def add_links(call: Call, relation: Relation, source: str, targets: Iterable[str]) -> None:
    """Link every target, or none: GraphError(REFERENCE_EXISTS) when one is linked already."""
    with call.ports.storage.unit_of_work(call.world):
        for target in targets:
            if target == source:
                problem = f"The object '{source}' cannot be one of its own {relation}."
                raise GraphError(Problem.REFERENCE_REFUSED, problem=problem)
            try:
                call.directory.link(relation, source, target)
            except AlreadyExists as error:
                raise GraphError(Problem.REFERENCE_EXISTS, property=relation.value) from error

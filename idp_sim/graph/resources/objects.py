"""Directory objects of mixed types, as collections of members, owners and so on show them (graph-api 1.5)."""

from __future__ import annotations

from collections.abc import Mapping

from idp_sim.applications.model import Application
from idp_sim.directory.group import AdministrativeUnit, Group
from idp_sim.directory.model import User
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Call, Resource
from idp_sim.graph.resources.application_properties import APPLICATION, SERVICE_PRINCIPAL
from idp_sim.graph.resources.group_properties import GROUP, UNIT
from idp_sim.graph.resources.user_properties import USER
from idp_sim.services.directory_objects import DirectoryObject, ServicePrincipal

#: Every type, and the resource that describes it.
OBJECTS: Mapping[type, Resource] = {
    User: USER,
    Group: GROUP,
    ServicePrincipal: SERVICE_PRINCIPAL,
    AdministrativeUnit: UNIT,
    Application: APPLICATION,
}


def only(*types: type) -> dict[type, Resource]:
    """The variants of a collection that holds these types."""
    return {type: OBJECTS[type] for type in types}


def by_object_id(record: DirectoryObject) -> tuple[str, ...]:
    """Mixed collections are ordered by what all types have."""
    return (record.id,)


def referenced(call: Call, *types: type) -> DirectoryObject:
    """The object that a reference names; NotFound as Graph says it, GraphError for a type that does not belong."""
    found = call.directory.object(call.body["reference"])
    if not isinstance(found, types):
        expected = " or ".join(OBJECTS[type].short_type for type in types)
        raise GraphError(
            Problem.REFERENCE_REFUSED,
            problem=f"The object '{found.id}' is a {OBJECTS[type(found)].short_type}; expected a {expected}.",
        )
    return found

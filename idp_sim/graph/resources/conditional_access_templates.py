"""``/identity/conditionalAccess/templates`` (graph-api 21)."""

from __future__ import annotations

from idp_sim.conditional_access.templates import TEMPLATES, Template
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, field_of
from idp_sim.graph.resources.conditional_access_policies import EQ, READ
from idp_sim.ports import NotFound


def _list(_call: Call) -> list[Template]:
    return list(TEMPLATES)


def _get(call: Call) -> Template:
    found = next((template for template in TEMPLATES if template.id == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


POLICY_TEMPLATES = Resource(
    path="/identity/conditionalAccess/templates",
    type_name="microsoft.graph.conditionalAccessTemplate",
    properties=(
        field_of("id", operators=EQ),
        field_of("name", operators=EQ),
        field_of("description"),
        field_of("scenarios"),
        Property(name="details", read=lambda template: template.details, type=Type.OBJECT),
    ),
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
    },
    beta=True,
)

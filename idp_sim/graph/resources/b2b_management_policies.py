"""``/beta/policies/b2bManagementPolicies``: the allow or deny list for invitations (graph-api 20.3). Beta only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.collaboration import POLICY, B2bManagementPolicy, InvalidDefinition, read_definition
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, field_of
from idp_sim.ports import AlreadyExists

_READ = ("Policy.Read.B2BManagementPolicy", "Policy.ReadWrite.B2BManagementPolicy", "Policy.Read.All")
_WRITE = ("Policy.ReadWrite.B2BManagementPolicy",)
READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("Security Administrator", "Security Reader", "Global Reader"),
)
WRITE = Access(delegated=_WRITE, application=_WRITE, right=holders_of("Security Administrator"))


def _all(call: Call) -> list[B2bManagementPolicy]:
    return call.ports.storage.find(call.world, call.tenant, B2bManagementPolicy)


def _one(call: Call) -> B2bManagementPolicy:
    return call.ports.storage.get(call.world, call.tenant, B2bManagementPolicy, call.key.lower())


def _create(call: Call) -> B2bManagementPolicy:
    made = _changed(B2bManagementPolicy(id=call.ports.ids.guid(), definition=""), call.body)
    with call.ports.storage.unit_of_work(call.world):
        if _all(call):  # one policy per tenant (entra-sign-in 2.11)
            raise AlreadyExists(made.id)
        call.ports.storage.insert(call.world, call.tenant, made)
    return made


def _update(call: Call) -> None:
    call.ports.storage.update(
        call.world, call.tenant, B2bManagementPolicy, call.key.lower(), lambda old: _changed(old, call.body)
    )


def _delete(call: Call) -> None:
    call.ports.storage.delete(call.world, call.tenant, B2bManagementPolicy, call.key.lower())


def _changed(old: B2bManagementPolicy, body: Mapping[str, Any]) -> B2bManagementPolicy:
    kind = body.get("type", POLICY)
    if kind != POLICY:
        raise invalid(B2B_MANAGEMENT_POLICIES, "type", f"'{POLICY}'")
    given = {name: body[wire] for wire, name in _FIELDS.items() if wire in body}
    if "definition" not in body:
        return replace(old, **given)
    if len(body["definition"]) != 1:
        raise invalid(B2B_MANAGEMENT_POLICIES, "definition", "a list of one JSON text")
    text = body["definition"][0]
    try:
        allowed, blocked = read_definition(text)
    except InvalidDefinition as error:
        raise GraphError(Problem.POLICY_INVALID, problem=str(error)) from error
    return replace(old, definition=text, allowed_domains=allowed, blocked_domains=blocked, **given)


_FIELDS = {
    "displayName": "display_name",
    "description": "description",
    "isOrganizationDefault": "is_organization_default",
}
_OPERATIONS = {
    Operation.LIST: Handler(run=_all, access=READ),
    Operation.GET: Handler(run=_one, access=READ),
    Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_POLICY),
    Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_POLICY),
    Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_POLICY),
}
_PROPERTIES = (
    field_of("id"),
    Property(
        name="definition",
        read=lambda policy: [policy.definition],
        type=Type.STRINGS,
        writable=True,
        required=True,
        nullable=False,
    ),
    field_of("displayName", writable=True, required=True, nullable=False),
    field_of("description", writable=True),
    field_of("isOrganizationDefault", type=Type.BOOLEAN, writable=True, nullable=False),
)

B2B_MANAGEMENT_POLICIES = Resource(
    path="/policies/b2bManagementPolicies",
    type_name="microsoft.graph.b2bManagementPolicy",
    properties=_PROPERTIES,
    target=lambda policy: AuditTarget(id=policy.id, display_name=POLICY, type="Policy"),
    operations=_OPERATIONS,
    beta=True,
    beta_only=True,
)
#: The same policy as older scripts find it.
LEGACY_POLICIES = replace(
    B2B_MANAGEMENT_POLICIES,
    path="/legacy/policies",
    type_name="microsoft.graph.legacyPolicy",
    properties=(
        *_PROPERTIES,
        Property(name="type", read=lambda _policy: POLICY, creatable=True, writable=True, nullable=False),
    ),
)
B2B_MANAGEMENT_RESOURCES = (B2B_MANAGEMENT_POLICIES, LEGACY_POLICIES)

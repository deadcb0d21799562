"""``/identity/conditionalAccess/policies`` (graph-api 21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from idp_sim.conditional_access.model import ConditionalAccessPolicy
from idp_sim.conditional_access.parse import UnsupportedPolicy, merge_patch, policy_from_json
from idp_sim.conditional_access.wire import policy_to_json
from idp_sim.directory.audit import Activity
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, by_creation

_WRITE = "Policy.ReadWrite.ConditionalAccess"
_READ = ("Policy.Read.All", "Policy.Read.ConditionalAccess", _WRITE)
READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("Conditional Access Administrator", "Security Administrator", "Security Reader", "Global Reader"),
)
WRITE = Access(
    delegated=(_WRITE,),
    application=(_WRITE,),
    also=("Policy.Read.All", "Application.Read.All"),
    right=holders_of("Conditional Access Administrator", "Security Administrator"),
)
_EQ = frozenset({"eq", "in"})


def _wire(name: str, **rest: Any) -> Property:
    """A property of the wire form; the whole policy has one translation, in the policy's own package."""
    return Property(name=name, read=lambda policy: policy_to_json(policy)[name], **rest)


def _list(call: Call) -> list[ConditionalAccessPolicy]:
    return call.ports.storage.find(call.world, call.tenant, ConditionalAccessPolicy)


def _get(call: Call) -> ConditionalAccessPolicy:
    return call.ports.storage.get(call.world, call.tenant, ConditionalAccessPolicy, call.key.lower())


def _create(call: Call) -> ConditionalAccessPolicy:
    policy = _parsed(lambda: policy_from_json(call.body, id=call.ports.ids.guid(), now=call.context.now))
    call.ports.storage.insert(call.world, call.tenant, policy)
    return policy


def _update(call: Call) -> None:
    call.ports.storage.update(
        call.world,
        call.tenant,
        ConditionalAccessPolicy,
        call.key.lower(),
        lambda policy: _parsed(lambda: merge_patch(policy, call.body, call.context.now)),
    )


def _delete(call: Call) -> None:
    call.ports.storage.delete(call.world, call.tenant, ConditionalAccessPolicy, call.key.lower())


def _parsed(parse: Callable[[], ConditionalAccessPolicy]) -> ConditionalAccessPolicy:
    try:
        return parse()
    except UnsupportedPolicy as error:
        raise GraphError(Problem.POLICY_INVALID, problem="; ".join(error.problems)) from error


CONDITIONAL_ACCESS_POLICIES = Resource(
    path="/identity/conditionalAccess/policies",
    type_name="microsoft.graph.conditionalAccessPolicy",
    properties=(
        _wire("id", operators=_EQ),
        _wire("templateId"),
        _wire("displayName", writable=True, operators=_EQ | {"startsWith"}, orderable=True),
        _wire("description", writable=True),
        Property(name="createdDateTime", read=lambda policy: policy.created, type=Type.DATE_TIME),
        Property(name="modifiedDateTime", read=lambda policy: policy.modified, type=Type.DATE_TIME),
        _wire("state", writable=True, operators=_EQ),
        _wire("conditions", type=Type.OBJECT, writable=True),
        _wire("grantControls", type=Type.OBJECT, writable=True),
        _wire("sessionControls", type=Type.OBJECT, writable=True),
    ),
    target_type="Policy",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_CONDITIONAL_ACCESS),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_CONDITIONAL_ACCESS),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_CONDITIONAL_ACCESS),
    },
    # Everything comes in one answer unless $top asks for less (graph-api 3).
    page=PageSize(default=999, maximum=999),
    order=by_creation,
)

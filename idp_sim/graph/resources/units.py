"""``/directory/administrativeUnits`` with members and the roles over them (graph-api 14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.group import AdministrativeUnit, Group, Relation, RoleAssignment
from idp_sim.directory.model import User
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from idp_sim.graph.bodies import invalid
from idp_sim.graph.delta import delta
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, snake_case
from idp_sim.graph.resources.group_properties import UNIT
from idp_sim.graph.resources.references import linked
from idp_sim.graph.stored import stored
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services import roles
from idp_sim.services.deleted_items import soft_delete

_READ = of(
    "AdministrativeUnit.Read.All",
    "AdministrativeUnit.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    right=reads_directory,
)
_WRITE = of(
    "AdministrativeUnit.ReadWrite.All", "Directory.ReadWrite.All", right=holders_of("Privileged Role Administrator")
)
_ROLES = of("RoleManagement.ReadWrite.Directory", right=holders_of("Privileged Role Administrator"))
_READ_ROLES = of(
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    right=reads_directory,
)


def _list(call: Call) -> Iterable[object]:
    return stored(call, AdministrativeUnit, UNIT.indexes)


def _get(call: Call) -> AdministrativeUnit:
    return _unit(call, call.key)


def owner(call: Call) -> AdministrativeUnit:
    """The unit whose path it is; NotFound."""
    return _unit(call, call.parent)


def _unit(call: Call, id: str) -> AdministrativeUnit:
    return call.ports.storage.get(call.world, call.tenant, AdministrativeUnit, id.lower())


def _create(call: Call) -> AdministrativeUnit:
    blank = AdministrativeUnit(id=call.ports.ids.guid(), display_name="", created=call.context.now)
    unit = _with(blank, call)
    call.ports.storage.insert(call.world, call.tenant, unit)
    return unit


def _update(call: Call) -> None:
    call.ports.storage.update(call.world, call.tenant, AdministrativeUnit, _get(call).id, lambda old: _with(old, call))


def _with(unit: AdministrativeUnit, call: Call) -> AdministrativeUnit:
    new = replace(unit, **{snake_case(name): value for name, value in call.body.items()})
    if not new.display_name.strip():
        raise invalid(UNIT, "displayName", "a value that is not empty")
    if new.visibility not in (None, "HiddenMembership"):
        raise invalid(UNIT, "visibility", "null or HiddenMembership")
    return new


UNITS = replace(
    UNIT,
    operations={
        Operation.LIST: Handler(run=_list, access=_READ),
        Operation.GET: Handler(run=_get, access=_READ),
        Operation.CREATE: Handler(run=_create, access=_WRITE, activity=Activity.ADD_UNIT),
        Operation.UPDATE: Handler(run=_update, access=_WRITE, activity=Activity.UPDATE_UNIT),
        Operation.DELETE: Handler(
            run=lambda call: soft_delete(call.directory, _get(call)), access=_WRITE, activity=Activity.DELETE_UNIT
        ),
    },
    collection_actions={"delta": delta(UNIT, AdministrativeUnit, _READ, _list)},
)

UNIT_MEMBERS = linked(
    "/directory/administrativeUnits/{unit}/members",
    Relation.UNIT_MEMBER,
    User,
    Group,
    owner=owner,
    described_by=UNIT,
    read=_READ,
    write=_WRITE,
    activities=(Activity.ADD_UNIT_MEMBER, Activity.REMOVE_UNIT_MEMBER),
)

# --- roles over the unit -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Scoped:
    """A role over the unit, and who holds it."""

    assignment: RoleAssignment
    holder: Any

    @property
    def id(self) -> str:
        """The assignment's id."""
        return self.assignment.id


def _scoped(call: Call) -> list[Scoped]:
    scope = roles.unit_scope(owner(call).id)
    found = call.ports.storage.find(call.world, call.tenant, RoleAssignment, scope=scope)
    return [Scoped(assignment, call.directory.object(assignment.principal)) for assignment in found]


def _one_scoped(call: Call) -> Scoped:
    found = next((scoped for scoped in _scoped(call) if scoped.id == call.key), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _give(call: Call) -> Scoped:
    unit, role = owner(call), str(call.body["roleId"]).lower()
    if role not in ROLE_TEMPLATE_IDS.values():
        raise invalid(SCOPED_ROLE_MEMBERS, "roleId", "the id of a directory role")
    member = call.body["roleMemberInfo"].get("id")
    if not isinstance(member, str):
        raise invalid(SCOPED_ROLE_MEMBERS, "roleMemberInfo/id", "the id of a user")
    try:
        made = roles.assign(call.directory, principal=member.lower(), role=role, scope=roles.unit_scope(unit.id))
    except AlreadyExists as error:
        raise GraphError(Problem.CONFLICTING_OBJECT) from error
    return Scoped(made, call.directory.object(made.principal))


def _take(call: Call) -> None:
    roles.withdraw(call.directory, _one_scoped(call).id)


def _info(scoped: Scoped) -> dict[str, str | None]:
    return {"id": scoped.assignment.principal, "displayName": getattr(scoped.holder, "display_name", None)}


SCOPED_ROLE_MEMBERS = Resource(
    path="/directory/administrativeUnits/{unit}/scopedRoleMembers",
    type_name="microsoft.graph.scopedRoleMembership",
    context_set="scopedRoleMemberships",
    properties=(
        Property(name="id", read=lambda scoped: scoped.id),
        Property(name="administrativeUnitId", read=lambda scoped: scoped.assignment.unit),
        Property(
            name="roleId", read=lambda scoped: scoped.assignment.role, creatable=True, required=True, nullable=False
        ),
        Property(name="roleMemberInfo", read=_info, type=Type.OBJECT, creatable=True, required=True, nullable=False),
    ),
    not_found=Problem.OBJECT_NOT_FOUND,
    target=lambda scoped: AuditTarget(
        id=scoped.assignment.principal, type="User", display_name=_info(scoped)["displayName"]
    ),
    operations={
        Operation.LIST: Handler(run=_scoped, access=_READ_ROLES),
        Operation.GET: Handler(run=_one_scoped, access=_READ_ROLES),
        Operation.CREATE: Handler(run=_give, access=_ROLES, activity=Activity.ADD_SCOPED_ROLE_MEMBER),
        Operation.DELETE: Handler(run=_take, access=_ROLES, activity=Activity.REMOVE_SCOPED_ROLE_MEMBER),
    },
)

UNIT_RESOURCES = (UNITS, UNIT_MEMBERS, SCOPED_ROLE_MEMBERS)

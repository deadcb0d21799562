"""``/directoryRoles``, their templates and ``/roleManagement/directory`` (graph-api 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.group import Group, RoleAssignment
from idp_sim.directory.model import User
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Expansion, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.graph.resources.objects import referenced
from idp_sim.graph.resources.references import mixed
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services import roles
from idp_sim.services.directory_objects import DirectoryObject, ServicePrincipal

_READ_WORDS = (
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
_READ = of(*_READ_WORDS, right=reads_directory)
_WRITE = of("RoleManagement.ReadWrite.Directory", right=holders_of("Privileged Role Administrator"))
_EQ = frozenset({"eq", "in"})


@dataclass(frozen=True)
class BuiltInRole:
    """A built-in role; its id here is that of its template."""

    display_name: str
    id: str


ROLES = tuple(BuiltInRole(name, id) for name, id in ROLE_TEMPLATE_IDS.items())


def _role(key: str) -> BuiltInRole:
    found = next((role for role in ROLES if role.id == key.lower()), None)
    if found is None:
        raise NotFound(key)
    return found


def _target(role: BuiltInRole) -> AuditTarget:
    return AuditTarget(id=role.id, display_name=role.display_name, type="Role")


def _description(role: BuiltInRole) -> str:
    return f"Can do what the built-in role {role.display_name} allows."


def _resource(path: str, type_name: str, *more: Property, page: PageSize, **rest: Any) -> Resource:
    return Resource(
        path=path,
        type_name=type_name,
        properties=(
            field_of("id", operators=_EQ),
            Property(name="deletedDateTime", read=lambda _role: None, type=Type.DATE_TIME),
            Property(name="description", read=_description),
            field_of("displayName", operators=_EQ | {"startsWith"}),
            *more,
        ),
        page=page,
        order=lambda role: (role.display_name, role.id),
        not_found=Problem.OBJECT_NOT_FOUND,
        target=_target,
        **rest,
    )


#: These lists are not paged unless ``$top`` asks for it (graph-api 15.1).
_WHOLE = PageSize(default=999, maximum=999)
_READING = {
    Operation.LIST: Handler(run=lambda _call: list(ROLES), access=_READ),
    Operation.GET: Handler(run=lambda call: _role(call.key), access=_READ),
}

#: Every built-in role counts as activated, so that members can be added without a first step.
DIRECTORY_ROLES = _resource(
    "/directoryRoles",
    "microsoft.graph.directoryRole",
    field_of("roleTemplateId", "id", operators=_EQ),
    page=_WHOLE,
    operations=_READING,
    alternates={"roleTemplateId": lambda _call, id: _role(id).id},
)
DIRECTORY_ROLE_TEMPLATES = _resource(
    "/directoryRoleTemplates", "microsoft.graph.directoryRoleTemplate", page=_WHOLE, operations=_READING
)
ROLE_DEFINITIONS = _resource(
    "/roleManagement/directory/roleDefinitions",
    "microsoft.graph.unifiedRoleDefinition",
    Property(name="isBuiltIn", read=lambda _role: True, type=Type.BOOLEAN, operators=frozenset({"eq"})),
    Property(name="isEnabled", read=lambda _role: True, type=Type.BOOLEAN),
    Property(name="resourceScopes", read=lambda _role: ["/"], type=Type.STRINGS),
    Property(name="rolePermissions", read=lambda _role: [], type=Type.OBJECTS),
    field_of("templateId", "id", operators=_EQ),
    Property(name="version", read=lambda _role: "1"),
    page=_WHOLE,
    operations=_READING,
)

# --- members of a role -------------------------------------------------------------------------------


def owner(call: Call) -> BuiltInRole:
    """The role whose path it is; NotFound."""
    return _role(call.parent)


def _members(call: Call) -> list[DirectoryObject]:
    return call.directory.objects(roles.role_holders(call.directory, owner(call).id))


def _add(call: Call) -> DirectoryObject:
    member = referenced(call, User, ServicePrincipal)
    try:
        roles.assign(call.directory, principal=member.id, role=owner(call).id)
    except AlreadyExists as error:
        raise GraphError(Problem.REFERENCE_EXISTS, property="members") from error
    return member


def _remove(call: Call) -> DirectoryObject:
    held = roles.assignments(call.directory)
    role, member = owner(call).id, call.key.lower()
    found = next((a for a in held if a.principal == member and a.role == role and a.scope == "/"), None)
    if found is None:
        raise NotFound(call.key)
    roles.withdraw(call.directory, found.id)
    return call.directory.object(member)


ROLE_MEMBERS = mixed(
    "/directoryRoles/{role}/members",
    User,
    Group,
    ServicePrincipal,
    load=_members,
    access=_READ,
    subject=owner,
    audited_as=lambda: DIRECTORY_ROLES,
    operations={
        Operation.ADD_REFERENCE: Handler(run=_add, access=_WRITE, activity=Activity.ADD_ROLE_MEMBER),
        Operation.REMOVE_REFERENCE: Handler(run=_remove, access=_WRITE, activity=Activity.REMOVE_ROLE_MEMBER),
    },
)

# --- assignments -------------------------------------------------------------------------------------


def _assign(call: Call) -> RoleAssignment:
    body = call.body
    role, scope = str(body["roleDefinitionId"]).lower(), str(body.get("directoryScopeId") or "/")
    if role not in ROLE_TEMPLATE_IDS.values():
        raise invalid(ROLE_ASSIGNMENTS, "roleDefinitionId", "the id of a built-in role")
    prefix, _, unit = scope.rpartition("/")
    if scope != "/" and prefix != "/administrativeUnits":
        raise invalid(ROLE_ASSIGNMENTS, "directoryScopeId", "/ or /administrativeUnits/{id}")
    holder = call.directory.object(body["principalId"])
    if isinstance(holder, Group) and not holder.is_assignable_to_role:
        raise invalid(ROLE_ASSIGNMENTS, "principalId", "a user, a service principal or a role-assignable group")
    scope = "/" if scope == "/" else roles.unit_scope(unit.lower())
    try:
        return roles.assign(call.directory, principal=body["principalId"].lower(), role=role, scope=scope)
    except AlreadyExists as error:
        raise GraphError(Problem.CONFLICTING_OBJECT) from error


def _principal(call: Call, assignment: RoleAssignment) -> DirectoryObject | None:
    found = call.directory.objects([assignment.principal])
    return found[0] if found else None


ROLE_ASSIGNMENTS = Resource(
    path="/roleManagement/directory/roleAssignments",
    type_name="microsoft.graph.unifiedRoleAssignment",
    properties=(
        field_of("id", operators=frozenset({"eq"})),
        field_of("directoryScopeId", "scope", creatable=True, operators=_EQ),
        field_of("principalId", "principal", creatable=True, required=True, nullable=False, operators=_EQ),
        field_of("roleDefinitionId", "role", creatable=True, required=True, nullable=False, operators=_EQ),
    ),
    not_found=Problem.OBJECT_NOT_FOUND,
    target=lambda assignment: AuditTarget(
        id=assignment.principal, type="User", display_name=_role(assignment.role).display_name
    ),
    expansions={
        "principal": Expansion(load=_principal, resource=lambda: ROLE_MEMBERS, access=_READ, many=False),
        "roleDefinition": Expansion(
            load=lambda _call, assignment: _role(assignment.role),
            resource=lambda: ROLE_DEFINITIONS,
            access=_READ,
            many=False,
        ),
    },
    operations={
        Operation.LIST: Handler(run=lambda call: roles.assignments(call.directory), access=_READ),
        Operation.GET: Handler(run=lambda call: roles.assignment(call.directory, call.key), access=_READ),
        Operation.CREATE: Handler(run=_assign, access=_WRITE, activity=Activity.ADD_ROLE_MEMBER),
        Operation.DELETE: Handler(
            run=lambda call: roles.withdraw(call.directory, call.key),
            access=_WRITE,
            activity=Activity.REMOVE_ROLE_MEMBER,
        ),
    },
)

ROLE_RESOURCES = (DIRECTORY_ROLES, ROLE_MEMBERS, DIRECTORY_ROLE_TEMPLATES, ROLE_DEFINITIONS, ROLE_ASSIGNMENTS)

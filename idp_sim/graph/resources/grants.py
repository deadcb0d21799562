"""``/oauth2PermissionGrants`` and app role assignments (graph-api 18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.applications.model import AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.group import Group
from idp_sim.directory.model import User
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, field_of, sortable
from idp_sim.graph.resources import groups, user_relations
from idp_sim.ports import NotFound
from idp_sim.services.applications import find_client, graph_application
from idp_sim.services.directory_objects import DirectoryObject, ServicePrincipal

_EQ = frozenset({"eq", "in"})
_ADMINISTRATOR = holders_of(
    "Application Administrator", "Cloud Application Administrator", "Privileged Role Administrator"
)
#: The role that stands for access without a role.
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


def _principal_of_client(call: Call, client_id: str) -> ServicePrincipal | None:
    if client_id == graph_application(call.ports).client_id:
        return ServicePrincipal(graph_application(call.ports))
    found = find_client(call.ports, call.context, call.principal.tenant, client_id)
    return ServicePrincipal(found) if found is not None and found.service_principal else None


def _service_principal(call: Call, resource: Resource, name: str) -> ServicePrincipal:
    try:
        return call.directory.service_principal(str(call.body[name]))
    except NotFound as error:
        raise invalid(resource, name, "the object id of a service principal") from error


# --- consent -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A grant with the object ids of its two service principals."""

    record: OAuth2PermissionGrant
    client: str
    resource: str

    @property
    def id(self) -> str:
        """The grant's id."""
        return self.record.id


def _grant(call: Call, record: OAuth2PermissionGrant) -> Grant:
    def object_id(client_id: str) -> str:
        found = _principal_of_client(call, client_id)
        return found.id if found else client_id

    return Grant(record, object_id(record.client), object_id(record.resource))


def _grants(call: Call) -> list[Grant]:
    return [_grant(call, r) for r in call.ports.storage.find(call.world, call.tenant, OAuth2PermissionGrant)]


def _one_grant(call: Call) -> Grant:
    return _grant(call, call.ports.storage.get(call.world, call.tenant, OAuth2PermissionGrant, call.key))


def _create_grant(call: Call) -> Grant:
    body = call.body
    client, resource = (_service_principal(call, GRANTS, name) for name in ("clientId", "resourceId"))
    kind, principal = body["consentType"], body.get("principalId")
    if kind not in ("AllPrincipals", "Principal"):
        raise invalid(GRANTS, "consentType", "AllPrincipals or Principal")
    if (kind == "Principal") is (principal is None):
        raise invalid(GRANTS, "principalId", "the id of a user for Principal, and null for AllPrincipals")
    record = OAuth2PermissionGrant(
        id=call.ports.ids.secret(24),
        client=client.application.client_id,
        resource=resource.application.client_id,
        principal=call.directory.object(principal).id if principal else None,
        scopes=tuple(str(body.get("scope") or "").split()),
    )
    for known in call.ports.storage.find(call.world, call.tenant, OAuth2PermissionGrant, client=record.client):
        if (known.resource, known.principal) == (record.resource, record.principal):
            raise GraphError(Problem.GRANT_EXISTS)
    call.ports.storage.insert(call.world, call.tenant, record)
    return _grant(call, record)


def _update_grant(call: Call) -> None:
    def with_scope(old: OAuth2PermissionGrant) -> OAuth2PermissionGrant:
        return replace(old, scopes=tuple(str(call.body.get("scope") or "").split()))

    call.ports.storage.update(call.world, call.tenant, OAuth2PermissionGrant, call.key, with_scope)


def _delete_grant(call: Call) -> None:
    call.ports.storage.delete(call.world, call.tenant, OAuth2PermissionGrant, call.key)


_READ_GRANTS = of(
    "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", right=reads_directory
)
_WRITE_GRANTS = of("DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All", right=_ADMINISTRATOR)


def _grant_property(name: str, read: Callable[[Grant], Any], **rest: Any) -> Property:
    return Property(name=name, read=read, **rest)


GRANTS = Resource(
    path="/oauth2PermissionGrants",
    type_name="microsoft.graph.oAuth2PermissionGrant",
    properties=(
        field_of("id"),
        field_of("clientId", "client", creatable=True, required=True, nullable=False, operators=_EQ),
        _grant_property(
            "consentType",
            lambda grant: "Principal" if grant.record.principal else "AllPrincipals",
            creatable=True,
            required=True,
            nullable=False,
            operators=_EQ,
        ),
        _grant_property("principalId", lambda grant: grant.record.principal, creatable=True, operators=_EQ),
        field_of("resourceId", "resource", creatable=True, required=True, nullable=False, operators=_EQ),
        _grant_property("scope", lambda grant: " ".join(grant.record.scopes), writable=True),
    ),
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    target=lambda grant: AuditTarget(id=grant.client, type="ServicePrincipal"),
    operations={
        Operation.LIST: Handler(run=_grants, access=_READ_GRANTS),
        Operation.GET: Handler(run=_one_grant, access=_READ_GRANTS),
        Operation.CREATE: Handler(run=_create_grant, access=_WRITE_GRANTS, activity=Activity.ADD_GRANT),
        Operation.UPDATE: Handler(run=_update_grant, access=_WRITE_GRANTS, activity=Activity.UPDATE_GRANT),
        Operation.DELETE: Handler(run=_delete_grant, access=_WRITE_GRANTS, activity=Activity.REMOVE_GRANT),
    },
)

# --- app roles ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assigned:
    """An app role assignment with both its ends."""

    record: AppRoleAssignment
    principal: DirectoryObject | None
    resource: ServicePrincipal | None

    @property
    def id(self) -> str:
        """The assignment's id."""
        return self.record.id

    @property
    def resource_id(self) -> str:
        """Object id of the resource's service principal."""
        return self.resource.id if self.resource else self.record.resource


def _assigned(call: Call, record: AppRoleAssignment) -> Assigned:
    found = call.directory.objects([record.principal])
    return Assigned(record, found[0] if found else None, _principal_of_client(call, record.resource))


def _name(found: DirectoryObject | None) -> str | None:
    return (
        found.application.display_name if isinstance(found, ServicePrincipal) else getattr(found, "display_name", None)
    )


def _held_by(owner: Callable[[Call], DirectoryObject]) -> Callable[[Call], list[Assigned]]:
    def load(call: Call) -> list[Assigned]:
        held = call.ports.storage.find(call.world, call.tenant, AppRoleAssignment, principal=owner(call).id)
        return [_assigned(call, record) for record in held]

    return load


def _owning_principal(call: Call) -> ServicePrincipal:
    return call.directory.service_principal(call.parent)


def _given_on(call: Call) -> list[Assigned]:
    resource = _owning_principal(call).application.client_id
    found = call.ports.storage.find(call.world, call.tenant, AppRoleAssignment, resource=resource)
    return [_assigned(call, record) for record in found]


def _create_assignment(call: Call) -> Assigned:
    body, resource = call.body, _service_principal(call, APP_ROLE_ASSIGNED_TO, "resourceId")
    principal, role = call.directory.object(str(body["principalId"])), str(body["appRoleId"]).lower()
    kind = {User: "User", Group: "Group", ServicePrincipal: "ServicePrincipal"}.get(type(principal))
    if kind is None:
        raise invalid(APP_ROLE_ASSIGNED_TO, "principalId", "the object id of a user, group or service principal")
    wanted = next((r for r in resource.application.app_roles if r.id == role), None)
    member = "Application" if kind == "ServicePrincipal" else "User"
    if role != DEFAULT_ACCESS and (wanted is None or member not in wanted.member_types):
        raise invalid(APP_ROLE_ASSIGNED_TO, "appRoleId", f"the id of a role of the resource that a {kind} can have")
    record = AppRoleAssignment(
        id=call.ports.ids.secret(24),
        principal=principal.id,
        principal_type=kind,
        resource=resource.application.client_id,
        role=role,
        created=call.context.now,
    )
    held = call.ports.storage.find(
        call.world, call.tenant, AppRoleAssignment, principal=record.principal, resource=record.resource
    )
    if any(known.role == role for known in held):
        raise GraphError(Problem.ASSIGNMENT_EXISTS)
    call.ports.storage.insert(call.world, call.tenant, record)
    return _assigned(call, record)


def _of(load: Callable[[Call], list[Assigned]]) -> Callable[[Call], Assigned]:
    def one(call: Call) -> Assigned:
        found = next((item for item in load(call) if item.id == call.key), None)
        if found is None:
            raise NotFound(call.key)
        return found

    return one


def _activity(call: Call, before: Assigned | None) -> tuple[Activity, ...]:
    found = call.directory.objects([str(call.body.get("principalId", ""))])
    if found and isinstance(found[0], Group):
        return (Activity.ASSIGN_APP_ROLE_TO_GROUP,)
    if found and isinstance(found[0], ServicePrincipal):
        return (Activity.ASSIGN_APP_ROLE_TO_PRINCIPAL,)
    return (Activity.ASSIGN_APP_ROLE,)


_PROPERTIES = (
    field_of("id"),
    Property(
        name="appRoleId", read=lambda a: a.record.role, creatable=True, required=True, nullable=False, operators=_EQ
    ),
    Property(name="createdDateTime", read=lambda a: a.record.created, type=Type.DATE_TIME),
    Property(name="principalDisplayName", read=lambda a: _name(a.principal), operators=_EQ | {"startsWith"}),
    Property(
        name="principalId",
        read=lambda a: a.record.principal,
        creatable=True,
        required=True,
        nullable=False,
        operators=_EQ,
    ),
    Property(name="principalType", read=lambda a: a.record.principal_type, operators=_EQ),
    Property(name="resourceDisplayName", read=lambda a: _name(a.resource)),
    field_of("resourceId", creatable=True, required=True, nullable=False, operators=_EQ),
)


def _assignments(path: str, load: Callable[[Call], list[Assigned]], read: Access) -> Resource:
    write = of("AppRoleAssignment.ReadWrite.All", right=_ADMINISTRATOR)

    def delete(call: Call) -> None:
        call.ports.storage.delete(call.world, call.tenant, AppRoleAssignment, _of(load)(call).id)

    return Resource(
        path=path,
        type_name="microsoft.graph.appRoleAssignment",
        context_set="appRoleAssignments",
        properties=_PROPERTIES,
        order=lambda a: (sortable(a.record.created), a.id),
        directory_object=True,
        not_found=Problem.OBJECT_NOT_FOUND,
        target=lambda a: AuditTarget(
            id=a.record.principal, display_name=_name(a.principal), type=a.record.principal_type
        ),
        operations={
            Operation.LIST: Handler(run=load, access=read),
            Operation.GET: Handler(run=_of(load), access=read),
            Operation.CREATE: Handler(run=_create_assignment, access=write, activity=_activity),
            Operation.DELETE: Handler(run=delete, access=write, activity=Activity.REMOVE_APP_ROLE),
        },
    )


_APPLICATION_READ = of(
    "Application.Read.All",
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
_PEOPLE_READ = of(
    "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", right=reads_directory
)
APP_ROLE_ASSIGNED_TO = _assignments(
    "/servicePrincipals/{servicePrincipal}/appRoleAssignedTo", _given_on, _APPLICATION_READ
)
GRANT_RESOURCES = (
    GRANTS,
    APP_ROLE_ASSIGNED_TO,
    _assignments(
        "/servicePrincipals/{servicePrincipal}/appRoleAssignments", _held_by(_owning_principal), _APPLICATION_READ
    ),
    _assignments("/users/{user}/appRoleAssignments", _held_by(user_relations.owner), _PEOPLE_READ),
    _assignments("/groups/{group}/appRoleAssignments", _held_by(groups.owner), _PEOPLE_READ),
)

"""Other tenants, the authorization policy, any object by id (graph-api 8.3, 16, 29)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.group import AdministrativeUnit, Group
from idp_sim.directory.model import User
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Result, Type, field_of
from idp_sim.graph.resources.references import mixed
from idp_sim.ports import WORLD_WIDE
from idp_sim.services.directory_objects import ServicePrincipal
from idp_sim.tenants.model import GUEST_LIKE_MEMBER, LIMITED_GUEST, RESTRICTED_GUEST, Tenant

# --- other tenants -----------------------------------------------------------------------------------


def _tenant_information(call: Call, argument: str) -> Result:
    wanted = call.arguments.get(argument, "").lower()
    if not wanted:
        raise GraphError(Problem.ARGUMENT_MISSING, function="findTenantInformation", argument=argument)
    for tenant in call.ports.storage.find(call.world, WORLD_WIDE, Tenant):
        if wanted == tenant.id if argument == "tenantId" else wanted in tenant.domains:
            value = {
                "tenantId": tenant.id,
                "federationBrandName": None,
                "displayName": tenant.display_name,
                "defaultDomainName": tenant.initial_domain,
            }
            return Result(value=value, type="microsoft.graph.tenantInformation", raw=True)
    raise GraphError(Problem.OBJECT_NOT_FOUND, key=wanted)


_FIND = of("CrossTenantInformation.ReadBasic.All")
TENANT_RELATIONSHIPS = Resource(
    path="/tenantRelationships",
    type_name="microsoft.graph.tenantRelationship",
    collection=False,
    properties=(),
    operations={},
    actions={
        "findTenantInformationByTenantId": Handler(
            run=lambda call: _tenant_information(call, "tenantId"), access=_FIND, function=True
        ),
        "findTenantInformationByDomainName": Handler(
            run=lambda call: _tenant_information(call, "domainName"), access=_FIND, function=True
        ),
    },
)

# --- the authorization policy ------------------------------------------------------------------------

_LEVELS = (GUEST_LIKE_MEMBER, LIMITED_GUEST, RESTRICTED_GUEST)
_INVITERS = ("none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone")


def _stored_tenant(call: Call) -> Tenant:
    return call.ports.storage.get(call.world, WORLD_WIDE, Tenant, call.tenant)


def _update_policy(call: Call) -> None:
    values: dict[str, Any] = {}
    if "guestUserRoleId" in call.body:
        if call.body["guestUserRoleId"] not in _LEVELS:
            raise invalid(AUTHORIZATION_POLICY, "guestUserRoleId", f"one of {', '.join(_LEVELS)}")
        values["guest_user_role"] = call.body["guestUserRoleId"]
    if "allowInvitesFrom" in call.body:
        if call.body["allowInvitesFrom"] not in _INVITERS:
            raise invalid(AUTHORIZATION_POLICY, "allowInvitesFrom", f"one of {', '.join(_INVITERS)}")
        values["allow_invites_from"] = call.body["allowInvitesFrom"]
    call.ports.storage.update(call.world, WORLD_WIDE, Tenant, call.tenant, lambda old: replace(old, **values))


_READ_POLICY = of("Policy.Read.All", "Policy.ReadWrite.Authorization", right=reads_directory)
AUTHORIZATION_POLICY = Resource(
    path="/policies/authorizationPolicy",
    type_name="microsoft.graph.authorizationPolicy",
    collection=False,
    properties=(
        Property(name="id", read=lambda _tenant: "authorizationPolicy"),
        Property(name="displayName", read=lambda _tenant: "Authorization Policy"),
        Property(name="description", read=lambda _tenant: "Used to manage authorization related settings."),
        field_of("allowInvitesFrom", writable=True, nullable=False),
        Property(name="allowedToSignUpEmailBasedSubscriptions", read=lambda _tenant: True, type=Type.BOOLEAN),
        Property(name="allowedToUseSSPR", read=lambda _tenant: True, type=Type.BOOLEAN),
        Property(name="allowEmailVerifiedUsersToJoinOrganization", read=lambda _tenant: False, type=Type.BOOLEAN),
        Property(name="blockMsolPowerShell", read=lambda _tenant: False, type=Type.BOOLEAN),
        Property(
            name="defaultUserRolePermissions",
            read=lambda _tenant: {
                "allowedToCreateApps": True,
                "allowedToCreateSecurityGroups": True,
                "allowedToReadOtherUsers": True,
                "permissionGrantPoliciesAssigned": [],
            },
            type=Type.OBJECT,
        ),
        field_of("guestUserRoleId", "guest_user_role", writable=True, nullable=False),
    ),
    target=lambda _tenant: AuditTarget(id="authorizationPolicy", display_name="Authorization Policy", type="Policy"),
    operations={
        Operation.GET: Handler(run=_stored_tenant, access=_READ_POLICY),
        Operation.UPDATE: Handler(
            run=_update_policy,
            access=of("Policy.ReadWrite.Authorization", right=holders_of("Privileged Role Administrator")),
            activity=Activity.UPDATE_AUTHORIZATION_POLICY,
        ),
    },
)

# --- any object --------------------------------------------------------------------------------------


_TYPES: dict[str, type] = {
    "user": User,
    "group": Group,
    "serviceprincipal": ServicePrincipal,
    "administrativeunit": AdministrativeUnit,
}


def _by_ids(call: Call) -> Result:
    ids = call.body["ids"]
    if len(ids) > 1000:
        raise invalid(DIRECTORY_OBJECTS, "ids", "at most 1000 ids")
    wanted = tuple(_TYPES[t.lower()] for t in call.body.get("types") or () if t.lower() in _TYPES)
    found = [item for item in call.directory.objects(ids) if not wanted or isinstance(item, wanted)]
    return Result(value=found, resource=DIRECTORY_OBJECTS, many=True)


_READ_OBJECTS = of("Directory.Read.All", "Directory.ReadWrite.All", "User.Read.All", right=reads_directory)
DIRECTORY_OBJECTS = mixed(
    "/directoryObjects",
    User,
    Group,
    ServicePrincipal,
    AdministrativeUnit,
    load=lambda call: list(call.ports.storage.find(call.world, call.tenant, User)),
    access=_READ_OBJECTS,
    operations={Operation.GET: Handler(run=lambda call: call.directory.object(call.key), access=_READ_OBJECTS)},
    collection_actions={
        "getByIds": Handler(
            run=_by_ids,
            access=_READ_OBJECTS,
            parameters=(
                Property(name="ids", read=lambda _: None, type=Type.STRINGS, required=True),
                Property(name="types", read=lambda _: None, type=Type.STRINGS),
            ),
        )
    },
)

TENANT_RESOURCES = (TENANT_RELATIONSHIPS, AUTHORIZATION_POLICY, DIRECTORY_OBJECTS)

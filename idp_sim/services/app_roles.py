"""Who has which app role, and whether somebody is assigned to an application at all (graph-api 18)."""

from __future__ import annotations

from idp_sim.applications.model import Application, AppRoleAssignment
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.directory_objects import Directory
from idp_sim.services.groups import direct_groups
from idp_sim.tenants.model import Tenant


def roles_of(
    ports: Ports, context: Context, tenant: Tenant, *, principal: str | User, resource: Application
) -> tuple[str, ...]:
    """Values of the enabled app roles of ``resource`` that ``principal`` has, in the resource's order.

    ``principal`` is a user, or the id of a service principal.
    """
    if not resource.app_roles:
        return ()
    assigned = {found.role for found in _assignments(ports, context, tenant, principal, resource)}
    return tuple(role.value for role in resource.app_roles if role.enabled and role.id in assigned)


def is_assigned(
    ports: Ports, context: Context, tenant: Tenant, *, principal: str | User, application: Application
) -> bool:
    """Whether ``principal`` has any assignment to the application, the default role included."""
    return bool(_assignments(ports, context, tenant, principal, application))


def _assignments(
    ports: Ports, context: Context, tenant: Tenant, principal: str | User, resource: Application
) -> list[AppRoleAssignment]:
    """Those of the principal, and of the groups that a user is a direct member of: inner groups inherit nothing."""
    storage, world, client = ports.storage, context.world, resource.client_id
    id = principal if isinstance(principal, str) else principal.id
    found = storage.find(world, tenant.id, AppRoleAssignment, principal=id, resource=client)
    if isinstance(principal, User):
        of_groups = storage.find(world, tenant.id, AppRoleAssignment, group_resource=client)
        if of_groups:
            groups = direct_groups(Directory(ports=ports, context=context, tenant=tenant.id), principal)
            found += [assignment for assignment in of_groups if assignment.principal in groups]
    return found

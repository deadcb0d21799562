"""A guest leaves the organisation (*Leave organization* in My Account, entra-sign-in 2.14)."""

from __future__ import annotations

from idp_sim.directory.audit import Activity
from idp_sim.directory.deleted import DeletedItem
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import audit
from idp_sim.services.deleted_items import soft_delete
from idp_sim.services.directory_objects import Directory
from idp_sim.services.users import user_with_address
from idp_sim.tenants.model import Tenant


class CannotLeave(Exception):
    """The person stays; the sentence says why."""


def leave(ports: Ports, context: Context, tenant: Tenant, address: str) -> DeletedItem:
    """Delete the guest so that an administrator can restore it for 30 days; NotFound, CannotLeave.

    Nobody leaves the organisation where he is at home, and who is blocked can't leave either.
    """
    user = user_with_address(address.strip(), ports=ports, context=context, tenant=tenant.id)
    if user is None:
        raise NotFound(f"user '{address}' in tenant '{tenant.name}'")
    if not user.external:
        raise CannotLeave(f"{address} is at home in {tenant.display_name}, and nobody leaves the home organization")
    if not user.account_enabled:
        raise CannotLeave(f"the account of {address} is disabled in {tenant.display_name}; who is blocked can't leave")
    if not tenant.guests_may_leave:
        raise CannotLeave(f"{tenant.display_name} does not let external users remove themselves")
    with ports.storage.unit_of_work(context.world):
        audit.note(
            Activity.DELETE_USER,
            audit.user_target(user),
            by=audit.by_user(user),
            ports=ports,
            context=context,
            tenant=tenant.id,
        )
        return soft_delete(Directory(ports=ports, context=context, tenant=tenant.id), user)

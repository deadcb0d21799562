"""Delete so that it can be undone, restore, and delete for good (graph-api 12)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from idp_sim.applications.model import Application, AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.directory.deleted import RETENTION, DeletedItem
from idp_sim.directory.group import AdministrativeUnit, Group, RoleAssignment
from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.ports import NotFound
from idp_sim.services import roles
from idp_sim.services.directory_objects import Directory
from idp_sim.services.users import delete_user
from idp_sim.sign_in.model import RefreshToken

Deletable = User | Group | Application | AdministrativeUnit


def soft_delete(directory: Directory, item: Deletable) -> DeletedItem:
    """Move the object, and what hangs on it, to the deleted items."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    now = directory.context.now
    kept = _kept(directory, item)
    with storage.unit_of_work(world):
        _remove(directory, item)
        storage.put(world, tenant, replace(kept, deleted=now))
    return kept


def deleted_items(directory: Directory) -> list[DeletedItem]:
    """What can still be restored, oldest first."""
    found = directory.ports.storage.find(directory.context.world, directory.tenant, DeletedItem)
    return [item for item in found if directory.context.now < item.deleted + RETENTION]


def deleted_item(directory: Directory, id: str) -> DeletedItem:
    """The deleted object with that id; NotFound, also after the time is over."""
    found = directory.ports.storage.get(directory.context.world, directory.tenant, DeletedItem, id.lower())
    if directory.context.now >= found.deleted + RETENTION:
        raise NotFound(id)
    return found


def restore(directory: Directory, id: str, *, new_name: str | None = None) -> Deletable:
    """Bring it back with memberships and assignments; NotFound, AlreadyExists when its name was taken meanwhile."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    with storage.unit_of_work(world):
        kept = deleted_item(directory, id)
        item: Deletable = replace(kept.item, deleted=None)
        if isinstance(item, User):
            storage.purge(world, tenant, RefreshToken, user=item.id)  # whoever was signed in signs in again
            item = item if new_name is None else replace(item, user_principal_name=new_name)
        storage.insert(world, tenant, item)
        if kept.credentials is not None:
            storage.put(world, tenant, kept.credentials)
        for record in (*kept.invitations, *kept.links, *kept.app_roles, *kept.grants, *kept.roles):
            storage.put(world, tenant, record)
        storage.delete(world, tenant, DeletedItem, kept.id)
    return item


def hard_delete(directory: Directory, id: str) -> DeletedItem:
    """Delete for good; NotFound."""
    gone = deleted_item(directory, id)
    directory.ports.storage.delete(directory.context.world, directory.tenant, DeletedItem, gone.id)
    return gone


def _kept(directory: Directory, item: Deletable) -> DeletedItem:
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    now = directory.context.now
    kept = DeletedItem(id=item.id, deleted=now, links=tuple(directory.links_of(item.id)))
    gone = replace(item, deleted=now)
    match gone:
        case User():
            credentials = None
            with suppress(NotFound):
                credentials = storage.get(world, tenant, Credentials, gone.id)
            return replace(
                kept,
                user=gone,
                credentials=credentials,
                invitations=tuple(storage.find(world, tenant, Invitation, user=gone.id)),
                app_roles=tuple(storage.find(world, tenant, AppRoleAssignment, principal=gone.id)),
                grants=tuple(storage.find(world, tenant, OAuth2PermissionGrant, principal=gone.id)),
                roles=tuple(storage.find(world, tenant, RoleAssignment, principal=gone.id)),
            )
        case Group():
            held = storage.find(world, tenant, AppRoleAssignment, principal=gone.id)
            given = storage.find(world, tenant, RoleAssignment, principal=gone.id)
            return replace(kept, group=gone, app_roles=tuple(held), roles=tuple(given))
        case Application():
            held = storage.find(world, tenant, AppRoleAssignment, resource=gone.client_id)
            if gone.service_principal:
                held += storage.find(world, tenant, AppRoleAssignment, principal=gone.service_principal)
            grants = storage.find(world, tenant, OAuth2PermissionGrant, client=gone.client_id)
            return replace(kept, application=gone, app_roles=tuple(held), grants=tuple(grants))
        case AdministrativeUnit():
            scoped = storage.find(world, tenant, RoleAssignment, scope=roles.unit_scope(gone.id))
            return replace(kept, unit=gone, roles=tuple(scoped))


def _remove(directory: Directory, item: Deletable) -> None:
    ports, context, tenant = directory.ports, directory.context, directory.tenant
    storage, world = ports.storage, context.world
    if isinstance(item, User):
        delete_user(item.id, ports=ports, context=context, tenant=tenant)
        return
    storage.delete(world, tenant, type(item), item.id)
    directory.unlink_all(item.id)
    if isinstance(item, AdministrativeUnit):
        storage.purge(world, tenant, RoleAssignment, scope=roles.unit_scope(item.id))
    if isinstance(item, Group):
        storage.purge(world, tenant, AppRoleAssignment, principal=item.id)
        storage.purge(world, tenant, RoleAssignment, principal=item.id)
    if isinstance(item, Application):
        remove_principal_of(directory, item)


def remove_principal_of(directory: Directory, application: Application) -> None:
    """Everything that was granted to the application's principal, and the roles given on it."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    storage.purge(world, tenant, AppRoleAssignment, resource=application.client_id)
    storage.purge(world, tenant, OAuth2PermissionGrant, client=application.client_id)
    if application.service_principal:
        storage.purge(world, tenant, AppRoleAssignment, principal=application.service_principal)
        storage.purge(world, tenant, RoleAssignment, principal=application.service_principal)

"""Directory roles: who holds them, over what, and what that opens (graph-api 8.4, 14, 15).

Roles of a user over the whole directory stand on the user object, where sign-ins and tokens read them; all
other assignments (over an administrative unit, of a service principal or a group) are records of their own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace

from idp_sim.directory.group import Relation, RoleAssignment
from idp_sim.directory.model import User
from idp_sim.ports import AlreadyExists, Context, NotFound, Ports
from idp_sim.services.directory_objects import Directory

WHOLE_DIRECTORY = "/"
_UNIT = "/administrativeUnits/"


def assignments(directory: Directory) -> list[RoleAssignment]:
    """Every role assignment of the tenant."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    users = storage.find(world, tenant, User, role_holder="yes")
    held = [_of_user(user.id, role) for user in users for role in user.directory_roles]
    return held + storage.find(world, tenant, RoleAssignment)


def assignment(directory: Directory, id: str) -> RoleAssignment:
    """The assignment with that id; NotFound."""
    found = next((a for a in assignments(directory) if a.id == id), None)
    if found is None:
        raise NotFound(id)
    return found


def assign(directory: Directory, *, principal: str, role: str, scope: str = WHOLE_DIRECTORY) -> RoleAssignment:
    """Give the role; NotFound for an unknown principal or unit, AlreadyExists."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    holder = directory.object(principal)
    made = RoleAssignment(id=_id(principal, role, scope), principal=principal, role=role, scope=scope)
    if made.unit is not None:
        directory.object(made.unit)
    if not isinstance(holder, User) or scope != WHOLE_DIRECTORY:
        storage.insert(world, tenant, made)
        return made

    def given(user: User) -> User:
        if role in user.directory_roles:
            raise AlreadyExists(made.id)
        return replace(user, directory_roles=(*user.directory_roles, role))

    storage.update(world, tenant, User, principal, given)
    return made


def withdraw(directory: Directory, id: str) -> RoleAssignment:
    """Take the assignment away and give it back; NotFound."""
    storage, world, tenant = directory.ports.storage, directory.context.world, directory.tenant
    gone = assignment(directory, id)
    try:
        storage.delete(world, tenant, RoleAssignment, id)
    except NotFound:

        def without(user: User) -> User:
            return replace(user, directory_roles=tuple(r for r in user.directory_roles if r != gone.role))

        storage.update(world, tenant, User, gone.principal, without)
    return gone


def role_holders(directory: Directory, role: str) -> list[str]:
    """Ids of those who have the role over the whole directory."""
    return [a.principal for a in assignments(directory) if a.role == role and a.scope == WHOLE_DIRECTORY]


def unit_scope(unit: str) -> str:
    """The scope of an administrative unit."""
    return f"{_UNIT}{unit}"


def reaches(directory: Directory, *, user: str, roles: Iterable[str], object_id: str) -> bool:
    """Whether the user has one of the roles over an administrative unit that the object is in."""
    found = directory.ports.storage.find(directory.context.world, directory.tenant, RoleAssignment, principal=user)
    units = {a.unit for a in found if a.unit and a.role in set(roles)}
    return any(directory.linked(Relation.UNIT_MEMBER, unit, object_id) for unit in units)


def with_roles_of_groups(user: User, *, ports: Ports, context: Context, tenant: str) -> User:
    """The user, with the roles of the role-assignable groups that the user is a direct member of (graph-api 13.1)."""
    held = ports.storage.find(context.world, tenant, RoleAssignment, scope=WHOLE_DIRECTORY)
    if not held:
        return user
    groups = set(Directory(ports=ports, context=context, tenant=tenant).sources(Relation.MEMBER, user.id))
    more = [a.role for a in held if a.principal in groups]
    return replace(user, directory_roles=tuple(dict.fromkeys((*user.directory_roles, *more))))


def _of_user(user: str, role: str) -> RoleAssignment:
    return RoleAssignment(id=_id(user, role, WHOLE_DIRECTORY), principal=user, role=role)


def _id(principal: str, role: str, scope: str) -> str:
    """Opaque, and the same for the same assignment: the role and principal cannot be held twice."""
    text = f"{role}{principal}{scope}".encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()

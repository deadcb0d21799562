"""Which groups and roles an object is in, asked by its id: ``getMemberObjects`` and its like (graph-api 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_sim.directory.model import User
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, reads_directory
from idp_sim.graph.resource import Call, Handler, Property, Result, Type
from idp_sim.ports import NotFound
from idp_sim.services.directory_objects import DirectoryObject
from idp_sim.services.groups import all_groups, group_named
from idp_sim.services.users import find_user

#: Permissions that read memberships, of others and of oneself.
READ = ("User.Read.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")
ACCESS = Access(delegated=READ, application=READ, own=("User.Read", "User.ReadWrite"), right=reads_directory)
_MOST = 20


def member(call: Call, key: str) -> DirectoryObject:
    """The object that is asked about; users also by their user principal name; NotFound."""
    try:
        return call.directory.object(key)
    except NotFound:
        return find_user(key, ports=call.ports, context=call.context, tenant=call.tenant)


def _groups(call: Call) -> list[str]:
    found = all_groups(call.directory, member(call, call.key))
    if call.body.get("securityEnabledOnly"):
        found = [id for id in found if group_named(call.directory, id).security_enabled]
    return found


def _objects(call: Call) -> list[str]:
    """Groups and directory roles."""
    holder = member(call, call.key)
    return [*_groups(call), *(holder.directory_roles if isinstance(holder, User) else ())]


def _those_of(call: Call, name: str, found: list[str]) -> list[str]:
    wanted = [str(id).lower() for id in call.body[name]]
    if len(wanted) > _MOST:
        expected = f"at most {_MOST} ids"
        raise GraphError(Problem.PROPERTY_INVALID, property=name, resource="DirectoryObject", expected=expected)
    return [id for id in wanted if id in found]


def _ids(ids: list[str]) -> Result:
    return Result(value=ids, type="Collection(Edm.String)")


_SECURITY_ONLY = (Property(name="securityEnabledOnly", read=lambda _: None, type=Type.BOOLEAN),)


def _list_of(name: str) -> tuple[Property, ...]:
    def nothing(_record: Any) -> None:
        return None

    return (Property(name=name, read=nothing, type=Type.STRINGS, required=True),)


#: Actions of a user, group or service principal.
MEMBERSHIP_ACTIONS: Mapping[str, Handler] = {
    "getMemberGroups": Handler(run=lambda call: _ids(_groups(call)), access=ACCESS, parameters=_SECURITY_ONLY),
    "getMemberObjects": Handler(run=lambda call: _ids(_objects(call)), access=ACCESS, parameters=_SECURITY_ONLY),
    "checkMemberGroups": Handler(
        run=lambda call: _ids(_those_of(call, "groupIds", _groups(call))),
        access=ACCESS,
        parameters=_list_of("groupIds"),
    ),
    "checkMemberObjects": Handler(
        run=lambda call: _ids(_those_of(call, "ids", _objects(call))), access=ACCESS, parameters=_list_of("ids")
    ),
}

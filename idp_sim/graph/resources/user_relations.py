"""What hangs on a user: groups, manager, reports, sponsors, owned objects (graph-api 10.1)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from idp_sim.applications.model import Application
from idp_sim.directory.audit import Activity
from idp_sim.directory.group import AdministrativeUnit, Group, Relation
from idp_sim.directory.model import User
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Resource
from idp_sim.graph.resources import membership
from idp_sim.graph.resources.objects import only, referenced
from idp_sim.graph.resources.references import mixed
from idp_sim.graph.resources.user_properties import READ_FULL, USER, WRITE
from idp_sim.ports import NotFound
from idp_sim.services.directory_objects import DirectoryObject, ServicePrincipal
from idp_sim.services.groups import all_groups, direct_groups
from idp_sim.services.users import change_user, find_user

_FULL = tuple(sorted(READ_FULL))
_READ = Access(delegated=_FULL, application=_FULL, own=("User.Read", "User.ReadWrite"), right=reads_directory)
_WRITE = of(*WRITE, right=holders_of("User Administrator"))
#: Sponsors that a user may have.
MOST_SPONSORS = 5


def owner(call: Call) -> User:
    """The user whose path it is; NotFound."""
    return find_user(call.parent, ports=call.ports, context=call.context, tenant=call.tenant)


def _member_of(call: Call) -> list[DirectoryObject]:
    user = owner(call)
    units = call.directory.sources(Relation.UNIT_MEMBER, user.id)
    return call.directory.objects([*direct_groups(call.directory, user), *units])


def _transitive(call: Call) -> list[DirectoryObject]:
    user = owner(call)
    units = call.directory.sources(Relation.UNIT_MEMBER, user.id)
    return call.directory.objects([*all_groups(call.directory, user), *units])


MEMBER_OF = mixed("/users/{user}/memberOf", Group, AdministrativeUnit, load=_member_of, access=membership.ACCESS)
TRANSITIVE_MEMBER_OF = mixed(
    "/users/{user}/transitiveMemberOf", Group, AdministrativeUnit, load=_transitive, access=membership.ACCESS
)
OWNED_OBJECTS = mixed(
    "/users/{user}/ownedObjects",
    Group,
    Application,
    ServicePrincipal,
    load=lambda call: call.directory.objects(call.directory.sources(Relation.OWNER, owner(call).id)),
    access=_READ,
)
DIRECT_REPORTS = mixed(
    "/users/{user}/directReports",
    User,
    load=lambda call: call.directory.objects(call.directory.sources(Relation.MANAGER, owner(call).id)),
    access=_READ,
)

# --- manager -----------------------------------------------------------------------------------------


def _manager(call: Call) -> DirectoryObject:
    found = call.directory.manager_of(owner(call).id)
    if found is None:
        raise NotFound("manager")
    return found


def _set_manager(call: Call) -> DirectoryObject:
    user, manager = owner(call), referenced(call, User)
    if manager.id == user.id:
        raise GraphError(Problem.REFERENCE_REFUSED, problem="A user cannot be their own manager.")
    _clear(call, user)
    call.directory.link(Relation.MANAGER, user.id, manager.id)
    return manager


def _remove_manager(call: Call) -> DirectoryObject:
    manager = _manager(call)
    _clear(call, owner(call))
    return manager


def _clear(call: Call, user: User) -> None:
    for old in call.directory.targets(Relation.MANAGER, user.id):
        call.directory.unlink(Relation.MANAGER, user.id, old)


MANAGER = Resource(
    path="/users/{user}/manager",
    type_name="microsoft.graph.directoryObject",
    context_set="directoryObjects",
    collection=False,
    properties=(),
    variants=only(User),
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    subject=owner,
    audited_as=lambda: USER,
    operations={
        Operation.GET: Handler(run=_manager, access=_READ),
        Operation.SET_REFERENCE: Handler(run=_set_manager, access=_WRITE, activity=Activity.SET_MANAGER),
        Operation.REMOVE_REFERENCE: Handler(run=_remove_manager, access=_WRITE, activity=Activity.REMOVE_MANAGER),
    },
)

# --- sponsors: kept on the user object, because an invitation sets them -------------------------------


def _sponsors(call: Call) -> Iterable[Any]:
    return call.directory.objects(owner(call).sponsors)


def _add_sponsor(call: Call) -> DirectoryObject:
    sponsor = referenced(call, User, Group)

    def added(user: User) -> User:
        if sponsor.id in user.sponsors:
            raise GraphError(Problem.REFERENCE_EXISTS, property="sponsors")
        if len(user.sponsors) >= MOST_SPONSORS:
            raise GraphError(Problem.REFERENCE_REFUSED, problem=f"A user has at most {MOST_SPONSORS} sponsors.")
        return replace(user, sponsors=(*user.sponsors, sponsor.id))

    _change(call, added)
    return sponsor


def _remove_sponsor(call: Call) -> DirectoryObject | None:
    gone = call.key.lower()

    def removed(user: User) -> User:
        if gone not in user.sponsors:
            raise NotFound(gone)
        return replace(user, sponsors=tuple(id for id in user.sponsors if id != gone))

    _change(call, removed)
    with suppress(NotFound):
        return call.directory.object(gone)
    return None


def _change(call: Call, change: Any) -> None:
    change_user(owner(call).id, change, ports=call.ports, context=call.context, tenant=call.tenant)


SPONSORS = mixed(
    "/users/{user}/sponsors",
    User,
    Group,
    load=_sponsors,
    access=_READ,
    subject=owner,
    audited_as=lambda: USER,
    operations={
        Operation.ADD_REFERENCE: Handler(run=_add_sponsor, access=_WRITE, activity=Activity.ADD_SPONSOR),
        Operation.REMOVE_REFERENCE: Handler(run=_remove_sponsor, access=_WRITE, activity=Activity.REMOVE_SPONSOR),
    },
)

USER_RELATIONS = (MEMBER_OF, TRANSITIVE_MEMBER_OF, OWNED_OBJECTS, DIRECT_REPORTS, MANAGER, SPONSORS)

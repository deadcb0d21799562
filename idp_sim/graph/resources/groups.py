"""``/groups`` with members and owners (graph-api 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from idp_sim.directory.audit import Activity
from idp_sim.directory.group import DYNAMIC, UNIFIED, Group, Relation
from idp_sim.directory.membership_rule import InvalidRule, parse
from idp_sim.directory.model import User
from idp_sim.graph.auditing import note, target_of
from idp_sim.graph.bodies import bound, invalid
from idp_sim.graph.delta import delta
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, Right, holders_of, of, reads_directory, reads_others
from idp_sim.graph.resource import Call, Expansion, Handler, Operation, snake_case
from idp_sim.graph.resources.group_properties import GROUP, READ, READ_MEMBERS
from idp_sim.graph.resources.membership import MEMBERSHIP_ACTIONS
from idp_sim.graph.resources.references import add_links, linked, mixed
from idp_sim.graph.stored import stored
from idp_sim.ports import NotFound
from idp_sim.services.deleted_items import soft_delete
from idp_sim.services.directory_objects import DirectoryObject, ServicePrincipal
from idp_sim.services.groups import all_groups, all_members, direct_groups, direct_members, group_named

_WRITE = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
_WRITE_MEMBERS = ("GroupMember.ReadWrite.All", *_WRITE)
_ADMINISTRATOR = holders_of("Groups Administrator", "User Administrator", owners=True)
_GIVES_ROLES = holders_of("Privileged Role Administrator")
_BINDINGS = {"members@odata.bind": Relation.MEMBER, "owners@odata.bind": Relation.OWNER}
_CREATORS = Right(lambda principal, _key: not principal.guest or principal.tenant.guests_read_like_members)


def _list(call: Call) -> Iterable[object]:
    return stored(call, Group, GROUP.indexes)


def _get(call: Call) -> Group:
    return group_named(call.directory, call.key)


def owner(call: Call) -> Group:
    """The group whose path it is; NotFound."""
    return group_named(call.directory, call.parent)


def _by_unique_name(call: Call, name: str) -> str:
    found = [g for g in call.ports.storage.find(call.world, call.tenant, Group) if g.unique_name == name]
    if not found:
        raise NotFound(name)
    return found[0].id


def _create(call: Call) -> Group:
    body, links = _without_bindings(call)
    blank = Group(id=call.ports.ids.guid(), display_name="", created=call.context.now)
    group = _checked(_with(blank, body), call)
    _may_give_roles(call, group)
    if group.unified:
        group = replace(group, mail=f"{group.mail_nickname}@{call.principal.tenant.initial_domain}")
    if group.unified or group.is_assignable_to_role:
        group = replace(group, visibility=group.visibility or ("Private" if group.is_assignable_to_role else "Public"))
    call.ports.storage.insert(call.world, call.tenant, group)
    if call.principal.user is not None:  # who makes a group owns it; an application does not (graph-api 13.2)
        links[Relation.OWNER] = list(dict.fromkeys([call.principal.user.id, *links.get(Relation.OWNER, [])]))
    _link(call, group, links)
    return group


def _update(call: Call) -> None:
    body, links = _without_bindings(call)
    group = call.ports.storage.update(
        call.world, call.tenant, Group, _get(call).id, lambda old: _checked(_with(old, body), call, old)
    )
    _link(call, group, links)


def _delete(call: Call) -> None:
    soft_delete(call.directory, _get(call))


def _with(group: Group, body: Mapping[str, Any]) -> Group:
    values = {snake_case(name): tuple(v) if isinstance(v, list) else v for name, v in body.items()}
    return replace(group, **values)


def _checked(group: Group, call: Call, old: Group | None = None) -> Group:
    """The group as it may be stored; GraphError names the property that does not fit the others."""
    if not group.display_name.strip():
        raise invalid(GROUP, "displayName", "a value that is not empty")
    if not group.mail_nickname or not group.mail_nickname.isascii() or set('@()\\[]";:<>, ') & set(group.mail_nickname):
        raise invalid(GROUP, "mailNickname", "letters, digits and simple marks without blanks")
    for kind in group.group_types:
        if kind not in (UNIFIED, DYNAMIC):
            raise invalid(GROUP, "groupTypes", f"{UNIFIED} and {DYNAMIC} only")
    if old is not None and old.unified != group.unified:
        raise invalid(GROUP, "groupTypes", "the kind of group that it was created as")
    if group.mail_enabled != group.unified:
        raise invalid(GROUP, "mailEnabled", "true for a Microsoft 365 group and false for a security group")
    if not group.unified and not group.security_enabled:
        raise invalid(GROUP, "securityEnabled", "true for a group that is no Microsoft 365 group")
    _check_rule(group)
    if group.is_assignable_to_role and (group.dynamic or not group.security_enabled or group.visibility == "Public"):
        raise invalid(GROUP, "isAssignableToRole", "a private, assigned, security-enabled group")
    if group.visibility not in (None, "Private", "Public", "HiddenMembership"):
        raise invalid(GROUP, "visibility", "Private, Public or HiddenMembership")
    return group


def _check_rule(group: Group) -> None:
    if not group.dynamic:
        if group.membership_rule is not None or group.membership_rule_processing_state is not None:
            raise invalid(GROUP, "membershipRule", f"a group whose groupTypes hold {DYNAMIC}")
        return
    if group.membership_rule_processing_state not in ("On", "Paused"):
        raise invalid(GROUP, "membershipRuleProcessingState", "On or Paused together with a membershipRule")
    try:
        parse(group.membership_rule or "")
    except InvalidRule as error:
        raise invalid(GROUP, "membershipRule", f"a membership rule ({error})") from error


def _without_bindings(call: Call) -> tuple[dict[str, Any], dict[Relation, list[str]]]:
    body = dict(call.body)
    links = {relation: bound(name, body.pop(name)) for name, relation in _BINDINGS.items() if name in body}
    return body, links


def _link(call: Call, group: Group, links: Mapping[Relation, list[str]]) -> None:
    """Link what the body bound: all of it or, with the transaction, nothing. Each link is a row of the log."""
    rows = {Relation.MEMBER: Activity.ADD_MEMBER, Relation.OWNER: Activity.ADD_GROUP_OWNER}
    for relation, ids in links.items():
        if relation is Relation.MEMBER and ids:
            _check_member(call, group)
        for id in ids:
            target = call.directory.object(id)
            add_links(call, relation, group.id, [target.id])
            note(call, rows[relation], target_of(MEMBERS, target), target_of(GROUP, group))


def _not_dynamic(_call: Call, group: Group) -> None:
    if group.dynamic:
        problem = f"Members of the dynamic group '{group.display_name}' follow from its rule and cannot be changed."
        raise GraphError(Problem.REFERENCE_REFUSED, problem=problem)


def _may_give_roles(call: Call, group: Group) -> None:
    """Who is in a role-assignable group holds its roles: changing that needs the right to give roles (13.2)."""
    if not group.is_assignable_to_role:
        return
    principal = call.principal
    if "RoleManagement.ReadWrite.Directory" not in principal.permissions or not (
        principal.app_only or _GIVES_ROLES(principal)
    ):
        raise GraphError(Problem.ACCESS_DENIED)


def _check_member(call: Call, group: Group) -> None:
    _not_dynamic(call, group)
    _may_give_roles(call, group)


def _not_last(call: Call, group: Group) -> None:
    _may_give_roles(call, group)
    if call.directory.targets(Relation.OWNER, group.id) == [call.key.lower()]:
        problem = "The group must have at least one owner, hence this owner cannot be removed."
        raise GraphError(Problem.REFERENCE_REFUSED, problem=problem)


def _member_of(call: Call) -> list[DirectoryObject]:
    return call.directory.objects(direct_groups(call.directory, owner(call)))


def _transitive_member_of(call: Call) -> list[DirectoryObject]:
    return call.directory.objects(all_groups(call.directory, owner(call)))


_READ_MEMBERS = of(*READ_MEMBERS, right=reads_others)
MEMBERS = linked(
    "/groups/{group}/members",
    Relation.MEMBER,
    User,
    Group,
    ServicePrincipal,
    owner=owner,
    described_by=GROUP,
    read=_READ_MEMBERS,
    write=of(*_WRITE_MEMBERS, right=_ADMINISTRATOR),
    activities=(Activity.ADD_MEMBER, Activity.REMOVE_MEMBER),
    load=lambda call: direct_members(call.directory, owner(call)),
    guard_add=_check_member,
    guard_remove=_check_member,
)
OWNERS = linked(
    "/groups/{group}/owners",
    Relation.OWNER,
    User,
    ServicePrincipal,
    owner=owner,
    described_by=GROUP,
    read=_READ_MEMBERS,
    write=of(*_WRITE, right=_ADMINISTRATOR),
    activities=(Activity.ADD_GROUP_OWNER, Activity.REMOVE_GROUP_OWNER),
    guard_add=_may_give_roles,
    guard_remove=_not_last,
)
TRANSITIVE_MEMBERS = mixed(
    "/groups/{group}/transitiveMembers",
    User,
    Group,
    ServicePrincipal,
    load=lambda call: all_members(call.directory, owner(call)),
    access=_READ_MEMBERS,
)
GROUP_MEMBER_OF = mixed("/groups/{group}/memberOf", Group, load=_member_of, access=_READ_MEMBERS)
GROUP_TRANSITIVE_MEMBER_OF = mixed(
    "/groups/{group}/transitiveMemberOf", Group, load=_transitive_member_of, access=_READ_MEMBERS
)

_LIST_ACCESS = of(*READ, right=reads_directory)


def _expanded(relation: Relation) -> Expansion:
    resource = MEMBERS if relation is Relation.MEMBER else OWNERS

    def load(call: Call, group: Group) -> list[DirectoryObject]:
        if relation is Relation.MEMBER:
            return direct_members(call.directory, group)
        return call.directory.objects(call.directory.targets(relation, group.id))

    return Expansion(load=load, resource=lambda: resource, access=_READ_MEMBERS)


GROUPS = replace(
    GROUP,
    alternates={"uniqueName": _by_unique_name},
    bindings=frozenset(_BINDINGS),
    expansions={"members": _expanded(Relation.MEMBER), "owners": _expanded(Relation.OWNER)},
    operations={
        Operation.LIST: Handler(run=_list, access=_LIST_ACCESS),
        Operation.GET: Handler(run=_get, access=of(*READ, right=reads_others)),
        Operation.CREATE: Handler(
            run=_create,
            access=Access(delegated=_WRITE, application=("Group.Create", *_WRITE), right=_CREATORS),
            activity=Activity.ADD_GROUP,
        ),
        Operation.UPDATE: Handler(
            run=_update,
            access=Access(
                delegated=_WRITE,
                application=_WRITE,
                narrow={"GroupMember.ReadWrite.All": frozenset({"members@odata.bind"})},
                right=_ADMINISTRATOR,
            ),
            activity=Activity.UPDATE_GROUP,
        ),
        Operation.DELETE: Handler(
            run=_delete, access=of(*_WRITE, right=_ADMINISTRATOR), activity=Activity.DELETE_GROUP
        ),
    },
    actions=MEMBERSHIP_ACTIONS,
    collection_actions={"delta": delta(GROUP, Group, _LIST_ACCESS, _list)},
)

GROUP_RESOURCES = (GROUPS, MEMBERS, OWNERS, TRANSITIVE_MEMBERS, GROUP_MEMBER_OF, GROUP_TRANSITIVE_MEMBER_OF)

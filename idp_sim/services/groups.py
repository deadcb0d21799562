"""Who is a member of which group: by hand, by rule, and through other groups (graph-api 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from idp_sim.directory import membership_rule
from idp_sim.directory.group import DirectoryLink, Group, Relation
from idp_sim.directory.membership_rule import MembershipRule
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports, Storage
from idp_sim.services.directory_objects import Directory, DirectoryObject

#: A rule is read once; it depends on its text alone.
_rule = lru_cache(maxsize=256)(membership_rule.parse)


def rule_of(group: Group) -> MembershipRule | None:
    """The rule that is at work for the group, or None."""
    return _rule(group.membership_rule or "") if group.evaluated else None


def group_named(directory: Directory, id: str) -> Group:
    """The group with that id; NotFound."""
    return directory.ports.storage.get(directory.context.world, directory.tenant, Group, id.lower())


def direct_groups(directory: Directory, member: DirectoryObject) -> list[str]:
    """Ids of the groups that the object itself is a member of."""
    return _direct(directory.ports.storage, directory.context.world, directory.tenant, member)


def all_groups(directory: Directory, member: DirectoryObject) -> list[str]:
    """Ids of the groups that the object is a member of, also through other groups."""
    return _closure(direct_groups(directory, member), lambda id: directory.sources(Relation.MEMBER, id))


def direct_members(directory: Directory, group: Group) -> list[DirectoryObject]:
    """The members by link, or by rule."""
    if (rule := rule_of(group)) is not None:
        everyone = directory.ports.storage.find(directory.context.world, directory.tenant, User)
        return [user for user in everyone if rule.matches(user)]
    return directory.objects(directory.targets(Relation.MEMBER, group.id))


def all_members(directory: Directory, group: Group) -> list[DirectoryObject]:
    """The members, also those of groups inside; each once, inner groups themselves included."""
    found: dict[str, DirectoryObject] = {}
    open_groups = [group]
    while open_groups:
        for member in direct_members(directory, open_groups.pop(0)):
            if member.id not in found and member.id != group.id:
                found[member.id] = member
                if isinstance(member, Group):
                    open_groups.append(member)
    return list(found.values())


def with_groups(user: User, *, ports: Ports, context: Context, tenant: str) -> User:
    """The user with ``groups`` filled in, as policies ask for them."""
    return replace(user, groups=groups_of(user, storage=ports.storage, world=context.world, tenant=tenant))


def groups_of(user: User, *, storage: Storage, world: str, tenant: str) -> tuple[str, ...]:
    """Ids of the groups that the user is a member of, also through other groups."""
    first = _direct(storage, world, tenant, user)
    return tuple(_closure(first, lambda id: _containers(storage, world, tenant, id)))


def _direct(storage: Storage, world: str, tenant: str, member: DirectoryObject) -> list[str]:
    found = _containers(storage, world, tenant, member.id)
    if isinstance(member, User):
        dynamic = storage.find(world, tenant, Group, evaluated="yes")
        found += [group.id for group in dynamic if (rule := rule_of(group)) and rule.matches(member)]
    return found


def _containers(storage: Storage, world: str, tenant: str, member: str) -> list[str]:
    links = storage.find(world, tenant, DirectoryLink, target_key=f"{Relation.MEMBER}|{member}")
    return [link.source for link in links]


def _closure(first: Iterable[str], further: Callable[[str], Iterable[str]]) -> list[str]:
    found = dict.fromkeys(first)
    waiting = list(found)
    while waiting:
        for id in further(waiting.pop(0)):
            if id not in found:
                found[id] = None
                waiting.append(id)
    return list(found)

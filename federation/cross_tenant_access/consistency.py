"""What a cross-tenant access setting may not say (entra-sign-in 7.3, graph-api 19.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from federation.cross_tenant_access.model import (
    ALL_APPLICATIONS,
    ALL_USERS,
    ALLOWED,
    BLOCKED,
    B2bSetting,
    TargetConfiguration,
)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _HalfRules:
    """What one half may hold: the target types with, for each, the words that stand for no single object."""

    name: str
    words_of_type: dict[str, tuple[str, ...]]


_USERS_AND_GROUPS = _HalfRules(name="usersAndGroups", words_of_type={"user": (ALL_USERS,), "group": ()})
_APPLICATIONS = _HalfRules(
    name="applications",
    words_of_type={"application": (ALL_APPLICATIONS, "Office365", "AllMicrosoftApps")},
)


def problems(setting: B2bSetting, *, where: str, inbound: bool, partner: bool) -> tuple[str, ...]:
    """Everything wrong with a setting, one sentence each; empty when it may be stored.

    ``where`` is the wire name of the setting (``b2bCollaborationInbound``), ``partner`` whether it stands
    in a partner object. That both halves are given is the parser's business.
    """
    found = (
        *_problems_of_half(setting.users_and_groups, _USERS_AND_GROUPS, where),
        *_problems_of_half(setting.applications, _APPLICATIONS, where),
    )
    # Contradictions between the halves mean nothing while a half itself cannot be read.
    return found or tuple(_contradictions(setting, where=where, inbound=inbound, partner=partner))


def _problems_of_half(half: TargetConfiguration, rules: _HalfRules, where: str) -> Iterator[str]:
    path = f"{where}.{rules.name}"
    if half.access_type not in (ALLOWED, BLOCKED):
        yield f"{path}.accessType: expected 'allowed' or 'blocked', got '{half.access_type}'."
    if not half.targets:
        yield f"{path}.targets: at least one target is needed, got none."
    for position, target in enumerate(half.targets):
        words = rules.words_of_type.get(target.target_type)
        if words is None:
            expected = " or ".join(f"'{name}'" for name in rules.words_of_type)
            yield f"{path}.targets[{position}].targetType: expected {expected}, got '{target.target_type}'."
        elif target.target not in words and not _GUID.fullmatch(target.target):
            expected = ", ".join((*(f"'{word}'" for word in words), "or an object id"))
            expected = expected.removeprefix("or ")
            yield f"{path}.targets[{position}].target: expected {expected}, got '{target.target}'."


def _contradictions(setting: B2bSetting, *, where: str, inbound: bool, partner: bool) -> Iterator[str]:
    users, applications = setting.users_and_groups, setting.applications
    all_users = any(target.target == ALL_USERS for target in users.targets)
    all_applications = any(target.target == ALL_APPLICATIONS for target in applications.targets)
    no_application = applications.access_type == BLOCKED and all_applications
    if inbound and not partner and any(target.target != ALL_USERS for target in users.targets):
        yield (
            f"{where}.usersAndGroups.targets: the default inbound setting can only target 'AllUsers'; users and "
            "groups of a partner can be named in that partner's own object."
        )
    if users.access_type == BLOCKED and all_users and not no_application:
        yield f"{where}: when 'AllUsers' is blocked, 'AllApplications' must be blocked too."
    if users.access_type == ALLOWED and no_application:
        yield f"{where}: when users are allowed, at least one application must be allowed."

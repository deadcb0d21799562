"""Conditional access policies in Graph's wire shape (graph-api 21); what has no meaning here is refused by name.

A policy that were stored with a condition nobody evaluates would let people in whom it should keep out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from idp_sim.conditional_access import vocabulary as words
from idp_sim.conditional_access.conditions import ALL, GUESTS_OR_EXTERNAL_USERS, NONE
from idp_sim.conditional_access.grant_controls import BLOCK
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    GrantControls,
    GuestsOrExternalUsers,
    PolicyState,
    UserCondition,
)
from idp_sim.conditional_access.reader import Reader, is_configured
from idp_sim.conditional_access.wire import policy_to_json

__all__ = ["UnsupportedPolicy", "merge_patch", "policy_from_json", "policy_to_json"]


class UnsupportedPolicy(Exception):
    """The document is no policy that can be kept. ``problems`` holds every mistake as ``path: sentence``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def policy_from_json(body: Mapping[str, Any], *, id: str, now: datetime) -> ConditionalAccessPolicy:
    """A policy from the body of ``POST .../policies``; UnsupportedPolicy names every mistake at once."""
    reader = Reader()
    for key in words.READ_ONLY_KEYS:
        if isinstance(body, Mapping) and body.get(key) is not None:
            reader.refuse(key, "is read-only and cannot be set")
    return _policy(body, reader, id=id, created=now)


def merge_patch(policy: ConditionalAccessPolicy, body: Mapping[str, Any], now: datetime) -> ConditionalAccessPolicy:
    """The policy after ``PATCH`` with ``body``: objects are merged member by member, lists replaced, null clears.

    Read-only members may be repeated as they are. UnsupportedPolicy names every mistake at once.
    """
    reader = Reader()
    current = policy_to_json(policy)
    if not isinstance(body, Mapping):
        raise UnsupportedPolicy(("the policy: expected an object",))
    for key in words.READ_ONLY_KEYS:
        if key in body and body[key] != current.get(key):
            reader.refuse(key, "is read-only and cannot be set")
    merged = _merged(current, {key: value for key, value in body.items() if key not in words.READ_ONLY_KEYS})
    return replace(_policy(merged, reader, id=policy.id, created=policy.created), modified=now)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        before = old.get(key)
        # Another membershipKind is another type of object: members of the old one must not survive in it.
        if isinstance(before, Mapping) and isinstance(value, Mapping) and key != "externalTenants":
            result[key] = _merged(before, value)
        else:
            result[key] = value
    return result


def _policy(body: Any, reader: Reader, *, id: str, created: datetime) -> ConditionalAccessPolicy:
    if not isinstance(body, Mapping):
        raise UnsupportedPolicy(("the policy: expected an object",))
    body = reader.members(body, "", known=(*words.POLICY_KEYS, *words.READ_ONLY_KEYS))
    display_name = reader.text(body.get("displayName"), "displayName", required=True)
    description = reader.text(body.get("description") or None, "description")
    state = reader.choice(body.get("state"), "state", words.STATES)
    conditions = _conditions(body.get("conditions"), reader)
    grant_controls = _grant_controls(body.get("grantControls"), reader)
    _refuse_session_controls(body.get("sessionControls"), reader)
    if reader.problems or display_name is None or state is None:
        raise UnsupportedPolicy(tuple(reader.problems))
    return ConditionalAccessPolicy(
        id=id,
        display_name=display_name,
        description=description,
        state=PolicyState(state),
        conditions=conditions,
        grant_controls=grant_controls,
        created=created,
    )


def _conditions(value: Any, reader: Reader) -> Conditions:
    not_built = words.CONDITIONS_NOT_BUILT
    if isinstance(value, Mapping) and value.get("clientAppTypes") == ["all"]:
        value = {key: member for key, member in value.items() if key != "clientAppTypes"}
    members = reader.members(value, "conditions", known=words.CONDITION_KEYS, not_built=not_built, required=True)
    if not isinstance(value, Mapping):
        return Conditions(users=UserCondition(), applications=ApplicationCondition())
    return Conditions(
        users=_users(members.get("users"), reader),
        applications=_applications(members.get("applications"), reader),
    )


def _users(value: Any, reader: Reader) -> UserCondition:
    path = "conditions.users"
    users = reader.members(value, path, known=words.USER_KEYS, not_built=words.USER_KEYS_NOT_BUILT, required=True)
    include_words = (ALL, NONE, GUESTS_OR_EXTERNAL_USERS)
    condition = UserCondition(
        include_users=reader.ids(users.get("includeUsers"), f"{path}.includeUsers", words=include_words),
        exclude_users=reader.ids(users.get("excludeUsers"), f"{path}.excludeUsers", words=(GUESTS_OR_EXTERNAL_USERS,)),
        include_guests=_guests(
            users.get("includeGuestsOrExternalUsers"), f"{path}.includeGuestsOrExternalUsers", reader
        ),
        exclude_guests=_guests(
            users.get("excludeGuestsOrExternalUsers"), f"{path}.excludeGuestsOrExternalUsers", reader
        ),
    )
    included_elsewhere = any(is_configured(users.get(key)) for key in ("includeUsers", "includeGroups", "includeRoles"))
    if isinstance(value, Mapping) and condition.include_guests is None and not included_elsewhere:
        reader.refuse(path, "nobody is included; expected includeUsers or includeGuestsOrExternalUsers")
    if condition.include_guests and GUESTS_OR_EXTERNAL_USERS in condition.include_users:
        reader.refuse(path, "'GuestsOrExternalUsers' and includeGuestsOrExternalUsers exclude each other")
    return condition


def _guests(value: Any, path: str, reader: Reader) -> GuestsOrExternalUsers | None:
    members = reader.members(value, path, known=words.GUEST_KEYS)
    types_path = f"{path}.guestOrExternalUserTypes"
    if not is_configured(members) or members.get("guestOrExternalUserTypes") == "none":
        return None
    text = reader.text(members.get("guestOrExternalUserTypes"), types_path, required=True) or ""
    types = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in types:
        reader.choice(name, types_path, words.EXTERNAL_USER_TYPES)
    return GuestsOrExternalUsers(types=types, tenants=_external_tenants(members, f"{path}.externalTenants", reader))


def _external_tenants(members: Mapping[str, Any], path: str, reader: Reader) -> tuple[str, ...] | None:
    tenants = reader.members(members.get("externalTenants"), path, known=words.EXTERNAL_TENANTS_KEYS)
    if not tenants:
        return None
    by_type = {
        "#microsoft.graph.conditionalAccessAllExternalTenants": "all",
        "#microsoft.graph.conditionalAccessEnumeratedExternalTenants": "enumerated",
    }
    kind = tenants.get("membershipKind") or by_type.get(str(tenants.get("@odata.type")))
    listed = reader.ids(tenants.get("members"), f"{path}.members")
    kind = reader.choice(kind, f"{path}.membershipKind", ("all", "enumerated"))
    if kind == "all" and listed:
        reader.refuse(f"{path}.members", "only the membershipKind 'enumerated' has members")
    if kind == "enumerated" and not tenants.get("members"):
        reader.refuse(f"{path}.members", "at least one tenant id is needed")
    return listed if kind == "enumerated" else None


def _applications(value: Any, reader: Reader) -> ApplicationCondition:
    path = "conditions.applications"
    applications = reader.members(
        value,
        path,
        known=words.APPLICATION_KEYS,
        not_built=words.APPLICATION_KEYS_NOT_BUILT,
        required=True,
    )
    included = applications.get("includeApplications")
    targeted = any(
        is_configured(applications.get(key)) for key in ("includeApplications", *words.APPLICATION_KEYS_NOT_BUILT)
    )
    if isinstance(value, Mapping) and not targeted:
        reader.refuse(path, "no application is included; expected includeApplications")
    return ApplicationCondition(
        include=reader.ids(included, f"{path}.includeApplications", words=(ALL, NONE)),
        exclude=reader.ids(applications.get("excludeApplications"), f"{path}.excludeApplications"),
    )


def _grant_controls(value: Any, reader: Reader) -> GrantControls:
    path = "grantControls"
    controls = reader.members(value, path, known=words.GRANT_KEYS, not_built=words.GRANT_KEYS_NOT_BUILT, required=True)
    operator = controls.get("operator")
    if operator is not None:
        operator = reader.choice(operator, f"{path}.operator", words.OPERATORS)
    built_in = reader.texts(controls.get("builtInControls"), f"{path}.builtInControls")
    for name in built_in:
        if name not in words.BUILT_IN_CONTROLS:
            known = name in words.GRANT_CONTROLS_NOT_BUILT
            what = "is not supported by this simulator yet" if known else "is unknown"
            expected = ", ".join(sorted(words.BUILT_IN_CONTROLS))
            reader.refuse(f"{path}.builtInControls", f"'{name}' {what}; expected {expected}")
    if BLOCK in built_in and len(built_in) > 1:
        reader.refuse(f"{path}.builtInControls", f"'{BLOCK}' stands alone")
    demands_other = any(is_configured(controls.get(key)) for key in words.GRANT_KEYS_NOT_BUILT)
    if isinstance(value, Mapping) and not is_configured(controls.get("builtInControls")) and not demands_other:
        reader.refuse(f"{path}.builtInControls", "at least one control is needed")
    # AND is the product's default (entra-sign-in 9.3).
    return GrantControls(operator=operator or "AND", built_in=built_in)


def _refuse_session_controls(value: Any, reader: Reader) -> None:
    path = "sessionControls"
    if value is not None and not isinstance(value, Mapping):
        reader.refuse(path, "expected an object or null")
    elif value is not None:
        reader.members(value, path, known=(), not_built=words.SESSION_CONTROLS_NOT_BUILT)

"""Conditional access policies in Graph's wire shape (graph-api 21); what has no meaning here is refused by name.

A policy that were stored with a condition nobody evaluates would let people in whom it should keep out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from idp_sim.conditional_access import device_filter
from idp_sim.conditional_access import vocabulary as words
from idp_sim.conditional_access.application_groups import APPLICATION_GROUPS
from idp_sim.conditional_access.authentication_context import is_context
from idp_sim.conditional_access.conditions import ALL, ALL_TRUSTED, GUESTS_OR_EXTERNAL_USERS, NONE
from idp_sim.conditional_access.device_filter import InvalidRule
from idp_sim.conditional_access.grant_controls import BLOCK, MFA, PASSWORD_CHANGE
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    DeviceFilter,
    GrantControls,
    GuestsOrExternalUsers,
    LocationCondition,
    PlatformCondition,
    PolicyState,
    SessionControls,
    UserCondition,
)
from idp_sim.conditional_access.parse_session import read_session_controls
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
    return replace(
        _policy(merged, reader, id=policy.id, created=policy.created, template=policy.template), modified=now
    )


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


def _policy(
    body: Any, reader: Reader, *, id: str, created: datetime, template: str | None = None
) -> ConditionalAccessPolicy:
    if not isinstance(body, Mapping):
        raise UnsupportedPolicy(("the policy: expected an object",))
    body = reader.members(body, "", known=(*words.POLICY_KEYS, *words.READ_ONLY_KEYS))
    display_name = reader.text(body.get("displayName"), "displayName", required=True)
    description = reader.text(body.get("description") or None, "description")
    state = reader.choice(body.get("state"), "state", words.STATES)
    conditions = _conditions(body.get("conditions"), reader)
    grant_controls = _grant_controls(body.get("grantControls"), reader)
    session_controls = read_session_controls(body.get("sessionControls"), reader)
    _check_demands(grant_controls, session_controls, conditions, body, reader)
    if reader.problems or display_name is None or state is None:
        raise UnsupportedPolicy(tuple(reader.problems))
    return ConditionalAccessPolicy(
        id=id,
        display_name=display_name,
        description=description,
        state=PolicyState(state),
        conditions=conditions,
        grant_controls=grant_controls,
        session_controls=session_controls,
        created=created,
        template=template,
    )


def _check_demands(
    grants: GrantControls,
    session: SessionControls,
    conditions: Conditions,
    body: Mapping[str, Any],
    reader: Reader,
) -> None:
    """A policy demands something, and only what can be demanded together."""
    wanted, asked = body.get("grantControls"), body.get("sessionControls")
    keys = (*words.GRANT_KEYS, *words.GRANT_KEYS_NOT_BUILT)
    names_grant = isinstance(wanted, Mapping) and any(
        is_configured(wanted.get(key)) for key in keys if key != "operator"
    )
    if not names_grant and not is_configured(asked):
        if wanted is None:
            reader.refuse("grantControls", "is required where sessionControls demand nothing")
        elif isinstance(wanted, Mapping):
            reader.refuse("grantControls.builtInControls", "at least one control is needed")
    if session.persistent_browser is not None and conditions.applications.include != (ALL,):
        reader.refuse("sessionControls.persistentBrowser", "needs a policy for all applications")


def _conditions(value: Any, reader: Reader) -> Conditions:
    path = "conditions"
    members = reader.members(
        value, path, known=words.CONDITION_KEYS, not_built=words.CONDITIONS_NOT_BUILT, required=True
    )
    if not isinstance(value, Mapping):
        return Conditions(users=UserCondition(), applications=ApplicationCondition())
    return Conditions(
        users=_users(members.get("users"), reader),
        applications=_applications(members.get("applications"), reader),
        client_app_types=_client_app_types(members.get("clientAppTypes"), reader),
        platforms=_platforms(members.get("platforms"), reader),
        locations=_locations(members.get("locations"), reader),
        device_filter=_device_filter(members.get("devices"), reader),
        sign_in_risk_levels=reader.choices(
            members.get("signInRiskLevels"), f"{path}.signInRiskLevels", words.RISK_LEVELS
        ),
        user_risk_levels=reader.choices(members.get("userRiskLevels"), f"{path}.userRiskLevels", words.RISK_LEVELS),
    )


def _users(value: Any, reader: Reader) -> UserCondition:
    path = "conditions.users"
    users = reader.members(value, path, known=words.USER_KEYS, required=True)

    def ids(key: str, *names: str) -> tuple[str, ...]:
        return reader.ids(users.get(key), f"{path}.{key}", words=names)

    condition = UserCondition(
        include_users=ids("includeUsers", ALL, NONE, GUESTS_OR_EXTERNAL_USERS),
        exclude_users=ids("excludeUsers", GUESTS_OR_EXTERNAL_USERS),
        include_groups=ids("includeGroups"),
        exclude_groups=ids("excludeGroups"),
        include_roles=ids("includeRoles"),
        exclude_roles=ids("excludeRoles"),
        include_guests=_guests(
            users.get("includeGuestsOrExternalUsers"), f"{path}.includeGuestsOrExternalUsers", reader
        ),
        exclude_guests=_guests(
            users.get("excludeGuestsOrExternalUsers"), f"{path}.excludeGuestsOrExternalUsers", reader
        ),
    )
    included_elsewhere = any(is_configured(users.get(key)) for key in words.USER_INCLUDES)
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
    members = reader.members(
        value, path, known=words.APPLICATION_KEYS, not_built=words.APPLICATION_KEYS_NOT_BUILT, required=True
    )
    groups = tuple(APPLICATION_GROUPS)
    contexts_path = f"{path}.includeAuthenticationContextClassReferences"
    contexts = reader.texts(members.get("includeAuthenticationContextClassReferences"), contexts_path)
    for name in contexts:
        if not is_context(name):
            reader.refuse(contexts_path, f"expected 'c1' to 'c99', got '{name}'")
    condition = ApplicationCondition(
        include=reader.ids(
            members.get("includeApplications"), f"{path}.includeApplications", words=(ALL, NONE, *groups)
        ),
        exclude=reader.ids(members.get("excludeApplications"), f"{path}.excludeApplications", words=groups),
        user_actions=reader.choices(
            members.get("includeUserActions"), f"{path}.includeUserActions", words.USER_ACTIONS
        ),
        authentication_contexts=contexts,
    )
    _check_target(condition, members, path, reader)
    return condition


def _check_target(condition: ApplicationCondition, members: Mapping[str, Any], path: str, reader: Reader) -> None:
    """A policy is for applications, for user actions or for authentication contexts: exactly one of them."""
    keys = ("includeApplications", "includeUserActions", "includeAuthenticationContextClassReferences")
    targets = [key for key in keys if is_configured(members.get(key))]
    known = [*targets, *(key for key in words.APPLICATION_KEYS_NOT_BUILT if is_configured(members.get(key)))]
    if members and not known:
        reader.refuse(path, "no application is included; expected includeApplications")
    if len(targets) > 1:
        reader.refuse(path, f"{' and '.join(targets)} exclude each other")
    if condition.exclude and targets and targets != ["includeApplications"]:
        reader.refuse(f"{path}.excludeApplications", f"has no meaning beside {targets[0]}")


def _client_app_types(value: Any, reader: Reader) -> tuple[str, ...]:
    path = "conditions.clientAppTypes"
    types = reader.choices(value, path, words.CLIENT_APP_TYPES)
    if "all" in types and len(types) > 1:
        reader.refuse(path, "'all' stands alone")
    if "easSupported" in types:
        types = tuple("exchangeActiveSync" if name == "easSupported" else name for name in types)
    return () if types == ("all",) else types


def _platforms(value: Any, reader: Reader) -> PlatformCondition | None:
    path = "conditions.platforms"
    members = reader.members(value, path, known=words.PLATFORM_KEYS)
    include, exclude = (
        reader.choices(members.get(key), f"{path}.{key}", words.PLATFORMS) for key in words.PLATFORM_KEYS
    )
    if not is_configured(members):
        return None
    if not is_configured(members.get("includePlatforms")):
        reader.refuse(f"{path}.includePlatforms", "at least one platform is needed")
    return PlatformCondition(include=include, exclude=exclude)


def _locations(value: Any, reader: Reader) -> LocationCondition | None:
    path = "conditions.locations"
    members = reader.members(value, path, known=words.LOCATION_KEYS)
    include, exclude = (
        reader.ids(members.get(key), f"{path}.{key}", words=(ALL, ALL_TRUSTED)) for key in words.LOCATION_KEYS
    )
    if not is_configured(members):
        return None
    if not is_configured(members.get("includeLocations")):
        reader.refuse(f"{path}.includeLocations", "at least one location is needed")
    return LocationCondition(include=include, exclude=exclude)


def _device_filter(value: Any, reader: Reader) -> DeviceFilter | None:
    path = "conditions.devices.deviceFilter"
    devices = reader.members(
        value, "conditions.devices", known=words.DEVICE_KEYS, not_built=words.DEVICE_KEYS_NOT_BUILT
    )
    members = reader.members(devices.get("deviceFilter"), path, known=words.DEVICE_FILTER_KEYS)
    if not is_configured(members):
        return None
    mode = reader.choice(members.get("mode"), f"{path}.mode", words.DEVICE_FILTER_MODES)
    rule = reader.text(members.get("rule"), f"{path}.rule", required=True)
    if rule is not None:
        try:
            device_filter.parse(rule)
        except InvalidRule as error:
            reader.refuse(f"{path}.rule", str(error))
    return DeviceFilter(mode=mode or "include", rule=rule or "")


def _grant_controls(value: Any, reader: Reader) -> GrantControls:
    path = "grantControls"
    controls = reader.members(value, path, known=words.GRANT_KEYS, not_built=words.GRANT_KEYS_NOT_BUILT)
    operator = controls.get("operator")
    if operator is not None:
        operator = reader.choice(operator, f"{path}.operator", words.OPERATORS)
    given = GrantControls(
        operator=operator or "AND",  # the product's default (entra-sign-in 9.3)
        built_in=_built_in_controls(controls.get("builtInControls"), f"{path}.builtInControls", reader),
        authentication_strength=_strength(controls.get("authenticationStrength"), reader),
        terms_of_use=reader.ids(controls.get("termsOfUse"), f"{path}.termsOfUse"),
    )
    if BLOCK in given.built_in and (len(given.built_in) > 1 or given.authentication_strength or given.terms_of_use):
        reader.refuse(f"{path}.builtInControls", f"'{BLOCK}' stands alone")
    if MFA in given.built_in and given.authentication_strength:
        reader.refuse(path, "'mfa' and authenticationStrength exclude each other")
    if PASSWORD_CHANGE in given.built_in and (given.operator != "AND" or MFA not in given.built_in):
        reader.refuse(f"{path}.builtInControls", "'passwordChange' needs 'mfa' beside it and the operator 'AND'")
    return given


def _built_in_controls(value: Any, path: str, reader: Reader) -> tuple[str, ...]:
    names = reader.texts(value, path)
    for name in names:
        if name not in words.BUILT_IN_CONTROLS:
            known = name in words.GRANT_CONTROLS_NOT_BUILT
            what = "is not supported by this simulator yet" if known else "is unknown"
            reader.refuse(path, f"'{name}' {what}; expected {', '.join(sorted(words.BUILT_IN_CONTROLS))}")
    return names


def _strength(value: Any, reader: Reader) -> str | None:
    """``{"id": ...}`` or the whole strength as Graph shows it; only the id is read (graph-api 21)."""
    path = "grantControls.authenticationStrength"
    if value is None:
        return None
    if not isinstance(value, Mapping):
        reader.refuse(path, "expected an object with the id of a strength, or null")
        return None
    found = reader.ids([value["id"]] if "id" in value else None, f"{path}.id")
    if not found and "id" not in value:
        reader.refuse(f"{path}.id", "is required")
    return found[0] if found else None

"""Conditions: one matcher each, in the order in which "not applied" names the first that fails.

A new condition is an attribute of ``model.Conditions``, a matcher here and a row in ``MATCHERS``; until then
``parse`` refuses any policy that holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp_sim.conditional_access.model import (
    ApplicationCondition,
    Conditions,
    DeviceFilter,
    GuestsOrExternalUsers,
    LocationCondition,
    PlatformCondition,
    SignIn,
    UserCondition,
)

ALL = "All"
NONE = "None"
GUESTS_OR_EXTERNAL_USERS = "GuestsOrExternalUsers"
ALL_TRUSTED = "AllTrusted"
ALL_PLATFORMS = "all"


def match_users(condition: UserCondition, sign_in: SignIn) -> bool:
    """Who is meant; exclusion beats inclusion (entra-sign-in 9.1)."""
    if _names(condition.excluded, condition.exclude_guests, sign_in):
        return False
    return _names(condition.included, condition.include_guests, sign_in)


def _names(names: frozenset[str], guests: GuestsOrExternalUsers | None, sign_in: SignIn) -> bool:
    if "all" in names or not names.isdisjoint(sign_in.names):
        return True
    if sign_in.external_user_type is None:
        return False
    return "guestsorexternalusers" in names or (guests is not None and _names_guest(guests, sign_in))


def _names_guest(guests: GuestsOrExternalUsers, sign_in: SignIn) -> bool:
    if sign_in.external_user_type not in guests.types:
        return False
    # Homes other than Entra have no tenant id, so no list of tenants can name them (entra-sign-in 9.1).
    return guests.tenants is None or sign_in.home_tenant in guests.tenants


def match_applications(condition: ApplicationCondition, sign_in: SignIn) -> bool:
    """Which applications are meant, by the id of the client or of the resource; exclusion beats inclusion."""
    if sign_in.user_action is not None:
        return False  # an action is no application: policies about applications are not asked
    ids, excluded, included = sign_in.application_ids, condition.excluded, condition.included
    if "all" in excluded or not excluded.isdisjoint(ids):
        return False
    return "all" in included or not included.isdisjoint(ids)


def match_user_action(condition: ApplicationCondition, sign_in: SignIn) -> bool:
    """Whether the person is about to do what the policy is for."""
    return sign_in.user_action in condition.user_actions


def match_authentication_context(condition: ApplicationCondition, sign_in: SignIn) -> bool:
    """Whether the application asks for one of the contexts (8.4, 13.8)."""
    return not set(condition.authentication_contexts).isdisjoint(sign_in.authentication_contexts)


def match_platforms(condition: PlatformCondition, sign_in: SignIn) -> bool:
    """The platform as the client names it; one that is not known is in ``all`` only."""
    named = {ALL_PLATFORMS, sign_in.client.platform}
    return named.isdisjoint(condition.exclude) and not named.isdisjoint(condition.include)


def match_locations(condition: LocationCondition, sign_in: SignIn) -> bool:
    """The place of the client's address; exclusion beats inclusion."""
    named = {ALL, *sign_in.locations, *((ALL_TRUSTED,) if sign_in.trusted_location else ())}
    return named.isdisjoint(condition.exclude) and not named.isdisjoint(condition.include)


def match_device(condition: DeviceFilter, sign_in: SignIn) -> bool:
    """The rule asked of the device; one that nobody vouches for has no attributes."""
    return bool(condition.test(sign_in.device)) is (condition.mode == "include")


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """One condition: how a policy says it, whether a sign-in meets it, and the signal that it reads.

    ``read`` gives None or something empty where the policy does not have the condition. ``name`` is the word of
    What-If's ``analysisReasons`` (graph-api 21); ``signal`` is empty where the answer is always known.
    """

    name: str
    read: Callable[[Conditions], Any]
    matches: Callable[[Any, SignIn], bool]
    signal: str = ""


def _application_target(conditions: Conditions) -> ApplicationCondition | None:
    target = conditions.applications
    return None if target.user_actions or target.authentication_contexts else target


def _action_target(conditions: Conditions) -> ApplicationCondition | None:
    return conditions.applications if conditions.applications.user_actions else None


def _context_target(conditions: Conditions) -> ApplicationCondition | None:
    return conditions.applications if conditions.applications.authentication_contexts else None


#: The conditions, in the order of What-If.
MATCHERS: tuple[Matcher, ...] = (
    Matcher(name="users", read=lambda conditions: conditions.users, matches=match_users),
    Matcher(name="application", read=_application_target, matches=match_applications),
    Matcher(name="userActions", read=_action_target, matches=match_user_action),
    Matcher(name="authenticationContext", read=_context_target, matches=match_authentication_context),
    Matcher(
        name="devicePlatform",
        read=lambda conditions: conditions.platforms,
        matches=match_platforms,
        signal="devicePlatform",
    ),
    Matcher(name="location", read=lambda conditions: conditions.locations, matches=match_locations, signal="ipAddress"),
    Matcher(
        name="clientApps",
        read=lambda conditions: conditions.client_app_types,
        matches=lambda types, sign_in: sign_in.client.client_app in types,
        signal="clientAppType",
    ),
    Matcher(
        name="signInRisk",
        read=lambda conditions: conditions.sign_in_risk_levels,
        matches=lambda levels, sign_in: sign_in.client.sign_in_risk in levels,
        signal="signInRiskLevel",
    ),
    Matcher(
        name="userRisk",
        read=lambda conditions: conditions.user_risk_levels,
        matches=lambda levels, sign_in: sign_in.client.user_risk in levels,
        signal="userRiskLevel",
    ),
    Matcher(
        name="devices", read=lambda conditions: conditions.device_filter, matches=match_device, signal="deviceInfo"
    ),
)


@dataclass(frozen=True)
class Judgement:
    """Whether a policy is for a sign-in: the first condition that is not met, and those that nobody could judge."""

    unmet: str | None = None
    depends_on: tuple[str, ...] = ()
    first: str | None = None

    @property
    def applies(self) -> bool:
        """All conditions are met for sure."""
        return self.first is None


APPLIES = Judgement()


def judge(conditions: Conditions, sign_in: SignIn) -> Judgement:
    """Ask every condition that the policy has, in order; the first that fails ends it."""
    open_conditions: list[str] = []
    for matcher, condition in conditions.configured:
        if matcher.signal and matcher.signal in sign_in.not_given:
            open_conditions.append(matcher.name)
        elif not matcher.matches(condition, sign_in):
            return Judgement(matcher.name, tuple(open_conditions), next(iter(open_conditions), matcher.name))
    if not open_conditions:
        return APPLIES
    return Judgement(None, tuple(open_conditions), open_conditions[0])

"""Conditions: one matcher each, in the order in which "not applied" names the first that fails.

A new condition is an attribute of ``model.Conditions``, a matcher here and a row in ``MATCHERS``; until then
``parse`` refuses any policy that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from idp_sim.conditional_access.model import (
    ApplicationCondition,
    Conditions,
    GuestsOrExternalUsers,
    SignIn,
    UserCondition,
)

ALL = "All"
NONE = "None"
GUESTS_OR_EXTERNAL_USERS = "GuestsOrExternalUsers"


def match_users(condition: UserCondition, sign_in: SignIn) -> bool:
    """Who is meant; exclusion beats inclusion (entra-sign-in 9.1)."""
    excluded = _names_user(condition.exclude_users, condition.exclude_guests, sign_in)
    return not excluded and _names_user(condition.include_users, condition.include_guests, sign_in)


def match_applications(condition: ApplicationCondition, sign_in: SignIn) -> bool:
    """Which applications are meant, by the id of the client or of the resource; exclusion beats inclusion."""
    ids = {application.lower() for application in sign_in.applications}
    if any(name == ALL or name.lower() in ids for name in condition.exclude):
        return False
    return any(name == ALL or name.lower() in ids for name in condition.include)


def _names_user(names: tuple[str, ...], guests: GuestsOrExternalUsers | None, sign_in: SignIn) -> bool:
    if ALL in names or sign_in.user.lower() in {name.lower() for name in names}:
        return True
    if GUESTS_OR_EXTERNAL_USERS in names and sign_in.external_user_type is not None:
        return True
    return guests is not None and _names_guest(guests, sign_in)


def _names_guest(guests: GuestsOrExternalUsers, sign_in: SignIn) -> bool:
    if sign_in.external_user_type not in guests.types:
        return False
    # Homes other than Entra have no tenant id, so no list of tenants can name them (entra-sign-in 9.1).
    return guests.tenants is None or sign_in.home_tenant in guests.tenants


Matcher = Callable[[Conditions, SignIn], bool]

#: Name of the condition in What-If's ``analysisReasons`` (graph-api 21) -> does it match?
MATCHERS: Mapping[str, Matcher] = MappingProxyType(
    {
        "users": lambda conditions, sign_in: match_users(conditions.users, sign_in),
        "application": lambda conditions, sign_in: match_applications(conditions.applications, sign_in),
    }
)


def first_unmet(conditions: Conditions, sign_in: SignIn) -> str | None:
    """The name of the first condition that the sign-in does not meet; None when the policy applies."""
    return next((name for name, matches in MATCHERS.items() if not matches(conditions, sign_in)), None)

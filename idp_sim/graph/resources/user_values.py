"""Values of a user that Graph is asked to store: each checked, with what was expected (graph-api 10.2, 10.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from idp_sim.directory.addresses import address_problem
from idp_sim.directory.model import GUEST, MEMBER, User
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import instant
from idp_sim.graph.resource import Resource, snake_case

#: Takes the value, the user as it is, and the tenant's verified domains; gives what was expected, or None.
Check = Callable[[Any, User, tuple[str, ...]], str | None]


def changed(user: User, body: Mapping[str, Any], *, resource: Resource, domains: tuple[str, ...]) -> User:
    """``user`` with the properties of a checked body; GraphError(PROPERTY_INVALID) names the first bad value."""
    values: dict[str, Any] = {}
    for name, value in body.items():
        check = _CHECKS.get(name)
        if value is not None and check and (expected := check(value, user, domains)):
            raise invalid(resource, name, expected)
        if name == "employeeHireDate" and value is not None:
            value = instant(value)
        values[snake_case(name)] = tuple(value) if isinstance(value, list) else value
    return replace(user, **values)


def _user_type_problem(value: str, _user: User, _domains: tuple[str, ...]) -> str | None:
    return None if value in (GUEST, MEMBER) else "Member or Guest"


def _name_problem(value: str, user: User, domains: tuple[str, ...]) -> str | None:
    if value == user.user_principal_name:
        return None
    local, _, domain = value.rpartition("@")
    if not local or any(character.isspace() for character in value):
        return "a name in the form local@domain"
    return None if domain.lower() in domains else f"a verified domain of this organization ({', '.join(domains)})"


def _address_problem(value: str, _user: User, _domains: tuple[str, ...]) -> str | None:
    problem = address_problem(value)
    return f"an e-mail address ({problem})" if problem else None


def _addresses_problem(values: list[str], user: User, domains: tuple[str, ...]) -> str | None:
    if len(values) > 250:
        return "at most 250 addresses"
    return next((p for value in values if (p := _address_problem(value, user, domains))), None)


def _location_problem(value: str, _user: User, _domains: tuple[str, ...]) -> str | None:
    return None if re.fullmatch(r"[A-Z]{2}", value) else "a two letter country code (ISO 3166)"


def _phones_problem(values: list[str], _user: User, _domains: tuple[str, ...]) -> str | None:
    return None if len(values) <= 1 else "at most one phone number"


def _not_empty(value: str, _user: User, _domains: tuple[str, ...]) -> str | None:
    return None if value.strip() else "a value that is not empty"


def _one_of(*words: str) -> Check:
    return lambda value, _user, _domains: None if value in words else f"one of {', '.join(words)}"


def _policies_problem(value: str, _user: User, _domains: tuple[str, ...]) -> str | None:
    known = {"DisableStrongPassword", "DisablePasswordExpiration", "None"}
    words = {word.strip() for word in value.split(",")}
    return None if words <= known else "DisableStrongPassword and DisablePasswordExpiration, joined by a comma"


_CHECKS: Mapping[str, Check] = {
    "userType": _user_type_problem,
    "userPrincipalName": _name_problem,
    "mail": _address_problem,
    "otherMails": _addresses_problem,
    "usageLocation": _location_problem,
    "businessPhones": _phones_problem,
    "displayName": _not_empty,
    "mailNickname": _not_empty,
    "ageGroup": _one_of("Minor", "NotAdult", "Adult"),
    "consentProvidedForMinor": _one_of("Granted", "Denied", "NotRequired"),
    "passwordPolicies": _policies_problem,
}

#: Accepted for compatibility; a simulated person is never asked to change the password.
_PASSWORD_FLAGS = frozenset({"forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"})


def password_of(profile: Mapping[str, Any], *, resource: Resource) -> str:
    """The password of a ``passwordProfile``; GraphError names an unknown member, or that it is missing."""
    for name, value in profile.items():
        if name in _PASSWORD_FLAGS and isinstance(value, bool):
            continue
        if name != "password" and "@odata." not in name:
            raise GraphError(Problem.PROPERTY_UNKNOWN, property=f"passwordProfile/{name}", type=resource.type_name)
    password = profile.get("password")
    if not isinstance(password, str) or not password:
        raise GraphError(Problem.PROPERTY_MISSING, property="passwordProfile/password", resource=resource.short_type)
    return password

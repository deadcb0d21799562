"""Which methods somebody can use, and could register, at a tenant (entra-sign-in 8.2, graph-api 20.2). Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from federation.model import Method
from idp_sim.authentication_methods.policy import AuthenticationMethodsPolicy
from idp_sim.authentication_methods.registry import METHODS, AuthenticationMethod
from idp_sim.directory.model import Credentials, User


def usable(
    policy: AuthenticationMethodsPolicy, user: User, credentials: Credentials | None, now: datetime
) -> tuple[Method, ...]:
    """Second factors that the person registered and that count here now, the preferred one first."""
    if credentials is None:
        return ()
    found = [
        row.method
        for row in METHODS
        if row.registered(credentials) and allowed(row, policy, user) and not _run_out(row, credentials, now)
    ]
    if credentials.default_method in found:
        found.remove(credentials.default_method)
        found.insert(0, credentials.default_method)
    return tuple(found)


def registrable(
    policy: AuthenticationMethodsPolicy, user: User, credentials: Credentials | None, wanted: Collection[Method] | None
) -> tuple[Method, ...]:
    """Methods that the person could register by themselves and has not, an authenticator app with codes first.

    ``wanted`` narrows it to what would do; None stands for any second factor.
    """
    found = [
        row.method
        for row in METHODS
        if row.self_service
        and allowed(row, policy, user)
        and policy.setting(row.configuration, "isSelfServiceRegistrationAllowed") is not False
        and (wanted is None or row.method in wanted)
        and not (credentials is not None and row.registered(credentials))
    ]
    return tuple(sorted(found, key=lambda method: method is not Method.SOFTWARE_OATH))


def allowed(row: AuthenticationMethod, policy: AuthenticationMethodsPolicy, user: User) -> bool:
    """Whether this person can use the method here at all, registered or not."""
    return (row.guests or not user.external) and policy.allows(row.configuration, user.groups)


def _run_out(row: AuthenticationMethod, credentials: Credentials, now: datetime) -> bool:
    """An access pass that is used up, over, or not valid yet, is as good as none."""
    known = credentials.access_pass
    return row.configuration == "TemporaryAccessPass" and known is not None and known.unusable(now) is not None

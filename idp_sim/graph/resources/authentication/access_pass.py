"""``temporaryAccessPassMethods``: a pass that an administrator issues to a member (graph-api 11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from idp_sim.authentication_methods.registered import TemporaryAccessPass
from idp_sim.directory.model import Credentials
from idp_sim.graph.bodies import invalid
from idp_sim.graph.filter import instant
from idp_sim.graph.resource import Call, Property, Type, field_of
from idp_sim.graph.resources.authentication.common import (
    ISSUE,
    Shown,
    change,
    collection,
    credentials_of,
    one_of,
    refused,
)
from idp_sim.graph.resources.user_relations import owner

CONFIGURATION = "TemporaryAccessPass"


@dataclass(frozen=True, kw_only=True)
class AccessPass(Shown):
    """A pass; ``value`` is there in the answer to its creation alone."""

    start_date_time: datetime
    created: datetime
    lifetime_in_minutes: int
    is_usable_once: bool
    is_usable: bool
    method_usability_reason: str
    value: str | None = None


def passes(call: Call) -> list[AccessPass]:
    """The user's pass, used and run out ones too."""
    known = credentials_of(call).access_pass
    return [_shown(call, known)] if known is not None else []


def _shown(call: Call, known: TemporaryAccessPass, value: str | None = None) -> AccessPass:
    user, policy = owner(call), call.principal.tenant.authentication_methods
    reason = known.unusable(call.context.now) or (
        "EnabledByPolicy" if policy.allows(CONFIGURATION, user.groups) else "DisabledByPolicy"
    )
    return AccessPass(
        id=known.id,
        start_date_time=known.starts,
        created=known.created,
        lifetime_in_minutes=known.lifetime_in_minutes,
        is_usable_once=known.usable_once,
        is_usable=reason == "EnabledByPolicy",
        method_usability_reason=reason,
        value=value,
    )


def _create(call: Call) -> AccessPass:
    user, now = owner(call), call.context.now
    if user.external:
        raise refused("A Temporary Access Pass cannot be added to an external user.")
    policy = call.principal.tenant.authentication_methods
    if not policy.allows(CONFIGURATION, user.groups):
        raise refused("Temporary Access Pass cannot be added to the user: the policy disables it for them.")
    lifetime = _lifetime(call, _number(policy.setting(CONFIGURATION, "defaultLifetimeInMinutes"), 60))
    once = call.body.get("isUsableOnce")
    if once is False and policy.setting(CONFIGURATION, "isUsableOnce") is True:
        raise invalid(ACCESS_PASSES, "isUsableOnce", "true, as the policy allows passes for one time only")
    starts = instant(call.body["startDateTime"]) if call.body.get("startDateTime") else now
    length = _number(policy.setting(CONFIGURATION, "defaultLength"), 8)
    made = TemporaryAccessPass(
        id=call.ports.ids.guid(),
        value=call.ports.ids.secret(48)[:length],
        created=now,
        starts=max(starts, now),
        lifetime_in_minutes=lifetime,
        usable_once=bool(policy.setting(CONFIGURATION, "isUsableOnce")) if once is None else once,
    )

    def new(known: Credentials) -> Credentials:
        old = known.access_pass
        if old is not None and old.unusable(now) in (None, "NotYetValid"):
            raise refused("The user has a Temporary Access Pass already; delete it first.")
        return replace(known, access_pass=made)

    change(call, new)
    return _shown(call, made, value=made.value)


def _lifetime(call: Call, default: int) -> int:
    policy = call.principal.tenant.authentication_methods
    lifetime = call.body.get("lifetimeInMinutes") or default
    least = _number(policy.setting(CONFIGURATION, "minimumLifetimeInMinutes"), 60)
    most = _number(policy.setting(CONFIGURATION, "maximumLifetimeInMinutes"), 480)
    if not least <= lifetime <= most:
        raise invalid(ACCESS_PASSES, "lifetimeInMinutes", f"{least} to {most}, as the policy says")
    return int(lifetime)


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) else default


def _delete(call: Call) -> None:
    one_of(passes)(call)
    change(call, lambda known: replace(known, access_pass=None))


ACCESS_PASSES = collection(
    "temporaryAccessPassMethods",
    "temporaryAccessPassAuthenticationMethod",
    passes,
    Property(name="createdDateTime", read=lambda known: known.created, type=Type.DATE_TIME),
    Property(name="temporaryAccessPass", read=lambda known: known.value),
    field_of("startDateTime", type=Type.DATE_TIME, creatable=True),
    field_of("lifetimeInMinutes", type=Type.INTEGER, creatable=True),
    field_of("isUsableOnce", type=Type.BOOLEAN, creatable=True),
    field_of("isUsable", type=Type.BOOLEAN),
    field_of("methodUsabilityReason"),
    create=_create,
    delete=_delete,
    create_access=ISSUE,
)

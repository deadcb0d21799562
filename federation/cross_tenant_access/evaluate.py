"""Cross-tenant access settings evaluated: precedence, both halves of a setting, both tenants (entra-sign-in 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from federation.cross_tenant_access.model import (
    ALL_APPLICATIONS,
    ALL_USERS,
    ALLOWED,
    BLOCKED,
    SYSTEM_DEFAULT,
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    TargetConfiguration,
    everyone,
)
from federation.decisions import Decision, Input
from federation.reasons import Reason
from federation.words import Rule

T = TypeVar("T")


def effective(
    partner: CrossTenantAccessConfiguration | None, default: CrossTenantAccessConfiguration | None
) -> CrossTenantAccessConfiguration:
    """What holds towards one partner: per setting its own value, else the default's, else the system's.

    Takes the partner's object (None without one) and the tenant's default object (None while untouched);
    gives a configuration in which no setting is None. Automatic consent inherits flag by flag.
    Source: entra-sign-in 7.1, 7.2; graph-api 19.2.
    """
    layers = tuple(layer for layer in (partner, default, SYSTEM_DEFAULT) if layer is not None)
    consents = tuple(layer.automatic_user_consent or AutomaticUserConsent() for layer in layers)
    return CrossTenantAccessConfiguration(
        tenant_id=layers[0].tenant_id,
        inbound_trust=_first(layer.inbound_trust for layer in layers),
        b2b_collaboration_inbound=_first(layer.b2b_collaboration_inbound for layer in layers),
        b2b_collaboration_outbound=_first(layer.b2b_collaboration_outbound for layer in layers),
        b2b_direct_connect_inbound=_first(layer.b2b_direct_connect_inbound for layer in layers),
        b2b_direct_connect_outbound=_first(layer.b2b_direct_connect_outbound for layer in layers),
        automatic_user_consent=AutomaticUserConsent(
            inbound_allowed=_first(consent.inbound_allowed for consent in consents),
            outbound_allowed=_first(consent.outbound_allowed for consent in consents),
        ),
        tenant_restrictions=_first(layer.tenant_restrictions for layer in layers),
        identity_synchronization=partner.identity_synchronization if partner else None,
        is_service_default=layers[0].is_service_default,
        is_service_provider=partner.is_service_provider if partner else None,
    )


def passes(setting: B2bSetting, *, users: frozenset[str], applications: frozenset[str]) -> bool:
    """Whether a setting lets a person use an application: the four cases of entra-sign-in 7.3.

    ``users`` holds the person's object id and groups, ``applications`` the client's and the resource's id.
    Two blocked halves refuse only their intersection; in every other case both halves must let it pass.
    """
    user_listed = _lists(setting.users_and_groups, users)
    application_listed = _lists(setting.applications, applications)
    users_allowed = setting.users_and_groups.access_type == ALLOWED
    applications_allowed = setting.applications.access_type == ALLOWED
    if not users_allowed and not applications_allowed:
        return not (user_listed and application_listed)
    return user_listed == users_allowed and application_listed == applications_allowed


def open_to_invitation(setting: B2bSetting, *, users: frozenset[str]) -> bool:
    """Whether at least one application would be open to the person: no application is known when inviting.

    Source: entra-sign-in 7.3, the choice made there for invitations.
    """
    user_listed = _lists(setting.users_and_groups, users)
    users_allowed = setting.users_and_groups.access_type == ALLOWED
    if setting.applications.access_type == ALLOWED:
        return user_listed == users_allowed
    no_application = any(target.target == ALL_APPLICATIONS for target in setting.applications.targets)
    if users_allowed:
        return user_listed and not no_application
    return not (user_listed and no_application)


def decide_outbound(
    configuration: CrossTenantAccessConfiguration,
    *,
    user: str,
    groups: Iterable[str] = (),
    applications: Iterable[str],
    home: str,
    resource: str,
    direct_connect: bool = False,
) -> Decision:
    """Does the home tenant let its user go to that tenant and application? Refusal: OUTBOUND_BLOCKED.

    ``configuration`` is the home's effective one; ``home`` and ``resource`` are names for the sentence.
    Source: entra-sign-in 7.3, 7.4.
    """
    return _decide(
        Rule.OUTBOUND,
        configuration.b2b_direct_connect_outbound if direct_connect else configuration.b2b_collaboration_outbound,
        users=frozenset((user, *groups)),
        applications=frozenset(applications),
        allowed=f"{home}'s outbound {_what(direct_connect)} settings let its user go to this application of "
        f"{resource}.",
        blocked=f"{home}'s outbound {_what(direct_connect)} settings do not let its user go to this application of "
        f"{resource}.",
        refusal=Reason.OUTBOUND_BLOCKED,
        direct_connect=direct_connect,
    )


def decide_inbound(
    configuration: CrossTenantAccessConfiguration,
    *,
    user: str,
    groups: Iterable[str] = (),
    applications: Iterable[str],
    home: str,
    resource: str,
    direct_connect: bool = False,
) -> Decision:
    """Does the resource tenant let that organisation's user in? Refusal: INBOUND_BLOCKED.

    ``configuration`` is the resource's effective one towards the home; ``user`` and ``groups`` are ids of
    the partner's own objects. Source: entra-sign-in 7.3, 7.4.
    """
    return _decide(
        Rule.INBOUND,
        configuration.b2b_direct_connect_inbound if direct_connect else configuration.b2b_collaboration_inbound,
        users=frozenset((user, *groups)),
        applications=frozenset(applications),
        allowed=f"{resource}'s inbound {_what(direct_connect)} settings let this user of {home} use this application.",
        blocked=f"{resource}'s inbound {_what(direct_connect)} settings do not let this user of {home} use this "
        "application.",
        refusal=Reason.INBOUND_BLOCKED,
        direct_connect=direct_connect,
    )


def automatic_consent(*, home_outbound: bool, resource_inbound: bool) -> Decision:
    """Is the guest's consent page suppressed? Only when both flags are on; the other two play no part.

    Result ``suppressed`` or ``asked``. Source: entra-sign-in 7.6.
    """
    suppressed = home_outbound and resource_inbound
    return Decision(
        rule=Rule.CONSENT,
        result="suppressed" if suppressed else "asked",
        reason=(
            "Both the home tenant's outbound and the resource tenant's inbound automatic redemption are on, "
            "so the guest is not asked."
            if suppressed
            else "Automatic redemption needs the home tenant's outbound and the resource tenant's inbound flag; "
            f"{_missing_flags(home_outbound=home_outbound, resource_inbound=resource_inbound)}, "
            "so the guest is asked."
        ),
        source="entra-sign-in 7.6",
        inputs={"home_outbound_allowed": home_outbound, "resource_inbound_allowed": resource_inbound},
    )


def _what(direct_connect: bool) -> str:
    return "direct connect" if direct_connect else "access"


def _missing_flags(*, home_outbound: bool, resource_inbound: bool) -> str:
    if not home_outbound and not resource_inbound:
        return "both are off"
    return "the second is off" if home_outbound else "the first is off"


def _decide(
    rule: Rule,
    setting: B2bSetting | None,
    *,
    users: frozenset[str],
    applications: frozenset[str],
    allowed: str,
    blocked: str,
    refusal: Reason,
    direct_connect: bool,
) -> Decision:
    setting = setting or everyone(BLOCKED if direct_connect else ALLOWED)
    let_in = passes(setting, users=users, applications=applications)
    return Decision(
        rule=rule,
        result="allowed" if let_in else "blocked",
        reason=allowed if let_in else blocked,
        source="entra-sign-in 7.3",
        inputs={
            "setting": "b2bDirectConnect" if direct_connect else "b2bCollaboration",
            **targets_of(setting),
            "user_and_groups_of_person": tuple(sorted(users)),
            "client_and_resource": tuple(sorted(applications)),
        },
        refusal=None if let_in else refusal,
    )


def targets_of(setting: B2bSetting) -> dict[str, Input]:
    """A setting as inputs of a decision."""
    return {
        "users_and_groups": setting.users_and_groups.access_type,
        "users_and_groups_targets": _names(setting.users_and_groups),
        "applications": setting.applications.access_type,
        "applications_targets": _names(setting.applications),
    }


def _names(half: TargetConfiguration) -> tuple[str, ...]:
    return tuple(target.target for target in half.targets)


def _lists(half: TargetConfiguration, ids: frozenset[str]) -> bool:
    # Office365 and AllMicrosoftApps name applications that no simulated tenant has: they match nothing.
    known = {i.lower() for i in ids}
    return any(t.target in (ALL_USERS, ALL_APPLICATIONS) or t.target.lower() in known for t in half.targets)


def _first(values: Iterable[T | None]) -> T:
    return next(value for value in values if value is not None)

"""Conditional access as records, in Graph's words (graph-api 21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from idp_sim.conditional_access import device_filter
from idp_sim.conditional_access.application_groups import APPLICATION_GROUPS
from idp_sim.directory.rule_language import Test
from idp_sim.sign_in.client import ClientFacts, Device


class PolicyState(StrEnum):
    """Whether a policy decides, only reports, or rests."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REPORT_ONLY = "enabledForReportingButNotEnforced"


@dataclass(frozen=True, kw_only=True)
class GuestsOrExternalUsers:
    """``guestOrExternalUserTypes`` and ``externalTenants``; ``tenants`` None means all organisations."""

    types: tuple[str, ...]
    tenants: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class UserCondition:
    """Who is meant; exclusion beats inclusion. Ids are lower case; roles are template ids."""

    include_users: tuple[str, ...] = ()
    exclude_users: tuple[str, ...] = ()
    include_guests: GuestsOrExternalUsers | None = None
    exclude_guests: GuestsOrExternalUsers | None = None
    include_groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    include_roles: tuple[str, ...] = ()
    exclude_roles: tuple[str, ...] = ()

    @cached_property
    def included(self) -> frozenset[str]:
        """Everything that is included by id or word, without regard to case."""
        return frozenset(name.lower() for name in (*self.include_users, *self.include_groups, *self.include_roles))

    @cached_property
    def excluded(self) -> frozenset[str]:
        """Everything that is excluded by id or word, without regard to case."""
        return frozenset(name.lower() for name in (*self.exclude_users, *self.exclude_groups, *self.exclude_roles))


@dataclass(frozen=True, kw_only=True)
class ApplicationCondition:
    """What is wanted: applications (client ids, ``All``, ``None``, groups of them), an action, or a context.

    A policy has one of the three: ``include`` with ``exclude``, ``user_actions`` or ``authentication_contexts``.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    user_actions: tuple[str, ...] = ()
    authentication_contexts: tuple[str, ...] = ()

    @cached_property
    def included(self) -> frozenset[str]:
        """Client ids and words, without regard to case; the groups of applications as their members."""
        return frozenset(_applications(self.include))

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The same of what is excluded."""
        return frozenset(_applications(self.exclude))


def _applications(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield name.lower()
        yield from APPLICATION_GROUPS.get(name, ())


@dataclass(frozen=True, kw_only=True)
class PlatformCondition:
    """Device platforms; ``all`` is every one, known or not."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LocationCondition:
    """Places: ids of named locations, ``All`` and ``AllTrusted``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeviceFilter:
    """A rule about devices; ``mode`` exclude takes those that it matches out."""

    mode: str
    rule: str

    @cached_property
    def test(self) -> Test:
        """The rule as a question about the attributes of a device."""
        return device_filter.parse(self.rule)


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """When a policy applies; what is empty or None is not configured. ``conditions.MATCHERS`` has a row for each."""

    users: UserCondition
    applications: ApplicationCondition
    client_app_types: tuple[str, ...] = ()
    platforms: PlatformCondition | None = None
    locations: LocationCondition | None = None
    device_filter: DeviceFilter | None = None
    sign_in_risk_levels: tuple[str, ...] = ()
    user_risk_levels: tuple[str, ...] = ()

    @cached_property
    def configured(self) -> tuple[tuple[Any, Any], ...]:
        """Each matcher that the policy has a condition for, with the condition: found once, asked by every sign-in."""
        from idp_sim.conditional_access.conditions import MATCHERS  # late: matchers are written in terms of this

        read = ((matcher, matcher.read(self)) for matcher in MATCHERS)
        return tuple((matcher, condition) for matcher, condition in read if condition)


@dataclass(frozen=True, kw_only=True)
class GrantControls:
    """What is demanded; ``operator`` joins everything that is named.

    ``authentication_strength`` is the id of a strength, ``terms_of_use`` ids of agreements.
    """

    operator: str = "OR"
    built_in: tuple[str, ...] = ()
    authentication_strength: str | None = None
    terms_of_use: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignInFrequency:
    """How long one authentication is good for; ``value`` and ``unit`` (hours, days) are None for every time.

    ``secondary_only`` counts from the newest second factor instead of from the whole sign-in.
    """

    value: int | None = None
    unit: str | None = None
    secondary_only: bool = False

    @property
    def every_time(self) -> bool:
        """Whether each sign-in wants a fresh authentication."""
        return self.value is None

    @property
    def lifetime(self) -> timedelta:
        """How old an authentication may be; five minutes of grace where every time is demanded (9.5)."""
        if self.value is None:
            return timedelta(minutes=5)
        return timedelta(days=self.value) if self.unit == "days" else timedelta(hours=self.value)


@dataclass(frozen=True, kw_only=True)
class SessionControls:
    """What a policy says of the session; None and False are not configured (entra-sign-in 9.5)."""

    sign_in_frequency: SignInFrequency | None = None
    persistent_browser: str | None = None  # always, never
    application_enforced_restrictions: bool = False
    cloud_app_security: str | None = None  # mcasConfigured, monitorOnly, blockDownloads
    disable_resilience_defaults: bool = False
    secure_sign_in_session: bool = False


@dataclass(frozen=True, kw_only=True)
class ConditionalAccessPolicy:
    """One policy."""

    id: str
    display_name: str
    state: PolicyState
    conditions: Conditions
    grant_controls: GrantControls
    created: datetime
    session_controls: SessionControls = field(default_factory=SessionControls)
    modified: datetime | None = None
    description: str | None = None
    template: str | None = None
    deleted: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The sign-in that policies judge: the person, what is wanted, and the signals of the client.

    ``external_user_type`` is a value of entra-sign-in 9.1 or None for an internal member; ``applications`` holds
    the client ids of the client and of the resource. ``user_action`` and ``authentication_contexts`` are wanted
    besides; ``demanded_policies`` are ids of policies about another resource that must be satisfied too (13.7).
    ``locations`` are the ids of the named locations of the client's address. ``device`` is what this
    tenant believes of the device, None where it believes nothing. ``not_given`` names the signals that a What-If
    left out; a condition that reads one of them stays open.
    """

    user: str
    user_type: str
    external_user_type: str | None
    home_tenant: str | None
    groups: tuple[str, ...] = ()
    directory_roles: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    user_action: str | None = None
    authentication_contexts: tuple[str, ...] = ()
    demanded_policies: tuple[str, ...] = ()
    client: ClientFacts = ClientFacts()
    locations: frozenset[str] = frozenset()
    trusted_location: bool = False
    device: Device | None = None
    not_given: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> frozenset[str]:
        """The ids by which a policy can mean the person: own, of groups, of directory roles."""
        return frozenset(name.lower() for name in (self.user, *self.groups, *self.directory_roles))

    @cached_property
    def application_ids(self) -> frozenset[str]:
        """The client ids without regard to case."""
        return frozenset(name.lower() for name in self.applications)

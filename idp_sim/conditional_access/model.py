"""Conditional access as records, in Graph's words (graph-api 21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp_sim.sign_in.client import ClientFacts


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
    """Who is meant; exclusion beats inclusion."""

    include_users: tuple[str, ...] = ()
    exclude_users: tuple[str, ...] = ()
    include_guests: GuestsOrExternalUsers | None = None
    exclude_guests: GuestsOrExternalUsers | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationCondition:
    """Which applications are meant (client ids, ``All``, ``None``)."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """One attribute a condition, named in ``conditions.MATCHERS``."""

    users: UserCondition
    applications: ApplicationCondition


@dataclass(frozen=True, kw_only=True)
class GrantControls:
    """What is demanded; ``operator`` joins ``built_in``."""

    operator: str = "OR"
    built_in: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConditionalAccessPolicy:
    """One policy."""

    id: str
    display_name: str
    state: PolicyState
    conditions: Conditions
    grant_controls: GrantControls
    created: datetime
    modified: datetime | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The sign-in that policies judge: the person, the application, and the signals of the client.

    ``external_user_type`` is a value of entra-sign-in 9.1 or None for an internal member;
    ``applications`` holds the client ids of the client and of the resource.
    """

    user: str
    user_type: str
    external_user_type: str | None
    home_tenant: str | None
    groups: tuple[str, ...] = ()
    directory_roles: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    client: ClientFacts = ClientFacts()

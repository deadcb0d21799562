"""Conditional access as records, in Graph's words (graph-api 21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    session_controls: SessionControls = SessionControls()
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

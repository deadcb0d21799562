"""A tenant as a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp_sim.authentication_methods.policy import AuthenticationMethodsPolicy

#: Values of ``authorizationPolicy.guestUserRoleId``: the three levels of what a guest may read (graph-api 8.3, 15.3).
GUEST_LIKE_MEMBER = "a0b1b346-4d3e-4e8b-98f8-753987be4970"
LIMITED_GUEST = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
RESTRICTED_GUEST = "2af84b1e-32c8-42b7-82bc-daa82404023b"


class TenantKind(StrEnum):
    """The product that a tenant imitates (``kind`` of the ready document)."""

    ENTRA = "entra"
    SAML = "saml"
    ADFS = "adfs"
    GOOGLE = "google"
    MICROSOFT_ACCOUNT = "microsoft_account"


class TenantRole(StrEnum):
    """Resource tenants share applications; home tenants own the people."""

    RESOURCE = "resource"
    HOME = "home"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """One organisation. ``id`` is a lower-case GUID; ``domains`` are lower case, the first is the initial one."""

    id: str
    name: str
    kind: TenantKind
    role: TenantRole
    display_name: str
    domains: tuple[str, ...]
    color: str = "#0f6cbd"
    country: str | None = None
    preferred_language: str = "en"
    privacy_statement_url: str | None = None
    privacy_contact: str | None = None
    allow_invites_from: str = "everyone"
    email_otp: str = "default"  # allowExternalIdToUseEmailOtp: default (on), enabled, disabled
    mfa_registration: bool = True  # whether people can register a second factor here
    guest_user_role: str = LIMITED_GUEST  # what guests may read: authorizationPolicy.guestUserRoleId
    guests_may_leave: bool = True  # external user leave settings
    unverified_domains: tuple[str, ...] = ()
    created: datetime | None = None
    default_domain: str = ""  # of new users; the initial one unless another was chosen
    technical_mails: tuple[str, ...] = ()
    marketing_mails: tuple[str, ...] = ()
    security_mails: tuple[str, ...] = ()
    authentication_methods: AuthenticationMethodsPolicy = AuthenticationMethodsPolicy()

    @property
    def guests_read_like_members(self) -> bool:
        """The most open guest level (graph-api 8.3)."""
        return self.guest_user_role == GUEST_LIKE_MEMBER

    @property
    def guests_are_restricted(self) -> bool:
        """The closed guest level: guests read their own object only (graph-api 8.3)."""
        return self.guest_user_role == RESTRICTED_GUEST

    @property
    def initial_domain(self) -> str:
        """The domain of ``#EXT#`` names."""
        return self.domains[0]

    def owns(self, address: str) -> bool:
        """Whether the address is in one of the tenant's verified domains."""
        return address.rpartition("@")[2].lower() in self.domains

    @property
    def email_otp_enabled(self) -> bool:
        """Whether guests without a home may use an e-mailed passcode (on by default).

        The switch is the e-mail method's in the authentication methods policy (graph-api 20.2); ``email_otp`` is
        what the tenant was made with.
        """
        said = self.authentication_methods.setting("Email", "allowExternalIdToUseEmailOtp")
        return (self.email_otp if said in (None, "default") else said) != "disabled"

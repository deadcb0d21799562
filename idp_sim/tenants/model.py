"""A tenant as a record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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

    @property
    def initial_domain(self) -> str:
        """The domain of ``#EXT#`` names."""
        return self.domains[0]

    def owns(self, address: str) -> bool:
        """Whether the address is in one of the tenant's verified domains."""
        return address.rpartition("@")[2].lower() in self.domains

    @property
    def email_otp_enabled(self) -> bool:
        """Whether guests without a home may use an e-mailed passcode (on by default)."""
        return self.email_otp != "disabled"

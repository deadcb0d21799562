"""The format of a scenario (product.md 3). Strict: unknown keys and values of another type are refused.

The text under a key is its description in the JSON Schema (``json_schema``).
Keys are those of the ready document; a conditional access policy and cross-tenant access settings are in
Graph's own shape (graph-api 19.2, 21), with the scenario's names where Graph has ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

# ``$`` alone would let a line break at the end through.
GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$(?!\n)"
NAME = r"^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$(?!\n)"
DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$(?!\n)"
ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$(?!\n)"
COLOR = r"^#[0-9a-fA-F]{6}$(?!\n)"
COUNTRY = r"^[A-Z]{2}$(?!\n)"
BASE32 = r"^[A-Za-z2-7 ]{8,}=*$(?!\n)"

#: What each pattern means, for people.
PATTERN_MEANING = {
    GUID: "a GUID such as 11111111-2222-4333-8444-555555555555",
    NAME: "a name of lower-case letters, digits and hyphens",
    DOMAIN: "a domain name in lower case such as fabrikam.example",
    ADDRESS: "a mail address such as ana@fabrikam.example",
    COLOR: 'a colour in quotes such as "#0b6a0b"',
    COUNTRY: "a country code of two capital letters such as NL",
    BASE32: "a base32 secret (letters and the digits 2 to 7, at least 8 of them)",
}

Guid = Annotated[str, Meta(pattern=GUID)]
Name = Annotated[str, Meta(pattern=NAME)]
Domain = Annotated[str, Meta(pattern=DOMAIN)]
Address = Annotated[str, Meta(pattern=ADDRESS)]
Color = Annotated[str, Meta(pattern=COLOR)]
Country = Annotated[str, Meta(pattern=COUNTRY)]
Base32 = Annotated[str, Meta(pattern=BASE32)]

#: Stands in redirect URIs for the simulator's own address, which a scenario can't know.
OWN_ORIGIN = "{base_url}"

#: The home of guests without a tenant (entra-sign-in 3).
PASSCODE_HOME = "email_one_time_passcode"


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """Base: frozen, nothing unknown."""


class Person(Model):
    """Someone who signs in at this tenant. The key is the local part of the user principal name."""

    id: Guid | None = None
    """Object id in the default world; otherwise derived."""
    user_principal_name: Address | None = None
    """Default: the key at the tenant's first domain."""
    display_name: str | None = None
    password: str | None = None
    mfa: Literal["always", "registered", "none"] = "none"
    """When this tenant itself wants a second factor: at every sign-in, on demand, or never."""
    totp_secret: Base32 | None = None
    phone: str | None = None
    roles: list[str] = []
    """Directory roles by display name, such as Global Administrator."""
    attributes: dict[str, str] = {}
    """Further properties, in Graph's words: givenName, surname, jobTitle, department ..."""
    app_roles: dict[Name, list[str]] = {}
    """App roles by application of this tenant."""
    account_enabled: bool = True


class Guest(Model):
    """A guest object of this tenant. The key is the invited address."""

    id: Guid | None = None
    display_name: str | None = None
    home: str | None = None
    """Name of the home tenant, or ``email_one_time_passcode``; needed for accepted guests."""
    state: Literal["Accepted", "PendingAcceptance"] = "Accepted"
    invited_by: Name | None = None
    """The user of this tenant who invited; None stands for an application."""
    redirect_url: str | None = None
    """Where the invitation leads to in the end."""
    totp_secret: Base32 | None = None
    """What the guest registered in this tenant."""
    phone: str | None = None
    app_roles: dict[Name, list[str]] = {}
    account_enabled: bool = True


class RedirectUris(Model):
    """Reply URLs by platform (entra-sign-in 13.3)."""

    web: list[str] = []
    spa: list[str] = []
    publicClient: list[str] = []  # noqa: N815 - the platform's name

    def by_platform(self) -> Mapping[str, list[str]]:
        """The URLs of each platform."""
        return {"web": self.web, "spa": self.spa, "publicClient": self.publicClient}


class PartnerFederation(Model, kw_only=True):
    """Federation with another tenant's own SAML or WS-Federation identity provider (graph-api 22.2)."""

    protocol: Literal["saml", "wsFed"]
    """``preferredAuthenticationProtocol``."""
    domains: list[Domain] = []
    """Default: every domain of the partner."""


class Scope(Model, kw_only=True):
    """A delegated permission that the application publishes."""

    id: Guid | None = None
    display_name: str
    type: Literal["User", "Admin"] = "User"
    """Who may consent."""


class AppRoleSpec(Model, kw_only=True):
    """An app role of the application."""

    id: Guid | None = None
    display_name: str
    member_types: tuple[Literal["User", "Application"], ...] = ("User", "Application")


class OptionalClaims(Model):
    """Claims to add to tokens (entra-sign-in 11.6)."""

    id_token: list[str] = []
    access_token: list[str] = []


class ApplicationSpec(Model):
    """An application registration with its service principal."""

    id: Guid | None = None
    client_id: Guid | None = None
    display_name: str | None = None
    confidential: bool = False
    """Gets a client secret: a random one, unless ``client_secret`` gives it."""
    client_secret: str | None = None
    public_client: bool = False
    redirect_uris: RedirectUris = RedirectUris()
    front_channel_logout_url: str | None = None
    identifier_uris: list[str] = []
    """``{client_id}`` is replaced."""
    access_token_version: Literal[1, 2] = 1
    scopes: dict[str, Scope] = {}
    app_roles: dict[str, AppRoleSpec] = {}
    assignment_required: bool = False
    sign_in_audience: Literal[
        "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"
    ] = "AzureADMyOrg"
    """Whose people may use it: those of this tenant, of every organization, personal accounts too or only."""
    admin_consent: dict[str, list[str]] = {}
    """Delegated permissions granted to everyone, by application name or ``microsoft-graph``."""
    application_permissions: dict[str, list[str]] = {}
    """App roles of the application itself, by application name or ``microsoft-graph``; ``all`` stands for all."""
    optional_claims: OptionalClaims = OptionalClaims()


class TargetSpec(Model):
    """A user, group or application, or a word for all of them."""

    target: str
    targetType: Literal["user", "group", "application"]  # noqa: N815 - Graph's name


class TargetConfigurationSpec(Model):
    """One half of a setting."""

    accessType: Literal["allowed", "blocked"]  # noqa: N815
    targets: list[TargetSpec]


class B2bSettingSpec(Model):
    """Both halves are needed (graph-api 19.2)."""

    usersAndGroups: TargetConfigurationSpec  # noqa: N815
    applications: TargetConfigurationSpec


class InboundTrustSpec(Model):
    """Which claims of the home tenant count here."""

    isMfaAccepted: bool = False  # noqa: N815
    isCompliantDeviceAccepted: bool = False  # noqa: N815
    isHybridAzureADJoinedDeviceAccepted: bool = False  # noqa: N815


class AutomaticUserConsentSpec(Model):
    """Consent suppression; needs both sides."""

    inboundAllowed: bool | None = None  # noqa: N815
    outboundAllowed: bool | None = None  # noqa: N815


class CrossTenantAccessSpec(Model):
    """The default object or a partner; what is absent inherits."""

    inboundTrust: InboundTrustSpec | None = None  # noqa: N815
    b2bCollaborationInbound: B2bSettingSpec | None = None  # noqa: N815
    b2bCollaborationOutbound: B2bSettingSpec | None = None  # noqa: N815
    b2bDirectConnectInbound: B2bSettingSpec | None = None  # noqa: N815
    b2bDirectConnectOutbound: B2bSettingSpec | None = None  # noqa: N815
    automaticUserConsentSettings: AutomaticUserConsentSpec | None = None  # noqa: N815


class CrossTenantAccessPolicySpec(Model):
    """Cross-tenant access settings; partners by tenant name."""

    default: CrossTenantAccessSpec | None = None
    partners: dict[Name, CrossTenantAccessSpec] = {}


class GoogleSpec(Model, kw_only=True):
    """This tenant as a client of Google, so that people with a Gmail address can redeem (entra-sign-in 5)."""

    home: Name
    """Name of the Google-kind tenant."""
    client_id: str | None = None
    client_secret: str | None = None


class OpenIdProviderSpec(Model, kw_only=True):
    """An OpenID Provider for the people of some domains (an extension, docs/parity.md)."""

    display_name: str | None = None
    metadata_url: str
    client_id: str
    client_secret: str | None = None
    domains: Annotated[list[Domain], Meta(min_length=1)]
    scope: str = "openid profile email"


class TenantSpec(Model, kw_only=True):
    """An organisation."""

    id: Guid | None = None
    """Tenant id in the default world; otherwise derived."""
    kind: Literal["entra", "saml", "adfs", "google", "microsoft_account"] = "entra"
    role: Literal["resource", "home"] = "home"
    display_name: str | None = None
    domains: Annotated[list[Domain], Meta(min_length=1)]
    """The first one ends the names of guests."""
    color: Color = "#0f6cbd"
    country: Country | None = None
    preferred_language: str = "en"
    privacy_statement_url: str | None = None
    privacy_contact: str | None = None
    allow_invites_from: Literal["everyone", "adminsGuestInvitersAndAllMembers", "adminsAndGuestInviters", "none"] = (
        "everyone"
    )
    email_otp: Literal["default", "enabled", "disabled"] = "default"
    """May guests without a home use an e-mailed passcode? On by default."""
    guests_may_leave: bool = True
    """May external users remove themselves?"""
    mfa_registration: bool = True
    """Can people register a second factor here?"""
    users: dict[str, Person] = {}
    guests: dict[Address, Guest] = {}
    applications: dict[Name, ApplicationSpec] = {}
    conditional_access: list[dict[str, Any]] = []
    """Policies as Graph takes them, with names where Graph has ids."""
    cross_tenant_access: CrossTenantAccessPolicySpec = CrossTenantAccessPolicySpec()
    google: GoogleSpec | None = None
    """The registration at Google."""
    openid_providers: dict[Name, OpenIdProviderSpec] = {}
    """OpenID Providers of partners."""
    federations: dict[Name, PartnerFederation] = {}
    """Partners whose own identity provider signs their guests in, by tenant name. Certificates come from metadata."""


class Scenario(Model, kw_only=True):
    """What a world is made from."""

    name: Name | None = None
    description: str | None = None
    extends: Name | None = None
    """A shipped scenario to start from: mappings are merged, ``null`` removes, all else replaces."""
    countries: dict[str, Country] = {}
    """In which country an address is: prefix (CIDR) to country code; the longest prefix wins."""
    tenants: Annotated[dict[Name, TenantSpec], Meta(min_length=1)]

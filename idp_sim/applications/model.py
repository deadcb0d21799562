"""Applications and what is granted to them. One record stands for the registration and its service principal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class RedirectUri:
    """A registered reply URL; ``type`` is ``web``, ``spa`` or ``publicClient`` (entra-sign-in 13.3)."""

    uri: str
    type: str = "web"


@dataclass(frozen=True, kw_only=True)
class ClientSecret:
    """A client secret; in clear because the ready document prints it."""

    id: str
    value: str
    expires: datetime | None = None
    display_name: str | None = None
    starts: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AppRole:
    """An app role; ``member_types`` holds ``User`` and/or ``Application``."""

    id: str
    value: str
    display_name: str
    member_types: tuple[str, ...] = ("User", "Application")
    description: str = ""
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class PermissionScope:
    """A delegated permission that an API publishes; ``type`` is ``User`` or ``Admin`` (who may consent)."""

    id: str
    value: str
    display_name: str
    type: str = "User"
    description: str = ""
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class RequiredPermission:
    """A permission that a registration asks for: ``type`` is ``Scope`` or ``Role``, ``resource`` a client id."""

    resource: str
    id: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application of a tenant. ``id`` is the registration, ``service_principal`` its principal here.

    An empty ``service_principal`` is a registration that nobody has made a principal of yet.
    """

    id: str
    client_id: str
    service_principal: str
    name: str
    display_name: str
    redirect_uris: tuple[RedirectUri, ...] = ()
    identifier_uris: tuple[str, ...] = ()
    secrets: tuple[ClientSecret, ...] = ()
    public_client: bool = False
    front_channel_logout_url: str | None = None
    access_token_version: int = 1
    app_roles: tuple[AppRole, ...] = ()
    scopes: tuple[PermissionScope, ...] = ()
    assignment_required: bool = False
    optional_id_token_claims: tuple[str, ...] = ()
    optional_access_token_claims: tuple[str, ...] = ()
    saml_entity_id: str | None = None
    saml_sign_response: bool = False  # beside the assertion
    saml_encryption_certificate: str | None = None  # base64 DER; assertions are encrypted for it
    first_party: bool = False
    created: datetime | None = None
    description: str | None = None
    notes: str | None = None
    home_page_url: str | None = None
    sign_in_audience: str = "AzureADMyOrg"
    tags: tuple[str, ...] = ()
    unique_name: str | None = None
    required_permissions: tuple[RequiredPermission, ...] = ()
    group_membership_claims: str | None = None
    account_enabled: bool = True  # of the service principal
    deleted: datetime | None = None  # set while it lies among the deleted items

    @property
    def audiences(self) -> frozenset[str]:
        """Every name that a scope or an audience may call this application by."""
        return frozenset((self.client_id, *self.identifier_uris))

    @property
    def names_scope(self) -> str:
        """The prefix shown in consent texts."""
        return self.identifier_uris[0] if self.identifier_uris else self.client_id


@dataclass(frozen=True, kw_only=True)
class OAuth2PermissionGrant:
    """Consent: ``client`` may use ``scopes`` of ``resource`` (client ids) for ``principal``, or all when None."""

    id: str
    client: str
    resource: str
    principal: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AppRoleAssignment:
    """``principal`` (user or service principal id) has the role of ``resource`` (client id); zero GUID = default."""

    id: str
    principal: str
    principal_type: str  # User, Group or ServicePrincipal
    resource: str
    role: str  # app role id
    created: datetime | None = None

"""Every address of a tenant, from the base URL and the tenant's id (product.md 2, entra-sign-in 12.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp_sim.tenants.model import Tenant, TenantKind


def sts_issuer(tenant: str) -> str:
    """The issuer of v1.0 tokens and the ``idp`` of guests from an Entra-kind home; literal as in the real cloud."""
    return f"https://sts.windows.net/{tenant}/"


@dataclass(frozen=True)
class Endpoints:
    """URLs of one Entra-kind tenant; ``tenant`` is its id, or ``common``, ``organizations``, ``consumers``."""

    base_url: str
    tenant: str

    @property
    def root(self) -> str:
        """``{base_url}/{tenant}``."""
        return f"{self.base_url}/{self.tenant}"

    @property
    def issuer(self) -> str:
        """Issuer of v2.0 tokens."""
        return f"{self.root}/v2.0"

    @property
    def metadata(self) -> str:
        """OpenID configuration, v2.0."""
        return f"{self.root}/v2.0/.well-known/openid-configuration"

    @property
    def authorize(self) -> str:
        """Authorization endpoint, v2.0."""
        return f"{self.root}/oauth2/v2.0/authorize"

    @property
    def token(self) -> str:
        """Token endpoint, v2.0."""
        return f"{self.root}/oauth2/v2.0/token"

    @property
    def device_authorization(self) -> str:
        """Device authorization endpoint, v2.0."""
        return f"{self.root}/oauth2/v2.0/devicecode"

    @property
    def logout(self) -> str:
        """End-session endpoint, v2.0."""
        return f"{self.root}/oauth2/v2.0/logout"

    @property
    def keys(self) -> str:
        """JWK Set, v2.0."""
        return f"{self.root}/discovery/v2.0/keys"

    @property
    def userinfo(self) -> str:
        """Userinfo endpoint; it carries no tenant, the token does."""
        return f"{self.base_url}/oidc/userinfo"

    @property
    def federation_entity(self) -> str:
        """What SAML and WS-Federation partners call the tenant: with a slash at the end (entra-sign-in 4.2)."""
        return f"{self.root}/"

    @property
    def partner_reply(self) -> str:
        """Where SAML and WS-Federation partners answer; it carries no tenant (entra-sign-in 4.2, 4.3)."""
        return f"{self.base_url}/login.srf"

    @property
    def federation_reply(self) -> str:
        """Where homes that speak OpenID Connect send the browser back to (entra-sign-in 5, redirect URIs)."""
        return f"{self.base_url}/te/{self.tenant}/oauth2/authresp"


@dataclass(frozen=True)
class SamlEndpoints:
    """URLs of one SAML home (product.md 2); ``tenant`` is its id."""

    base_url: str
    tenant: str

    @property
    def root(self) -> str:
        """``{base_url}/{tenant}/saml``."""
        return f"{self.base_url}/{self.tenant}/saml"

    @property
    def issuer(self) -> str:
        """The entity id: by convention the address of its metadata (SAML Metadata 4.1)."""
        return f"{self.root}/metadata"

    @property
    def metadata(self) -> str:
        """Its metadata."""
        return f"{self.root}/metadata"

    @property
    def sign_on(self) -> str:
        """Single sign-on, by redirect and by POST."""
        return f"{self.root}/sso"

    @property
    def sign_out(self) -> str:
        """Single logout."""
        return f"{self.root}/slo"


@dataclass(frozen=True)
class AdfsEndpoints:
    """URLs of one AD FS-like tenant; its federation service lies under ``{base_url}/{tenant}`` (entra-sign-in 4.6)."""

    base_url: str
    tenant: str

    @property
    def root(self) -> str:
        """``{base_url}/{tenant}``."""
        return f"{self.base_url}/{self.tenant}"

    @property
    def issuer(self) -> str:
        """The federation service identifier: always ``http``, it is a name and no address."""
        return f"http://{self.root.partition('://')[2]}/adfs/services/trust"

    @property
    def metadata(self) -> str:
        """Federation metadata."""
        return f"{self.root}/FederationMetadata/2007-06/FederationMetadata.xml"

    @property
    def passive(self) -> str:
        """Where WS-Federation and SAML 2.0 requests go."""
        return f"{self.root}/adfs/ls/"

    @property
    def mex(self) -> str:
        """WS-MetadataExchange of its WS-Trust endpoints."""
        return f"{self.trust}/mex"

    @property
    def trust(self) -> str:
        """Where its WS-Trust endpoints lie."""
        return f"{self.root}/adfs/services/trust"

    @property
    def openid_issuer(self) -> str:
        """Issuer of its ID tokens."""
        return f"{self.root}/adfs"


@dataclass(frozen=True)
class GoogleEndpoints:
    """URLs of one Google-kind tenant (product.md 2); ``tenant`` is its id."""

    base_url: str
    tenant: str

    @property
    def issuer(self) -> str:
        """Issuer of its tokens; it has no path of its own."""
        return f"{self.base_url}/{self.tenant}"

    @property
    def metadata(self) -> str:
        """OpenID configuration."""
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def authorize(self) -> str:
        """Authorization endpoint."""
        return f"{self.issuer}/o/oauth2/v2/auth"

    @property
    def token(self) -> str:
        """Token endpoint."""
        return f"{self.issuer}/token"

    @property
    def keys(self) -> str:
        """JWK Set."""
        return f"{self.issuer}/oauth2/v3/certs"

    @property
    def userinfo(self) -> str:
        """Userinfo endpoint."""
        return f"{self.issuer}/v1/userinfo"


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a tenant tells the world about itself: the name it signs under, and where it describes itself."""

    issuer: str
    metadata_url: str


def _entra(base_url: str, tenant: str) -> Published:
    endpoints = Endpoints(base_url, tenant)
    return Published(issuer=endpoints.issuer, metadata_url=endpoints.metadata)


def _adfs(base_url: str, tenant: str) -> Published:
    endpoints = AdfsEndpoints(base_url, tenant)
    return Published(issuer=endpoints.issuer, metadata_url=endpoints.metadata)


def _saml(base_url: str, tenant: str) -> Published:
    endpoints = SamlEndpoints(base_url, tenant)
    return Published(issuer=endpoints.issuer, metadata_url=endpoints.metadata)


def _google(base_url: str, tenant: str) -> Published:
    endpoints = GoogleEndpoints(base_url, tenant)
    return Published(issuer=endpoints.issuer, metadata_url=endpoints.metadata)


#: One row for each kind of tenant; a kind without one can't sign anybody in yet.
PUBLISHED: Mapping[TenantKind, Callable[[str, str], Published]] = MappingProxyType(
    {
        TenantKind.ENTRA: _entra,
        TenantKind.SAML: _saml,
        TenantKind.ADFS: _adfs,
        TenantKind.GOOGLE: _google,
        TenantKind.MICROSOFT_ACCOUNT: _entra,
    }
)


#: Where a partner's own identity provider takes requests, by kind of tenant and ``preferredAuthenticationProtocol``.
PASSIVE: Mapping[tuple[TenantKind, str], Callable[[str, str], str]] = MappingProxyType(
    {
        (TenantKind.SAML, "saml"): lambda base_url, tenant: SamlEndpoints(base_url, tenant).sign_on,
        (TenantKind.ADFS, "wsFed"): lambda base_url, tenant: AdfsEndpoints(base_url, tenant).passive,
    }
)


def published(kind: TenantKind, base_url: str, tenant: str) -> Published:
    """What a tenant of that kind and id publishes at a server with that origin."""
    return PUBLISHED[kind](base_url, tenant)


def published_by(tenant: Tenant, base_url: str) -> Published:
    """What ``tenant`` publishes at a server with that origin."""
    return published(tenant.kind, base_url, tenant.id)


def authorization_endpoint(tenant: Tenant, base_url: str) -> str:
    """Where a tenant that speaks OpenID Connect takes authentication requests."""
    if tenant.kind is TenantKind.GOOGLE:
        return GoogleEndpoints(base_url, tenant.id).authorize
    return Endpoints(base_url, tenant.id).authorize

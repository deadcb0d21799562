"""Every address of a tenant, from the base URL and the tenant's id (product.md 2, entra-sign-in 12.2)."""

from __future__ import annotations

from dataclasses import dataclass


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

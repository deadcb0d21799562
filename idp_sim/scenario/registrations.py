"""Tenants as clients of providers: what is stored where they registered, and at the provider of this world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from federation.openid_provider import GOOGLE_ID, OpenIdProvider, ProviderType
from idp_sim.applications.model import Application, ClientSecret, RedirectUri
from idp_sim.tenants.endpoints import Endpoints

if TYPE_CHECKING:
    from idp_sim.ports import Ids
    from idp_sim.scenario.identifiers import Identifiers
    from idp_sim.scenario.schema import GoogleSpec, TenantSpec


@dataclass(frozen=True)
class Registrations:
    """Both sides of each registration; a secret that is not given is made once for both."""

    names: Identifiers
    ids: Ids
    base_url: str
    _secrets: dict[str, str] = field(default_factory=dict)

    def providers_of(self, tenant: str, spec: TenantSpec) -> Iterator[OpenIdProvider]:
        """What the tenant has configured."""
        if spec.google is not None:
            yield OpenIdProvider(
                id=GOOGLE_ID,
                type=ProviderType.GOOGLE,
                display_name="Google",
                client_id=self._client_id(tenant, spec.google),
                client_secret=self._secret(tenant, spec.google),
            )
        for name, provider in spec.openid_providers.items():
            yield OpenIdProvider(
                id=self.names.derived("openid_provider", tenant, name),
                type=ProviderType.OPENID_CONNECT,
                display_name=provider.display_name or name,
                client_id=provider.client_id,
                client_secret=provider.client_secret,
                metadata_url=provider.metadata_url,
                domains=tuple(provider.domains),
                scope=provider.scope,
            )

    def clients_at(self, provider: str) -> Iterator[Application]:
        """The clients that tenants of the scenario have at a provider.

        They are part of the world as it is and no application of a developer; nobody is asked for consent, as
        Google asks nobody for name and address alone.
        """
        for name, spec in self.names.scenario.tenants.items():
            if spec.google is None or spec.google.home != provider:
                continue
            client = self._client_id(name, spec.google)
            identifier = self.names.derived("google_client", provider, name)
            yield Application(
                id=identifier,
                client_id=client,
                service_principal=self.names.derived("google_client_principal", provider, name),
                name=name,
                display_name=spec.display_name or name.capitalize(),
                redirect_uris=(RedirectUri(uri=Endpoints(self.base_url, self.names.tenant(name)).federation_reply),),
                secrets=(ClientSecret(id=identifier, value=self._secret(name, spec.google)),),
                first_party=True,
            )

    def _client_id(self, tenant: str, spec: GoogleSpec) -> str:
        """In the form of Google's: a number and 32 digits and letters."""
        made = self.names.derived("google_client_id", tenant).replace("-", "")
        return spec.client_id or f"{int(made[:10], 16):012d}-{made}.apps.googleusercontent.com"

    def _secret(self, tenant: str, spec: GoogleSpec) -> str:
        return spec.client_secret or self._secrets.setdefault(tenant, f"GOCSPX-{self.ids.secret(21)}")

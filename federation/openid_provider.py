"""An OpenID Provider at which a tenant has registered itself as a client (graph-api 22.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GOOGLE_ID = "Google-OAUTH"
#: What a metadata URL ends in (OpenID Connect Discovery 4).
WELL_KNOWN = "/.well-known/openid-configuration"


class ProviderType(StrEnum):
    """``identityProviderType`` of what can be configured.

    ``OpenIdConnect`` is an extension: a workforce tenant of the real product has none (docs/parity.md).
    """

    GOOGLE = "Google"
    OPENID_CONNECT = "OpenIdConnect"


@dataclass(frozen=True, kw_only=True)
class ClaimsMapping:
    """In which claims of the provider a person's key, address and name stand."""

    user_id: str = "sub"
    email: str = "email"
    display_name: str = "name"


@dataclass(frozen=True, kw_only=True)
class OpenIdProvider:
    """The provider as configured. ``client_secret`` is None for a client that has none (PKCE alone).

    ``metadata_url``, ``domains``, ``scope`` and ``claims`` are those of an ``OpenIdConnect`` one: Google's are
    known. ``domains`` are lower case; an address belongs to the provider by its domain.
    """

    id: str
    type: ProviderType
    display_name: str
    client_id: str
    client_secret: str | None
    metadata_url: str = ""
    domains: tuple[str, ...] = ()
    scope: str = "openid profile email"
    claims: ClaimsMapping = ClaimsMapping()

    @property
    def issuer(self) -> str:
        """The issuer that the document at ``metadata_url`` must name (OpenID Connect Discovery 4.1)."""
        return self.metadata_url.removesuffix(WELL_KNOWN)

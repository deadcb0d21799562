"""Provider metadata of Entra-kind tenants (entra-sign-in 12.3) and the reading of a partner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from federation.errors import FederationError
from federation.reasons import Reason

CLAIMS_SUPPORTED = [
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
]


def openid_configuration(
    *, issuer: str, root: str, tenant_region_scope: str | None, userinfo_endpoint: str
) -> dict[str, Any]:
    """The v2.0 document; ``root`` is ``{base_url}/{tenant}`` with the tenant as its id or alias."""
    return {
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{root}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": userinfo_endpoint,
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{root}/oauth2/v2.0/logout",
        "claims_supported": CLAIMS_SUPPORTED,
        "kerberos_endpoint": f"{root}/kerberos",
        "tenant_region_scope": tenant_region_scope,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }


@dataclass(frozen=True, kw_only=True)
class ProviderMetadata:
    """What a relying party uses of a provider's document; not every provider has a userinfo endpoint."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None


def process_configuration(document: object, *, expected_issuer: str, partner: str) -> ProviderMetadata:
    """Check a fetched document (OpenID Connect Discovery 4.3): the issuer must be the expected one, exactly.

    FederationError(IDENTITY_PROVIDER_UNREACHABLE) names the partner and what is wrong.
    """
    if not isinstance(document, Mapping):
        raise _bad(partner, "its OpenID configuration is not a JSON object.")
    issuer = document.get("issuer")
    if issuer != expected_issuer:
        raise _bad(partner, f"its OpenID configuration names the issuer '{issuer}', expected '{expected_issuer}'.")
    return ProviderMetadata(
        issuer=expected_issuer,
        authorization_endpoint=_url(document, "authorization_endpoint", expected_issuer, partner),
        token_endpoint=_url(document, "token_endpoint", expected_issuer, partner),
        jwks_uri=_url(document, "jwks_uri", expected_issuer, partner),
        userinfo_endpoint=_url(document, "userinfo_endpoint", expected_issuer, partner)
        if "userinfo_endpoint" in document
        else None,
    )


def _url(document: Mapping[str, Any], name: str, issuer: str, partner: str) -> str:
    """An endpoint of the document: http or https, and never weaker than the issuer's own scheme."""
    value = document.get(name)
    try:
        scheme = urlsplit(value).scheme if isinstance(value, str) else ""
    except ValueError:
        scheme = ""
    if scheme not in ("http", "https") or (scheme == "http" and urlsplit(issuer).scheme == "https"):
        raise _bad(partner, f"'{name}' of its OpenID configuration is not an acceptable URL.")
    assert isinstance(value, str)
    return value


def _bad(partner: str, problem: str) -> FederationError:
    return FederationError(Reason.IDENTITY_PROVIDER_UNREACHABLE, partner=partner, problem=problem)

"""The settings of an application for the client libraries that people use, as text to copy.

Only what differs from the real cloud is spelled out: the authority, the switch that every local authority needs
(instance discovery off, or the library's OIDC mode; product.md 1), and whose certificates to trust.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

SCOPES = "openid profile email User.Read"


@dataclass(frozen=True, kw_only=True)
class ClientSettings:
    """What a client must know. ``ca_file`` None means plain http; ``redirect_uri`` None: the client has none."""

    base_url: str
    tenant_id: str
    client_id: str
    client_secret: str | None = None
    redirect_uri: str | None = None
    ca_file: str | None = None

    @property
    def authority(self) -> str:
        """What Microsoft's libraries call the authority."""
        return f"{self.base_url}/{self.tenant_id}"

    @property
    def issuer(self) -> str:
        """What other OpenID Connect libraries call the issuer."""
        return f"{self.authority}/v2.0"


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """Settings for one library: a stable key, its name, the kind of text, and the text."""

    key: str
    title: str
    language: str
    text: str


def snippets(settings: ClientSettings) -> tuple[Snippet, ...]:
    """The settings for every library in ``LIBRARIES``, in that order."""
    return tuple(
        Snippet(key=key, title=title, language=language, text=write(settings).strip() + "\n")
        for key, title, language, write in LIBRARIES
    )


def _secret(settings: ClientSettings) -> str:
    return settings.client_secret or ""


def _redirect(settings: ClientSettings) -> str:
    return settings.redirect_uri or "http://localhost:3000/auth/callback"


def _path(settings: ClientSettings, name: str) -> str:
    """The path of the redirect URI, for frameworks that want that alone."""
    rest = _redirect(settings).partition("://")[2]
    return f"/{rest.partition('/')[2]}" if "/" in rest else name


def _environment(settings: ClientSettings) -> str:
    lines = [
        f"AUTHORITY={settings.authority}",
        f"ISSUER={settings.issuer}",
        f"TENANT_ID={settings.tenant_id}",
        f"CLIENT_ID={settings.client_id}",
        *([f"CLIENT_SECRET={settings.client_secret}"] if settings.client_secret else []),
        f"REDIRECT_URI={_redirect(settings)}",
        f"GRAPH_URL={settings.base_url}/v1.0",
        *([f"NODE_EXTRA_CA_CERTS={settings.ca_file}"] if settings.ca_file else []),
    ]
    return "\n".join(lines)


def _msal_python(settings: ClientSettings) -> str:
    kind = "ConfidentialClientApplication" if settings.client_secret else "PublicClientApplication"
    credential = f"    client_credential={_secret(settings)!r},\n" if settings.client_secret else ""
    trust = f"    verify={settings.ca_file!r},\n" if settings.ca_file else ""
    return f"""
import msal

app = msal.{kind}(
    {settings.client_id!r},
    authority={settings.authority!r},
{credential}    instance_discovery=False,
{trust})
flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri={_redirect(settings)!r})
print(flow["auth_uri"])
"""


def _msal_node(settings: ClientSettings) -> str:
    host = settings.base_url.partition("://")[2]
    secret = f"\n    clientSecret: {json.dumps(_secret(settings))}," if settings.client_secret else ""
    kind = "ConfidentialClientApplication" if settings.client_secret else "PublicClientApplication"
    return f"""
// start Node with NODE_EXTRA_CA_CERTS={settings.ca_file or "(not needed without TLS)"}
import {{ {kind} }} from "@azure/msal-node";

const app = new {kind}({{
  auth: {{
    clientId: {json.dumps(settings.client_id)},{secret}
    authority: {json.dumps(settings.authority)},
    knownAuthorities: [{json.dumps(host)}],
  }},
}});
"""


def _msal_browser(settings: ClientSettings) -> str:
    host = settings.base_url.partition("://")[2]
    return f"""
import {{ PublicClientApplication }} from "@azure/msal-browser";

const app = new PublicClientApplication({{
  auth: {{
    clientId: {json.dumps(settings.client_id)},
    authority: {json.dumps(settings.authority)},
    knownAuthorities: [{json.dumps(host)}],
    redirectUri: {json.dumps(_redirect(settings))},
  }},
}});
await app.initialize();
"""


def _openid_client(settings: ClientSettings) -> str:
    secret = f", {json.dumps(_secret(settings))}" if settings.client_secret else ""
    return f"""
// start Node with NODE_EXTRA_CA_CERTS={settings.ca_file or "(not needed without TLS)"}
import * as client from "openid-client";

const config = await client.discovery(
  new URL({json.dumps(settings.issuer)}),
  {json.dumps(settings.client_id)}{secret},
);
const redirect_uri = {json.dumps(_redirect(settings))};
"""


def _spring(settings: ClientSettings) -> str:
    return f"""
# application.yaml
spring.security.oauth2.client:
  registration.idp-sim:
    client-id: {settings.client_id}
    client-secret: {json.dumps(_secret(settings))}
    scope: openid, profile, email
    redirect-uri: {_redirect(settings)}
  provider.idp-sim:
    issuer-uri: {settings.issuer}
"""


def _asp_net_core(settings: ClientSettings) -> str:
    return f"""
// Program.cs, with Microsoft.AspNetCore.Authentication.OpenIdConnect
builder.Services.AddAuthentication(options =>
    {{
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    }})
    .AddCookie()
    .AddOpenIdConnect(options =>
    {{
        options.Authority = {json.dumps(settings.issuer)};
        options.ClientId = {json.dumps(settings.client_id)};
        options.ClientSecret = {json.dumps(_secret(settings))};
        options.ResponseType = "code";
        options.CallbackPath = {json.dumps(_path(settings, "/signin-oidc"))};
    }});
"""


def _http(settings: ClientSettings) -> str:
    trust = f" --cacert '{settings.ca_file}'" if settings.ca_file else ""
    return f"""
curl{trust} {settings.issuer}/.well-known/openid-configuration
"""


#: Key, name, kind of text, and what writes it. One row per library.
LIBRARIES: tuple[tuple[str, str, str, Callable[[ClientSettings], str]], ...] = (
    ("environment", "Variables", "sh", _environment),
    ("msal-python", "MSAL for Python", "python", _msal_python),
    ("msal-node", "MSAL for Node", "js", _msal_node),
    ("msal-browser", "MSAL for browsers", "js", _msal_browser),
    ("openid-client", "openid-client", "js", _openid_client),
    ("spring", "Spring Security", "yaml", _spring),
    ("asp-net-core", "ASP.NET Core", "csharp", _asp_net_core),
    ("http", "Plain HTTP", "sh", _http),
)

"""How a user agent in this process opens a home of this simulator: one row for each kind of entrance.

A row is the end of a path under the tenant, and the service that the web edge calls for it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlsplit

from federation.identity_providers.base import Outgoing
from federation.oidc.responses import AuthorizationResponse
from idp_sim.http import Params
from idp_sim.ports import Context, Ports
from idp_sim.services.authorization import open_authorization
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.services.ws_federation_sign_in import open_ws_federation
from idp_sim.sign_in.client import ClientFacts
from idp_sim.tenants.model import Tenant


class Entrance(Protocol):
    """Opens a sign-in for the message that a browser would carry to the home."""

    def __call__(
        self,
        ports: Ports,
        sign_ins: SignIns,
        context: Context,
        tenant: Tenant,
        parameters: Params,
        *,
        browser: str,
        client: ClientFacts,
    ) -> Turn | AuthorizationResponse | Outgoing:
        """The first turn, or an error that goes straight back; FederationError."""


def _saml(
    ports: Ports,
    sign_ins: SignIns,
    context: Context,
    tenant: Tenant,
    parameters: Params,
    *,
    browser: str,
    client: ClientFacts,
) -> Turn | AuthorizationResponse | Outgoing:
    from idp_sim.services.saml_sign_in import open_saml  # late: XML and pysaml2's classes

    return open_saml(ports, sign_ins, context, tenant, parameters, browser=browser, client=client)


ENTRANCES: Mapping[str, Entrance] = MappingProxyType(
    {
        "oauth2/v2.0/authorize": open_authorization,
        "o/oauth2/v2/auth": open_authorization,
        "saml/sso": _saml,
        "adfs/ls": open_ws_federation,
    }
)


def entrance_of(url: str, base_url: str) -> tuple[str, Entrance] | None:
    """The tenant in the URL and the entrance behind it; None for a home that is not this simulator's."""
    parts, own = urlsplit(url), urlsplit(base_url)
    tenant, _, path = parts.path.strip("/").partition("/")
    entrance = ENTRANCES.get(path)
    if entrance is None or (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        return None
    return tenant, entrance

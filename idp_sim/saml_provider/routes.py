"""All routes of SAML homes put together; pysaml2 itself is imported by the first message."""

from __future__ import annotations

from idp_sim.http import Route
from idp_sim.saml_provider.documents import document_routes
from idp_sim.saml_provider.sign_on import sign_on_routes
from idp_sim.saml_provider.sign_out import sign_out_routes
from idp_sim.web.kit import WebKit


def saml_provider_routes(kit: WebKit) -> list[Route]:
    """Metadata, single sign-on, single logout."""
    return [*document_routes(kit.ports, kit.worlds), *sign_on_routes(kit), *sign_out_routes(kit)]

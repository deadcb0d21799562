"""The protocol edges of one simulator put together: OpenID Provider, pages, redemption."""

from __future__ import annotations

from dataclasses import dataclass

from idp_sim.adfs.documents import document_routes as adfs_document_routes
from idp_sim.adfs.passive import passive_routes
from idp_sim.google.documents import document_routes as google_documents
from idp_sim.google.token import token_routes as google_tokens
from idp_sim.http import Endpoint, Route
from idp_sim.oidc_provider.documents import documents as document_routes
from idp_sim.oidc_provider.probes import probe_routes
from idp_sim.oidc_provider.token import token_routes
from idp_sim.oidc_provider.userinfo import userinfo_routes
from idp_sim.pages import assets
from idp_sim.pages.render import Renderer
from idp_sim.ports import Ports
from idp_sim.saml_provider.routes import saml_provider_routes
from idp_sim.services.exchanges import PublishedDocuments
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.sign_in import SignIns
from idp_sim.services.worlds import Worlds
from idp_sim.web.authorize import authorize_routes
from idp_sim.web.common import common_routes
from idp_sim.web.kit import WebKit
from idp_sim.web.login import login_routes
from idp_sim.web.logout import logout_routes
from idp_sim.web.partner_sign_out import partner_sign_out_routes
from idp_sim.web.redeem import redeem_routes
from idp_sim.web.show import Presenter
from idp_sim.web.small_pages import small_routes


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Routes of the protocol edges, and what others reach of them."""

    routes: list[Route]
    sign_ins: SignIns
    token_endpoint: Endpoint
    renderer: Renderer


def protocol_routes(ports: Ports, worlds: Worlds, mailroom: Mailroom, phones: Phones) -> Protocol:
    """Every protocol edge over the same sign-ins and the same cache of partners' documents."""
    published, renderer = PublishedDocuments(), Renderer()
    sign_ins = SignIns(ports, mailroom, phones, published)
    kit = WebKit(ports=ports, worlds=worlds, sign_ins=sign_ins, presenter=Presenter(renderer))
    token = token_routes(ports, worlds, published)
    routes = [
        *probe_routes(ports, worlds),
        *document_routes(ports, worlds),
        *token,
        *userinfo_routes(ports, worlds),
        *common_routes(kit),
        *authorize_routes(kit),
        *login_routes(kit),
        *redeem_routes(kit),
        *google_documents(ports, worlds),
        *google_tokens(ports, worlds),
        *logout_routes(kit),
        *saml_provider_routes(kit),
        *adfs_document_routes(ports, worlds),
        *passive_routes(kit),
        *partner_sign_out_routes(kit),
        *small_routes(renderer),
        *assets.routes(),
    ]
    return Protocol(routes=routes, sign_ins=sign_ins, token_endpoint=token[0].endpoint, renderer=renderer)

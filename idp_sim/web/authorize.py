"""The authorization endpoint (RFC 6749 3.1, OpenID Connect Core 3.1.2, entra-sign-in 13.1)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.oidc.responses import AuthorizationResponse
from idp_sim.edge import GOOGLE, MICROSOFT, find_place
from idp_sim.http import Endpoint, Request, Response, Route
from idp_sim.services.authorization import open_authorization
from idp_sim.tenants.model import TenantKind
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit

#: Name, path and kinds of tenant of each authorization endpoint.
ENTRANCES: tuple[tuple[str, str, frozenset[TenantKind]], ...] = (
    ("v2", "/<tenant>/oauth2/v2.0/authorize", MICROSOFT),
    ("google", "/<tenant>/o/oauth2/v2/auth", GOOGLE),
)


def authorize_routes(kit: WebKit) -> list[Route]:
    """The route of each endpoint; GET and POST are the same (OpenID Connect Core 3.1.2.1)."""

    return [
        Route(
            rule=rule, methods=("GET", "POST"), endpoint=kit.on_a_page(_endpoint(kit, kinds)), name=f"authorize-{name}"
        )
        for name, rule, kinds in ENTRANCES
    ]


def _endpoint(kit: WebKit, kinds: frozenset[TenantKind]) -> Endpoint:
    def authorize(request: Request) -> Response:
        place = find_place(kit.ports, kit.worlds, request, kinds=kinds)
        parameters = request.form if request.method == "POST" else request.query
        browser = recognise(kit.ports, request)
        try:
            answer = open_authorization(
                kit.ports,
                kit.sign_ins,
                place.context,
                place.tenant,
                parameters,
                browser=browser.id,
                client=request.client,
            )
        except FederationError as error:
            return kit.refused(place.context, error, place.tenant)
        if isinstance(answer, AuthorizationResponse):
            return kit.presenter.authorization_response(answer, place.tenant)
        return kit.turn(place.context, browser, answer)

    return authorize

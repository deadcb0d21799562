"""The authorization endpoint (RFC 6749 3.1, OpenID Connect Core 3.1.2, entra-sign-in 13.1)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.oidc.responses import AuthorizationResponse
from idp_sim.edge import find_place
from idp_sim.http import Request, Response, Route
from idp_sim.services.authorization import open_authorization
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def authorize_routes(kit: WebKit) -> list[Route]:
    """The route of the endpoint; GET and POST are the same (OpenID Connect Core 3.1.2.1)."""

    @kit.on_a_page
    def authorize(request: Request) -> Response:
        place = find_place(kit.ports, kit.worlds, request)
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

    return [
        Route(rule="/<tenant>/oauth2/v2.0/authorize", methods=("GET", "POST"), endpoint=authorize, name="authorize")
    ]

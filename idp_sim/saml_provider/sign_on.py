"""``/{tenant}/saml/sso``: AuthnRequests by redirect and by form, and sign-ins that start at home."""

from __future__ import annotations

from idp_sim.edge import Place
from idp_sim.http import Request, Response, Route
from idp_sim.saml_provider.kit import at_the_home, parameters_of
from idp_sim.services.saml_sign_in import open_saml
from idp_sim.services.sign_in import Turn
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def sign_on_routes(kit: WebKit) -> list[Route]:
    """The route of the endpoint."""

    def sign_on(request: Request, place: Place) -> Response:
        browser = recognise(kit.ports, request)
        opened = open_saml(
            kit.ports,
            kit.sign_ins,
            place.context,
            place.tenant,
            parameters_of(request),
            browser=browser.id,
            client=request.client,
            posted=request.method == "POST",
        )
        if isinstance(opened, Turn):
            return kit.turn(place.context, browser, opened)
        return kit.presenter.outgoing(opened)

    return [
        Route(rule="/<tenant>/saml/sso", methods=("GET", "POST"), endpoint=at_the_home(kit, sign_on), name="saml-sso")
    ]

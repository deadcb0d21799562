"""The passive endpoint ``/adfs/ls``: WS-Federation sign-in and sign-out (entra-sign-in 4.3, 4.6)."""

from __future__ import annotations

from federation.ws_federation import names, requests
from idp_sim.adfs.kit import at_the_home, parameters_of
from idp_sim.adfs.sign_out import sign_out_everywhere
from idp_sim.edge import Place
from idp_sim.http import Request, Response, Route
from idp_sim.services.ws_federation_sign_in import open_ws_federation
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def passive_routes(kit: WebKit) -> list[Route]:
    """One address for all messages; ``wa`` says which one it is."""

    def passive(request: Request, place: Place) -> Response:
        parameters = parameters_of(request)
        if requests.action_of(parameters) != names.SIGN_IN:
            return sign_out_everywhere(kit, request, place, requests.parse_sign_out(parameters))
        browser = recognise(kit.ports, request)
        turn = open_ws_federation(
            kit.ports,
            kit.sign_ins,
            place.context,
            place.tenant,
            parameters,
            browser=browser.id,
            client=request.client,
        )
        return kit.turn(place.context, browser, turn)

    return [
        Route(
            rule="/<tenant>/adfs/ls", methods=("GET", "POST"), endpoint=at_the_home(kit, passive), name="adfs-passive"
        )
    ]

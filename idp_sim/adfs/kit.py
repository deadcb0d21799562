"""What the endpoints of this package share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from federation.errors import FederationError
from idp_sim.edge import Place, find_place
from idp_sim.http import Params, Request, Response
from idp_sim.tenants.model import TenantKind
from idp_sim.web.kit import WebKit

ADFS = frozenset({TenantKind.ADFS})


def at_the_home(kit: WebKit, endpoint: Callable[[Request, Place], Response]) -> Callable[[Request], Response]:
    """The endpoint with the AD FS-like tenant of its path; what it refuses is shown on that tenant's own page."""

    @kit.on_a_page
    @wraps(endpoint)
    def placed(request: Request) -> Response:
        place = find_place(kit.ports, kit.worlds, request, kinds=ADFS)
        try:
            return endpoint(request, place)
        except FederationError as error:
            return kit.refused(place.context, error, place.tenant)

    return placed


def parameters_of(request: Request) -> Params:
    """The message of a request: its form where it was posted, else its query."""
    return request.form if request.method == "POST" else request.query

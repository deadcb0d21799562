"""Opening the link of an invitation (entra-sign-in 2.2): the ticket finds the world, the invitation the guest."""

from __future__ import annotations

import hmac

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.applications.first_party import ACCEPTANCE_PORTAL_ID
from idp_sim.directory.model import Invitation
from idp_sim.edge import GUID, Place, correlation_id
from idp_sim.http import Params, Request, Response, Route
from idp_sim.ports import NotFound
from idp_sim.services import applications
from idp_sim.services.journal import MAIL, note
from idp_sim.services.secrets_at_rest import digest
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def redeem_routes(kit: WebKit) -> list[Route]:
    """Both forms of the link: the outer one with ``rd``, and the inner one that it carries."""

    @kit.on_a_page
    def redeem(request: Request) -> Response:
        place, invitation = _invitation(kit, request)
        browser = recognise(kit.ports, request)
        portal = applications.find_client(kit.ports, place.context, place.tenant, ACCEPTANCE_PORTAL_ID)
        assert portal is not None, "every tenant has the acceptance portal"
        note(
            kit.ports,
            place.context,
            tenant=place.tenant.name,
            sender=invitation.address,
            receiver=place.tenant.display_name,
            name="invitation link opened",
            fields={"user": invitation.id},
            protocol=MAIL,
        )
        turn = kit.sign_ins.begin(
            place.context, place.tenant, portal, browser=browser.id, client=request.client, invitation=invitation
        )
        return kit.turn(place.context, browser, turn)

    return [
        Route(rule="/redeem", methods=("GET",), endpoint=redeem, name="redeem"),
        Route(rule="/redeem/", methods=("GET",), endpoint=redeem, name="redeem-inner"),
    ]


def _invitation(kit: WebKit, request: Request) -> tuple[Place, Invitation]:
    """The invitation that the link proves. FederationError(INVITATION_INVALID), whichever part is wrong."""
    invalid = FederationError(Reason.INVITATION_INVALID)
    tenant_id, invitation_id, ticket = _parts(request)
    if not GUID.match(tenant_id) or not ticket:
        raise invalid
    try:
        world, tenant = kit.worlds.of_tenant(tenant_id)
        invitation = kit.ports.storage.get(world, tenant.id, Invitation, invitation_id)
    except (FederationError, NotFound):
        raise invalid from None
    if not hmac.compare_digest(invitation.ticket, digest(ticket)):
        raise invalid
    context = kit.worlds.context(world, correlation_id(request, kit.ports.ids.guid))
    return Place(context=context, tenant=tenant), invitation


def _parts(request: Request) -> tuple[str, str, str]:
    """Tenant, invitation and ticket, from the inner link or straight from the query."""
    inner = request.query.get("rd")
    # What stands before the query of the inner link does not matter: it leads nowhere but here.
    query = request.query if inner is None else Params.parse(inner.partition("?")[2].partition("#")[0])

    def first(name: str) -> str:
        return query.get(name) or ""

    return first("tenant").lower(), first("user"), first("ticket")

"""A WS-Federation partner tells that its user signed out: ``wsignoutcleanup1.0`` in a hidden frame."""

from __future__ import annotations

from federation.errors import FederationError
from federation.model import HomeKind
from federation.reasons import Reason
from federation.ws_federation import names
from idp_sim.http import Request, Response, Route
from idp_sim.ports import Context
from idp_sim.services.sessions import live_accounts, sign_out
from idp_sim.tenants.model import Tenant, TenantKind
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit
from idp_sim.web.pixel import done


def partner_sign_out_routes(kit: WebKit) -> list[Route]:
    """The clean-up at the address where assertions arrive; anything else that is asked for there by GET is refused."""

    @kit.on_a_page
    def cleanup(request: Request) -> Response:
        if request.query.get("wa") != names.SIGN_OUT_CLEANUP:
            raise FederationError(Reason.UNSOLICITED_RESPONSE)
        browser = recognise(kit.ports, request)
        if not browser.new:
            for world in kit.worlds.all():  # the message names neither tenant nor world, only the browser can
                context = kit.worlds.context(world.id)
                for tenant in kit.worlds.tenants(world.id):
                    _end_federated(kit, context, tenant, browser.id)
        return done()

    return [Route(rule="/login.srf", methods=("GET",), endpoint=cleanup, name="partner-sign-out")]


def _end_federated(kit: WebKit, context: Context, tenant: Tenant, browser: str) -> None:
    """End the accounts that a partner's own identity provider vouched for; those of other homes stay."""
    if tenant.kind is not TenantKind.ENTRA:
        return
    accounts = live_accounts(kit.ports, context, tenant.id, browser)
    ended = [
        account.session.sid
        for account in accounts
        if account.session.identity is not None and account.session.identity.kind is HomeKind.EXTERNAL_FEDERATION
    ]
    if ended:
        sign_out(kit.ports, context, tenant.id, browser, frozenset(ended))

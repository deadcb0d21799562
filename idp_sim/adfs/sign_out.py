"""Sign-out at an AD FS-like home: its session ends, and every relying party that took part is told.

WS-Federation 1.2, 13.2.4.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from federation.ws_federation import names, requests
from federation.ws_federation.requests import SignOutMessage
from idp_sim.applications.model import Application
from idp_sim.edge import Place
from idp_sim.http import Request, Response, redirect
from idp_sim.services import applications
from idp_sim.services.journal import WS_FEDERATION, note
from idp_sim.services.sessions import live_accounts, sign_out
from idp_sim.tenants.endpoints import AdfsEndpoints
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit
from idp_sim.web.pixel import done


def sign_out_everywhere(kit: WebKit, request: Request, place: Place, message: SignOutMessage) -> Response:
    """End every account of the browser here. ``wsignout1.0`` shows a page whose hidden frames carry
    ``wsignoutcleanup1.0`` to the relying parties; a clean-up itself is answered by a picture.

    ``wreply`` is followed only to a URL of a relying party, the one of ``wtrealm`` where that is given.
    """
    ports, context, tenant = kit.ports, place.context, place.tenant
    browser = recognise(ports, request)
    accounts = live_accounts(ports, context, tenant.id, browser.id)
    sign_out(ports, context, tenant.id, browser.id, frozenset(account.session.sid for account in accounts))
    if message.cleanup:
        return done()
    clients = dict.fromkeys(client for account in accounts for client in account.session.clients)
    parties = [p for client in clients if (p := applications.find_client(ports, context, tenant, client))]
    urls = [url for party in parties for url in _cleanup_urls(kit, place, party)]
    known = [*parties, *_named(kit, place, message.realm)]
    registered = [redirect_uri.uri for party in known for redirect_uri in party.redirect_uris]
    back = requests.returnable(message.reply, registered)
    if back is not None and message.context is not None:
        back = requests.with_query(back, wctx=message.context)
    if back is not None and not urls:
        return redirect(back)
    return kit.presenter.signed_out(tenant, logout_urls=tuple(urls), return_url=back)


def _named(kit: WebKit, place: Place, realm: str | None) -> list[Application]:
    found = applications.find_relying_party(kit.ports, place.context, place.tenant, realm) if realm else None
    return [found] if found else []


def _cleanup_urls(kit: WebKit, place: Place, party: Application) -> list[str]:
    """Where one relying party is told: its first reply URL, or the front-channel URL of an OpenID client."""
    ports, tenant = kit.ports, place.tenant
    if party.front_channel_logout_url:
        issuer = AdfsEndpoints(ports.settings.base_url, tenant.id).openid_issuer
        extra = urlencode({"iss": issuer}, quote_via=quote)
        return [f"{party.front_channel_logout_url}{'&' if '?' in party.front_channel_logout_url else '?'}{extra}"]
    if not party.identifier_uris or not party.redirect_uris:
        return []
    url = requests.with_query(party.redirect_uris[0].uri, wa=names.SIGN_OUT_CLEANUP)
    note(
        ports,
        place.context,
        tenant=tenant.name,
        sender=tenant.display_name,
        receiver=party.display_name,
        name="sign-out clean-up",
        fields={"wa": names.SIGN_OUT_CLEANUP},
        protocol=WS_FEDERATION,
        start_line=f"GET {party.redirect_uris[0].uri}",
    )
    return [url]

"""Sign-out by the application (OpenID Connect RP-Initiated and Front-Channel Logout 1.0, entra-sign-in 13.9)."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from federation.errors import FederationError
from federation.oidc import jwt_codec, redirect_uris
from idp_sim.applications.model import Application
from idp_sim.edge import Place, find_place
from idp_sim.http import Params, Request, Response, Route, redirect
from idp_sim.services import applications
from idp_sim.services.sessions import live_accounts, sign_out
from idp_sim.sign_in.facts import Account
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tokens.claims import login_hint
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def logout_routes(kit: WebKit) -> list[Route]:
    """The end-session endpoint."""

    @kit.on_a_page
    def logout(request: Request) -> Response:
        place = find_place(kit.ports, kit.worlds, request)
        parameters = request.form if request.method == "POST" else request.query
        browser = recognise(kit.ports, request)
        accounts = live_accounts(kit.ports, place.context, place.tenant.id, browser.id)
        leaving = _leaving(parameters, accounts)
        sids = frozenset(account.session.sid for account in leaving)
        sign_out(kit.ports, place.context, place.tenant.id, browser.id, sids)
        return_url = _return_url(kit, place, parameters)
        urls = _front_channel_urls(kit, place, leaving)
        if return_url is not None and not urls:
            return redirect(return_url)
        return kit.presenter.signed_out(place.tenant, logout_urls=urls, return_url=return_url)

    return [Route(rule="/<tenant>/oauth2/v2.0/logout", methods=("GET", "POST"), endpoint=logout, name="logout")]


def _leaving(parameters: Params, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """The account that a hint names by its session; without a hint every account of the browser."""
    hint = parameters.get("logout_hint")
    named = [a for a in accounts if hint is not None and login_hint(a.session.sid) == hint]
    if not named and hint is not None:
        named = [a for a in accounts if hint.lower() in a.user.addresses]
    token_sid = _sid_of_hint(parameters.get("id_token_hint"))
    if not named and token_sid is not None:
        named = [a for a in accounts if a.session.sid == token_sid]
    return tuple(named) or accounts


def _sid_of_hint(token: str | None) -> str | None:
    """``sid`` of an ``id_token_hint``. It only chooses among the browser's own sessions, so it need not be verified."""
    if token is None:
        return None
    try:
        sid = jwt_codec.unverified_claims(token).get("sid")
    except FederationError:
        return None
    return sid if isinstance(sid, str) else None


def _return_url(kit: WebKit, place: Place, parameters: Params) -> str | None:
    """Where to go after sign-out: a registered redirect URI of any application of the tenant, else nowhere."""
    wanted = parameters.get("post_logout_redirect_uri")
    if wanted is None:
        return None
    registered = kit.ports.storage.find(place.context.world, place.tenant.id, Application)
    if not any(redirect_uris.find(wanted, application.redirect_uris) for application in registered):
        return None
    state = parameters.get("state")
    if state is None:
        return wanted
    parts = urlsplit(wanted)
    extra = urlencode({"state": state}, quote_via=quote)
    return parts._replace(query=f"{parts.query}&{extra}" if parts.query else extra).geturl()


def _front_channel_urls(kit: WebKit, place: Place, leaving: tuple[Account, ...]) -> tuple[str, ...]:
    """Front-channel logout URLs of every application that took part, with ``iss`` and ``sid``."""
    issuer = Endpoints(kit.ports.settings.base_url, place.tenant.id).issuer
    urls = []
    for account in leaving:
        for client_id in account.session.clients:
            client = applications.find_client(kit.ports, place.context, place.tenant, client_id)
            if client is not None and client.front_channel_logout_url:
                parts = urlsplit(client.front_channel_logout_url)
                extra = urlencode({"sid": account.session.sid, "iss": issuer}, quote_via=quote)
                urls.append(parts._replace(query=f"{parts.query}&{extra}" if parts.query else extra).geturl())
    return tuple(dict.fromkeys(urls))

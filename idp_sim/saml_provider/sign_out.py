"""``/{tenant}/saml/slo``: a service provider ends the session, or the home does (SAML Profiles 4.4)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.reasons import Reason
from federation.saml import bindings, logout
from federation.saml.logout import LogoutRequest
from federation.xml.parse import XmlRefused
from idp_sim.applications.model import Application
from idp_sim.edge import Place
from idp_sim.http import Params, Request, Response, Route, redirect
from idp_sim.saml_provider.kit import at_the_home, parameters_of
from idp_sim.services import applications
from idp_sim.services.journal import SAML, note
from idp_sim.services.sessions import live_accounts, sign_out
from idp_sim.sign_in.facts import Account
from idp_sim.tenants.endpoints import SamlEndpoints
from idp_sim.web.browser import recognise
from idp_sim.web.kit import WebKit


def sign_out_routes(kit: WebKit) -> list[Route]:
    """The route of the endpoint."""

    def slo(request: Request, place: Place) -> Response:
        parameters = parameters_of(request)
        if parameters.get("SAMLResponse"):  # a service provider has done what it was asked for, in its frame
            return kit.presenter.signed_out(place.tenant, logout_urls=(), return_url=None)
        browser = recognise(kit.ports, request)
        accounts = live_accounts(kit.ports, place.context, place.tenant.id, browser.id)
        asked = _asked(parameters, place, posted=request.method == "POST")
        party = _party(kit, place, asked) if asked else None
        leaving = _leaving(asked, party, accounts)
        sids = frozenset(account.session.sid for account in leaving)
        sign_out(kit.ports, place.context, place.tenant.id, browser.id, sids)
        urls = tuple(_requests_to(kit, place, leaving, but=party))
        back = _answer_to(kit, place, asked, party, parameters) if asked and party else None
        if back is not None and not urls:
            return redirect(back)
        return kit.presenter.signed_out(place.tenant, logout_urls=urls, return_url=back)

    return [Route(rule="/<tenant>/saml/slo", methods=("GET", "POST"), endpoint=at_the_home(kit, slo), name="saml-slo")]


def _asked(parameters: Params, place: Place, *, posted: bool) -> LogoutRequest | None:
    """A service provider's request, or None where the person came here by himself."""
    text = parameters.get("SAMLRequest")
    if text is None:
        return None
    try:
        return logout.read(bindings.posted(text) if posted else bindings.inflated(text), place.context.now)
    except XmlRefused as problem:
        raise FederationError(Reason.SAML_REQUEST_INVALID, problem=str(problem)) from None


def _party(kit: WebKit, place: Place, asked: LogoutRequest) -> Application:
    found = applications.find_relying_party(kit.ports, place.context, place.tenant, asked.issuer)
    if found is None:
        raise FederationError(Reason.SERVICE_PROVIDER_UNKNOWN, realm=asked.issuer, home=place.tenant.display_name)
    return found


def _leaving(
    asked: LogoutRequest | None, party: Application | None, accounts: tuple[Account, ...]
) -> tuple[Account, ...]:
    """Sessions that end: of the browser that came here, those in which the service provider takes part.

    The request need not be signed, since it reaches no other browser's session.
    """
    if asked is None or party is None:
        return accounts
    indexes = {index.removeprefix("_") for index in asked.session_indexes}
    return tuple(
        account
        for account in accounts
        if party.client_id in account.session.clients and (not indexes or account.session.sid in indexes)
    )


def _requests_to(kit: WebKit, place: Place, leaving: tuple[Account, ...], *, but: Application | None) -> list[str]:
    """A signed LogoutRequest for every other service provider with an address for it."""
    ports, tenant, urls = kit.ports, place.tenant, []
    key = ports.keys.home_key_set(place.context.world, tenant.id).signing
    for account in leaving:
        for client_id in account.session.clients:
            party = applications.find_client(ports, place.context, tenant, client_id)
            if party is None or not party.front_channel_logout_url or party == but:
                continue
            message = logout.request(
                LogoutRequest(
                    id=f"_{ports.ids.guid()}",
                    issuer=SamlEndpoints(ports.settings.base_url, tenant.id).issuer,
                    name_id=account.user.id,
                    session_indexes=(f"_{account.session.sid}",),
                ),
                party.front_channel_logout_url,
                place.context.now,
            )
            _note(kit, place, party, "logout request", {"SAMLRequest": bindings.deflated(message)}, sent=True)
            urls.append(logout.signed_url(party.front_channel_logout_url, "SAMLRequest", message, key))
    return urls


def _answer_to(kit: WebKit, place: Place, asked: LogoutRequest, party: Application, parameters: Params) -> str | None:
    """The address that carries the answer; None for a service provider that has none."""
    _note(kit, place, party, "logout request", parameters.as_dict(), sent=False)
    if not party.front_channel_logout_url:
        return None
    ports, tenant = kit.ports, place.tenant
    message = logout.response(
        identifier=f"_{ports.ids.guid()}",
        issuer=SamlEndpoints(ports.settings.base_url, tenant.id).issuer,
        request_id=asked.id,
        destination=party.front_channel_logout_url,
        now=place.context.now,
    )
    _note(kit, place, party, "logout response", {"SAMLResponse": bindings.deflated(message)}, sent=True)
    key = ports.keys.home_key_set(place.context.world, tenant.id).signing
    return logout.signed_url(
        party.front_channel_logout_url, "SAMLResponse", message, key, relay_state=parameters.raw("RelayState")
    )


def _note(kit: WebKit, place: Place, party: Application, name: str, fields: dict[str, str], *, sent: bool) -> None:
    own, other = place.tenant.display_name, party.display_name
    note(
        kit.ports,
        place.context,
        tenant=place.tenant.name,
        sender=own if sent else other,
        receiver=other if sent else own,
        name=name,
        fields=fields,
        protocol=SAML,
        start_line=f"GET {party.front_channel_logout_url or ''}" if sent else "GET",
    )

"""Opens a sign-in at an AD FS-like home for a relying party's ``wsignin1.0`` (entra-sign-in 4.3, 4.6)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.reasons import Reason
from federation.ws_federation import requests
from idp_sim.http import Params
from idp_sim.ports import Context, Ports
from idp_sim.services import applications
from idp_sim.services.journal import WS_FEDERATION, note
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.sign_in.client import ClientFacts
from idp_sim.tenants.endpoints import AdfsEndpoints
from idp_sim.tenants.model import Tenant

#: How AD FS calls the claims provider that is its own directory.
OWN_DIRECTORY = "AD AUTHORITY"


def open_ws_federation(
    ports: Ports,
    sign_ins: SignIns,
    context: Context,
    tenant: Tenant,
    parameters: Params,
    *,
    browser: str,
    client: ClientFacts,
) -> Turn:
    """The first turn of the sign-in. ``browser`` is the digest of the browser's cookie.

    A FederationError belongs on the home's own page: the profile has no message for errors.
    """
    message = requests.parse_sign_in(parameters)
    endpoints = AdfsEndpoints(ports.settings.base_url, tenant.id)
    application = applications.find_relying_party(ports, context, tenant, message.realm)
    if application is None:
        raise FederationError(Reason.RELYING_PARTY_UNKNOWN, realm=message.realm)
    request = requests.checked(
        message,
        reply_urls=[redirect.uri for redirect in application.redirect_uris],
        own_realms=(endpoints.issuer, OWN_DIRECTORY, *tenant.domains),
        display_name=tenant.display_name,
    )
    note(
        ports,
        context,
        tenant=tenant.name,
        sender=application.display_name,
        receiver=tenant.display_name,
        name="authentication request",
        fields=parameters.as_dict(),
        protocol=WS_FEDERATION,
        start_line=f"GET {endpoints.passive}",
    )
    return sign_ins.begin(context, tenant, application, browser=browser, client=client, relying_party=request)

"""Opens a sign-in at a SAML home for a service provider's request, or for nobody's (SAML Profiles 4.1)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.external_federation import PartnerProtocol
from federation.identity_providers.base import Outgoing
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.saml import authn_context, names
from federation.saml.request import AuthnRequest, read_posted, read_redirected
from federation.xml.parse import XmlRefused
from idp_sim.applications.model import Application
from idp_sim.http import Params
from idp_sim.ports import Context, Ports
from idp_sim.services import applications
from idp_sim.services.journal import SAML, note
from idp_sim.services.saml_answers import refusal
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.sign_in.client import ClientFacts
from idp_sim.tenants.endpoints import SamlEndpoints
from idp_sim.tenants.model import Tenant

#: Formats of NameID that this home gives; without a wish it is the persistent one.
NAME_ID_FORMATS = frozenset({names.PERSISTENT, names.EMAIL_ADDRESS, names.TRANSIENT, names.UNSPECIFIED})
#: How other products name the service provider when a sign-in starts at home.
SERVICE_PROVIDER_PARAMETERS = ("spentityid", "providerId", "entityID")


def open_saml(
    ports: Ports,
    sign_ins: SignIns,
    context: Context,
    tenant: Tenant,
    parameters: Params,
    *,
    browser: str,
    client: ClientFacts,
    posted: bool = False,
) -> Turn | Outgoing:
    """The first turn, or the refusal that goes straight back to the service provider.

    FederationError belongs on the home's own page: the message is none, its sender is unknown, or the answer
    would go where the sender has no address.
    """
    asked = _asked(ports, tenant, parameters, posted=posted)
    application = applications.find_relying_party(ports, context, tenant, asked.issuer)
    if application is None:
        raise FederationError(Reason.SERVICE_PROVIDER_UNKNOWN, realm=asked.issuer, home=tenant.display_name)
    note(
        ports,
        context,
        tenant=tenant.name,
        sender=application.display_name,
        receiver=tenant.display_name,
        name="authentication request",
        fields=parameters.as_dict(),
        protocol=SAML,
        start_line=f"{'POST' if posted else 'GET'} {SamlEndpoints(ports.settings.base_url, tenant.id).sign_on}",
    )
    request = _request(asked, application, parameters)
    problem = _unmet(asked)
    if problem is not None:
        return refusal(ports, context, tenant, request, (names.REQUESTER, problem[0]), problem[1])
    return sign_ins.begin(context, tenant, application, browser=browser, client=client, relying_party=request)


def _asked(ports: Ports, tenant: Tenant, parameters: Params, *, posted: bool) -> AuthnRequest:
    """The service provider's request; one made up for a sign-in that starts at home, which nobody asked for."""
    text = parameters.get("SAMLRequest")
    if text is None:
        provider = next((found for name in SERVICE_PROVIDER_PARAMETERS if (found := parameters.get(name))), None)
        if provider is None:
            raise FederationError(Reason.SAML_REQUEST_MISSING)
        return AuthnRequest(id="", issuer=provider)
    try:
        asked = read_posted(text) if posted else read_redirected(text)
        own = SamlEndpoints(ports.settings.base_url, tenant.id).sign_on
        if asked.destination not in (None, own):
            raise XmlRefused(f"its Destination is not '{own}'")
    except XmlRefused as problem:
        raise FederationError(Reason.SAML_REQUEST_INVALID, problem=str(problem)) from None
    return asked


def _request(asked: AuthnRequest, application: Application, parameters: Params) -> RelyingPartyRequest:
    """The checked request. FederationError(REDIRECT_URI_MISMATCH): only registered addresses get answers."""
    registered = [redirect.uri for redirect in application.redirect_uris]
    reply_url = asked.reply_url or next(iter(registered), None)
    if reply_url not in registered or reply_url is None:
        raise FederationError(
            Reason.REDIRECT_URI_MISMATCH, redirect_uri=reply_url or "", client_id=application.display_name
        )
    methods = authn_context.acceptable(asked.contexts, asked.comparison)
    return RelyingPartyRequest(
        protocol=PartnerProtocol.SAML,
        realm=asked.issuer,
        reply_url=reply_url,
        state=parameters.raw("RelayState"),
        id=asked.id or None,
        address=asked.address or parameters.get("username") or parameters.get("login_hint"),
        force_login=asked.force,
        silent=asked.passive,
        demands_mfa=authn_context.demands_second_factor(methods),
        methods=methods,
        name_id_format=asked.name_id_format,
    )


def _unmet(asked: AuthnRequest) -> tuple[str, str] | None:
    """What the request wants and this home can't give: status code and sentence."""
    if asked.name_id_format is not None and asked.name_id_format not in NAME_ID_FORMATS:
        return names.INVALID_NAME_ID_POLICY, f"NameIDs of the format '{asked.name_id_format}' are not given here."
    if asked.contexts and not authn_context.acceptable(asked.contexts, asked.comparison):
        return names.NO_AUTHN_CONTEXT, "None of the requested authentication contexts can be met here."
    return None

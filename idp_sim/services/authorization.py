"""Opens a sign-in for an authorization request: which client, where to answer, what is asked (entra-sign-in 13.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

from federation.authentication_strength import parse_combination
from federation.errors import FederationError
from federation.federation_client import DIRECT_CONNECT_PARAMETER, FEDERATION_CLIENT_ID, STRENGTHS_PARAMETER
from federation.oidc import authorization, responses
from federation.oidc.authorization import AuthorizationRequest
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from idp_sim.applications.model import Application
from idp_sim.http import Params
from idp_sim.ports import Context, Ports
from idp_sim.services import applications
from idp_sim.services.journal import note
from idp_sim.services.oauth_errors import error_description, error_uri
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.services.sign_in_facts import Reading, requested_scopes
from idp_sim.services.watch import announce_refusal
from idp_sim.sign_in.client import ClientFacts
from idp_sim.tenants.endpoints import Endpoints, authorization_endpoint
from idp_sim.tenants.model import Tenant, TenantKind


def open_authorization(
    ports: Ports,
    sign_ins: SignIns,
    context: Context,
    tenant: Tenant,
    parameters: Params,
    *,
    browser: str,
    client: ClientFacts,
    direct_connect: bool = False,
) -> Turn | AuthorizationResponse:
    """The first turn of the sign-in, or the error that goes to the redirect URI at once.

    ``browser`` is the digest of the browser's cookie; ``direct_connect``: the person has no object here.
    A FederationError belongs on the tenant's own page: the
    client or its redirect URI is not what it says.
    """
    application = _application(ports, context, tenant, parameters)
    redirect_uri, redirect_type = authorization.redirect_uri_of(parameters, application)
    note(
        ports,
        context,
        tenant=tenant.name,
        sender=application.display_name,
        receiver=tenant.display_name,
        name="authentication request",
        fields=parameters.as_dict(),
        start_line=f"GET {authorization_endpoint(tenant, ports.settings.base_url)}",
    )
    try:
        request = authorization.parse(
            parameters, client_id=application.client_id, redirect_uri=redirect_uri, redirect_type=redirect_type
        )
        # A scope that does not exist is refused before anybody signs in.
        requested_scopes(Reading(ports=ports, context=context, tenant=tenant), application, request.scopes)
        if application.client_id == FEDERATION_CLIENT_ID:
            request = _for_resource_tenant(ports, request, parameters)
    except FederationError as error:
        return _refusal(ports, context, tenant, error, parameters, redirect_uri)
    if direct_connect:
        request = replace(request, direct_connect=True)
    return sign_ins.begin(context, tenant, application, browser=browser, client=client, request=request)


def _application(ports: Ports, context: Context, tenant: Tenant, parameters: Params) -> Application:
    client_id = authorization.client_id_of(parameters)
    found = applications.find_client(ports, context, tenant, client_id)
    return applications.admitted(found, client_id=client_id, tenant=tenant)


def _for_resource_tenant(ports: Ports, request: AuthorizationRequest, parameters: Params) -> AuthorizationRequest:
    """Only here a request may say for whom it asks, and that must be the tenant that gets the answer."""
    resource = (parameters.get("resource_tenant") or "").lower()
    if request.redirect_uri != Endpoints(ports.settings.base_url, resource).federation_reply:
        raise FederationError(
            Reason.INVALID_PARAMETER,
            parameter="resource_tenant",
            value=resource,
            expected=f"the tenant of {urlsplit(request.redirect_uri).path}",
        )
    return replace(
        request,
        resource_tenant=resource,
        resource_application=parameters.get("resource_application"),
        demanded_strengths=_strengths(parameters.get(STRENGTHS_PARAMETER)),
        direct_connect=parameters.get(DIRECT_CONNECT_PARAMETER) == "1",
    )


def _strengths(text: str | None) -> tuple[tuple[str, ...], ...]:
    """The authentication strengths that a resource tenant demands, each as its combinations."""
    if text is None:
        return ()
    try:
        strengths = tuple(tuple(combinations) for combinations in json.loads(text))
        for combination in (combination for combinations in strengths for combination in combinations):
            parse_combination(combination)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FederationError(
            Reason.INVALID_PARAMETER, parameter=STRENGTHS_PARAMETER, value=text, expected="lists of combinations"
        ) from error
    return strengths


def _refusal(
    ports: Ports, context: Context, tenant: Tenant, error: FederationError, parameters: Params, redirect_uri: str
) -> AuthorizationResponse:
    """The error as the client gets it (RFC 6749 4.1.2.1); a ``state`` given twice is not anybody's state."""
    reason = error.reason
    announce_refusal(ports, context, error)
    state = parameters.get("state") if len(parameters.all("state")) == 1 else None
    if tenant.kind is TenantKind.GOOGLE:
        return responses.refusal(
            redirect_uri=redirect_uri,
            response_mode=authorization.response_mode_of(parameters),
            error=reason.value.error,
            state=state,
        )
    return responses.refusal(
        redirect_uri=redirect_uri,
        response_mode=authorization.response_mode_of(parameters),
        error=reason.value.error,
        description=error_description(reason, error.message, trace_id=ports.ids.guid(), context=context),
        state=state,
        error_uri=error_uri(ports.settings.base_url, reason),
    )

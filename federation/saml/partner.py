"""The resource tenant as service provider of a partner's SAML identity provider (entra-sign-in 4.2)."""

from __future__ import annotations

from datetime import datetime

from federation.errors import FederationError
from federation.external_federation import GLOBAL_AUDIENCE, AssertedPerson, FederationConfiguration
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    Outgoing,
    PendingAuthentication,
    Redirect,
)
from federation.reasons import Reason
from federation.saml import bindings, names
from federation.saml.response import Expected, read


def begin(
    configuration: FederationConfiguration, request: AuthenticationRequest, now: datetime
) -> tuple[Outgoing, str]:
    """An unsigned AuthnRequest by redirect: signed ones are not supported for partners (4.2)."""
    from saml2 import saml, samlp

    identifier = f"_{request.nonce}"
    message = samlp.AuthnRequest(
        id=identifier,
        version="2.0",
        issue_instant=bindings.instant(now),
        destination=configuration.passive_sign_in_uri,
        assertion_consumer_service_url=request.partner_reply_url,
        protocol_binding=names.BINDING_POST,
        force_authn="true" if request.force_login else None,
        issuer=saml.Issuer(text=request.entity_id),
        name_id_policy=samlp.NameIDPolicy(format=names.PERSISTENT),
    )
    parameters = {
        "SAMLRequest": bindings.deflated(bindings.to_xml(message)),
        "RelayState": request.state,
        "username": request.address,
    }
    return Redirect(url=bindings.with_query(configuration.passive_sign_in_uri, parameters)), identifier


def complete(
    callback: Callback, pending: PendingAuthentication, configuration: FederationConfiguration, now: datetime
) -> AssertedPerson:
    """Who the partner says it is. FederationError: INVALID_SAML_TOKEN, IDENTITY_PROVIDER_DENIED."""
    response = callback.fields.get("SAMLResponse")
    if not response:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem="the answer holds no SAMLResponse")
    expected = Expected(
        issuer=configuration.issuer_uri,
        certificates=configuration.certificates,
        audiences=(pending.entity_id, GLOBAL_AUDIENCE),
        reply_url=pending.reply_url,
        request_id=pending.request_id,
    )
    return read(response, expected, now, decryption_key=callback.decryption_key)

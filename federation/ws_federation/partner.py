"""A partner's WS-Federation identity provider, seen from the resource tenant (entra-sign-in 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from federation.errors import FederationError
from federation.external_federation import (
    GLOBAL_AUDIENCE,
    SKEW,
    AssertedPerson,
    FederationConfiguration,
    check_window,
)
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    Outgoing,
    PendingAuthentication,
    Redirect,
)
from federation.reasons import Reason
from federation.ws_federation import assertion as saml11
from federation.ws_federation import names, token_response
from federation.ws_federation.assertion import Assertion
from federation.ws_federation.requests import SignInMessage
from federation.xml.parse import XmlRefused, parse
from federation.xml.signature import verify


def begin(
    configuration: FederationConfiguration, request: AuthenticationRequest, now: datetime
) -> tuple[Outgoing, str]:
    """The sign-in message for the browser to carry. Nothing in the answer names it, so its id is empty.

    A second factor is never asked for: none of a partner counts (4.5).
    """
    message = SignInMessage(
        realm=GLOBAL_AUDIENCE,
        context=request.state,
        fresh=0 if request.force_login else None,
        user_name=request.address,
    )
    query = message.query({"client-request-id": request.correlation_id})
    separator = "&" if "?" in configuration.passive_sign_in_uri else "?"
    return Redirect(url=f"{configuration.passive_sign_in_uri}{separator}{query}"), ""


def complete(
    callback: Callback, pending: PendingAuthentication, configuration: FederationConfiguration, now: datetime
) -> AssertedPerson:
    """The person of a ``wresult``: form, signature, issuer, audience, time, and only then what it says of somebody.

    Everything is read from the copy that the signature covers. FederationError names the first thing that is wrong.
    """
    if callback.fields.get("wctx") != pending.state:
        raise FederationError(Reason.SESSION_EXPIRED, detail="the wctx of the answer is not the expected one")
    assertion = believed(callback.fields, configuration)
    check_meant_for_us(assertion, pending, configuration, now)
    if assertion.value(names.IMMUTABLE_ID) is None:
        raise FederationError(Reason.IMMUTABLE_ID_MISSING)
    return AssertedPerson(
        assertion_id=assertion.id,
        expires=assertion.not_on_or_after + SKEW,
        subject=assertion.values(names.IMMUTABLE_ID)[0],
        addresses=assertion.values(names.EMAIL_ADDRESS),
        display_name=next(iter(assertion.values(names.NAME)), None),
        authenticated=min(assertion.instant, now),
    )


def believed(fields: Mapping[str, str], configuration: FederationConfiguration) -> Assertion:
    """The assertion in ``wresult``, once its own signature is that of the configured partner."""
    if fields.get("wa") != names.SIGN_IN:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=f"the answer's wa is not {names.SIGN_IN}")
    wresult = fields.get("wresult")
    if not wresult:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem="the answer holds no wresult")
    try:
        token = token_response.token_of(parse(wresult.encode("utf-8", "surrogatepass")))
        signed = verify(token, configuration.certificates, id_attribute="AssertionID")
    except XmlRefused as refused:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=str(refused)) from None
    return saml11.read(signed)


def check_meant_for_us(
    assertion: Assertion, pending: PendingAuthentication, configuration: FederationConfiguration, now: datetime
) -> None:
    """Issuer, audience and time.

    An assertion from before the question answers another one: this protocol has no InResponseTo.
    """
    if assertion.issuer != configuration.issuer_uri:
        raise FederationError(
            Reason.INVALID_SAML_TOKEN,
            problem="its issuer is not the configured one",
            detail=f"{assertion.issuer} instead of {configuration.issuer_uri}",
        )
    if not {GLOBAL_AUDIENCE, pending.entity_id} & set(assertion.audiences):
        raise FederationError(
            Reason.INVALID_SAML_TOKEN,
            problem="it is meant for another audience",
            detail=f"audiences {assertion.audiences}",
        )
    check_window(assertion.not_before, assertion.not_on_or_after, now, what="it")
    check_window(assertion.issued, None, now, what="it")
    if assertion.issued < pending.started - SKEW:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem="it was issued before it was asked for")

"""Answers a service provider by SAML 2.0: a signed assertion, or a status that says why there is none."""

from __future__ import annotations

from federation.external_federation import ADDRESS_CLAIM, NAME_CLAIM
from federation.identity_providers.base import AutoSubmitForm, Outgoing
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.saml import assertion, authn_context, bindings, names
from federation.saml.assertion import Failure, Statement
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.journal import SAML, note
from idp_sim.services.relying_parties import Answering
from idp_sim.sign_in.model import SessionAccount
from idp_sim.tenants.endpoints import SamlEndpoints
from idp_sim.tenants.model import Tenant

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
#: Refusals that have a word of their own among the status codes; every other is ``AuthnFailed``.
STATUS = {
    Reason.LOGIN_REQUIRED: names.NO_PASSIVE,
    Reason.SEVERAL_ACCOUNTS: names.NO_PASSIVE,
    Reason.MFA_REQUIRED: names.NO_AUTHN_CONTEXT,
    Reason.MFA_REGISTRATION_REQUIRED: names.NO_AUTHN_CONTEXT,
    Reason.NOT_ASSIGNED: names.REQUEST_DENIED,
    Reason.BLOCKED_BY_CONDITIONAL_ACCESS: names.REQUEST_DENIED,
}


def answer(ended: Answering, account: SessionAccount) -> Outgoing:
    """The response with the assertion, to the reply URL of the request."""
    ports, context, tenant, facts = ended.ports, ended.context, ended.facts.tenant, ended.facts
    request, user = ended.transaction.relying_party, facts.user
    assert request is not None, "a service provider asked"
    assert user is not None, "somebody signed in"
    proved = ended.transaction.authentication
    name_id, form = _name_id(ports, user, request.name_id_format)
    said = Statement(
        response_id=f"_{ports.ids.guid()}",
        assertion_id=f"_{ports.ids.guid()}",
        issuer=SamlEndpoints(ports.settings.base_url, tenant.id).issuer,
        audience=request.realm,
        reply_url=request.reply_url,
        request_id=request.id,
        name_id=name_id,
        name_id_format=form,
        attributes=_attributes(user),
        context=authn_context.performed(proved, request.methods),
        authenticated=proved.instant or context.now,
        session_index=f"_{account.sid}",
        session_ends=account.expires,
        sign_response=facts.application.saml_sign_response,
        encrypt_for=facts.application.saml_encryption_certificate,
    )
    key = ports.keys.home_key_set(context.world, tenant.id).signing
    xml = assertion.response(said, key, context.now)
    return _posted(ports, context, tenant, request, xml, receiver=facts.application.display_name)


def refuse(ended: Answering, reason: Reason) -> Outgoing | None:
    """A response with a status: somebody asked, so somebody is told."""
    request = ended.transaction.relying_party
    assert request is not None, "a service provider asked"
    if request.id is None:  # nobody asked: the home's own page says it
        return None
    tenant = ended.facts.tenant
    message = ended.transaction.refusal.message if ended.transaction.refusal else reason.sentence()
    codes = (names.RESPONDER, STATUS.get(reason, names.AUTHN_FAILED))
    return refusal(ended.ports, ended.context, tenant, request, codes, message)


def refusal(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    request: RelyingPartyRequest,
    codes: tuple[str, ...],
    message: str,
) -> Outgoing:
    """The response that says that nobody was signed in."""
    told = Failure(
        response_id=f"_{ports.ids.guid()}",
        issuer=SamlEndpoints(ports.settings.base_url, tenant.id).issuer,
        reply_url=request.reply_url,
        request_id=request.id,
        codes=codes,
        message=message,
    )
    return _posted(ports, context, tenant, request, assertion.failure(told, context.now), receiver=request.realm)


def _posted(
    ports: Ports, context: Context, tenant: Tenant, request: RelyingPartyRequest, xml: bytes, *, receiver: str
) -> Outgoing:
    fields = {"SAMLResponse": bindings.encoded(xml)}
    if request.state is not None:
        fields["RelayState"] = request.state
    note(
        ports,
        context,
        tenant=tenant.name,
        sender=tenant.display_name,
        receiver=receiver,
        name="authentication response",
        fields=fields,
        protocol=SAML,
        start_line=f"POST {request.reply_url}",
    )
    return AutoSubmitForm(url=request.reply_url, fields=fields)


def _name_id(ports: Ports, user: User, wanted: str | None) -> tuple[str, str]:
    if wanted == names.EMAIL_ADDRESS:
        return user.mail or user.user_principal_name, wanted
    if wanted == names.TRANSIENT:
        return f"_{ports.ids.guid()}", wanted
    return user.id, names.PERSISTENT


def _attributes(user: User) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The claims that partners of Entra are asked to send, and the person's names."""
    values = {
        ADDRESS_CLAIM: user.mail or user.user_principal_name,
        NAME_CLAIM: user.display_name,
        f"{_CLAIMS}/givenname": user.given_name,
        f"{_CLAIMS}/surname": user.surname,
        f"{_CLAIMS}/upn": user.user_principal_name,
    }
    return tuple((name, (value,)) for name, value in values.items() if value)

"""Answers a relying party by WS-Federation: a signed SAML 1.1 assertion in a form that posts itself."""

from __future__ import annotations

from federation.identity_providers.base import AutoSubmitForm, Outgoing
from federation.reasons import Reason
from federation.ws_federation import issue, names
from idp_sim.directory.model import User
from idp_sim.services.journal import WS_FEDERATION, note
from idp_sim.services.relying_parties import Answering
from idp_sim.sign_in.model import SessionAccount
from idp_sim.tenants.endpoints import AdfsEndpoints


def answer(ended: Answering, account: SessionAccount) -> Outgoing:
    """``wsignin1.0`` with ``wresult``, to the reply URL of the request."""
    ports, context, tenant = ended.ports, ended.context, ended.facts.tenant
    request, user = ended.transaction.relying_party, ended.facts.user
    assert request is not None, "a relying party asked"
    assert user is not None, "somebody signed in"
    assertion = issue.assertion_for(
        subject_of(user),
        request,
        ended.transaction.authentication,
        id=ports.ids.guid(),
        issuer=AdfsEndpoints(ports.settings.base_url, tenant.id).issuer,
        now=context.now,
    )
    key = ports.keys.home_key_set(context.world, tenant.id).signing
    fields = {"wa": names.SIGN_IN, "wresult": issue.result(assertion, key, realm=request.realm)}
    if request.state is not None:
        fields["wctx"] = request.state
    note(
        ports,
        context,
        tenant=tenant.name,
        sender=tenant.display_name,
        receiver=ended.facts.application.display_name,
        name="authentication response",
        fields=fields,
        protocol=WS_FEDERATION,
        start_line=f"POST {request.reply_url}",
    )
    return AutoSubmitForm(url=request.reply_url, fields=fields)


def refuse(ended: Answering, reason: Reason) -> Outgoing | None:
    """Nothing: the profile has no message for a sign-in that failed; the home shows its page."""
    return None


def subject_of(user: User) -> issue.Subject:
    """The person as claim rules see him: ImmutableID from the object's GUID."""
    return issue.Subject(
        immutable_id=names.immutable_id(user.id),
        user_principal_name=user.user_principal_name,
        mail=user.mail or user.user_principal_name,
        display_name=user.display_name,
        given_name=user.given_name,
        surname=user.surname,
    )

"""The way to a home identity provider and back: requests with fresh values, answers checked, both noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from federation.external_federation import PartnerProtocol
from federation.identity_providers.base import (
    AuthenticationRequest,
    AutoSubmitForm,
    Callback,
    Outgoing,
    PendingAuthentication,
    RedirectIdentityProvider,
    RelyingParty,
)
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind
from federation.oidc import jwt_codec
from federation.openid_provider import OpenIdProvider
from federation.redemption import home_key_of
from federation.words import StepWord
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import partners
from idp_sim.services.back_channel import watch
from idp_sim.services.exchanges import PublishedDocuments, perform
from idp_sim.services.journal import OIDC, SAML, WS_FEDERATION, note
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import SendHome
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tenants.model import Tenant


class HomeVisits:
    """Trips to every kind of home that has pages of its own."""

    def __init__(self, ports: Ports, documents: PublishedDocuments) -> None:
        self._ports = ports
        self._documents = documents

    def depart(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, step: SendHome
    ) -> tuple[SignInTransaction, Outgoing]:
        """The transaction that waits for the answer, and the message for the browser to carry.

        FederationError when the home can't be reached or does not describe itself as it should.
        """
        partner = step.realm.partner
        assert partner is not None, "only homes with a partner are sent to"
        request = self._request(facts, transaction, step)
        exchange = _provider(step.realm.kind).begin(step.realm, request, context.now)
        outgoing, pending = perform(self._ports, self._documents, context, exchange)
        wanted = _wanted(step)
        detail = f"sent to {partner.display_name} as {step.realm.address}{wanted}"
        away = with_step(self._ports, transaction, StepWord.IDENTITY_PROVIDER, detail)
        note(
            self._ports,
            context,
            tenant=facts.tenant.name,
            sender=facts.tenant.display_name,
            receiver=partner.display_name,
            name="authentication request",
            fields=_fields_of(outgoing),
            protocol=_protocol_of(pending),
            start_line=_start_line_of(outgoing),
        )
        partners.remember_renewal(self._ports, context, facts.tenant, before=step.realm.federation, after=pending)
        again = away.reauthenticated or step.reauthenticate
        return replace(away, pending=pending, reauthenticated=again), outgoing

    def identity(
        self, context: Context, tenant: Tenant, pending: PendingAuthentication, fields: dict[str, str]
    ) -> ExternalIdentity:
        """Who came back, after every check of the home's protocol; FederationError."""
        note(
            self._ports,
            context,
            tenant=tenant.name,
            sender=pending.home_name,
            receiver=tenant.display_name,
            name="authentication response",
            fields=fields,
            protocol=_protocol_of(pending),
            start_line=f"{'GET' if pending.federation is None else 'POST'} {pending.reply_url}",
        )
        key = self._ports.keys.key_set(context.world, tenant.id).signing
        callback = Callback(
            fields=fields,
            use_once=partners.UsedAssertions(self._ports, context, tenant),
            decryption_key=lambda: key.xml_key,
        )
        pending = partners.as_configured(self._ports, context, tenant, pending)
        own = RelyingParty(
            sign=lambda claims: jwt_codec.sign(claims, key), openid=self._openid_client(context, tenant, pending)
        )
        exchange = _provider(pending.kind).complete(callback, pending, own, context.now)
        watched = watch(exchange, self._ports, context, tenant=tenant, partner=pending.home_name)
        return perform(self._ports, self._documents, context, watched)

    def _openid_client(self, context: Context, tenant: Tenant, pending: PendingAuthentication) -> OpenIdProvider | None:
        """The provider as it is configured now; None where none is, or not any more."""
        if not pending.provider:
            return None
        try:
            return self._ports.storage.get(context.world, tenant.id, OpenIdProvider, pending.provider)
        except NotFound:
            return None

    def back(
        self, transaction: SignInTransaction, pending: PendingAuthentication, identity: ExternalIdentity
    ) -> SignInTransaction:
        """The transaction with the person who came back."""
        how = ", ".join(identity.context.amr) or "no methods"
        transaction = with_step(
            self._ports,
            transaction,
            StepWord.IDENTITY_PROVIDER,
            f"back from {pending.home_name} as {identity.address} ({how})",
        )
        return replace(
            transaction,
            identity=identity,
            authentication=_proved(transaction, identity),
            asked_home_for_mfa=transaction.asked_home_for_mfa or pending.demanded_mfa,
            asked_home_for_device=transaction.asked_home_for_device or pending.demanded_device,
            fresh=True,
        )

    def _request(self, facts: SignInFacts, transaction: SignInTransaction, step: SendHome) -> AuthenticationRequest:
        ids = self._ports.ids
        endpoints = Endpoints(self._ports.settings.base_url, facts.tenant.id)
        return AuthenticationRequest(
            state=f"{transaction.id}.{ids.secret(18)}",
            nonce=ids.secret(18),
            code_verifier=ids.secret(32),
            assertion_id=ids.guid(),
            correlation_id=transaction.correlation_id,
            reply_url=endpoints.federation_reply,
            entity_id=endpoints.federation_entity,
            partner_reply_url=endpoints.partner_reply,
            address=step.realm.address,
            resource_tenant=facts.tenant.id,
            application=transaction.application,
            demand_mfa=step.demand_mfa,
            demand_device=step.demand_device,
            strengths=step.strengths,
            direct_connect=transaction.direct_connect,
            force_login=step.reauthenticate or (step.force_login and not transaction.fresh),
        )


def _wanted(step: SendHome) -> str:
    """What the home is asked for beyond signing the person in."""
    factor = "an authentication strength" if step.strengths else "a second factor" if step.demand_mfa else ""
    wanted = [what for what in (factor, "the state of the device" if step.demand_device else "") if what]
    return f", asked for {' and '.join(wanted)}" if wanted else ""


def _provider(kind: HomeKind) -> RedirectIdentityProvider:
    provider: RedirectIdentityProvider = IDENTITY_PROVIDERS[kind]  # type: ignore[assignment]
    return provider


def _proved(transaction: SignInTransaction, identity: ExternalIdentity) -> AuthenticationContext:
    """What the person proved so far; nothing of it counts for another person who came back instead."""
    before = transaction.identity
    if before is not None and home_key_of(before) != home_key_of(identity):
        return identity.context
    return transaction.authentication.joined(identity.context)


def _protocol_of(pending: PendingAuthentication) -> str:
    """What the journal calls the protocol that a home is spoken to by."""
    if pending.federation is None:
        return OIDC
    return {PartnerProtocol.SAML: SAML, PartnerProtocol.WS_FED: WS_FEDERATION}[pending.federation.protocol]


def _fields_of(outgoing: Outgoing) -> Mapping[str, str]:
    if isinstance(outgoing, AutoSubmitForm):
        return outgoing.fields
    return dict(parse_qsl(urlsplit(outgoing.url).query))


def _start_line_of(outgoing: Outgoing) -> str:
    if isinstance(outgoing, AutoSubmitForm):
        return f"POST {outgoing.url}"
    return f"GET {urlsplit(outgoing.url)._replace(query='').geturl()}"

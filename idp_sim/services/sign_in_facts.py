"""Loads what the dispatcher may look at: the only reading behind a sign-in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from federation import cross_tenant_access, home_realm
from federation.cross_tenant_access import DEFAULT_KEY, CrossTenantAccessConfiguration, InboundTrust
from federation.external_federation import FederationConfiguration
from federation.identity_providers.base import Partner, RealmFacts
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import ExternalIdentity, HomeKind
from federation.openid_provider import OpenIdProvider, ProviderType
from federation.redemption import HomeKey, find_guest, home_key_of
from federation.redemption_order import DEFAULT_ORDER
from idp_sim.applications import consent, scopes
from idp_sim.applications.consent import MissingConsent
from idp_sim.applications.model import Application
from idp_sim.conditional_access import terms_of_use
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.directory.collaboration import B2bManagementPolicy
from idp_sim.directory.guests import home_key, visiting_user
from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.ports import WORLD_WIDE, Context, Holders, NotFound, Ports, TenantSummary
from idp_sim.services import app_roles, applications
from idp_sim.services.groups import with_groups
from idp_sim.services.policies import acceptances, policy_book
from idp_sim.services.roles import with_roles_of_groups
from idp_sim.services.sessions import live_accounts
from idp_sim.sign_in.checks.admission import as_guest
from idp_sim.sign_in.checks.common import authenticated
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import Purpose, SignInTransaction
from idp_sim.tenants.model import Tenant, TenantKind

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Where the loader reads: one world at one instant, one tenant."""

    ports: Ports
    context: Context
    tenant: Tenant

    def one(self, record: type[R], key: str | None) -> R | None:
        """The record of this tenant, or None."""
        if key is None:
            return None
        try:
            return self.ports.storage.get(self.context.world, self.tenant.id, record, key)
        except NotFound:
            return None


def load_facts(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    transaction: SignInTransaction,
    *,
    application: Application | None = None,
) -> SignInFacts:
    """Everything that a rule may ask of the sign-in at this point; ``application`` if it is known already.

    Who somebody is, is asked until it is known; what somebody may do, from then on.
    """
    reading = Reading(ports=ports, context=context, tenant=tenant)
    application = application or applications.find_client(ports, context, tenant, transaction.application)
    assert application is not None, "the application was found when the sign-in began"
    known = authenticated(transaction)
    user = find_user(reading, transaction) if known else None
    if (
        user is not None and not transaction.direct_connect
    ):  # policies ask for groups; membership by rule follows from the object as it is now
        user = with_groups(user, ports=ports, context=context, tenant=tenant.id)
        user = with_roles_of_groups(user, ports=ports, context=context, tenant=tenant.id)
    facts = SignInFacts(
        tenant=tenant,
        application=application,
        accounts=()
        if known or transaction.direct_connect
        else live_accounts(ports, context, tenant.id, transaction.browser),
        user=user,
        invitation=reading.one(Invitation, transaction.invitation),
    )
    facts = _with_network(reading, transaction, _with_home(reading, transaction, facts))
    book = policy_book(ports, context.world, tenant.id) if user is not None else PolicyBook()
    if not known or book.limits_sessions or _may_be_sent_home(facts):
        facts = _with_realm(reading, transaction, facts)
    if transaction.request is not None and transaction.request.resource_tenant is not None:
        facts = _with_resource_tenant(reading, transaction.request.resource_tenant, facts)
    if user is None:
        return facts
    facts = replace(
        facts,
        credentials=reading.one(Credentials, user.id),
        book=book,
        accepted_terms=_accepted_terms(reading, book, user),
        collaboration=_collaboration(reading) if user.pending else None,
        assigned=not application.assignment_required
        or app_roles.is_assigned(ports, context, tenant, principal=user, application=application),
    )
    return _with_permissions(reading, transaction, facts, user)


def basis(transaction: SignInTransaction) -> tuple[object, ...]:
    """What of the transaction decides which facts are loaded, or tells that an answer changed what they tell of.

    While it stays the same, facts of the same request stay true.
    """
    return (
        transaction.address,
        transaction.user,
        transaction.identity,
        transaction.totp_enrolment,
        transaction.challenge,
        transaction.app_consent,
        transaction.accepted_terms,
    )


def _collaboration(reading: Reading) -> B2bManagementPolicy | None:
    """The list of domains, which only somebody who has yet to be admitted is held against."""
    found = reading.ports.storage.find(reading.context.world, reading.tenant.id, B2bManagementPolicy, limit=1)
    return found[0] if found else None


def _accepted_terms(reading: Reading, book: PolicyBook, user: User) -> frozenset[str]:
    """Agreements that the person has accepted; read only where a policy asks for one."""
    if not book.asks_for_terms:
        return frozenset()
    known = acceptances(reading.ports, reading.context.world, reading.tenant.id, user.id)
    return terms_of_use.accepted(book.agreements, known, now=reading.context.now)


def _may_be_sent_home(facts: SignInFacts) -> bool:
    """Only a home that is trusted for something is asked again once the person is known (8.1 rows 4, 7, 10)."""
    trust = facts.inbound.inbound_trust if facts.inbound else None
    return trust is not None and trust != InboundTrust()


def find_user(reading: Reading, transaction: SignInTransaction) -> User | None:
    """The object of the person who has signed in: by id, by the redeemed identity, or pending by address."""
    if transaction.direct_connect:
        return visiting_user(transaction.identity, reading.context.now) if transaction.identity else None
    if transaction.user is not None:
        return reading.one(User, transaction.user)
    if transaction.identity is None:
        return None
    return _user_of_identity(reading, transaction.identity, transaction.invitation)


def _user_of_identity(reading: Reading, identity: ExternalIdentity, invitation_id: str | None) -> User | None:
    storage, world = reading.ports.storage, reading.context.world
    key: HomeKey = home_key_of(identity)
    users = storage.find(world, reading.tenant.id, User, home_key=home_key(key.kind, key.issuer, key.subject))
    for address in identity.addresses:
        users += storage.find(world, reading.tenant.id, User, mail=address)
    # An invited object whose address is only among its other mails is found through its invitation.
    invitation = reading.one(Invitation, invitation_id)
    if invitation is not None and (invited := reading.one(User, invitation.user)):
        users.append(invited)
    by_id = {user.id: user for user in users if user.external}
    found = find_guest(
        identity, (as_guest(user) for user in by_id.values()), invited=invitation.user if invitation else None
    )
    return by_id[found.id] if found else None


def configuration_towards(reading: Reading, partner: str | None) -> CrossTenantAccessConfiguration:
    """This tenant's effective cross-tenant access settings towards a partner tenant."""
    return cross_tenant_access.effective(
        reading.one(CrossTenantAccessConfiguration, partner), reading.one(CrossTenantAccessConfiguration, DEFAULT_KEY)
    )


def _with_realm(reading: Reading, transaction: SignInTransaction, facts: SignInFacts) -> SignInFacts:
    """Home realm discovery for the address: every registered kind of home is asked."""
    if transaction.address is None:
        return facts
    realm = realm_facts(reading, transaction.address, invited=_invited(reading, facts, transaction.address))
    if transaction.direct_connect:  # a guest object of that address, and what it sticks to, play no part
        realm = replace(realm, known=False, redeemed=None)
    return replace(facts, realm=realm, candidates=home_realm.discover(realm, IDENTITY_PROVIDERS.values()))


def _invited(reading: Reading, facts: SignInFacts, address: str) -> User | None:
    """The guest whose invitation is being redeemed, where the address is the invited one.

    It may stand among the other mails only, by which nobody is found otherwise (entra-sign-in 2.8).
    """
    invitation = facts.invitation
    return reading.one(User, invitation.user) if invitation and invitation.address.lower() == address else None


def realm_facts(reading: Reading, address: str, *, invited: User | None = None) -> RealmFacts:
    """What discovery may know of an address; ``invited`` is the guest that an invitation to it leads to."""
    storage, world, tenant = reading.ports.storage, reading.context.world, reading.tenant
    own_domain = tenant.owns(address)
    named = storage.find(world, tenant.id, User, user_principal_name=address)
    if any(not user.external for user in named):
        return RealmFacts(tenant=tenant.id, address=address, local=True, own_domain=own_domain)
    if tenant.kind is not TenantKind.ENTRA:  # every other kind of home knows its own people and nobody else
        possible = (
            tenant.kind is TenantKind.MICROSOFT_ACCOUNT and not reading.ports.border.holders_of(world, address).verified
        )
        return RealmFacts(
            tenant=tenant.id,
            address=address,
            own_domain=own_domain,
            one_time_passcode=False,
            personal_possible=possible,
        )
    guests = [user for user in storage.find(world, tenant.id, User, mail=address) if user.external]
    guests = guests if invited is None else [invited]
    guest = guests[0] if guests else next(iter(named), None)
    # A domain is verified in one tenant: nobody else is asked about an address in one of our own.
    holders = Holders() if own_domain else reading.ports.border.holders_of(world, address)
    managed = holders.managed if holders.managed and holders.managed.id != tenant.id else None
    return RealmFacts(
        tenant=tenant.id,
        address=address,
        own_domain=own_domain,
        managed=_partner(managed),
        one_time_passcode=tenant.email_otp_enabled,
        known=guest is not None,
        redeemed=HomeKind(guest.home.kind) if guest and guest.home else None,
        google=_partner(holders.google),
        personal=_partner(holders.personal),
        personal_account=holders.personal_account,
        personal_possible=not holders.verified,
        **(_configured(reading, address) if not own_domain else {}),
    )


def federation_of(reading: Reading, address: str) -> FederationConfiguration | None:
    """The partner federation of this tenant that the address's domain belongs to; a domain belongs to one only."""
    configured = reading.ports.storage.find(reading.context.world, reading.tenant.id, FederationConfiguration)
    return next((found for found in configured if found.covers(address)), None)


def _configured(reading: Reading, address: str) -> dict[str, Any]:
    """The providers and the redemption order that this tenant has configured."""
    clients = reading.ports.storage.find(reading.context.world, reading.tenant.id, OpenIdProvider)
    domain = address.rpartition("@")[2]
    default = reading.one(CrossTenantAccessConfiguration, DEFAULT_KEY)
    return {
        "google_client": next((c for c in clients if c.type is ProviderType.GOOGLE), None),
        "openid": next((c for c in clients if domain in c.domains), None),
        "federated": federation_of(reading, address),
        "order": (default and default.redemption_order) or DEFAULT_ORDER,
    }


def _partner(summary: TenantSummary | None) -> Partner | None:
    if summary is None:
        return None
    return Partner(
        tenant=summary.id,
        name=summary.name,
        display_name=summary.display_name,
        issuer=summary.issuer,
        metadata_url=summary.metadata_url,
    )


def _with_home(reading: Reading, transaction: SignInTransaction, facts: SignInFacts) -> SignInFacts:
    """Settings towards the home tenant of an external identity, and the home's half of consent suppression."""
    identity = transaction.identity
    if identity is None or identity.home_tenant is None:
        return facts
    pending = (facts.user is not None and facts.user.pending) or transaction.direct_connect
    return replace(
        facts,
        inbound=configuration_towards(reading, identity.home_tenant),
        home_name=_tenant_name(reading, identity.home_tenant),
        home_outbound_consent=pending
        and reading.ports.border.outbound_consent(reading.context.world, identity.home_tenant, reading.tenant.id),
    )


def _with_network(reading: Reading, transaction: SignInTransaction, facts: SignInFacts) -> SignInFacts:
    """What the tenant whose network the person is on says of accounts at this tenant (7.7)."""
    network = transaction.client.restrictions
    if not network.policy:
        return facts
    policy = reading.ports.border.tenant_restrictions(
        reading.context.world, network.policy_tenant, network.policy_id, reading.tenant.id
    )
    return replace(facts, network_policy=policy)


def _with_resource_tenant(reading: Reading, resource_tenant: str, facts: SignInFacts) -> SignInFacts:
    return replace(
        facts,
        outbound=configuration_towards(reading, resource_tenant),
        resource_tenant_name=_tenant_name(reading, resource_tenant),
    )


def _tenant_name(reading: Reading, tenant: str) -> str:
    """Display names of organisations are public: they stand in every consent page and metadata."""
    try:
        return reading.ports.storage.get(reading.context.world, WORLD_WIDE, Tenant, tenant).display_name
    except NotFound:
        return tenant


def _with_permissions(reading: Reading, transaction: SignInTransaction, facts: SignInFacts, user: User) -> SignInFacts:
    """The resource that is asked for, and what the application has not been granted yet."""
    request = transaction.request
    if request is None or transaction.purpose is not Purpose.APPLICATION or facts.application.first_party:
        return facts
    requested = requested_scopes(reading, facts.application, request.scopes)
    again = request.prompt == "consent" and transaction.app_consent is None
    grants = (
        []
        if again
        else applications.grants_of(reading.ports, reading.context, reading.tenant, facts.application.client_id)
    )
    missing: tuple[MissingConsent, ...] = consent.missing(
        requested, grants, client=facts.application, principal=user.id
    )
    return replace(facts, resource=requested.resources[0].resource, missing_consent=missing)


def requested_scopes(reading: Reading, client: Application, words: tuple[str, ...]) -> scopes.RequestedScopes:
    """The resources behind a ``scope`` parameter. FederationError as ``scopes.resolve``."""

    def find(audience: str) -> Application | None:
        return applications.find_resource(reading.ports, reading.context, reading.tenant, audience)

    return scopes.resolve(words, find, tenant=reading.tenant.display_name, client_id=client.client_id)

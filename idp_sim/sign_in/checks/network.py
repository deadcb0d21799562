"""Does the network that the person is on allow this account at this tenant? (entra-sign-in 7.7, 10 step 2)

Asked by the tenant that is signed in to: a home on the way there asks nothing.
"""

from __future__ import annotations

from datetime import datetime

from federation import cross_tenant_access
from idp_sim.sign_in.checks.common import PASSED, Checked, applications, authenticated, refusing
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction


def check_reachable_tenants(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """The older headers: is this tenant among those that the network lets its users reach?"""
    if _on_the_way(transaction):
        return PASSED
    decision = cross_tenant_access.decide_listed(
        transaction.client.restrictions,
        names=(facts.tenant.id, *facts.tenant.domains),
        tenant=facts.tenant.display_name,
    )
    return PASSED if decision is None else refusing(decision, transaction, facts)


def check_network_policy(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """The newer header: does the network's policy allow this account here? Known once the person is."""
    if _on_the_way(transaction) or not authenticated(transaction):
        return PASSED
    identity, user = transaction.identity, facts.user
    own = (user.id, *user.groups) if user else ()
    decision = cross_tenant_access.decide_policy(
        transaction.client.restrictions,
        facts.network_policy,
        home=identity.home_tenant if identity else facts.tenant.id,
        target=facts.tenant.id,
        users=(*own, *((identity.home_object or "", *identity.home_groups) if identity else ())),
        applications=applications(facts),
        tenant=facts.tenant.display_name,
    )
    return PASSED if decision is None else refusing(decision, transaction, facts)


def _on_the_way(transaction: SignInTransaction) -> bool:
    return transaction.request is not None and transaction.request.resource_tenant is not None

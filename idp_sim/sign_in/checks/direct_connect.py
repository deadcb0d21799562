"""B2B direct connect: somebody who comes without an object in this tenant (entra-sign-in 16.1)."""

from __future__ import annotations

from datetime import datetime

from federation import cross_tenant_access, home_realm
from federation.decisions import Decision
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.sign_in.checks.common import PASSED, Checked, authenticated, refusing
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskGuestConsent


def check_direct_connect_home(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Only work accounts of other Entra organisations can come without an object."""
    if not transaction.direct_connect or authenticated(transaction) or facts.realm is None:
        return PASSED
    realm, _ = home_realm.choose(facts.candidates, facts.realm)
    if realm is not None and realm.kind is HomeKind.AZURE_ACTIVE_DIRECTORY:
        return PASSED
    decision = Decision(
        rule=Rule.ACCOUNT,
        result="refused",
        reason="Direct connect is for work accounts of other Entra organizations, and the address is none.",
        source="entra-sign-in 16.1",
        inputs={"address": transaction.address, "home_kind": realm.kind.value if realm else None},
        refusal=Reason.GUEST_NOT_INVITED,
    )
    return refusing(decision, transaction, facts)


def direct_connect_account(transaction: SignInTransaction, facts: SignInFacts) -> Checked:
    """In place of the search for an account: there is none, and none is made."""
    decision = Decision(
        rule=Rule.ACCOUNT,
        result="direct_connect",
        reason=f"The person comes by direct connect, without an object in {facts.tenant.display_name}.",
        source="entra-sign-in 16.1",
        inputs={"address": transaction.address},
    )
    return Checked(decisions=(decision,))


def check_direct_connect_consent(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """The consent page unless both tenants suppressed it (7.6). No object remembers it, so each sign-in asks."""
    if not transaction.direct_connect:
        return PASSED
    consent = facts.inbound.automatic_user_consent if facts.inbound else None
    decision = cross_tenant_access.automatic_consent(
        home_outbound=facts.home_outbound_consent,
        resource_inbound=bool(consent and consent.inbound_allowed),
    )
    if decision.result == "suppressed" or transaction.guest_consent:
        return Checked(decisions=(decision,))
    if transaction.guest_consent is None:
        return Checked(step=AskGuestConsent(), decisions=(decision,))
    declined = Decision(
        rule=Rule.CONSENT,
        result="declined",
        reason="The person declined to share name, mail address and directory ids with the organization.",
        source="entra-sign-in 2.6",
        refusal=Reason.GUEST_CONSENT_DECLINED,
    )
    return refusing(declined, transaction, facts, before=(decision,))

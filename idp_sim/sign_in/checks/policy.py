"""What do this tenant's policies demand, and is a demanded second factor satisfied? (entra-sign-in 8.1, 9.3)"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from federation import cross_tenant_access, mfa
from federation.decisions import Decision
from federation.identity_providers.base import HomeRealm
from federation.mfa import MfaAnswer
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access.evaluate import ConditionalAccessResult, decide_conditional_access, evaluate
from idp_sim.conditional_access.grant_controls import Fulfilment
from idp_sim.conditional_access.model import SignIn
from idp_sim.directory.guests import external_user_type
from idp_sim.sign_in.checks import factors
from idp_sim.sign_in.checks.common import Checked, applications, refusing, sentence_values
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskSecondFactor, Refuse, RegisterSecondFactor, SendHome, Step

#: Answers that leave nothing to ask for.
SATISFIED = frozenset({MfaAnswer.ACCEPTED_FROM_HOME, MfaAnswer.SATISFIED_HERE})
#: How many wrong codes end a sign-in; the real number is not documented.
WRONG_CODES = 10


def check_conditional_access(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """What do this tenant's policies demand, and is a demanded second factor satisfied (8.1, 9.3)?"""
    result = evaluate(facts.policies, sign_in_record(transaction, facts))
    decision = decide_conditional_access(result)
    if decision.refusal is not None:
        return replace(refusing(decision, transaction, facts), policies=result)
    demanded, demand = _second_factor_demand(transaction, facts, result)
    outcome = mfa.decide_mfa(_mfa_facts(transaction, facts, now, demanded=demanded))
    result = replace(result, fulfilment=Fulfilment(mfa=outcome.answer in SATISFIED))
    decisions = (decision, *demand, *_inbound_trust(transaction, facts), outcome.decision)
    step = _second_factor(outcome, transaction, facts, now)
    if isinstance(step, AskSecondFactor | RegisterSecondFactor) and transaction.wrong_codes >= WRONG_CODES:
        exhausted = refusing(_exhausted(), transaction, facts, before=decisions)
        return replace(exhausted, policies=result, mfa=outcome.answer)
    return Checked(step=step, decisions=decisions, policies=result, mfa=outcome.answer)


def _exhausted() -> Decision:
    return Decision(
        rule=Rule.MFA,
        result="too many wrong codes",
        reason=f"The second factor was wrong {WRONG_CODES} times in this sign-in.",
        source="entra-sign-in 15.3",
        refusal=Reason.WRONG_SECOND_FACTOR,
    )


def sign_in_record(transaction: SignInTransaction, facts: SignInFacts) -> SignIn:
    """The sign-in as conditional access judges it."""
    user = facts.user
    assert user is not None, "conditional access runs after the account was found"
    return SignIn(
        user=user.id,
        user_type=user.user_type,
        external_user_type=external_user_type(user),
        home_tenant=user.home.home_tenant if user.home else None,
        groups=user.groups,
        directory_roles=user.directory_roles,
        applications=tuple(sorted(applications(facts))),
        client=transaction.client,
    )


def _second_factor_demand(
    transaction: SignInTransaction, facts: SignInFacts, result: ConditionalAccessResult
) -> tuple[bool, tuple[Decision, ...]]:
    """Whether a second factor is wanted; beyond policies, by the tenant for its own people or by a resource tenant."""
    if result.demands_mfa:
        return True, ()
    user, request = facts.user, transaction.request
    if user is not None and user.mfa == "always" and not user.external:
        reason = "This tenant asks this person for a second factor at every sign-in."
    elif request is not None and request.demands_mfa and request.resource_tenant is not None:
        reason = f"{facts.resource_tenant_name} accepts this tenant's multifactor authentication and asks for it."
    elif transaction.relying_party is not None and transaction.demands_mfa:
        reason = f"{facts.application.display_name} asks for a second factor."
    elif transaction.demands_mfa:
        reason = "The application makes a second factor essential in its claims request."
    else:
        return False, ()
    decision = Decision(rule=Rule.MFA, result="demanded", reason=reason, source="entra-sign-in 8.1 row 4")
    return True, (decision,)


def _inbound_trust(transaction: SignInTransaction, facts: SignInFacts) -> tuple[Decision, ...]:
    """What of the home's claims counts here; a question of external people only (7.5)."""
    identity = transaction.identity
    if identity is None:
        return ()
    trust = (facts.inbound and facts.inbound.inbound_trust) or cross_tenant_access.InboundTrust()
    return (
        mfa.decide_inbound_trust(
            home_kind=identity.kind,
            trust=trust,
            home=facts.home_name or identity.issuer,
            resource=facts.tenant.display_name,
        ),
    )


def _mfa_facts(transaction: SignInTransaction, facts: SignInFacts, now: datetime, *, demanded: bool) -> mfa.MfaFacts:
    identity = transaction.identity
    trust = facts.inbound.inbound_trust if facts.inbound else None
    return mfa.MfaFacts(
        demanded=demanded,
        home_kind=identity.kind if identity else HomeKind.LOCAL,
        tenant=facts.tenant.id,
        home_tenant=identity.home_tenant if identity else None,
        is_mfa_accepted=bool(trust and trust.is_mfa_accepted),
        authentication=transaction.authentication,
        registered_here=bool(factors.usable(facts, now)),
        registration_possible=facts.tenant.mfa_registration and bool(factors.registrable(facts)),
        asked_home=transaction.asked_home_for_mfa,
        tenant_name=facts.tenant.display_name,
        home_name=facts.home_name or "the home",
    )


def _second_factor(
    outcome: mfa.MfaDecision, transaction: SignInTransaction, facts: SignInFacts, now: datetime
) -> Step | None:
    if outcome.answer is MfaAnswer.REFUSED:
        reason = outcome.decision.refusal or Reason.MFA_REQUIRED
        return Refuse(reason=reason, values=sentence_values(transaction, facts))
    if outcome.answer is MfaAnswer.CHALLENGE_AT_HOME:
        realm = _realm_of_home(transaction, facts)
        if realm is None:  # the home no longer knows the address: nothing to send the person to
            return Refuse(reason=Reason.MFA_REQUIRED, values=sentence_values(transaction, facts))
        return SendHome(realm=realm, demand_mfa=True)
    if outcome.answer is MfaAnswer.CHALLENGE_HERE:
        return factors.ask(transaction, facts, now)
    if outcome.answer is MfaAnswer.REGISTER_HERE:
        return factors.register(transaction, facts)
    return None


def _realm_of_home(transaction: SignInTransaction, facts: SignInFacts) -> HomeRealm | None:
    """The home that vouched for the person; another tenant's word about the address would not do."""
    home = transaction.identity.home_tenant if transaction.identity else None
    return next((c for c in facts.candidates if c.partner is not None and c.partner.tenant == home), None)

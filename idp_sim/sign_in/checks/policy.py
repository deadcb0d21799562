"""What do this tenant's policies demand, and what of it is still to be shown? (entra-sign-in 8.1, 9.3)"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from federation.decisions import Decision
from federation.reasons import Reason
from idp_sim.conditional_access.evaluate import ConditionalAccessResult, decide_conditional_access
from idp_sim.sign_in.checks import demands
from idp_sim.sign_in.checks.common import Checked, refusing
from idp_sim.sign_in.checks.records import sign_in_record
from idp_sim.sign_in.checks.sign_in_frequency import check_frequency
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction


def check_conditional_access(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Collect the policies that apply; block wins; then old authentications and open demands, in that order (9.3)."""
    result = facts.book.evaluate(sign_in_record(transaction, facts))
    decision = _at_home(decide_conditional_access(result), result, transaction)
    if decision.refusal is not None:
        return replace(refusing(decision, transaction, facts), policies=result)
    stale = check_frequency(result.session.sign_in_frequency, transaction, facts, now)
    if stale.step is not None:
        return replace(stale, decisions=(decision, *stale.decisions), policies=result)
    open_demands = demands.check_demands(result, transaction, facts, now, limit=stale.limit)
    return replace(open_demands, decisions=(decision, *stale.decisions, *open_demands.decisions))


def _at_home(decision: Decision, result: ConditionalAccessResult, transaction: SignInTransaction) -> Decision:
    """A home that blocks its user for risk says so to the tenant that asked (9.4, 53011)."""
    request = transaction.request
    if decision.refusal is None or request is None or request.resource_tenant is None:
        return decision
    by_risk = any("block" in policy.controls and policy.conditions.user_risk_levels for policy in result.enforced)
    return replace(decision, refusal=Reason.BLOCKED_BY_HOME_RISK) if by_risk else decision


def persistence(transaction: SignInTransaction, facts: SignInFacts) -> str | None:
    """Whether a policy says that the session outlives the browser (``always``) or does not (``never``)."""
    if not facts.book.speaks_of_persistence or facts.user is None:
        return None
    return facts.book.evaluate(sign_in_record(transaction, facts)).session.persistent_browser

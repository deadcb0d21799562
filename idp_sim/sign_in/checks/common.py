"""What every check of the dispatcher is and says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from federation.decisions import Decision
from federation.mfa import MfaAnswer
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import Refuse, Step


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What one check says: ``step`` None lets the sign-in pass to the next check."""

    step: Step | None = None
    decisions: tuple[Decision, ...] = ()
    policies: ConditionalAccessResult | None = None
    mfa: MfaAnswer | None = None


PASSED = Checked()

#: A check never calls another; it reads the transaction and the facts, and the time it is given.
Check = Callable[[SignInTransaction, SignInFacts, datetime], Checked]


def authenticated(transaction: SignInTransaction) -> bool:
    return transaction.user is not None or transaction.identity is not None


def applications(facts: SignInFacts) -> frozenset[str]:
    resource = {facts.resource.client_id} if facts.resource else set()
    return frozenset({facts.application.client_id, *resource})


def refusing(
    decision: Decision, transaction: SignInTransaction, facts: SignInFacts, *, before: tuple[Decision, ...] = ()
) -> Checked:
    """The decision, and the refusal that follows from it if any."""
    step = Refuse(reason=decision.refusal, values=sentence_values(transaction, facts)) if decision.refusal else None
    return Checked(step=step, decisions=(*before, decision))


def sentence_values(transaction: SignInTransaction, facts: SignInFacts) -> dict[str, object]:
    """Everything that a sentence of the reason table may name about this sign-in."""
    identity = transaction.identity
    address = identity.address if identity else (transaction.address or "")
    return {
        "address": address,
        "idp": identity.issuer if identity else "",
        "tenant": facts.tenant.display_name,
        "client_id": facts.application.client_id,
        "application": facts.application.display_name,
        "home": facts.home_name or facts.tenant.display_name,
        "resource": facts.resource_tenant_name or facts.tenant.display_name,
        "resource_id": facts.resource.client_id if facts.resource else facts.application.client_id,
    }

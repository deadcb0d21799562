"""Second factors: picked, used, registered. What is particular to a method stands in ``services.second_factors``."""

from __future__ import annotations

from dataclasses import replace

from federation.model import PerformedMethod
from federation.words import StepWord
from idp_sim.authentication_methods.registry import BY_METHOD
from idp_sim.services.answers.asked import Asked, Taken
from idp_sim.services.second_factors.base import Verdict
from idp_sim.services.second_factors.table import SECOND_FACTORS
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.model import SignInTransaction


def pick(asked: Asked) -> Taken:
    """Another method, or the list of them. What was sent for the one before is no longer accepted."""
    method = asked.answer.method
    if method is None:
        return replace(asked.transaction, picking_factor=True, challenge=None), None
    if method not in asked.question.offered:
        return asked.transaction, None
    return replace(asked.transaction, factor=method, picking_factor=False, challenge=None), None


def send_again(asked: Asked) -> Taken:
    """Forget what was sent; the question sends anew when it is asked again."""
    if asked.question.method is None:
        return asked.transaction, None
    return SECOND_FACTORS[asked.question.method].send_again(asked), None


def use(asked: Asked) -> Taken:
    """Judge the answer by the rules of the method in hand."""
    if asked.question.method is None:
        return asked.transaction, None
    verdict = SECOND_FACTORS[asked.question.method].use(asked)
    return _passed(asked, verdict.transaction, verdict) if verdict.done else _not_yet(verdict)


def register(asked: Asked) -> Taken:
    """Register the method in hand; having shown it once, the person has passed it too."""
    if asked.question.method is None:
        return asked.transaction, None
    verdict = SECOND_FACTORS[asked.question.method].register(asked)
    if not verdict.done:
        return _not_yet(verdict)
    label = BY_METHOD[asked.question.method].register_label.lower()
    detail = f"{label} registered at {asked.tenant.display_name}"
    registered = with_step(asked.ports, verdict.transaction, StepWord.MFA_REGISTRATION, detail)
    return _passed(asked, registered, verdict)


def _passed(asked: Asked, transaction: SignInTransaction, verdict: Verdict) -> Taken:
    method = asked.question.method
    performed = PerformedMethod(
        method=method, instant=asked.context.now, tenant=asked.tenant.id, authenticator=verdict.authenticator
    )
    detail = f"{verdict.detail} at {asked.tenant.display_name}"
    transaction = with_step(asked.ports, transaction, StepWord.MFA_CHALLENGE, detail)
    authentication = transaction.authentication.adding(performed)
    return replace(transaction, authentication=authentication, challenge=None, factor=None), None


def _not_yet(verdict: Verdict) -> Taken:
    """A wrong answer is counted in the sign-in, whose rule ends it when there were too many."""
    transaction = verdict.transaction
    if verdict.wrong:
        transaction = replace(transaction, wrong_codes=transaction.wrong_codes + 1)
    return transaction, verdict.problem

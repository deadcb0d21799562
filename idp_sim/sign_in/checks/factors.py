"""Second factors of a sign-in: which the person can use or register here, and which one is in hand."""

from __future__ import annotations

from datetime import datetime

from federation.model import Method
from idp_sim.authentication_methods import offer
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskSecondFactor, RegisterSecondFactor


def usable(facts: SignInFacts, now: datetime) -> tuple[Method, ...]:
    """What the person registered here and may use here now, the preferred one first."""
    if facts.user is None:
        return ()
    return offer.usable(facts.tenant.authentication_methods, facts.user, facts.credentials, now)


def registrable(facts: SignInFacts, acceptable: frozenset[Method] | None = None) -> tuple[Method, ...]:
    """What the person could register here, as far as it would do."""
    if facts.user is None:
        return ()
    return offer.registrable(facts.tenant.authentication_methods, facts.user, facts.credentials, acceptable)


def ask(
    transaction: SignInTransaction, facts: SignInFacts, now: datetime, acceptable: frozenset[Method] | None = None
) -> AskSecondFactor:
    """The question for one of the person's methods that would do."""
    offered = tuple(method for method in usable(facts, now) if acceptable is None or method in acceptable)
    return AskSecondFactor(acceptable=acceptable, offered=offered, method=_in_hand(transaction, offered))


def register(
    transaction: SignInTransaction, facts: SignInFacts, acceptable: frozenset[Method] | None = None
) -> RegisterSecondFactor:
    """The question to register a method that would do."""
    offered = registrable(facts, acceptable)
    return RegisterSecondFactor(acceptable=acceptable, offered=offered, method=_in_hand(transaction, offered))


def _in_hand(transaction: SignInTransaction, offered: tuple[Method, ...]) -> Method | None:
    """The method that was picked; the first of several that are offered; None while the person picks."""
    if transaction.picking_factor and len(offered) > 1:
        return None
    if transaction.factor in offered:
        return transaction.factor
    return offered[0] if offered else None

"""Home realm discovery: where can a person with this address sign in? (entra-sign-in 2.3, 2.5, 6)"""

from __future__ import annotations

from collections.abc import Iterable

from federation.decisions import Decision, Input
from federation.identity_providers.base import HomeRealm, IdentityProvider, RealmFacts
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule


def discover(facts: RealmFacts, providers: Iterable[IdentityProvider]) -> tuple[HomeRealm, ...]:
    """Every place where the person could sign in, in the order of ``providers``.

    Each registered kind of home is asked; which one is taken is ``choose``'s business.
    """
    answers = (provider.matches(facts) for provider in providers)
    return tuple(realm for realm in answers if realm is not None)


def choose(candidates: Iterable[HomeRealm], facts: RealmFacts) -> tuple[HomeRealm | None, Decision]:
    """The place to sign in, and why; None with refusal USER_UNKNOWN when there is none.

    The first candidate wins, except that a redeemed guest stays with the kind of home that he redeemed with
    (entra-sign-in 2.5). A passcode needs a guest object with the address (section 3): nobody else vouches
    for who that person is.
    """
    candidates = tuple(candidates)
    if facts.redeemed is not None:
        return _sticking(candidates, facts, facts.redeemed)
    chosen = next(iter(candidates), None)
    if chosen is None:
        reason = "No tenant has a user with this address, and one-time passcodes are off."
        return None, _decision(candidates, facts, reason, "entra-sign-in 2.3")
    if chosen.kind is HomeKind.EMAIL_ONE_TIME_PASSCODE and not facts.known:
        reason = "The address has no home, and a passcode is sent only to guests of this tenant."
        return None, _decision(candidates, facts, reason, "entra-sign-in 3")
    reason = f"First match of the default order: {chosen.source or chosen.kind}."
    return chosen, _decision(candidates, facts, reason, "entra-sign-in 2.3", chosen=chosen)


def _sticking(
    candidates: tuple[HomeRealm, ...], facts: RealmFacts, kind: HomeKind
) -> tuple[HomeRealm | None, Decision]:
    chosen = next((realm for realm in candidates if realm.kind is kind), None)
    if chosen is None:
        reason = f"The guest redeemed with {kind}, which no longer has this address; only a reset would change that."
    else:
        reason = f"The guest redeemed with {kind}, and that sticks."
    return chosen, _decision(candidates, facts, reason, "entra-sign-in 2.5", chosen=chosen)


def _decision(
    candidates: tuple[HomeRealm, ...],
    facts: RealmFacts,
    reason: str,
    source: str,
    *,
    chosen: HomeRealm | None = None,
) -> Decision:
    inputs: dict[str, Input] = {
        "address": facts.address,
        "candidates": tuple(realm.kind.value for realm in candidates),
        "guest_known_here": facts.known,
        "redeemed_with": facts.redeemed.value if facts.redeemed else None,
    }
    if chosen is not None and chosen.partner is not None:
        inputs["home"] = chosen.partner.name
    return Decision(
        rule=Rule.HOME_REALM,
        result=chosen.kind.value if chosen else "none",
        reason=reason,
        source=source,
        inputs=inputs,
        refusal=None if chosen else Reason.USER_UNKNOWN,
    )

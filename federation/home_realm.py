"""Home realm discovery: where can a person with this address sign in? (entra-sign-in 2.3, 2.5, 6)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from federation.decisions import Decision, Input
from federation.identity_providers.base import HomeRealm, IdentityProvider, RealmFacts
from federation.model import HomeKind
from federation.reasons import Reason
from federation.redemption_order import DEFAULT_ORDER
from federation.words import Rule


def discover(facts: RealmFacts, providers: Iterable[IdentityProvider]) -> tuple[HomeRealm, ...]:
    """Every place where the person could sign in, in the order of ``providers``.

    Each registered kind of home is asked; which one is taken is ``choose``'s business.
    """
    answers = (provider.matches(facts) for provider in providers)
    return tuple(realm for realm in answers if realm is not None)


class AccountType(StrEnum):
    """Which of a person's accounts is meant: from work or school, or a personal one (entra-sign-in 6, 12.1)."""

    WORK = "organizations"
    PERSONAL = "consumers"


#: Values of ``domain_hint`` that name a kind of account instead of a domain (entra-sign-in 6).
ACCOUNT_TYPE_HINTS: Mapping[str, AccountType] = MappingProxyType(
    {"organizations": AccountType.WORK, "consumers": AccountType.PERSONAL, "live.com": AccountType.PERSONAL}
)


def two_accounts(candidates: Iterable[HomeRealm], facts: RealmFacts) -> tuple[HomeRealm, ...]:
    """The work account and the personal account of an address that has both, else nothing (2.3 row 1).

    A known gap of the real product is kept: the question is asked, and the personal account works, although the
    redemption order switches personal accounts off (2.4). A redeemed guest is never asked (2.5).
    """
    if facts.redeemed is not None or facts.local or not facts.personal_account:
        return ()
    kinds = (HomeKind.AZURE_ACTIVE_DIRECTORY, HomeKind.MICROSOFT_ACCOUNT)
    both = tuple(realm for realm in candidates if realm.kind in kinds)
    first = next(iter(_in_order(both, facts)), None)
    return both if len(both) == 2 and first is not None and first.kind is kinds[0] else ()


def choose(
    candidates: Iterable[HomeRealm], facts: RealmFacts, account: AccountType | None = None
) -> tuple[HomeRealm | None, Decision]:
    """The place to sign in, and why; None with refusal USER_UNKNOWN when there is none.

    A redeemed guest stays with the kind of home that he redeemed with (entra-sign-in 2.5). Else the tenant's
    redemption order decides (2.3, 2.4); ``account`` is the kind of account that was asked for or picked. What
    vouches for nobody but the address itself (a passcode, a new account) needs a guest object with the address.
    """
    candidates = tuple(candidates)
    if facts.redeemed is not None:
        return _sticking(candidates, facts, facts.redeemed)
    if account is not None:
        wanted = [realm for realm in candidates if (realm.kind is _PERSONAL) == (account is AccountType.PERSONAL)]
        chosen = next((r for r in wanted if r.kind is _PERSONAL), None) or next(iter(_in_order(wanted, facts)), None)
        reason = f"Only an account of the kind '{account}' was asked for"
    else:
        chosen = next(iter(_in_order(candidates, facts)), None)
        reason = "First match of the " + ("default order" if facts.order == DEFAULT_ORDER else "tenant's own order")
    if chosen is None:
        reason = "No tenant has a user with this address, and no fallback takes it."
        return None, _decision(candidates, facts, reason, "entra-sign-in 2.3")
    if not facts.known and _vouches_for_nobody(chosen, facts):
        reason = "The address has no home, and only guests of this tenant can sign in without one."
        return None, _decision(candidates, facts, reason, "entra-sign-in 3")
    source = "entra-sign-in 2.3" if facts.order == DEFAULT_ORDER else "entra-sign-in 2.4"
    return chosen, _decision(candidates, facts, f"{reason}: {chosen.source or chosen.kind}.", source, chosen=chosen)


_PERSONAL = HomeKind.MICROSOFT_ACCOUNT
_PASSCODE = HomeKind.EMAIL_ONE_TIME_PASSCODE


def _in_order(candidates: Iterable[HomeRealm], facts: RealmFacts) -> Iterator[HomeRealm]:
    """The candidates that the tenant's order lets redeem, best first."""
    by_kind = {realm.kind: realm for realm in candidates}
    passcodes = facts.order.passcodes(enabled=facts.one_time_passcode)
    kinds = [HomeKind.LOCAL, *facts.order.primary_kinds]
    kinds += [_PERSONAL] if facts.order.personal_accounts and (facts.personal_account or not passcodes) else []
    kinds += [_PASSCODE] if passcodes else []
    return (by_kind[kind] for kind in kinds if kind in by_kind)


def _vouches_for_nobody(realm: HomeRealm, facts: RealmFacts) -> bool:
    return realm.kind is _PASSCODE or (realm.kind is _PERSONAL and not facts.personal_account)


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

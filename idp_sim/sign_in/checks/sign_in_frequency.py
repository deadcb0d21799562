"""Is the authentication new enough for the policies? (entra-sign-in 9.5)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from federation.decisions import Decision
from federation.identity_providers.base import HomeRealm
from federation.model import SECOND_FACTORS, AuthenticationContext, HomeKind, Method
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access.model import SignInFrequency
from idp_sim.sign_in.checks.common import Checked, sentence_values
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskPasscode, AskPassword, Refuse, SendHome, Step

#: Second factors that never open a sign-in; all other methods can be its first factor.
_SECOND_ONLY = frozenset({Method.SMS, Method.VOICE, Method.PUSH, Method.SOFTWARE_OATH, Method.HARDWARE_OATH})


@dataclass(frozen=True, kw_only=True)
class Frequency(Checked):
    """What the check says; ``limit`` is the instant before which a second factor does not count any more."""

    limit: datetime | None = None


def check_frequency(
    frequency: SignInFrequency | None, transaction: SignInTransaction, facts: SignInFacts, now: datetime
) -> Frequency:
    """Ask for the first factor again where it is too old; a second factor that is too old is left to the demands.

    A home that was asked for a fresh sign-in and gave an old one is not asked in a circle: it is believed.
    """
    if frequency is None:
        return Frequency()
    limit = now - frequency.lifetime
    newest = newest_first_factor(transaction.authentication)
    if frequency.secondary_only or (newest is not None and newest >= limit):
        return Frequency(limit=limit)
    if transaction.reauthenticated and transaction.identity is not None:
        return Frequency()
    decision = Decision(
        rule=Rule.SESSION,
        result="too old",
        reason=f"A policy lets an authentication count for {_words(frequency)}; "
        f"the newest is of {newest:%Y-%m-%d %H:%M:%S}Z."
        if newest
        else "A policy wants a fresh authentication.",
        source="entra-sign-in 9.5",
        inputs={"lifetime": str(frequency.lifetime), "every_time": frequency.every_time},
    )
    return Frequency(step=_again(frequency, transaction, facts), decisions=(decision,), limit=limit)


def newest_first_factor(authentication: AuthenticationContext) -> datetime | None:
    """When the newest method was used that a sign-in can begin with."""
    return max((m.instant for m in authentication.methods if m.method not in _SECOND_ONLY), default=None)


def without_old_second_factors(authentication: AuthenticationContext, limit: datetime | None) -> AuthenticationContext:
    """The context as a policy with a sign-in frequency sees it."""
    if limit is None:
        return authentication
    kept = tuple(m for m in authentication.methods if m.method not in SECOND_FACTORS or m.instant >= limit)
    return AuthenticationContext(methods=kept)


def _again(frequency: SignInFrequency, transaction: SignInTransaction, facts: SignInFacts) -> Step:
    if transaction.request is not None and transaction.request.prompt == "none":
        newest = newest_first_factor(transaction.authentication)
        values = {
            **sentence_values(transaction, facts),
            "issued": f"{newest:%Y-%m-%dT%H:%M:%SZ}" if newest else "?",
            "lifetime": int(frequency.lifetime.total_seconds()),
        }
        return Refuse(reason=Reason.SIGN_IN_FREQUENCY, values=values)
    identity = transaction.identity
    if identity is None:
        return AskPassword()
    if identity.kind is HomeKind.EMAIL_ONE_TIME_PASSCODE:
        return AskPasscode(sent=transaction.passcode_sent)
    realm = realm_of_home(transaction, facts)
    if realm is None:
        return Refuse(reason=Reason.LOGIN_REQUIRED, values=sentence_values(transaction, facts))
    return SendHome(realm=realm, reauthenticate=True)


def realm_of_home(transaction: SignInTransaction, facts: SignInFacts) -> HomeRealm | None:
    """The home that vouched for the person; another tenant's word about the address would not do."""
    identity = transaction.identity
    if identity is None:
        return None
    if identity.home_tenant is None:
        return next((c for c in facts.candidates if c.kind is identity.kind and c.partner is not None), None)
    return next((c for c in facts.candidates if c.partner and c.partner.tenant == identity.home_tenant), None)


def _words(frequency: SignInFrequency) -> str:
    if frequency.every_time:
        return "one sign-in"
    return f"{frequency.value} {frequency.unit}"

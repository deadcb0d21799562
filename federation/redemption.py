"""May this identity act as this guest object? (entra-sign-in 2.5, 10 steps 6 and 7)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from federation.decisions import Decision
from federation.model import ExternalIdentity
from federation.reasons import Reason
from federation.words import Rule


class HomeKey(NamedTuple):
    """What makes an identity the same one again, whatever addresses it has by now."""

    kind: str
    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A guest object as redemption sees it.

    ``home`` is what the guest redeemed with, None while pending; ``addresses`` are lower case.
    """

    id: str
    addresses: frozenset[str]
    home: HomeKey | None = None
    enabled: bool = True

    @property
    def pending(self) -> bool:
        """Whether nobody has redeemed it yet."""
        return self.home is None


@dataclass(frozen=True, kw_only=True)
class RedemptionFacts:
    """Who came back from home, the guest object found for that identity, and the invited one's id.

    ``guest`` is what ``find_guest`` answered; ``invited`` is None when no invitation is being redeemed
    (a direct link to an application).
    """

    identity: ExternalIdentity
    guest: Guest | None
    invited: str | None = None


def home_key_of(identity: ExternalIdentity) -> HomeKey:
    """The key of an identity."""
    return HomeKey(identity.kind.value, identity.issuer, identity.subject)


def find_guest(identity: ExternalIdentity, guests: Iterable[Guest], *, invited: str | None = None) -> Guest | None:
    """The guest object that belongs to the identity: the one redeemed with it, else a pending one with its address.

    An accepted guest of the same address but with another identity is not found: an account that was deleted
    and made anew at home is a different one (entra-sign-in 2.5). Who comes without the link of an invitation
    (``invited``) is known by the sign-in name only: a home may vouch for any mail address, and an alias does
    not open a direct link (2.1).
    """
    guests = tuple(guests)
    key = home_key_of(identity)
    redeemed = (guest for guest in guests if guest.home == key)
    pending = (guest for guest in guests if guest.pending and _addressed(guest, identity, invited))
    return next(redeemed, None) or next(pending, None)


def decide_redemption(facts: RedemptionFacts) -> Decision:
    """Lets the identity act as the guest object or refuses it.

    Result ``redeemed`` (accepted earlier), ``pending`` (may accept now) or ``refused``. Refusals:
    GUEST_NOT_INVITED, INVITATION_OF_OTHER_PERSON (an invitation is being redeemed), ACCOUNT_DISABLED.
    """
    guest = facts.guest
    if guest is None or not _same_person(guest, facts):
        return _nobody(facts)
    if facts.invited is not None and guest.id != facts.invited:
        reason = "The person who signed in already is another guest than the invited one."
        return _decision(facts, "refused", reason, "entra-sign-in 2.2", Reason.INVITATION_OF_OTHER_PERSON)
    if not guest.enabled:
        reason = "The guest's account is blocked in this tenant."
        return _decision(facts, "refused", reason, "entra-sign-in 10 step 7", Reason.ACCOUNT_DISABLED)
    if guest.pending:
        reason = "The home vouches for an address of the invited guest, who has not accepted yet."
        return _decision(facts, "pending", reason, "entra-sign-in 10 step 6")
    reason = "The identity is the one that the guest redeemed with."
    return _decision(facts, "redeemed", reason, "entra-sign-in 2.5")


def _nobody(facts: RedemptionFacts) -> Decision:
    if facts.invited is not None:
        reason = "The account that signed in is not the one that was invited."
        return _decision(facts, "refused", reason, "entra-sign-in 2.2", Reason.INVITATION_OF_OTHER_PERSON)
    reason = "No guest of this tenant belongs to the identity: not invited, or redeemed with another account."
    return _decision(facts, "refused", reason, "entra-sign-in 10 step 6", Reason.GUEST_NOT_INVITED)


def _same_person(guest: Guest, facts: RedemptionFacts) -> bool:
    if guest.home is None:
        return _addressed(guest, facts.identity, facts.invited)
    return guest.home == home_key_of(facts.identity)


def _addressed(guest: Guest, identity: ExternalIdentity, invited: str | None) -> bool:
    """Whether the identity has an address of the guest; an alias counts where the guest's own link was opened."""
    names = identity.addresses if guest.id == invited else (identity.address,)
    return not guest.addresses.isdisjoint(name.lower() for name in names)


def _decision(facts: RedemptionFacts, result: str, reason: str, source: str, refusal: Reason | None = None) -> Decision:
    return Decision(
        rule=Rule.ACCOUNT if facts.invited is None else Rule.INVITATION,
        result=result,
        reason=reason,
        source=source,
        inputs={
            "address": facts.identity.address,
            "identity_provider": facts.identity.issuer,
            "home_kind": facts.identity.kind.value,
            "guest": facts.guest.id if facts.guest else None,
            "invited": facts.invited,
        },
        refusal=refusal,
    )

"""May this person be invited by that caller, and what does the invitation do? (graph-api 9, entra-sign-in 2.11)"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from federation.decisions import Decision, Input
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.directory.addresses import address_problem, domain_of
from idp_sim.directory.collaboration import B2bManagementPolicy, decide_domain
from idp_sim.directory.model import GUEST, MEMBER, User
from idp_sim.directory.roles import GUEST_INVITER, INVITATION_ADMINISTRATORS, REDEMPTION_ADMINISTRATORS


class Outcome(StrEnum):
    """What an invitation does: the ``result`` of its decision."""

    CREATE_GUEST = "create_guest"
    REUSE_PENDING_GUEST = "reuse_pending_guest"
    ALREADY_REDEEMED = "already_redeemed"
    RESET_REDEMPTION = "reset_redemption"
    CONVERT_INTERNAL_USER = "convert_internal_user"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class InvitationRequest:
    """``POST /invitations`` after parsing (graph-api 9.1); ``user_type`` is ``Guest`` or ``Member``.

    ``user`` is the object that is meant where it is there already; with ``reset`` its redemption starts anew.
    ``sponsors`` None means the inviter.
    """

    address: str
    redirect_url: str
    display_name: str | None = None
    user_type: str = GUEST
    send_message: bool = False
    customized_message: str | None = None
    message_language: str | None = None
    cc_recipients: tuple[str, ...] = ()
    user: str | None = None
    reset: bool = False
    sponsors: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Inviter:
    """Who calls. ``user`` is None for an application acting by itself; roles are template ids."""

    user: str | None
    user_type: str = MEMBER
    directory_roles: frozenset[str] = frozenset()

    @property
    def app_only(self) -> bool:
        """Whether an application calls with its own rights."""
        return self.user is None

    @property
    def administrator(self) -> bool:
        """Whether the caller counts as an administrator for invitations."""
        return not INVITATION_ADMINISTRATORS.isdisjoint(self.directory_roles)

    @property
    def resets_redemptions(self) -> bool:
        """Whether a role lets the caller have somebody redeem anew."""
        return not REDEMPTION_ADMINISTRATORS.isdisjoint(self.directory_roles)

    @property
    def invites_by_role(self) -> bool:
        """Administrator or Guest Inviter."""
        return self.administrator or GUEST_INVITER in self.directory_roles


@dataclass(frozen=True, kw_only=True)
class InvitationFacts:
    """What the decision may look at.

    ``domains`` are the tenant's verified ones; ``existing`` the user of this tenant with that address, ``named``
    the one that the request names by id; ``collaboration`` the policy with the tenant's list of domains;
    ``inbound_open`` and ``outbound_open`` whether our settings and those of the invitee's tenant leave any
    application open to the person (True where the address has no Entra home).
    """

    request: InvitationRequest
    inviter: Inviter
    allow_invites_from: str
    domains: tuple[str, ...]
    existing: User | None = None
    named: User | None = None
    collaboration: B2bManagementPolicy | None = None
    inbound_open: bool = True
    outbound_open: bool = True


#: ``allowInvitesFrom`` -> may this user invite? Applications by themselves: see ``_may_invite``.
ALLOW_INVITES_FROM: Mapping[str, Callable[[Inviter], bool]] = {
    "everyone": lambda inviter: True,
    "adminsGuestInvitersAndAllMembers": lambda inviter: inviter.user_type == MEMBER or inviter.invites_by_role,
    "adminsAndGuestInviters": lambda inviter: inviter.invites_by_role,
    "none": lambda inviter: False,
}


def decide_invitation(facts: InvitationFacts) -> Decision:
    """Create a guest, reuse the pending one, find that it is redeemed already, or refuse.

    ``result`` is an ``Outcome``. ``inputs`` hold, under the placeholders' names, all values that the sentence
    of the refusal wants (``address``, ``problem``, ``id``, ``url``), so an edge can answer with
    ``FederationError(decision.refusal, **decision.inputs)``. Refusals and their order: graph-api 9.3.
    """
    return (
        _refusal_of_caller(facts)
        or _refusal_of_request(facts)
        or _about_named_user(facts)
        or _refusal_of_person(facts)
        or _outcome(facts)
    )


def _may_invite(facts: InvitationFacts) -> bool:
    # Under every value but none the permission alone is enough for an application (entra-sign-in 2.11).
    if facts.inviter.app_only:
        return facts.allow_invites_from != "none"
    return ALLOW_INVITES_FROM[facts.allow_invites_from](facts.inviter)


def _refusal_of_caller(facts: InvitationFacts) -> Decision | None:
    if not _may_invite(facts):
        reason = f"allowInvitesFrom is '{facts.allow_invites_from}', which does not let this caller invite."
        return _refuse(facts, Reason.INVITATIONS_NOT_ALLOWED, reason, "entra-sign-in 2.11")
    inviter = facts.inviter
    if facts.request.user_type == MEMBER and not inviter.app_only and not inviter.administrator:
        reason = "Only administrators can invite somebody as a member."
        return _refuse(facts, Reason.INVITATION_AS_MEMBER_NOT_ALLOWED, reason, "graph-api 9.1")
    return None


def _refusal_of_request(facts: InvitationFacts) -> Decision | None:
    request = facts.request
    if not is_absolute_url(request.redirect_url):
        reason = "inviteRedirectUrl is not an absolute http or https URL."
        return _refuse(facts, Reason.INVITATION_REDIRECT_URL_INVALID, reason, "graph-api 9.3", url=request.redirect_url)
    if problem := address_problem(request.address):
        reason = f"The address cannot be invited: {problem}."
        return _refuse(facts, Reason.INVITED_ADDRESS_INVALID, reason, "graph-api 9.1", problem=problem)
    return None


def _about_named_user(facts: InvitationFacts) -> Decision | None:
    """Reset of a redemption, or an internal user who becomes an external one; the object stays (2.8, graph-api 9.4)."""
    named, source = facts.named, "graph-api 9.4"
    if named is None:
        return None
    inviter = facts.inviter
    if (named.directory_roles and inviter.app_only) or not (inviter.app_only or inviter.resets_redemptions):
        reason = "Only Helpdesk, User and Global Administrators do this; no application does it to holders of roles."
        return _refuse(facts, Reason.REDEMPTION_RESET_NOT_ALLOWED, reason, source)
    if facts.existing is not None and facts.existing.id != named.id:
        reason = "The address belongs to another user."
        return _refuse(facts, Reason.INVITED_USER_IS_MEMBER, reason, source, id=facts.existing.id)
    own = {mail.lower() for mail in (named.mail, *named.other_mails) if mail}
    if facts.request.reset and facts.request.address.lower() not in own:
        reason = "The address is neither the user's mail nor one of the other mails."
        return _refuse(facts, Reason.INVITED_ADDRESS_NOT_OF_USER, reason, source)
    if domain_of(facts.request.address) in facts.domains:
        reason = "The address's domain is verified in this tenant, so nobody outside can sign in with it."
        return _refuse(facts, Reason.INVITED_DOMAIN_IS_OWN, reason, "graph-api 9.3")
    if refused := _refusal_by_settings(facts):
        return refused
    if not named.external:
        reason = "The user signed in here until now and redeems with an account outside; the object stays."
        return _decision(facts, Outcome.CONVERT_INTERNAL_USER, reason, source=source, id=named.id)
    if facts.request.reset:
        reason = "The guest redeems anew; object, groups, roles and assignments stay."
        return _decision(facts, Outcome.RESET_REDEMPTION, reason, source=source, id=named.id)
    return None


def _refusal_of_person(facts: InvitationFacts) -> Decision | None:
    existing = facts.existing
    if existing is not None and not existing.external:
        enabled = existing.account_enabled
        refusal = Reason.INVITED_USER_IS_MEMBER if enabled else Reason.INVITED_USER_IS_BLOCKED_MEMBER
        reason = "The address belongs to a user who signs in at this tenant."
        return _refuse(facts, refusal, reason, "graph-api 9.3", id=existing.id)
    if existing is None and domain_of(facts.request.address) in facts.domains:
        reason = "The address's domain is verified in this tenant, which has no such user."
        return _refuse(facts, Reason.INVITED_DOMAIN_IS_OWN, reason, "graph-api 9.3")
    return _refusal_by_settings(facts)


def _refusal_by_settings(facts: InvitationFacts) -> Decision | None:
    listed, existing = decide_domain(facts.collaboration, facts.request.address), facts.existing
    redeems = existing is None or existing.pending or facts.named is not None  # who has redeemed is left alone
    if listed is not None and listed.refusal is not None and redeems:
        return _refuse(facts, listed.refusal, listed.reason, listed.source)
    if not facts.inbound_open or not facts.outbound_open:
        side = "inbound settings of this tenant" if not facts.inbound_open else "outbound settings of the home tenant"
        reason = f"The {side} leave no application open to this person."
        return _refuse(facts, Reason.INVITATION_BLOCKED_BY_CROSS_TENANT_ACCESS, reason, "entra-sign-in 2.11, 7.3")
    return None


def _outcome(facts: InvitationFacts) -> Decision:
    existing = facts.named or facts.existing
    if existing is None:
        return _decision(facts, Outcome.CREATE_GUEST, "Nobody here has this address: a pending guest is created.")
    if existing.pending:
        reason = "The guest has not accepted yet: the same user gets a further link."
        return _decision(facts, Outcome.REUSE_PENDING_GUEST, reason, id=existing.id)
    return _decision(facts, Outcome.ALREADY_REDEEMED, "The guest has accepted already.", id=existing.id)


def is_absolute_url(url: str) -> bool:
    """Whether ``url`` is an absolute http or https URL without blanks or control characters."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _refuse(facts: InvitationFacts, refusal: Reason, reason: str, source: str, **values: Input) -> Decision:
    return _decision(facts, Outcome.REFUSE, reason, source=source, refusal=refusal, **values)


def _decision(
    facts: InvitationFacts,
    outcome: Outcome,
    reason: str,
    *,
    source: str = "graph-api 9.3",
    refusal: Reason | None = None,
    **values: Input,
) -> Decision:
    return Decision(
        rule=Rule.INVITATION,
        result=outcome.value,
        reason=reason,
        source=source,
        inputs={
            "address": facts.request.address,
            "invited_user_type": facts.request.user_type,
            "app_only": facts.inviter.app_only,
            "inviter_type": None if facts.inviter.app_only else facts.inviter.user_type,
            "allow_invites_from": facts.allow_invites_from,
            "inbound_open": facts.inbound_open,
            "outbound_open": facts.outbound_open,
            **values,
        },
        refusal=refusal,
    )

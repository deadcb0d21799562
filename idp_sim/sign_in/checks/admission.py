"""May the person come in? The account, both tenants' access settings, the guest's consent."""

from __future__ import annotations

from datetime import datetime

from federation import cross_tenant_access, redemption
from federation.decisions import Decision
from federation.model import HomeKind
from federation.one_time_passcode import SESSION_LIFETIME
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.directory.collaboration import decide_domain
from idp_sim.directory.model import User
from idp_sim.sign_in.checks.common import PASSED, Checked, applications, refusing
from idp_sim.sign_in.checks.direct_connect import direct_connect_account
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AcceptGuest, AskGuestConsent


def check_account(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Is there an enabled account for this identity here, and does an invitation belong to it?"""
    if transaction.direct_connect:
        return direct_connect_account(transaction, facts)
    if transaction.identity is None:
        return refusing(_local_account(transaction, facts), transaction, facts)
    decision = redemption.decide_redemption(
        redemption.RedemptionFacts(
            identity=transaction.identity,
            guest=as_guest(facts.user) if facts.user else None,
            invited=facts.invitation.user if facts.invitation else None,
        )
    )
    return refusing(decision, transaction, facts)


def as_guest(user: User) -> redemption.Guest:
    """The user object as redemption sees it."""
    home = user.home
    return redemption.Guest(
        id=user.id,
        addresses=user.addresses,
        home=redemption.HomeKey(home.kind, home.idp, home.subject) if home else None,
        enabled=user.account_enabled,
    )


def _local_account(transaction: SignInTransaction, facts: SignInFacts) -> Decision:
    user, refusal = facts.user, None
    if user is None:
        reason, refusal = "The account was deleted after the person had signed in.", Reason.USER_UNKNOWN
    elif facts.invitation is not None and facts.invitation.user != user.id:
        reason, refusal = (
            "The account that signed in is not the one that was invited.",
            Reason.INVITATION_OF_OTHER_PERSON,
        )
    elif not user.account_enabled:
        reason, refusal = "The account is disabled in this tenant.", Reason.ACCOUNT_DISABLED
    else:
        reason = "The person is an enabled member of this tenant."
    return Decision(
        rule=Rule.ACCOUNT,
        result="refused" if refusal else "member",
        reason=reason,
        source="entra-sign-in 10 step 7",
        inputs={"user": user.user_principal_name if user else transaction.address},
        refusal=refusal,
    )


def check_inbound(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Do our settings let this organisation's user into this application (entra-sign-in 7.4)?"""
    identity = transaction.identity
    if identity is None or identity.home_tenant is None or facts.inbound is None:
        return PASSED
    decision = cross_tenant_access.decide_inbound(
        facts.inbound,
        user=identity.home_object or "",
        # The home's groups; a group of ours matches only who has an object here already (7.4).
        groups=(*identity.home_groups, *(facts.user.groups if facts.user else ())),
        applications=applications(facts),
        home=facts.home_name,
        resource=facts.tenant.display_name,
        direct_connect=transaction.direct_connect,
    )
    return refusing(decision, transaction, facts)


def check_guest_consent(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """A pending guest accepts what the organisation wants to know, unless both tenants suppressed it (7.6)."""
    if facts.user is None or not facts.user.pending:
        return PASSED
    listed = decide_domain(facts.collaboration, facts.user.mail or facts.user.sign_in_name)
    if listed is not None and listed.refusal is not None:  # the guest stays pending
        return refusing(listed, transaction, facts)
    consent = facts.inbound.automatic_user_consent if facts.inbound else None
    decision = cross_tenant_access.automatic_consent(
        home_outbound=facts.home_outbound_consent,
        resource_inbound=bool(consent and consent.inbound_allowed),
    )
    if decision.result == "suppressed":
        return Checked(step=AcceptGuest(silently=True), decisions=(decision,))
    if transaction.guest_consent is None:
        return Checked(step=AskGuestConsent(), decisions=(decision,))
    if not transaction.guest_consent:
        declined = Decision(
            rule=Rule.CONSENT,
            result="declined",
            reason="The guest declined to share name, mail address and directory ids with the organization.",
            source="entra-sign-in 2.6",
            refusal=Reason.GUEST_CONSENT_DECLINED,
        )
        return refusing(declined, transaction, facts, before=(decision,))
    return Checked(step=AcceptGuest(silently=False), decisions=(decision,))


def check_outbound(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """At the home: may its user go to the resource tenant that asked (7.4)? Outbound comes before inbound."""
    request = transaction.request
    if request is None or request.resource_tenant is None or facts.outbound is None or facts.user is None:
        return PASSED
    decision = cross_tenant_access.decide_outbound(
        facts.outbound,
        user=facts.user.id,
        groups=facts.user.groups,
        applications=frozenset({request.resource_application or ""}),
        home=facts.tenant.display_name,
        resource=facts.resource_tenant_name,
        direct_connect=request.direct_connect,
    )
    return refusing(decision, transaction, facts)


def check_passcode_session(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """A passcode lets its guest stay for 24 hours, whatever tokens the application still has (section 3)."""
    identity = transaction.identity
    if identity is None or identity.kind is not HomeKind.EMAIL_ONE_TIME_PASSCODE:
        return PASSED
    entered = identity.context.instant
    if entered is not None and now < entered + SESSION_LIFETIME:
        return PASSED
    decision = Decision(
        rule=Rule.SESSION,
        result="ended",
        reason="24 hours after a one-time passcode a new one is needed.",
        source="entra-sign-in 3",
        refusal=Reason.GRANT_EXPIRED,
    )
    return refusing(decision, transaction, facts)

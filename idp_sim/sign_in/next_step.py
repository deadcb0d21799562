"""The one dispatcher: from the transaction and the facts to the next step, pure.

The pipeline is the table ``CHECKS``, in the order of entra-sign-in 10. Each check answers with the
decisions it made and, where the sign-in can't pass it yet, the step that comes next. Checks never call
each other; browser and headless sign-in both ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from federation import cross_tenant_access, home_realm, mfa, redemption
from federation.decisions import Decision
from federation.identity_providers.base import HomeRealm
from federation.mfa import MfaAnswer
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access.evaluate import ConditionalAccessResult, decide_conditional_access, evaluate
from idp_sim.conditional_access.model import SignIn
from idp_sim.directory.guests import external_user_type
from idp_sim.directory.model import User
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR
from idp_sim.sign_in.facts import Account, SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import (
    AcceptGuest,
    AskApplicationConsent,
    AskGuestConsent,
    AskPasscode,
    AskPassword,
    AskSecondFactor,
    AskStaySignedIn,
    AskUserName,
    Finish,
    NextStep,
    PickAccount,
    Refuse,
    RegisterSecondFactor,
    SendHome,
    Step,
    UseAccount,
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What one check says: ``step`` None lets the sign-in pass to the next check."""

    step: Step | None = None
    decisions: tuple[Decision, ...] = ()
    policies: ConditionalAccessResult | None = None
    mfa: MfaAnswer | None = None


PASSED = Checked()
Check = Callable[[SignInTransaction, SignInFacts, datetime], Checked]


def next_step(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> NextStep:
    """What comes next in this sign-in, and every decision on the way there."""
    return _run(CHECKS, transaction, facts, now)


def recheck(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Refuse | None:
    """Why a grant that was given earlier can't be used any more, or None; nobody can be asked here."""
    step = _run(REFRESH_CHECKS, transaction, facts, now).step
    return step if isinstance(step, Refuse) else None


def _run(checks: Iterable[Check], transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> NextStep:
    decisions: tuple[Decision, ...] = ()
    policies: ConditionalAccessResult | None = None
    answer: MfaAnswer | None = None
    step: Step = Finish()
    for check in checks:
        checked = check(transaction, facts, now)
        decisions += checked.decisions
        policies = checked.policies or policies
        answer = checked.mfa or answer
        if checked.step is not None:
            step = checked.step
            break
    if transaction.request is not None and transaction.request.prompt == "none":
        step = _without_asking(step, transaction, facts)
    return NextStep(step=step, decisions=decisions, policies=policies, mfa=answer)


# --- who is it ---------------------------------------------------------------------------------------


def check_cancelled(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """The person gave up."""
    return Checked(step=Refuse(reason=Reason.USER_CANCELLED)) if transaction.cancelled else PASSED


def check_session(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Does an account that is signed in here answer the request (OpenID Connect Core 3.1.2.3)?"""
    if _authenticated(transaction):
        return PASSED
    prompt = transaction.request.prompt if transaction.request else None
    if prompt == "select_account" and not transaction.account_chosen and facts.accounts:
        return Checked(step=PickAccount(accounts=facts.accounts))
    usable = () if prompt == "login" else tuple(a for a in facts.accounts if _recent_enough(a, transaction, now))
    if transaction.address is not None:
        named = [a for a in usable if transaction.address in a.user.addresses]
        return _use(named[0]) if named else PASSED
    if transaction.account_chosen or not usable:
        return Checked(step=AskUserName())
    return _use(usable[0]) if len(usable) == 1 else Checked(step=PickAccount(accounts=usable))


def check_home_realm(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Where does the person sign in? Every registered kind of home was asked for candidates."""
    if _authenticated(transaction) or facts.realm is None:
        return PASSED
    realm, decision = home_realm.choose(facts.candidates, facts.realm)
    if realm is None:
        return Checked(step=AskUserName(problem=decision.refusal), decisions=(decision,))
    return Checked(step=_first_factor(realm, transaction), decisions=(decision,))


def _first_factor(realm: HomeRealm, transaction: SignInTransaction) -> Step:
    if realm.kind is HomeKind.LOCAL:
        return AskPassword()
    if realm.kind is HomeKind.EMAIL_ONE_TIME_PASSCODE:
        return AskPasscode(sent=transaction.passcode_sent)
    request = transaction.request
    fresh = request is not None and (request.prompt == "login" or request.max_age is not None)
    return SendHome(realm=realm, force_login=fresh)


# --- may he come in ------------------------------------------------------------------------------------


def check_account(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Is there an enabled account for this identity here, and does an invitation belong to it?"""
    if transaction.identity is None:
        return _refusing(_local_account(facts), transaction, facts)
    decision = redemption.decide_redemption(
        redemption.RedemptionFacts(
            identity=transaction.identity,
            guest=as_guest(facts.user) if facts.user else None,
            invited=facts.invitation.user if facts.invitation else None,
        )
    )
    return _refusing(decision, transaction, facts)


def as_guest(user: User) -> redemption.Guest:
    """The user object as redemption sees it."""
    home = user.home
    return redemption.Guest(
        id=user.id,
        addresses=user.addresses,
        home=redemption.HomeKey(home.kind, home.idp, home.subject) if home else None,
        enabled=user.account_enabled,
    )


def _local_account(facts: SignInFacts) -> Decision:
    user = facts.user
    assert user is not None, "a password was checked against this object"
    if facts.invitation is not None and facts.invitation.user != user.id:
        reason, refusal = "The account that signed in is not the one that was invited.", Reason.INVITATION_OF_OTHER_PERSON
    elif not user.account_enabled:
        reason, refusal = "The account is disabled in this tenant.", Reason.ACCOUNT_DISABLED
    else:
        reason, refusal = "The person is an enabled member of this tenant.", None
    return Decision(
        rule=Rule.ACCOUNT,
        result="refused" if refusal else "member",
        reason=reason,
        source="entra-sign-in 10 step 7",
        inputs={"user": user.user_principal_name},
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
        groups=(),
        applications=_applications(facts),
        home=facts.home_name,
        resource=facts.tenant.display_name,
    )
    return _refusing(decision, transaction, facts)


def check_guest_consent(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """A pending guest accepts what the organisation wants to know, unless both tenants suppressed it (7.6)."""
    if facts.user is None or not facts.user.pending:
        return PASSED
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
        return _refusing(declined, transaction, facts, before=(decision,))
    return Checked(step=AcceptGuest(silently=False), decisions=(decision,))


# --- conditional access and the second factor -----------------------------------------------------------


def check_conditional_access(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """What do this tenant's policies demand, and is a demanded second factor satisfied (8.1, 9.3)?"""
    result = evaluate(facts.policies, sign_in_record(transaction, facts))
    decision = decide_conditional_access(result)
    if decision.refusal is not None:
        return replace(_refusing(decision, transaction, facts), policies=result)
    demanded, demand = _second_factor_demand(transaction, facts, result)
    outcome = mfa.decide_mfa(_mfa_facts(transaction, facts, demanded=demanded))
    decisions = (decision, *demand, *_inbound_trust(transaction, facts), outcome.decision)
    return Checked(
        step=_second_factor(outcome, transaction, facts), decisions=decisions, policies=result, mfa=outcome.answer
    )


def sign_in_record(transaction: SignInTransaction, facts: SignInFacts) -> SignIn:
    """The sign-in as conditional access judges it."""
    user = facts.user
    assert user is not None, "conditional access runs after the account was found"
    return SignIn(
        user=user.id,
        user_type=user.user_type,
        external_user_type=external_user_type(user),
        home_tenant=user.home.home_tenant if user.home else None,
        groups=user.groups,
        directory_roles=user.directory_roles,
        applications=tuple(sorted(_applications(facts))),
        client=transaction.client,
    )


def _second_factor_demand(
    transaction: SignInTransaction, facts: SignInFacts, result: ConditionalAccessResult
) -> tuple[bool, tuple[Decision, ...]]:
    """Whether a second factor is wanted; beyond policies, by the tenant for its own people or by a resource tenant."""
    if result.demands_mfa:
        return True, ()
    user, request = facts.user, transaction.request
    if user is not None and user.mfa == "always" and not user.external:
        reason = "This tenant asks this person for a second factor at every sign-in."
    elif request is not None and request.demands_mfa and request.resource_tenant is not None:
        reason = f"{facts.resource_tenant_name} accepts this tenant's multifactor authentication and asks for it."
    elif request is not None and request.demands_mfa:
        reason = "The application makes a second factor essential in its claims request."
    else:
        return False, ()
    decision = Decision(rule=Rule.MFA, result="demanded", reason=reason, source="entra-sign-in 8.1 row 4")
    return True, (decision,)


def _inbound_trust(transaction: SignInTransaction, facts: SignInFacts) -> tuple[Decision, ...]:
    """What of the home's claims counts here; a question of external people only (7.5)."""
    identity = transaction.identity
    if identity is None:
        return ()
    trust = (facts.inbound and facts.inbound.inbound_trust) or cross_tenant_access.InboundTrust()
    return (
        mfa.decide_inbound_trust(
            home_kind=identity.kind,
            trust=trust,
            home=facts.home_name or identity.issuer,
            resource=facts.tenant.display_name,
        ),
    )


def _mfa_facts(transaction: SignInTransaction, facts: SignInFacts, *, demanded: bool) -> mfa.MfaFacts:
    identity = transaction.identity
    trust = facts.inbound.inbound_trust if facts.inbound else None
    return mfa.MfaFacts(
        demanded=demanded,
        home_kind=identity.kind if identity else HomeKind.LOCAL,
        tenant=facts.tenant.id,
        home_tenant=identity.home_tenant if identity else None,
        is_mfa_accepted=bool(trust and trust.is_mfa_accepted),
        authentication=transaction.authentication,
        registered_here=bool(facts.credentials and facts.credentials.second_factor_registered),
        registration_possible=facts.tenant.mfa_registration,
        asked_home=transaction.asked_home_for_mfa,
        tenant_name=facts.tenant.display_name,
        home_name=facts.home_name or "the home",
    )


def _second_factor(outcome: mfa.MfaDecision, transaction: SignInTransaction, facts: SignInFacts) -> Step | None:
    if outcome.answer is MfaAnswer.REFUSED:
        reason = outcome.decision.refusal or Reason.MFA_REQUIRED
        return Refuse(reason=reason, values=_values(transaction, facts))
    if outcome.answer is MfaAnswer.CHALLENGE_AT_HOME:
        realm = next((c for c in facts.candidates if c.kind is HomeKind.AZURE_ACTIVE_DIRECTORY), None)
        if realm is None:  # the home no longer knows the address: nothing to send the person to
            return Refuse(reason=Reason.MFA_REQUIRED, values=_values(transaction, facts))
        return SendHome(realm=realm, demand_mfa=True)
    steps: dict[MfaAnswer, Step] = {
        MfaAnswer.CHALLENGE_HERE: AskSecondFactor(),
        MfaAnswer.REGISTER_HERE: RegisterSecondFactor(),
    }
    return steps.get(outcome.answer)


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
    )
    return _refusing(decision, transaction, facts)


# --- the application -------------------------------------------------------------------------------------


def check_assignment(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Is the person assigned, where the application demands it (50105)?"""
    if not facts.application.assignment_required:
        return PASSED
    decision = Decision(
        rule=Rule.ASSIGNMENT,
        result="assigned" if facts.assigned else "not assigned",
        reason=f"The application {facts.application.display_name} admits assigned people only.",
        source="entra-sign-in 10 step 11",
        refusal=None if facts.assigned else Reason.NOT_ASSIGNED,
    )
    return _refusing(decision, transaction, facts)


def check_application_consent(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """May the application have what it asks for (13.5)? Not the same as the guest's consent to the organisation."""
    missing = facts.missing_consent
    if not missing:
        return PASSED
    names = tuple(permission for entry in missing for permission in entry.permissions)
    admin_only = tuple(permission for entry in missing for permission in entry.admin_only)
    administrator = facts.user is not None and GLOBAL_ADMINISTRATOR in facts.user.directory_roles
    refusal = None
    if admin_only and not administrator:
        refusal, result = Reason.ADMIN_CONSENT_REQUIRED, "administrator needed"
    elif transaction.app_consent is False:
        refusal, result = Reason.CONSENT_DECLINED, "declined"
    else:
        result = "asked"
    decision = Decision(
        rule=Rule.APP_CONSENT,
        result=result,
        reason=f"{facts.application.display_name} has not been granted: {', '.join(names)}.",
        source="entra-sign-in 13.5",
        inputs={"permissions": names},
        refusal=refusal,
    )
    if refusal is not None:
        values = _values(transaction, facts) | {"permission": ", ".join(admin_only)}
        return Checked(step=Refuse(reason=refusal, values=values), decisions=(decision,))
    return Checked(step=AskApplicationConsent(missing=missing), decisions=(decision,))


def check_stay_signed_in(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """After a password was typed here, ask once whether the session outlives the browser (50140)."""
    local = transaction.identity is None
    if transaction.fresh and local and transaction.stay_signed_in is None:
        return Checked(step=AskStaySignedIn())
    return PASSED


CHECKS: tuple[Check, ...] = (
    check_cancelled,
    check_session,
    check_home_realm,
    check_account,
    check_inbound,
    check_guest_consent,
    check_conditional_access,
    check_outbound,
    check_assignment,
    check_application_consent,
    check_stay_signed_in,
)

#: What is asked again when a refresh token is used: the person may be gone, and policies may have changed.
REFRESH_CHECKS: tuple[Check, ...] = (
    check_account,
    check_inbound,
    check_guest_consent,
    check_conditional_access,
    check_assignment,
)

#: What ``prompt=none`` answers where a page would have been needed (entra-sign-in 13.1).
SILENT: dict[type, Reason] = {
    AskUserName: Reason.LOGIN_REQUIRED,
    AskPassword: Reason.LOGIN_REQUIRED,
    AskPasscode: Reason.LOGIN_REQUIRED,
    SendHome: Reason.LOGIN_REQUIRED,
    PickAccount: Reason.SEVERAL_ACCOUNTS,
    AskGuestConsent: Reason.GUEST_PENDING,
    RegisterSecondFactor: Reason.MFA_REGISTRATION_REQUIRED,
    AskSecondFactor: Reason.MFA_REQUIRED,
    AskApplicationConsent: Reason.CONSENT_REQUIRED,
    AskStaySignedIn: Reason.LOGIN_REQUIRED,
}


def _without_asking(step: Step, transaction: SignInTransaction, facts: SignInFacts) -> Step:
    reason = SILENT.get(type(step))
    if isinstance(step, SendHome) and step.demand_mfa:
        reason = Reason.MFA_REQUIRED
    return step if reason is None else Refuse(reason=reason, values=_values(transaction, facts))


# --- small helpers ---------------------------------------------------------------------------------------


def _authenticated(transaction: SignInTransaction) -> bool:
    return transaction.user is not None or transaction.identity is not None


def _recent_enough(account: Account, transaction: SignInTransaction, now: datetime) -> bool:
    """``max_age`` (OpenID Connect Core 3.1.2.1) against the newest thing the person did."""
    max_age = transaction.request.max_age if transaction.request else None
    instant = account.session.authentication.instant
    return max_age is None or (instant is not None and now - instant <= timedelta(seconds=max_age))


def _use(account: Account) -> Checked:
    decision = Decision(
        rule=Rule.SESSION,
        result="single sign-on",
        reason=f"{account.user.sign_in_name} is already signed in here since {account.session.signed_in:%Y-%m-%d %H:%M}Z.",
        source="entra-sign-in 10 step 3",
        inputs={"account": account.user.sign_in_name},
    )
    return Checked(step=UseAccount(account=account), decisions=(decision,))


def _applications(facts: SignInFacts) -> frozenset[str]:
    resource = {facts.resource.client_id} if facts.resource else set()
    return frozenset({facts.application.client_id, *resource})


def _refusing(
    decision: Decision, transaction: SignInTransaction, facts: SignInFacts, *, before: tuple[Decision, ...] = ()
) -> Checked:
    """The decision, and the refusal that follows from it if any."""
    step = Refuse(reason=decision.refusal, values=_values(transaction, facts)) if decision.refusal else None
    return Checked(step=step, decisions=(*before, decision))


def _values(transaction: SignInTransaction, facts: SignInFacts) -> dict[str, object]:
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

"""What enabled policies demand, taken one by one: is it shown, can it be asked for, or does it end the sign-in?

Of a policy with ``AND`` everything is wanted, of one with ``OR`` the first that can be had, in the order of
prompting (entra-sign-in 9.3). A row of ``ATTEMPTS`` says how one control is had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from federation import cross_tenant_access, device_trust, mfa
from federation.authentication_strength import AuthenticationStrength, meets
from federation.cross_tenant_access import InboundTrust
from federation.decisions import Decision
from federation.device_trust import DeviceAnswer, DeviceControl, DeviceFacts
from federation.mfa import MfaAnswer
from federation.model import AuthenticationContext, HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access import grant_controls as controls
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.conditional_access.grant_controls import Fulfilment, Requirement
from idp_sim.conditional_access.vocabulary import REGISTER_SECURITY_INFORMATION
from idp_sim.sign_in.checks import factors
from idp_sim.sign_in.checks.common import Checked, refusing, sentence_values
from idp_sim.sign_in.checks.records import believed_device, sign_in_record
from idp_sim.sign_in.checks.sign_in_frequency import realm_of_home, without_old_second_factors
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskSecondFactor, AskTermsOfUse, Refuse, RegisterSecondFactor, SendHome, Step

#: Answers that leave nothing to ask for.
SATISFIED = frozenset({MfaAnswer.ACCEPTED_FROM_HOME, MfaAnswer.SATISFIED_HERE})
#: How many wrong codes end a sign-in; the real number is not documented.
WRONG_CODES = 10
#: Client applications that can't ask a person for anything (9.4).
LEGACY_CLIENTS = ("exchangeActiveSync", "other")
SECOND_FACTOR_CONTROLS = (controls.MFA, controls.AUTHENTICATION_STRENGTH)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What trying to fulfil something led to: nothing more to do, a step, or a refusal as a step."""

    step: Step | None = None
    decisions: tuple[Decision, ...] = ()
    answer: MfaAnswer | None = None

    @property
    def refused(self) -> bool:
        """Whether it can't be had."""
        return isinstance(self.step, Refuse)


@dataclass(frozen=True)
class Case:
    """One sign-in with what policies said of it; ``limit`` is how old a second factor may be."""

    result: ConditionalAccessResult
    transaction: SignInTransaction
    facts: SignInFacts
    now: datetime
    limit: datetime | None

    @property
    def trust(self) -> InboundTrust:
        """What this tenant believes of the home."""
        return (self.facts.inbound and self.facts.inbound.inbound_trust) or InboundTrust()

    @property
    def home_kind(self) -> HomeKind:
        """Where the person signs in."""
        return self.transaction.identity.kind if self.transaction.identity else HomeKind.LOCAL

    @property
    def external(self) -> bool:
        """Whether the person comes from outside."""
        return self.transaction.identity is not None

    @cached_property
    def authentication(self) -> AuthenticationContext:
        """Everything that was done and is new enough."""
        return without_old_second_factors(self.transaction.authentication, self.limit)

    @cached_property
    def believed(self) -> AuthenticationContext:
        """What of it counts at this tenant."""
        identity = self.transaction.identity
        if identity is None:
            return self.authentication
        return mfa.trusted(
            self.authentication, tenant=self.facts.tenant.id, home_tenant=identity.home_tenant, trust=self.trust
        )

    @cached_property
    def fulfilment(self) -> Fulfilment:
        """What has been shown already."""
        tenant, device = self.facts.tenant.id, believed_device(self.transaction, self.facts)
        strengths = self.facts.book.strengths
        # Strengths are for members and guests of Entra homes (8.1 row 12).
        judged = self.home_kind in (HomeKind.LOCAL, HomeKind.AZURE_ACTIVE_DIRECTORY)
        return Fulfilment(
            mfa=self.second_factor(demanded=True).answer in SATISFIED,
            strengths=frozenset(
                id
                for id in self._named_strengths
                if judged and id in strengths and meets(self.believed, strengths[id], tenant=tenant)
            ),
            compliant_device=device is not None and device.compliant,
            hybrid_joined_device=device is not None and device.hybrid_joined,
            terms_of_use=self.accepted_terms,
        )

    @property
    def accepted_terms(self) -> frozenset[str]:
        """Agreements that were accepted before or just now."""
        return self.facts.accepted_terms | frozenset(self.transaction.accepted_terms)

    @property
    def risky(self) -> bool:
        """Whether a policy about risky sign-ins demands the second factor (8.1 row 14)."""
        return any(
            policy.conditions.sign_in_risk_levels and not set(SECOND_FACTOR_CONTROLS).isdisjoint(policy.controls)
            for policy in self.result.enforced
        )

    @cached_property
    def registration_barred(self) -> bool:
        """Whether policies on registering security information keep the person from it (8.1 row 18)."""
        if not self.facts.book.guards_registration:
            return False
        record = sign_in_record(self.transaction, self.facts, user_action=REGISTER_SECURITY_INFORMATION)
        guarding = self.facts.book.evaluate(record)
        if guarding.blocked:
            return True
        device = believed_device(self.transaction, self.facts)
        shown = Fulfilment(
            mfa=self.believed.second_factor is not None,
            compliant_device=device is not None and device.compliant,
            hybrid_joined_device=device is not None and device.hybrid_joined,
            terms_of_use=self.accepted_terms,
        )
        return bool(guarding.open(shown))

    @property
    def _named_strengths(self) -> frozenset[str]:
        """Strengths of every policy that applies, those of report-only policies included: the log tells of them."""
        named = (policy.grant_controls.authentication_strength for policy in self.result.policies if policy.applies)
        return frozenset(id for id in named if id is not None)

    def second_factor(self, *, demanded: bool, strengths: tuple[AuthenticationStrength, ...] = ()) -> mfa.MfaDecision:
        """The pure decision of the matrix 8.1 for this sign-in."""
        transaction, facts = self.transaction, self.facts
        identity = transaction.identity
        registered = frozenset(factors.usable(facts, self.now))
        registrable = frozenset(factors.registrable(facts))
        return mfa.decide_mfa(
            mfa.MfaFacts(
                demanded=demanded,
                strengths=strengths,
                home_kind=self.home_kind,
                tenant=facts.tenant.id,
                home_tenant=identity.home_tenant if identity else None,
                is_mfa_accepted=self.trust.is_mfa_accepted,
                authentication=self.authentication,
                registered_here=bool(registered),
                registration_possible=facts.tenant.mfa_registration and bool(registrable),
                registered=registered,
                registrable=registrable,
                risky=self.risky,
                registration_barred=not registered and self.registration_barred,
                direct_connect=transaction.direct_connect,
                asked_home=transaction.asked_home_for_mfa,
                tenant_name=facts.tenant.display_name,
                home_name=facts.home_name or "the home",
            )
        )


def check_demands(
    result: ConditionalAccessResult,
    transaction: SignInTransaction,
    facts: SignInFacts,
    now: datetime,
    *,
    limit: datetime | None = None,
) -> Checked:
    """Go through everything that is still open, in the order of prompting."""
    case = Case(result, transaction, facts, now, limit)
    wanted = _wanted(case)
    beside, why = _beside_policies(transaction, facts)
    second_factor = tuple(need for need in case.result.demands if need.control in SECOND_FACTOR_CONTROLS)
    second_factor = tuple(need for need in second_factor if need in wanted or controls.is_met(need, case.fulfilment))
    first = _try_second_factor(case, second_factor, beside=beside)
    decisions = (*why, *_inbound_trust(transaction, facts), *first.decisions, *_device_shown(case))
    step = first.step
    for need in wanted:
        if step is None and need.control not in SECOND_FACTOR_CONTROLS:
            attempt = ATTEMPTS[need.control](case, need)
            decisions += attempt.decisions
            step = attempt.step
    judged = replace(result, fulfilment=case.fulfilment)
    return Checked(step=step, decisions=decisions, policies=judged, mfa=first.answer)


def _wanted(case: Case) -> tuple[Requirement, ...]:
    """What the person must still show: all of an ``AND``, one of an ``OR``."""
    needs: set[Requirement] = set()
    for policy in case.result.enforced:
        missing = controls.open_requirements(policy.grant_controls, case.fulfilment)
        if policy.grant_controls.operator == "OR" and missing:
            possible = [need for need in missing if not _attempt(case, need).refused]
            missing = (possible or missing)[:1]
        needs.update(missing)
    return tuple(need for need in case.result.demands if need in needs)


def _attempt(case: Case, need: Requirement) -> Attempt:
    if need.control in SECOND_FACTOR_CONTROLS:
        return _try_second_factor(case, (need,))
    return ATTEMPTS[need.control](case, need)


# --- second factors ----------------------------------------------------------------------------------


def _try_second_factor(case: Case, needs: tuple[Requirement, ...], *, beside: bool = False) -> Attempt:
    """Everything that is wanted of second factors, at once; ``beside`` adds what others than policies want."""
    asked = _strengths_asked_for(case.transaction) if beside else ()
    demanded = (beside and not asked) or any(need.control == controls.MFA for need in needs)
    if needs and case.transaction.client.client_app in LEGACY_CLIENTS:
        return _refused(case, Rule.MFA, "client", "This kind of client can't ask for a second factor.", "9.4")
    strengths = (
        *(case.facts.book.strengths[need.value] for need in needs if need.control == controls.AUTHENTICATION_STRENGTH),
        *asked,
    )
    outcome = case.second_factor(demanded=demanded, strengths=strengths)
    step = _second_factor_step(outcome, case, strengths, demanded=demanded)
    attempt = Attempt(step=step, decisions=(outcome.decision,), answer=outcome.answer)
    if isinstance(attempt.step, AskSecondFactor | RegisterSecondFactor) and _exhausted(case.transaction):
        return _refused(
            case,
            Rule.MFA,
            "too many wrong codes",
            f"The second factor was wrong {WRONG_CODES} times in this sign-in.",
            "15.3",
            reason=Reason.WRONG_SECOND_FACTOR,
            before=attempt,
        )
    return attempt


def _exhausted(transaction: SignInTransaction) -> bool:
    return transaction.wrong_codes >= WRONG_CODES


def _second_factor_step(
    outcome: mfa.MfaDecision, case: Case, strengths: tuple[AuthenticationStrength, ...], *, demanded: bool
) -> Step | None:
    values = sentence_values(case.transaction, case.facts)
    if outcome.answer is MfaAnswer.REFUSED:
        return Refuse(reason=outcome.decision.refusal or Reason.MFA_REQUIRED, values=values)
    if outcome.answer is MfaAnswer.CHALLENGE_AT_HOME:
        realm = realm_of_home(case.transaction, case.facts)
        if realm is None:  # the home no longer knows the address: nothing to send the person to
            return Refuse(reason=Reason.MFA_REQUIRED, values=values)
        # A factor that is only too old would be shown again from the home's own session.
        stale = case.authentication != case.transaction.authentication
        return SendHome(
            realm=realm,
            demand_mfa=demanded,
            strengths=tuple(strength.combinations for strength in strengths),
            reauthenticate=stale,
        )
    if outcome.answer is MfaAnswer.CHALLENGE_HERE:
        return factors.ask(case.transaction, case.facts, case.now, outcome.acceptable)
    if outcome.answer is MfaAnswer.REGISTER_HERE:
        return factors.register(case.transaction, case.facts, outcome.acceptable)
    return None


def _strengths_asked_for(transaction: SignInTransaction) -> tuple[AuthenticationStrength, ...]:
    """Strengths that a resource tenant asks the home for; it sends them by their combinations."""
    demanded = transaction.request.demanded_strengths if transaction.request else ()
    return tuple(
        AuthenticationStrength(id="", display_name="The authentication strength asked for", combinations=combinations)
        for combinations in demanded
    )


def _beside_policies(transaction: SignInTransaction, facts: SignInFacts) -> tuple[bool, tuple[Decision, ...]]:
    """Whether a second factor is wanted for another reason: by the tenant of its own people, or by who asks."""
    user, request = facts.user, transaction.request
    if user is not None and user.mfa == "always" and not user.external:
        reason = "This tenant asks this person for a second factor at every sign-in."
    elif request is not None and request.resource_tenant and (request.demands_mfa or request.demanded_strengths):
        reason = f"{facts.resource_tenant_name} accepts this tenant's multifactor authentication and asks for it."
    elif transaction.relying_party is not None and transaction.demands_mfa:
        reason = f"{facts.application.display_name} asks for a second factor."
    elif transaction.demands_mfa:
        reason = "The application makes a second factor essential in its claims request."
    else:
        return False, ()
    row = 7 if request and request.demanded_strengths else 17 if request and request.direct_connect else 4
    decision = Decision(rule=Rule.MFA, result="demanded", reason=reason, source=f"entra-sign-in 8.1 row {row}")
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


# --- devices -----------------------------------------------------------------------------------------


def _device_shown(case: Case) -> tuple[Decision, ...]:
    """Why a demanded state of the device is fulfilled already, where one is (row 9)."""
    named = (
        need
        for need in case.result.demands
        if need.control in (controls.COMPLIANT_DEVICE, controls.DOMAIN_JOINED_DEVICE)
    )
    shown = (_try_device(case, need) for need in named if controls.is_met(need, case.fulfilment))
    return tuple(decision for attempt in shown for decision in attempt.decisions)


def _try_device(case: Case, need: Requirement) -> Attempt:
    """Rows 8-10 of the matrix, and members, whose devices need no trust."""
    identity, transaction = case.transaction.identity, case.transaction
    compliant = need.control == controls.COMPLIANT_DEVICE
    device = transaction.client.device
    shown_by_member = device.compliant if compliant else device.hybrid_joined
    shown_by_home = identity is not None and (identity.compliant_device if compliant else identity.hybrid_joined_device)
    trust = case.trust
    flag = trust.is_compliant_device_accepted if compliant else trust.is_hybrid_azure_ad_joined_device_accepted
    decided = device_trust.decide_device(
        DeviceFacts(
            control=DeviceControl(need.control),
            home_kind=case.home_kind,
            trusted=flag or identity is None,
            shown=shown_by_home if identity is not None else shown_by_member,
            asked_home=transaction.asked_home_for_device,
            tenant_name=case.facts.tenant.display_name,
            home_name=case.facts.home_name or "the home",
        )
    )
    if decided.answer is DeviceAnswer.SATISFIED:
        return Attempt(decisions=(decided.decision,))
    realm = realm_of_home(transaction, case.facts)
    if decided.answer is DeviceAnswer.CHALLENGE_AT_HOME and realm is not None:
        return Attempt(step=SendHome(realm=realm, demand_device=True), decisions=(decided.decision,))
    otherwise = Reason.DEVICE_NOT_COMPLIANT if compliant else Reason.DEVICE_NOT_DOMAIN_JOINED
    reason = decided.decision.refusal or otherwise
    values = sentence_values(transaction, case.facts)
    return Attempt(step=Refuse(reason=reason, values=values), decisions=(decided.decision,))


# --- what can't be shown here ------------------------------------------------------------------------

_NEVER: Mapping[str, Reason] = {
    controls.APPROVED_APPLICATION: Reason.APPLICATION_NOT_APPROVED,
    controls.COMPLIANT_APPLICATION: Reason.APPLICATION_NOT_PROTECTED,
    controls.PASSWORD_CHANGE: Reason.PASSWORD_CHANGE_REQUIRED,
}


def _never(case: Case, need: Requirement) -> Attempt:
    """Controls that external users can't fulfil at all (9.2); no application here is one that they ask for."""
    if case.external:
        sentence = f"External users can't fulfil '{need.control}' in another tenant, so they are blocked."
        return _refused(case, Rule.CONDITIONAL_ACCESS, "blocked", sentence, "9.2")
    sentence = f"The control '{need.control}' is not fulfilled."
    return _refused(case, Rule.CONDITIONAL_ACCESS, "refused", sentence, "9.2", reason=_NEVER[need.control])


# --- terms of use ------------------------------------------------------------------------------------


def _try_terms(case: Case, need: Requirement) -> Attempt:
    """Show the agreement; a person who declines is kept out and asked again next time (16.3)."""
    if case.transaction.direct_connect:
        sentence = "Terms of use do not exist for direct connect users, so they are blocked."
        return _refused(case, Rule.TERMS_OF_USE, "refused", sentence, "9.2")
    agreement = case.facts.book.terms_of_use.get(need.value)
    if agreement is None:
        return _refused(case, Rule.TERMS_OF_USE, "refused", "The demanded terms of use do not exist any more.", "16.3")
    if case.transaction.declined_terms == agreement.id:
        sentence = f"The person declined '{agreement.display_name}'."
        return _refused(case, Rule.TERMS_OF_USE, "declined", sentence, "16.3", reason=Reason.TERMS_OF_USE_DECLINED)
    decision = Decision(
        rule=Rule.TERMS_OF_USE,
        result="asked",
        reason=f"'{agreement.display_name}' has not been accepted, or must be accepted again.",
        source="entra-sign-in 16.3",
        inputs={"agreement": agreement.id},
    )
    user = case.facts.user
    language = user.preferred_language if user is not None else None
    file = agreement.file_for(name for name in (language, case.facts.tenant.preferred_language) if name)
    return Attempt(step=AskTermsOfUse(agreement=agreement, file=file), decisions=(decision,))


#: How each control is had, besides second factors, which are asked for together.
ATTEMPTS: Mapping[str, Callable[[Case, Requirement], Attempt]] = {
    controls.COMPLIANT_DEVICE: _try_device,
    controls.DOMAIN_JOINED_DEVICE: _try_device,
    controls.APPROVED_APPLICATION: _never,
    controls.COMPLIANT_APPLICATION: _never,
    controls.PASSWORD_CHANGE: _never,
    controls.TERMS_OF_USE: _try_terms,
}


def _refused(
    case: Case,
    rule: Rule,
    result: str,
    sentence: str,
    section: str,
    *,
    reason: Reason = Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
    before: Attempt | None = None,
) -> Attempt:
    decision = Decision(rule=rule, result=result, reason=sentence, source=f"entra-sign-in {section}", refusal=reason)
    checked = refusing(decision, case.transaction, case.facts)
    earlier = before or Attempt()
    return Attempt(step=checked.step, decisions=(*earlier.decisions, *checked.decisions), answer=earlier.answer)

"""The one dispatcher: from the transaction and the facts to the next step, pure.

The pipeline is the table ``CHECKS``, in the order of entra-sign-in 10. Each check answers with the
decisions it made and, where the sign-in can't pass it yet, the step that comes next. Checks never call
each other; browser and headless sign-in both ask here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from federation.decisions import Decision
from federation.mfa import MfaAnswer
from federation.reasons import Reason
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.sign_in.checks.admission import (
    check_account,
    check_guest_consent,
    check_inbound,
    check_outbound,
    check_passcode_session,
)
from idp_sim.sign_in.checks.application import check_application_consent, check_assignment, check_stay_signed_in
from idp_sim.sign_in.checks.common import Check, sentence_values
from idp_sim.sign_in.checks.direct_connect import check_direct_connect_consent, check_direct_connect_home
from idp_sim.sign_in.checks.network import check_network_policy, check_reachable_tenants
from idp_sim.sign_in.checks.policy import check_conditional_access
from idp_sim.sign_in.checks.records import wanted_contexts
from idp_sim.sign_in.checks.who import check_cancelled, check_home_realm, check_invitation, check_session
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import (
    AskApplicationConsent,
    AskGuestConsent,
    AskPasscode,
    AskPassword,
    AskSecondFactor,
    AskStaySignedIn,
    AskTermsOfUse,
    AskUserName,
    Finish,
    NextStep,
    PickAccount,
    Refuse,
    RegisterSecondFactor,
    SendHome,
    Step,
)

CHECKS: tuple[Check, ...] = (
    check_cancelled,
    check_reachable_tenants,
    check_invitation,
    check_session,
    check_direct_connect_home,
    check_home_realm,
    check_network_policy,
    check_account,
    check_inbound,
    check_guest_consent,
    check_direct_connect_consent,
    check_conditional_access,
    check_outbound,
    check_assignment,
    check_application_consent,
    check_stay_signed_in,
)

#: What is asked again when a refresh token is used: the person may be gone, and policies may have changed.
REFRESH_CHECKS: tuple[Check, ...] = (
    check_passcode_session,
    check_reachable_tenants,
    check_network_policy,
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
    AskTermsOfUse: Reason.TERMS_OF_USE_REQUIRED,
    AskApplicationConsent: Reason.CONSENT_REQUIRED,
    AskStaySignedIn: Reason.LOGIN_REQUIRED,
}


def next_step(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> NextStep:
    """What comes next in this sign-in, and every decision on the way there."""
    return _run(CHECKS, transaction, facts, now)


def recheck(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Refuse | None:
    """Why a grant that was given earlier can't be used any more, or None; nobody can be asked here."""
    answer = _run(REFRESH_CHECKS, transaction, facts, now)
    step = answer.step
    if not isinstance(step, Refuse):
        return None
    claims = _claims_challenge(transaction, facts, answer.policies)
    return replace(step, values={**step.values, "claims": claims}) if claims else step


def _claims_challenge(
    transaction: SignInTransaction, facts: SignInFacts, policies: ConditionalAccessResult | None
) -> str | None:
    """What a client has to ask for to get further, as the JSON text of a ``claims`` parameter (13.7, 13.8)."""
    if policies is None or policies.blocked or not policies.unsatisfied:
        return None
    if contexts := wanted_contexts(transaction, facts):
        wanted: dict[str, object] = {"acrs": {"essential": True, "value": contexts[0]}}
    else:
        wanted = {"polids": {"essential": True, "values": list(policies.unsatisfied)}}
    return json.dumps({"access_token": wanted}, separators=(",", ":"))


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
    if transaction.silent:
        step = _without_asking(step, transaction, facts)
    return NextStep(step=step, decisions=decisions, policies=policies, mfa=answer)


def _without_asking(step: Step, transaction: SignInTransaction, facts: SignInFacts) -> Step:
    reason = SILENT.get(type(step))
    if isinstance(step, SendHome) and (step.demand_mfa or step.strengths):
        reason = Reason.MFA_REQUIRED
    return step if reason is None else Refuse(reason=reason, values=sentence_values(transaction, facts))

"""``prompt=none``: nobody can be asked, so every question becomes the error that the application gets (13.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from federation.model import Method
from federation.reasons import Reason
from idp_sim.applications.consent import MissingConsent
from idp_sim.directory.model import Credentials
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.next_step import SILENT, next_step, recheck
from idp_sim.sign_in.steps import QUESTIONS, Finish, Refuse, SendHome, UseAccount
from tests.sign_in_records import (
    ANA,
    AT_CONTOSO,
    BY_PASSCODE,
    CONTOSO_ID,
    GRAPH,
    GUEST,
    MEMBER,
    NOON,
    OTTO,
    OTTO_GUEST,
    PENDING,
    account_of,
    came_back,
    did,
    facts_of,
    guest_facts,
    inbound,
    policy,
    realm_of,
    silent,
    transaction_of,
    typed_password,
)

OMAR = account_of(MEMBER)
MEGAN = account_of(replace(MEMBER, id="megan-object", user_principal_name="megan@contoso.example"))
AUTHENTICATOR = Credentials(user="whoever", totp_secret="JBSWY3DPEHPK3PXP")
MFA = policy("mfa")


@pytest.mark.parametrize(
    ("transaction", "facts", "reason", "error"),
    [
        pytest.param(transaction_of(), facts_of(), Reason.LOGIN_REQUIRED, "login_required", id="nobody"),
        pytest.param(
            transaction_of(),
            facts_of(accounts=(OMAR, MEGAN)),
            Reason.SEVERAL_ACCOUNTS,
            "interaction_required",
            id="several accounts",
        ),
        pytest.param(
            transaction_of(address="omar@contoso.example"),
            facts_of(realm=realm_of("omar@contoso.example", local=True), candidates=(AT_CONTOSO,)),
            Reason.LOGIN_REQUIRED,
            "login_required",
            id="a password",
        ),
        pytest.param(
            transaction_of(address="otto@proseware.example"),
            facts_of(realm=realm_of("otto@proseware.example", known=True), candidates=(BY_PASSCODE,)),
            Reason.LOGIN_REQUIRED,
            "login_required",
            id="a passcode",
        ),
        pytest.param(
            transaction_of(address="ana@fabrikam.example"),
            guest_facts(user=None),
            Reason.LOGIN_REQUIRED,
            "login_required",
            id="the home",
        ),
        pytest.param(
            came_back(),
            guest_facts(policies=(MFA,), inbound=inbound(accept_mfa=True)),
            Reason.MFA_REQUIRED,
            "interaction_required",
            id="the home for a second factor",
        ),
        pytest.param(
            came_back(),
            guest_facts(policies=(MFA,)),
            Reason.MFA_REGISTRATION_REQUIRED,
            "interaction_required",
            id="a second factor to register",
        ),
        pytest.param(
            came_back(),
            guest_facts(policies=(MFA,), credentials=AUTHENTICATOR),
            Reason.MFA_REQUIRED,
            "interaction_required",
            id="a second factor",
        ),
        pytest.param(
            came_back(),
            guest_facts(user=PENDING),
            Reason.GUEST_PENDING,
            "interaction_required",
            id="the guest's consent",
        ),
        pytest.param(
            came_back(),
            guest_facts(missing_consent=(MissingConsent(resource=GRAPH, permissions=("User.Read",)),)),
            Reason.CONSENT_REQUIRED,
            "consent_required",
            id="the application's consent",
        ),
        pytest.param(
            came_back(),
            guest_facts(policies=(policy("block"),)),
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            "access_denied",
            id="a refusal stays one",
        ),
        pytest.param(
            came_back(),
            guest_facts(user=replace(GUEST, account_enabled=False)),
            Reason.ACCOUNT_DISABLED,
            "interaction_required",
            id="a blocked account",
        ),
    ],
)
def test_what_a_silent_request_is_answered(
    transaction: SignInTransaction, facts: SignInFacts, reason: Reason, error: str
) -> None:
    step = next_step(silent(transaction), facts, NOON).step
    assert isinstance(step, Refuse)
    assert (step.reason, step.reason.value.silent_error) == (reason, error)


def test_every_question_and_the_trip_home_have_their_silent_answer() -> None:
    assert set(SILENT) == {*QUESTIONS, SendHome}


def test_what_needs_nobody_goes_on_silently() -> None:
    assert next_step(silent(transaction_of()), facts_of(accounts=(OMAR,)), NOON).step == UseAccount(account=OMAR)
    signed_on = silent(typed_password(from_session=True, fresh=False))
    assert next_step(signed_on, facts_of(user=MEMBER), NOON).step == Finish()


# --- refresh tokens ------------------------------------------------------------------------------------

PASSED_HERE = ANA.context.joined(did(Method.SOFTWARE_OATH, at=CONTOSO_ID))


@pytest.mark.parametrize(
    ("transaction", "facts", "reason"),
    [
        pytest.param(came_back(), guest_facts(), None, id="nothing changed"),
        pytest.param(came_back(authentication=PASSED_HERE), guest_facts(policies=(MFA,)), None, id="MFA was done"),
        pytest.param(
            came_back(), guest_facts(policies=(MFA,)), Reason.MFA_REGISTRATION_REQUIRED, id="a policy wants MFA now"
        ),
        pytest.param(
            came_back(),
            guest_facts(policies=(policy("block"),)),
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            id="a new block",
        ),
        pytest.param(
            came_back(), guest_facts(inbound=inbound(access="blocked")), Reason.INBOUND_BLOCKED, id="inbound closed"
        ),
        pytest.param(came_back(), guest_facts(user=None), Reason.GUEST_NOT_INVITED, id="the guest is gone"),
        pytest.param(typed_password(), facts_of(), Reason.USER_UNKNOWN, id="the member is gone"),
        pytest.param(
            typed_password(stay_signed_in=None), facts_of(user=MEMBER), None, id="nobody is asked to stay signed in"
        ),
    ],
)
def test_a_grant_is_judged_again_when_it_is_used(
    transaction: SignInTransaction, facts: SignInFacts, reason: Reason | None
) -> None:
    refusal = recheck(silent(transaction), facts, NOON)
    assert (refusal.reason if refusal else None) is reason


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param(timedelta(hours=24, seconds=-1), None, id="within 24 hours"),
        pytest.param(timedelta(hours=24), Reason.GRANT_EXPIRED, id="after 24 hours"),
    ],
)
def test_a_passcode_serves_refresh_tokens_for_24_hours(after: timedelta, reason: Reason | None) -> None:
    later_code = OTTO.context.joined(did(Method.SOFTWARE_OATH, at=CONTOSO_ID, ago=-timedelta(hours=20)))
    transaction = silent(came_back(OTTO, authentication=later_code))
    refusal = recheck(transaction, facts_of(user=OTTO_GUEST), NOON + after)
    assert (refusal.reason if refusal else None) is reason

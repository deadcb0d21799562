"""Strengths, direct connect and registration in the matrix: rows 5-7, 12 and 14-18 of entra-sign-in 8.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.authentication_strength import (
    MULTIFACTOR_AUTHENTICATION,
    PHISHING_RESISTANT_MFA,
    AuthenticationStrength,
)
from federation.mfa import MfaAnswer, MfaFacts, decide_mfa
from federation.model import Method
from federation.reasons import Reason
from federation.words import Rule
from tests.federation.test_mfa_decision import (
    CONTOSO,
    ENTRA,
    FABRIKAM,
    MEMBER,
    MFA_AT_HOME,
    MFA_HERE,
    PASSCODE,
    SAML,
    did,
)

MFA, RESISTANT = (MULTIFACTOR_AUTHENTICATION,), (PHISHING_RESISTANT_MFA,)
TEXT_MESSAGE = (AuthenticationStrength(id="sms", display_name="Text message", combinations=("password,sms",)),)
PASSWORD_ALONE = (AuthenticationStrength(id="pwd", display_name="Password", combinations=("password",)),)
SAME = frozenset({Method.SOFTWARE_OATH})
STRONG = replace(ENTRA, demanded=False, strengths=MFA, registered=SAME, registrable=SAME, registered_here=True)
TRUSTED = replace(STRONG, is_mfa_accepted=True)
KEY_AT_HOME = did((Method.FIDO2, FABRIKAM))


@pytest.mark.parametrize(
    ("facts", "answer", "row", "refusal"),
    [
        pytest.param(STRONG, MfaAnswer.CHALLENGE_HERE, "8.1 row 5", None, id="row 5: a registered method completes it"),
        pytest.param(
            replace(STRONG, registered=frozenset(), registered_here=False),
            MfaAnswer.REGISTER_HERE,
            "8.1 row 5",
            None,
            id="row 5: registers one that completes it",
        ),
        pytest.param(
            replace(STRONG, authentication=MFA_AT_HOME),
            MfaAnswer.CHALLENGE_HERE,
            "8.1 row 5",
            None,
            id="row 5: the home's methods are ignored",
        ),
        pytest.param(
            replace(STRONG, authentication=MFA_HERE), MfaAnswer.SATISFIED_HERE, "8.1 row 5", None, id="row 5: done here"
        ),
        pytest.param(
            replace(STRONG, strengths=RESISTANT, authentication=KEY_AT_HOME, registrable=frozenset(Method)),
            MfaAnswer.REFUSED,
            "8.1 row 5",
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            id="row 5: phishing resistant can't be met by a guest here",
        ),
        pytest.param(
            replace(TRUSTED, authentication=MFA_AT_HOME),
            MfaAnswer.ACCEPTED_FROM_HOME,
            "8.1 row 6",
            None,
            id="row 6: the home's methods meet it",
        ),
        pytest.param(
            replace(TRUSTED, strengths=RESISTANT, authentication=KEY_AT_HOME),
            MfaAnswer.ACCEPTED_FROM_HOME,
            "8.1 row 6",
            None,
            id="row 6: a key at home is phishing resistant",
        ),
        pytest.param(
            replace(TRUSTED, strengths=RESISTANT, authentication=MFA_AT_HOME),
            MfaAnswer.CHALLENGE_AT_HOME,
            "8.1 row 7",
            None,
            id="row 7: MFA done at home, but not with a method that does",
        ),
        pytest.param(
            replace(TRUSTED, strengths=RESISTANT, authentication=MFA_AT_HOME, asked_home=True),
            MfaAnswer.REFUSED,
            "8.1 row 7",
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            id="row 7: the home was asked and did not do it",
        ),
        pytest.param(
            replace(PASSCODE, strengths=MFA, is_mfa_accepted=True),
            MfaAnswer.REFUSED,
            "8.1 row 12",
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            id="row 12: a passcode guest",
        ),
        pytest.param(
            replace(SAML, strengths=MFA, is_mfa_accepted=True),
            MfaAnswer.REFUSED,
            "8.1 row 12",
            Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
            id="row 12: a SAML guest",
        ),
        pytest.param(
            replace(ENTRA, risky=True),
            MfaAnswer.REFUSED,
            "8.1 row 14",
            Reason.PROOF_UP_BLOCKED_DUE_TO_RISK,
            id="row 14: risky, nothing registered",
        ),
        pytest.param(
            replace(ENTRA, risky=True, registered_here=True),
            MfaAnswer.CHALLENGE_HERE,
            "8.1 row 2",
            None,
            id="row 14: risky, registered before",
        ),
        pytest.param(
            replace(ENTRA, direct_connect=True, registered_here=True),
            MfaAnswer.REFUSED,
            "8.1 row 15",
            Reason.INBOUND_MFA_NOT_ACCEPTED,
            id="row 15: direct connect without trust",
        ),
        pytest.param(
            replace(STRONG, direct_connect=True, authentication=MFA_AT_HOME),
            MfaAnswer.REFUSED,
            "8.1 row 15",
            Reason.INBOUND_MFA_NOT_ACCEPTED,
            id="row 15: direct connect, strength, without trust",
        ),
        pytest.param(
            replace(ENTRA, direct_connect=True, is_mfa_accepted=True, authentication=MFA_AT_HOME),
            MfaAnswer.ACCEPTED_FROM_HOME,
            "8.1 row 16",
            None,
            id="row 16: direct connect, trusted and done",
        ),
        pytest.param(
            replace(ENTRA, direct_connect=True, is_mfa_accepted=True),
            MfaAnswer.CHALLENGE_AT_HOME,
            "8.1 row 17",
            None,
            id="row 17: direct connect, trusted and not done (choice)",
        ),
        pytest.param(
            replace(ENTRA, registration_barred=True),
            MfaAnswer.REFUSED,
            "8.1 row 18",
            Reason.PROOF_UP_BLOCKED_BY_POLICY,
            id="row 18: must not register from here",
        ),
        pytest.param(
            replace(
                MEMBER,
                demanded=False,
                strengths=RESISTANT,
                registered=frozenset({Method.FIDO2, Method.SOFTWARE_OATH}),
                registered_here=True,
            ),
            MfaAnswer.CHALLENGE_HERE,
            "9.3",
            None,
            id="a member uses a key",
        ),
        pytest.param(
            replace(STRONG, strengths=PASSWORD_ALONE, demanded=True, authentication=did((Method.PASSWORD, CONTOSO))),
            MfaAnswer.CHALLENGE_HERE,
            "8.1 row 5",
            None,
            id="a strength of one factor does not answer for mfa",
        ),
    ],
)
def test_rows_of_the_matrix_with_strengths(
    facts: MfaFacts, answer: MfaAnswer, row: str, refusal: Reason | None
) -> None:
    result = decide_mfa(facts)
    assert (result.answer, result.decision.source, result.decision.refusal) == (
        answer,
        f"entra-sign-in {row}",
        refusal,
    )
    assert result.decision.rule is (Rule.AUTHENTICATION_STRENGTH if facts.strengths else Rule.MFA)


def test_only_methods_that_complete_the_strength_are_acceptable() -> None:
    facts = replace(
        MEMBER,
        demanded=False,
        strengths=TEXT_MESSAGE,
        registered=frozenset({Method.SMS, Method.SOFTWARE_OATH}),
        registered_here=True,
    )
    assert decide_mfa(facts).acceptable == {Method.SMS}


def test_the_reason_names_the_strength() -> None:
    reason = decide_mfa(replace(TRUSTED, strengths=RESISTANT, authentication=MFA_AT_HOME)).decision.reason
    assert "'Phishing resistant MFA' has not been met yet" in reason

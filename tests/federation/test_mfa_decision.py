"""Where a demanded second factor comes from: rows 1-4 and 11 of the matrix in entra-sign-in 8.1."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from federation.cross_tenant_access import InboundTrust
from federation.mfa import MfaAnswer, MfaFacts, decide_inbound_trust, decide_mfa, trusted
from federation.model import AuthenticationContext, HomeKind, Method, PerformedMethod
from federation.reasons import Reason
from federation.words import Rule

CONTOSO, FABRIKAM, ELSEWHERE = "contoso", "fabrikam", "elsewhere"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def did(*pairs: tuple[Method, str]) -> AuthenticationContext:
    return AuthenticationContext(methods=tuple(PerformedMethod(method=m, instant=NOON, tenant=t) for m, t in pairs))


PASSWORD_AT_HOME = did((Method.PASSWORD, FABRIKAM))
MFA_AT_HOME = did((Method.PASSWORD, FABRIKAM), (Method.SOFTWARE_OATH, FABRIKAM))
MFA_HERE = did((Method.PASSWORD, FABRIKAM), (Method.SOFTWARE_OATH, CONTOSO))
MFA_ELSEWHERE = did((Method.PASSWORD, FABRIKAM), (Method.SOFTWARE_OATH, ELSEWHERE))

ENTRA = MfaFacts(
    demanded=True,
    home_kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
    tenant=CONTOSO,
    home_tenant=FABRIKAM,
    is_mfa_accepted=False,
    authentication=PASSWORD_AT_HOME,
    registered_here=False,
    registration_possible=True,
    tenant_name="Contoso",
    home_name="Fabrikam",
)
TRUSTED = replace(ENTRA, is_mfa_accepted=True)
PASSCODE = replace(
    ENTRA,
    home_kind=HomeKind.EMAIL_ONE_TIME_PASSCODE,
    home_tenant=None,
    authentication=did((Method.EMAIL, CONTOSO)),
)
SAML = replace(
    ENTRA,
    home_kind=HomeKind.EXTERNAL_FEDERATION,
    home_tenant=None,
    authentication=did((Method.FEDERATED_MULTI_FACTOR, "https://idp.adatum.example")),
)
MEMBER = replace(ENTRA, home_kind=HomeKind.LOCAL, home_tenant=None, authentication=did((Method.PASSWORD, CONTOSO)))


@pytest.mark.parametrize(
    ("facts", "answer", "source"),
    [
        pytest.param(
            replace(ENTRA, demanded=False), MfaAnswer.NOT_DEMANDED, "entra-sign-in 8.1 row 1", id="row 1: no policy"
        ),
        pytest.param(ENTRA, MfaAnswer.REGISTER_HERE, "entra-sign-in 8.1 row 2", id="row 2: registers first"),
        pytest.param(
            replace(ENTRA, registered_here=True),
            MfaAnswer.CHALLENGE_HERE,
            "entra-sign-in 8.1 row 2",
            id="row 2: registered here",
        ),
        pytest.param(
            replace(ENTRA, authentication=MFA_AT_HOME, registered_here=True),
            MfaAnswer.CHALLENGE_HERE,
            "entra-sign-in 8.1 row 2",
            id="row 2: home MFA is ignored",
        ),
        pytest.param(
            replace(ENTRA, authentication=MFA_HERE),
            MfaAnswer.SATISFIED_HERE,
            "entra-sign-in 8.1 row 2",
            id="row 2: done here",
        ),
        pytest.param(
            replace(TRUSTED, authentication=MFA_AT_HOME),
            MfaAnswer.ACCEPTED_FROM_HOME,
            "entra-sign-in 8.1 row 3",
            id="row 3: trusted and done",
        ),
        pytest.param(
            replace(TRUSTED, authentication=MFA_HERE),
            MfaAnswer.SATISFIED_HERE,
            "entra-sign-in 8.1 row 2",
            id="trusted, but already done here",
        ),
        pytest.param(
            TRUSTED, MfaAnswer.CHALLENGE_AT_HOME, "entra-sign-in 8.1 row 4", id="row 4: trusted, not done: at home"
        ),
        pytest.param(
            replace(TRUSTED, registered_here=True),
            MfaAnswer.CHALLENGE_AT_HOME,
            "entra-sign-in 8.1 row 4",
            id="row 4: a method registered here does not matter",
        ),
        pytest.param(
            replace(TRUSTED, authentication=MFA_ELSEWHERE),
            MfaAnswer.CHALLENGE_AT_HOME,
            "entra-sign-in 8.1 row 4",
            id="row 4: a third tenant's MFA does not count",
        ),
        pytest.param(
            replace(TRUSTED, asked_home=True, authentication=MFA_AT_HOME),
            MfaAnswer.ACCEPTED_FROM_HOME,
            "entra-sign-in 8.1 row 3",
            id="row 4 becomes row 3 once the home did it",
        ),
        pytest.param(PASSCODE, MfaAnswer.REGISTER_HERE, "entra-sign-in 8.1 row 11", id="row 11: passcode, registers"),
        pytest.param(
            replace(PASSCODE, is_mfa_accepted=True, registered_here=True),
            MfaAnswer.CHALLENGE_HERE,
            "entra-sign-in 8.1 row 11",
            id="row 11: trust is irrelevant",
        ),
        pytest.param(
            replace(SAML, is_mfa_accepted=True),
            MfaAnswer.REGISTER_HERE,
            "entra-sign-in 8.1 row 11",
            id="row 11: a partner's multipleauthn is ignored",
        ),
        pytest.param(MEMBER, MfaAnswer.REGISTER_HERE, "entra-sign-in 9.3", id="member without a method"),
        pytest.param(
            replace(MEMBER, registered_here=True), MfaAnswer.CHALLENGE_HERE, "entra-sign-in 9.3", id="member with one"
        ),
        pytest.param(
            replace(MEMBER, demanded=False), MfaAnswer.NOT_DEMANDED, "entra-sign-in 9.3", id="member, no policy"
        ),
        pytest.param(
            replace(MEMBER, authentication=did((Method.PASSWORD, CONTOSO), (Method.FIDO2, CONTOSO))),
            MfaAnswer.SATISFIED_HERE,
            "entra-sign-in 9.3",
            id="member who did it",
        ),
    ],
)
def test_rows_of_the_matrix(facts: MfaFacts, answer: MfaAnswer, source: str) -> None:
    result = decide_mfa(facts)
    assert result.answer is answer
    assert result.decision.source == source
    assert result.decision.rule is Rule.MFA
    assert result.decision.result == answer.value
    assert result.decision.refusal is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        pytest.param(
            replace(TRUSTED, asked_home=True, registered_here=True), Reason.MFA_REQUIRED, id="row 4 never falls back"
        ),
        pytest.param(
            replace(ENTRA, registration_possible=False), Reason.MFA_REGISTRATION_REQUIRED, id="row 2, cannot register"
        ),
        pytest.param(
            replace(PASSCODE, registration_possible=False),
            Reason.MFA_REGISTRATION_REQUIRED,
            id="row 11, cannot register",
        ),
        pytest.param(
            replace(MEMBER, registration_possible=False),
            Reason.MFA_REGISTRATION_REQUIRED,
            id="member, cannot register",
        ),
    ],
)
def test_what_cannot_be_met_is_refused(facts: MfaFacts, refusal: Reason) -> None:
    result = decide_mfa(facts)
    assert result.answer is MfaAnswer.REFUSED
    assert result.decision.refusal is refusal


def test_an_email_passcode_is_no_second_factor() -> None:
    """The one-time passcode of section 3 is a first factor, wherever it was entered."""
    assert decide_mfa(replace(PASSCODE, registered_here=True)).answer is MfaAnswer.CHALLENGE_HERE


def test_the_reason_names_both_organisations_and_the_ignored_factor() -> None:
    reason = decide_mfa(replace(ENTRA, authentication=MFA_AT_HOME)).decision.reason
    assert reason.startswith("Contoso does not trust the multifactor authentication of Fabrikam, although it was done")


@pytest.mark.parametrize(
    ("authentication", "is_mfa_accepted", "home_tenant", "expected"),
    [
        pytest.param(MFA_AT_HOME, True, FABRIKAM, ("pwd", "mfa"), id="trusted: everything done at home counts"),
        pytest.param(MFA_AT_HOME, False, FABRIKAM, ("pwd",), id="untrusted: the password still does"),
        pytest.param(MFA_HERE, False, FABRIKAM, ("pwd", "mfa"), id="untrusted, but done here"),
        pytest.param(MFA_ELSEWHERE, True, FABRIKAM, ("pwd",), id="a third tenant's factor never counts"),
        pytest.param(did((Method.FIDO2, FABRIKAM)), False, FABRIKAM, ("fed",), id="untrusted passkey: one factor"),
        pytest.param(did((Method.FIDO2, FABRIKAM)), True, FABRIKAM, ("fido", "mfa"), id="trusted passkey"),
        pytest.param(did((Method.EMAIL, CONTOSO)), True, None, ("otp",), id="passcode"),
        pytest.param(AuthenticationContext(), True, FABRIKAM, (), id="nothing done"),
    ],
)
def test_what_counts_here(
    authentication: AuthenticationContext, is_mfa_accepted: bool, home_tenant: str | None, expected: tuple[str, ...]
) -> None:
    trust = InboundTrust(is_mfa_accepted=is_mfa_accepted)
    assert trusted(authentication, tenant=CONTOSO, home_tenant=home_tenant, trust=trust).amr == expected


@pytest.mark.parametrize(
    ("kind", "is_mfa_accepted", "result"),
    [
        pytest.param(HomeKind.AZURE_ACTIVE_DIRECTORY, True, "mfa_accepted", id="trusted Entra home"),
        pytest.param(HomeKind.AZURE_ACTIVE_DIRECTORY, False, "mfa_not_accepted", id="untrusted Entra home"),
        pytest.param(HomeKind.EMAIL_ONE_TIME_PASSCODE, True, "not_applicable", id="passcode"),
        pytest.param(HomeKind.EXTERNAL_FEDERATION, True, "not_applicable", id="SAML partner"),
    ],
)
def test_inbound_trust_concerns_entra_homes_only(kind: HomeKind, is_mfa_accepted: bool, result: str) -> None:
    trust = InboundTrust(is_mfa_accepted=is_mfa_accepted)
    decision = decide_inbound_trust(home_kind=kind, trust=trust, home="Fabrikam", resource="Contoso")
    assert (decision.rule, decision.result, decision.refusal) == (Rule.INBOUND_TRUST, result, None)

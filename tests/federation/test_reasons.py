"""The one table of refusals against the published codes, and the fixed words (entra-sign-in 15.3)."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest

from federation.errors import FederationError
from federation.reasons import Reason, by_code
from federation.words import RULE_MEANING, STEP_MEANING, Rule, StepWord

#: Code -> published name (None where none is listed) and the ``error`` strings that occur (None: not known).
PUBLISHED: dict[int, tuple[str | None, set[str] | None]] = {
    16000: ("InteractionRequired", {"interaction_required"}),
    50011: ("InvalidReplyTo", {"invalid_grant", "invalid_request"}),
    50014: ("GuestUserInPendingState", {"invalid_grant"}),
    50020: ("UserUnauthorized", {"invalid_grant", "interaction_required"}),
    50027: ("InvalidJwtToken", {"invalid_request"}),
    50034: ("UserAccountNotFound", {"invalid_grant"}),
    50049: (None, {"invalid_instance"}),
    50053: ("IdsLocked", {"invalid_grant", "unauthorized_client"}),
    50056: (None, {"invalid_grant"}),
    50057: ("UserDisabled", {"invalid_grant"}),
    50058: ("UserInformationNotProvided", {"login_required"}),
    50076: ("UserStrongAuthClientAuthNRequired", {"interaction_required"}),
    50079: ("UserStrongAuthEnrollmentRequired", {"interaction_required"}),
    50089: (None, {"invalid_grant"}),
    50105: ("EntitlementGrantsNotFound", {"invalid_grant", "access_denied"}),
    50126: ("InvalidUserNameOrPassword", {"invalid_grant"}),
    50147: ("MissingCodeChallenge", {"invalid_request"}),
    50173: ("FreshTokenNeeded", {"invalid_grant"}),
    50181: (None, {"invalid_grant"}),
    50194: (None, {"invalid_request"}),
    53003: ("BlockedByConditionalAccess", {"interaction_required", "access_denied"}),
    54005: (None, {"invalid_grant"}),
    65001: ("DelegationDoesNotExist", {"invalid_grant"}),
    65004: ("UserDeclinedConsent", {"access_denied"}),
    70000: ("InvalidGrant", {"invalid_grant"}),
    70003: ("UnsupportedGrantType", {"unsupported_grant_type"}),
    70005: ("UnsupportedResponseType", {"unsupported_response_type"}),
    70007: ("UnsupportedResponseMode", {"invalid_request"}),
    70008: (None, {"invalid_grant"}),
    70011: ("InvalidScope", {"invalid_scope"}),
    90002: ("InvalidTenantName", {"invalid_request"}),
    90023: ("InvalidRequest", {"invalid_request"}),
    90094: ("AdminConsentRequired", {"access_denied"}),
    90123: ("IdentityProviderAccessDenied", {"access_denied"}),
    500011: ("InvalidResourceServicePrincipalNotFound", {"invalid_resource"}),
    500112: (None, {"invalid_client"}),
    500113: (None, None),
    500212: ("NotAllowedByOutboundPolicyTenant", {"access_denied"}),
    500213: ("NotAllowedByInboundPolicyTenant", {"access_denied"}),
    501051: (None, {"invalid_grant"}),
    501481: (None, {"invalid_grant"}),
    501491: ("InvalidCodeChallengeMethodInvalidSize", {"invalid_request"}),
    700005: ("InvalidGrantRedeemAgainstWrongTenant", {"invalid_grant"}),
    700016: (None, {"unauthorized_client"}),
    700022: ("InvalidMultipleResourcesScope", {"invalid_scope"}),
    700025: ("InvalidClientPublicClientWithCredential", {"invalid_client"}),
    700027: (None, {"invalid_client"}),
    700054: (None, {"unsupported_response_type"}),
    700082: (None, {"invalid_grant"}),
    700084: (None, {"invalid_grant"}),
    900023: (None, {"invalid_request"}),
    900144: (None, {"invalid_request"}),
    900561: ("BadResourceRequestInvalidRequest", None),
    901002: (None, {"invalid_request"}),
    7000215: (None, {"invalid_client"}),
    7000218: (None, {"invalid_client"}),
    7000222: ("InvalidClientSecretExpiredKeysProvided", {"invalid_client"}),
    9001023: (None, {"invalid_request"}),
    9002326: (None, {"invalid_request"}),
    9002327: (None, {"invalid_request"}),
}

NUMBERED = [reason for reason in Reason if reason.code in PUBLISHED]


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.name)
def test_every_sentence_formats_with_its_placeholders(reason: Reason) -> None:
    sentence = reason.sentence(**{name: f"<{name}>" for name in reason.placeholders})
    assert all(f"<{name}>" in sentence for name in reason.placeholders)
    assert not re.search(r"[{}]|\?'", sentence)


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.name)
def test_a_missing_value_shows_as_a_question_mark_and_never_fails(reason: Reason) -> None:
    assert reason.sentence() == reason.sentence(**dict.fromkeys(reason.placeholders, "?"))


@pytest.mark.parametrize("reason", NUMBERED, ids=lambda reason: f"{reason.code} {reason.name}")
def test_published_codes_have_the_published_name_and_error(reason: Reason) -> None:
    name, errors = PUBLISHED[reason.number]
    assert name in (None, reason.value.name)
    assert errors is None or reason.value.error in errors


@pytest.mark.parametrize("code", sorted(PUBLISHED))
def test_every_published_code_of_the_table_can_be_answered(code: int) -> None:
    assert by_code(code) is not None


@pytest.mark.parametrize("reason", NUMBERED, ids=lambda reason: f"{reason.code} {reason.name}")
def test_status_follows_the_error_string(reason: Reason) -> None:
    """HTTP 401 for ``invalid_client`` and 400 for every other ``error`` (15.1), but where 15.3 says otherwise."""
    otherwise = {Reason.METHOD_NOT_ALLOWED: 405, Reason.REDIRECT_URI_DIFFERS_FROM_CODE: 400}
    assert reason.value.status == otherwise.get(reason, 401 if reason.value.error == "invalid_client" else 400)


def test_an_error_shows_its_sentence_and_keeps_its_detail_to_itself() -> None:
    error = FederationError(Reason.TENANT_NOT_FOUND, tenant="nowhere", detail="looked in world default")
    assert "Tenant 'nowhere' not found." in error.message
    assert "default" not in error.message
    assert "looked in world default" in str(error)


@pytest.mark.parametrize(
    ("words", "meanings"),
    [pytest.param(StepWord, STEP_MEANING, id="steps"), pytest.param(Rule, RULE_MEANING, id="rules")],
)
def test_every_word_has_a_meaning(words: Collection[str], meanings: dict[str, str]) -> None:
    assert set(words) == set(meanings)
    assert all(meanings.values())

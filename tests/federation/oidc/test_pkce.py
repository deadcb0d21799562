"""Proof Key for Code Exchange against RFC 7636."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.oidc.pkce import check_challenge, check_verifier
from federation.reasons import Reason

#: RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PLAIN = "p" * 43


@pytest.mark.parametrize(
    ("challenge", "method", "required", "result"),
    [
        pytest.param(CHALLENGE, "S256", True, (CHALLENGE, "S256"), id="S256"),
        pytest.param(PLAIN, "plain", False, (PLAIN, "plain"), id="plain"),
        pytest.param(PLAIN, None, False, (PLAIN, "plain"), id="plain is the default"),
        pytest.param("c" * 128, "S256", False, ("c" * 128, "S256"), id="the longest"),
        pytest.param(None, None, False, (None, None), id="none, where none is demanded"),
    ],
)
def test_a_challenge_is_taken(
    challenge: str | None, method: str | None, required: bool, result: tuple[str | None, str | None]
) -> None:
    assert check_challenge(challenge, method, required=required) == result


@pytest.mark.parametrize(
    ("challenge", "method", "required", "reason"),
    [
        pytest.param(None, None, True, Reason.CODE_CHALLENGE_MISSING, id="missing where it is demanded"),
        pytest.param(None, "S256", False, Reason.CODE_CHALLENGE_INVALID, id="a method alone"),
        pytest.param(CHALLENGE, "S512", False, Reason.CODE_CHALLENGE_INVALID, id="an unknown method"),
        pytest.param(CHALLENGE, "s256", False, Reason.CODE_CHALLENGE_INVALID, id="methods have a case"),
        pytest.param("c" * 42, "S256", False, Reason.CODE_CHALLENGE_INVALID, id="too short"),
        pytest.param("c" * 129, "S256", False, Reason.CODE_CHALLENGE_INVALID, id="too long"),
        pytest.param(
            "c" * 42 + "+", "S256", False, Reason.CODE_CHALLENGE_INVALID, id="a character that is not allowed"
        ),
        pytest.param("c" * 43 + "\n", "S256", False, Reason.CODE_CHALLENGE_INVALID, id="a line break at the end"),
    ],
)
def test_a_challenge_is_refused(challenge: str | None, method: str | None, required: bool, reason: Reason) -> None:
    with pytest.raises(FederationError) as refused:
        check_challenge(challenge, method, required=required)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("verifier", "challenge", "method"),
    [
        pytest.param(VERIFIER, CHALLENGE, "S256", id="the vector of RFC 7636 appendix B"),
        pytest.param(PLAIN, PLAIN, "plain", id="plain"),
        pytest.param(None, None, None, id="no PKCE at all"),
    ],
)
def test_the_right_verifier_passes(verifier: str | None, challenge: str | None, method: str | None) -> None:
    check_verifier(verifier, challenge, method)


@pytest.mark.parametrize(
    ("verifier", "challenge", "method"),
    [
        pytest.param(VERIFIER[:-1] + "l", CHALLENGE, "S256", id="another verifier"),
        pytest.param(CHALLENGE, CHALLENGE, "S256", id="the challenge itself"),
        pytest.param(None, CHALLENGE, "S256", id="none"),
        pytest.param("short", "short", "plain", id="too short"),
        pytest.param("é" * 43, CHALLENGE, "S256", id="not ASCII"),
        pytest.param(VERIFIER, None, None, id="one without a challenge: the challenge was stripped on the way"),
    ],
)
def test_a_wrong_verifier_is_refused(verifier: str | None, challenge: str | None, method: str | None) -> None:
    with pytest.raises(FederationError) as refused:
        check_verifier(verifier, challenge, method)
    assert refused.value.reason is Reason.CODE_VERIFIER_MISMATCH


@given(st.text(alphabet="abcXYZ019-._~", min_size=43, max_size=60))
def test_no_other_verifier_opens_the_challenge_of_the_vector(verifier: str) -> None:
    with pytest.raises(FederationError):
        check_verifier(verifier, CHALLENGE, "S256")

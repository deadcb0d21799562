"""E-mailed passcodes: 30 minutes, single use, five wrong codes kill them (entra-sign-in 3, product.md 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from federation.one_time_passcode import ATTEMPTS, LIFETIME, Passcode, Verdict, attempt, issue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CODE = issue("Otto@Proseware.example", "12345678", NOON)


@pytest.mark.parametrize(
    ("passcode", "entered", "after", "verdict"),
    [
        pytest.param(CODE, "12345678", timedelta(0), Verdict.ACCEPTED, id="the right code"),
        pytest.param(CODE, " 1234 5678 ", timedelta(0), Verdict.ACCEPTED, id="copied with blanks"),
        pytest.param(CODE, "12345678", LIFETIME - timedelta(seconds=1), Verdict.ACCEPTED, id="in the last second"),
        pytest.param(CODE, "12345678", LIFETIME, Verdict.EXPIRED, id="after 30 minutes"),
        pytest.param(CODE, "87654321", timedelta(0), Verdict.WRONG, id="a wrong code"),
        pytest.param(CODE, "", timedelta(0), Verdict.WRONG, id="nothing"),
        pytest.param(CODE, "１２３４５６７８", timedelta(0), Verdict.WRONG, id="digits of another script"),
        pytest.param(CODE, "\udcff", timedelta(0), Verdict.WRONG, id="bytes that are no text"),
        pytest.param(replace(CODE, used=True), "12345678", timedelta(0), Verdict.USED, id="used before"),
        pytest.param(replace(CODE, failed_attempts=ATTEMPTS), "12345678", timedelta(0), Verdict.EXHAUSTED, id="dead"),
        pytest.param(None, "12345678", timedelta(0), Verdict.NONE, id="never issued"),
    ],
)
def test_what_an_entered_code_is_worth(
    passcode: Passcode | None, entered: str, after: timedelta, verdict: Verdict
) -> None:
    assert attempt(passcode, entered, NOON + after)[1] is verdict


def test_five_wrong_codes_kill_the_right_one() -> None:
    passcode: Passcode | None = CODE
    verdicts = []
    for _ in range(ATTEMPTS):
        passcode, verdict = attempt(passcode, "00000000", NOON)
        verdicts.append(verdict)
    assert verdicts == [Verdict.WRONG] * 4 + [Verdict.EXHAUSTED]
    assert attempt(passcode, "12345678", NOON)[1] is Verdict.EXHAUSTED


def test_an_accepted_code_is_used_up() -> None:
    used, verdict = attempt(CODE, "12345678", NOON)
    assert verdict is Verdict.ACCEPTED
    assert attempt(used, "12345678", NOON)[1] is Verdict.USED


def test_passcodes_are_kept_by_lower_case_address_so_a_newer_one_replaces_the_older() -> None:
    assert CODE.address == issue("otto@proseware.EXAMPLE", "00000000", NOON).address == "otto@proseware.example"

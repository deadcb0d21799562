"""Demanded states of the device: rows 8-10 of entra-sign-in 8.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.device_trust import DeviceAnswer, DeviceControl, DeviceFacts, decide_device
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule

GUEST = DeviceFacts(
    control=DeviceControl.COMPLIANT,
    home_kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
    trusted=False,
    shown=True,
    tenant_name="Contoso",
    home_name="Fabrikam",
)
TRUSTED = replace(GUEST, trusted=True)
PASSCODE = replace(TRUSTED, home_kind=HomeKind.EMAIL_ONE_TIME_PASSCODE)
MEMBER = replace(GUEST, home_kind=HomeKind.LOCAL)


@pytest.mark.parametrize(
    ("facts", "answer", "source"),
    [
        pytest.param(GUEST, DeviceAnswer.REFUSED, "entra-sign-in 8.1 row 8", id="row 8: no trust"),
        pytest.param(PASSCODE, DeviceAnswer.REFUSED, "entra-sign-in 8.1 row 8", id="row 8: only Entra homes"),
        pytest.param(TRUSTED, DeviceAnswer.SATISFIED, "entra-sign-in 8.1 row 9", id="row 9: trusted and shown"),
        pytest.param(
            replace(TRUSTED, shown=False),
            DeviceAnswer.CHALLENGE_AT_HOME,
            "entra-sign-in 8.1 row 10",
            id="row 10: not shown: to the home",
        ),
        pytest.param(
            replace(TRUSTED, shown=False, asked_home=True),
            DeviceAnswer.REFUSED,
            "entra-sign-in 8.1 row 10",
            id="row 10: asked, not shown",
        ),
        pytest.param(MEMBER, DeviceAnswer.SATISFIED, "entra-sign-in 9.3", id="member"),
        pytest.param(replace(MEMBER, shown=False), DeviceAnswer.REFUSED, "entra-sign-in 9.3", id="member without"),
    ],
)
@pytest.mark.parametrize(
    ("control", "refusal"),
    [
        (DeviceControl.COMPLIANT, Reason.DEVICE_NOT_COMPLIANT),
        (DeviceControl.HYBRID_JOINED, Reason.DEVICE_NOT_DOMAIN_JOINED),
    ],
)
def test_rows_of_the_matrix(
    facts: DeviceFacts, answer: DeviceAnswer, source: str, control: DeviceControl, refusal: Reason
) -> None:
    result = decide_device(replace(facts, control=control))
    assert (result.answer, result.decision.source, result.decision.rule) == (answer, source, Rule.DEVICE)
    assert result.decision.refusal is (refusal if answer is DeviceAnswer.REFUSED else None)

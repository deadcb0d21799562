"""Does a demanded state of the device hold? Rows 8-10 of the matrix in entra-sign-in 8.1, and members."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from federation.decisions import Decision
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule


class DeviceControl(StrEnum):
    """The two states that a policy can demand, named as Graph's ``builtInControls``."""

    COMPLIANT = "compliantDevice"
    HYBRID_JOINED = "domainJoinedDevice"


class DeviceAnswer(StrEnum):
    """What comes next for the device."""

    SATISFIED = "satisfied"
    CHALLENGE_AT_HOME = "challenge_at_home"
    REFUSED = "refused"


#: In words, and the refusal where it can't be met.
_STATES = {
    DeviceControl.COMPLIANT: ("a compliant device", Reason.DEVICE_NOT_COMPLIANT),
    DeviceControl.HYBRID_JOINED: ("a hybrid joined device", Reason.DEVICE_NOT_DOMAIN_JOINED),
}


@dataclass(frozen=True, kw_only=True)
class DeviceFacts:
    """What the decision may look at.

    ``trusted``: this tenant accepts that claim of the home; ``shown``: the home's signed token makes it, or for a
    member the device itself; ``asked_home``: the home was already asked in this sign-in. Names are for the sentences.
    """

    control: DeviceControl
    home_kind: HomeKind
    trusted: bool
    shown: bool
    asked_home: bool = False
    tenant_name: str = "this tenant"
    home_name: str = "the home tenant"


@dataclass(frozen=True, kw_only=True)
class DeviceDecision:
    """The answer for the dispatcher, and the decision for the explanation."""

    answer: DeviceAnswer
    decision: Decision


def decide_device(facts: DeviceFacts) -> DeviceDecision:
    """Is the demanded state of the device there?

    External users meet it through trust in their Entra home alone: a home that is trusted and did not say so is asked
    once. Refusals: DEVICE_NOT_COMPLIANT, DEVICE_NOT_DOMAIN_JOINED. Source: entra-sign-in 7.5, 8.1 rows 8-10, 9.2.
    """
    state, _ = _STATES[facts.control]
    if facts.home_kind is HomeKind.LOCAL:
        answer = DeviceAnswer.SATISFIED if facts.shown else DeviceAnswer.REFUSED
        reason = f"The person {'uses' if facts.shown else 'does not use'} {state}."
        return _answer(facts, answer, reason, "entra-sign-in 9.3")
    if facts.home_kind is not HomeKind.AZURE_ACTIVE_DIRECTORY or not facts.trusted:
        reason = f"{facts.tenant_name} demands {state} and does not trust what {facts.home_name} says of it."
        return _answer(facts, DeviceAnswer.REFUSED, reason, "entra-sign-in 8.1 row 8")
    trust = f"{facts.tenant_name} trusts what {facts.home_name} says of the device"
    if facts.shown:
        reason = f"{trust}, and its signed token says that the person uses {state}."
        return _answer(facts, DeviceAnswer.SATISFIED, reason, "entra-sign-in 8.1 row 9")
    if not facts.asked_home:
        reason = f"{trust}, which has not said that the person uses {state}: the person is sent back there."
        return _answer(facts, DeviceAnswer.CHALLENGE_AT_HOME, reason, "entra-sign-in 8.1 row 10")
    reason = f"{trust}, which was asked and does not say that the person uses {state}."
    return _answer(facts, DeviceAnswer.REFUSED, reason, "entra-sign-in 8.1 row 10")


def _answer(facts: DeviceFacts, answer: DeviceAnswer, reason: str, source: str) -> DeviceDecision:
    decision = Decision(
        rule=Rule.DEVICE,
        result=answer.value,
        reason=reason[:1].upper() + reason[1:],
        source=source,
        inputs={
            "control": facts.control.value,
            "home_kind": facts.home_kind.value,
            "trusted": facts.trusted,
            "shown": facts.shown,
            "asked_home": facts.asked_home,
        },
        refusal=_STATES[facts.control][1] if answer is DeviceAnswer.REFUSED else None,
    )
    return DeviceDecision(answer=answer, decision=decision)

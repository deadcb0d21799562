"""The MFA decision matrix of entra-sign-in 8.1: one table, run through the pure rules and over HTTP.

A case says what the resource tenant demands and trusts, and who comes. The pure rule is asked for its first answer; the
headless person then goes all the way, and the explanation must name the very row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from federation.authentication_strength import BUILT_IN
from federation.device_trust import DeviceAnswer, DeviceControl, DeviceFacts, decide_device
from federation.mfa import MfaAnswer, MfaFacts, decide_mfa
from federation.model import AuthenticationContext, HomeKind, Method, PerformedMethod
from federation.reasons import Reason
from tests.simulator import World
from tests.stories import decisions, headless, policy_ids, set_partner, setting

ANA, BEN, NORA = "ana@fabrikam.example", "ben@fabrikam.example", "nora@northwind.example"
OTTO = "otto@proseware.example"
MFA, RESISTANT = "00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000004"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Case:
    """``first``: the rule's first answer; ``code``: how it ends; ``done_at``: where a second factor was passed."""

    row: int
    name: str
    who: str
    first: MfaAnswer | DeviceAnswer | None
    code: int = 0
    done_at: str | None = None
    control: str | None = None  # a built-in control
    strength: str | None = None
    trusted: tuple[str, ...] = ()
    direct_connect: bool = False
    device: Mapping[str, Any] = field(default_factory=dict)
    signals: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    guards_registration: bool = False
    method: str | None = None

    @property
    def home(self) -> str | None:
        """The guest's Entra home."""
        return {"fabrikam.example": "fabrikam", "northwind.example": "northwind"}.get(self.who.partition("@")[2])


MATRIX = (
    Case(row=1, name="no policy", who=NORA, first=MfaAnswer.NOT_DEMANDED),
    Case(row=2, name="not trusted", who=NORA, control="mfa", first=MfaAnswer.REGISTER_HERE, done_at="contoso"),
    Case(row=2, name="home MFA ignored", who=ANA, control="mfa", first=MfaAnswer.REGISTER_HERE, done_at="contoso"),
    Case(
        row=3,
        name="trusted and done",
        who=ANA,
        control="mfa",
        trusted=("isMfaAccepted",),
        first=MfaAnswer.ACCEPTED_FROM_HOME,
    ),
    Case(
        row=4,
        name="trusted and not done",
        who=BEN,
        control="mfa",
        trusted=("isMfaAccepted",),
        first=MfaAnswer.CHALLENGE_AT_HOME,
        done_at="fabrikam",
    ),
    Case(row=5, name="done here", who=NORA, strength=MFA, first=MfaAnswer.REGISTER_HERE, done_at="contoso"),
    Case(row=5, name="phishing resistant", who=NORA, strength=RESISTANT, first=MfaAnswer.REFUSED, code=53003),
    Case(
        row=6,
        name="home methods meet it",
        who=ANA,
        strength=MFA,
        trusted=("isMfaAccepted",),
        first=MfaAnswer.ACCEPTED_FROM_HOME,
    ),
    Case(
        row=7,
        name="home methods do not meet it",
        who=BEN,
        strength=RESISTANT,
        trusted=("isMfaAccepted",),
        first=MfaAnswer.CHALLENGE_AT_HOME,
        done_at="fabrikam",
        method="fido2",
    ),
    Case(
        row=8,
        name="compliant, not trusted",
        who=ANA,
        control="compliantDevice",
        device={"compliant": True},
        first=DeviceAnswer.REFUSED,
        code=53000,
    ),
    Case(
        row=8,
        name="hybrid joined, not trusted",
        who=ANA,
        control="domainJoinedDevice",
        device={"hybrid_joined": True},
        first=DeviceAnswer.REFUSED,
        code=53001,
    ),
    Case(
        row=9,
        name="compliant and trusted",
        who=ANA,
        control="compliantDevice",
        trusted=("isCompliantDeviceAccepted",),
        device={"compliant": True},
        first=DeviceAnswer.SATISFIED,
    ),
    Case(
        row=9,
        name="hybrid joined and trusted",
        who=ANA,
        control="domainJoinedDevice",
        trusted=("isHybridAzureADJoinedDeviceAccepted",),
        device={"hybrid_joined": True},
        first=DeviceAnswer.SATISFIED,
    ),
    Case(
        row=10,
        name="trusted, not compliant",
        who=ANA,
        control="compliantDevice",
        trusted=("isCompliantDeviceAccepted",),
        first=DeviceAnswer.CHALLENGE_AT_HOME,
        code=53000,
    ),
    Case(
        row=10,
        name="the other claim is trusted",
        who=ANA,
        control="domainJoinedDevice",
        trusted=("isHybridAzureADJoinedDeviceAccepted",),
        device={"compliant": True},
        first=DeviceAnswer.CHALLENGE_AT_HOME,
        code=53001,
    ),
    Case(row=11, name="passcode", who=OTTO, control="mfa", first=MfaAnswer.CHALLENGE_HERE, done_at="contoso"),
    Case(row=12, name="passcode, strength", who=OTTO, strength=MFA, first=MfaAnswer.REFUSED, code=53003),
    Case(row=13, name="password change", who=NORA, control="passwordChange", first=None, code=53003, done_at="contoso"),
    Case(
        row=14,
        name="risky and not registered",
        who=NORA,
        control="mfa",
        conditions={"signInRiskLevels": ["high"]},
        signals={"sign_in_risk": "high"},
        first=MfaAnswer.REFUSED,
        code=53004,
    ),
    Case(
        row=15,
        name="direct connect, not trusted",
        who=ANA,
        control="mfa",
        direct_connect=True,
        first=MfaAnswer.REFUSED,
        code=90071,
    ),
    Case(
        row=15,
        name="direct connect, strength, not trusted",
        who=ANA,
        strength=MFA,
        direct_connect=True,
        first=MfaAnswer.REFUSED,
        code=90071,
    ),
    Case(
        row=16,
        name="direct connect, trusted and done",
        who=ANA,
        control="mfa",
        direct_connect=True,
        trusted=("isMfaAccepted",),
        first=MfaAnswer.ACCEPTED_FROM_HOME,
    ),
    Case(
        row=17,
        name="direct connect, trusted and not done",
        who=BEN,
        control="mfa",
        direct_connect=True,
        trusted=("isMfaAccepted",),
        first=MfaAnswer.CHALLENGE_AT_HOME,
        done_at="fabrikam",
    ),
    Case(
        row=18,
        name="must not register from here",
        who=NORA,
        control="mfa",
        guards_registration=True,
        first=MfaAnswer.REFUSED,
        code=53010,
    ),
)
ALL = [pytest.param(case, id=f"row {case.row}: {case.name}") for case in MATRIX]
PURE = [pytest.param(case, id=f"row {case.row}: {case.name}") for case in MATRIX if case.first is not None]


def test_every_row_has_a_case() -> None:
    assert {case.row for case in MATRIX} == set(range(1, 19))


# --- the pure rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", PURE)
def test_the_rule_names_the_row(case: Case) -> None:
    decided = _device(case) if isinstance(case.first, DeviceAnswer) else _second_factor(case)
    assert decided.answer is case.first
    assert decided.decision.source == f"entra-sign-in 8.1 row {case.row}"
    if decided.decision.refused:
        assert decided.decision.refusal is not None
        assert decided.decision.refusal.number == case.code


def _second_factor(case: Case) -> Any:
    at = case.home or "contoso"
    methods = [Method.PASSWORD if case.home else Method.EMAIL, *([Method.SOFTWARE_OATH] if case.who == ANA else [])]
    registered = frozenset({Method.SOFTWARE_OATH} if case.who == OTTO else ())
    return decide_mfa(
        MfaFacts(
            demanded=case.control == "mfa",
            strengths=(BUILT_IN[case.strength],) if case.strength else (),
            home_kind=HomeKind.AZURE_ACTIVE_DIRECTORY if case.home else HomeKind.EMAIL_ONE_TIME_PASSCODE,
            tenant="contoso",
            home_tenant=case.home,
            is_mfa_accepted="isMfaAccepted" in case.trusted,
            authentication=AuthenticationContext(
                methods=tuple(PerformedMethod(method=method, instant=NOON, tenant=at) for method in methods)
            ),
            registered_here=bool(registered),
            registered=registered,
            registration_possible=True,
            registrable=frozenset(Method),
            direct_connect=case.direct_connect,
            risky=bool(case.conditions),
            registration_barred=case.guards_registration,
        )
    )


def _device(case: Case) -> Any:
    control = DeviceControl(case.control)
    compliant = control is DeviceControl.COMPLIANT
    flag = "isCompliantDeviceAccepted" if compliant else "isHybridAzureADJoinedDeviceAccepted"
    return decide_device(
        DeviceFacts(
            control=control,
            home_kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
            trusted=flag in case.trusted,
            shown=bool(case.device.get("compliant" if compliant else "hybrid_joined")),
        )
    )


# --- over HTTP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL)
def test_the_sign_in_ends_as_the_row_says(world: World, case: Case) -> None:
    _prepare(world, case)
    result = headless(
        world,
        case.who,
        redeem=case.who == BEN and not case.direct_connect,
        direct_connect=case.direct_connect,
        device={"compliant": False, "hybrid_joined": False, "attributes": {}, **case.device},
        mfa_method=case.method,
        **case.signals,
    )
    told = decisions(world, result["id"])
    assert (result["error"] or {"code": 0})["code"] == case.code, told[-3:]
    if case.row != 13:  # a control that guests can't meet has no decision of the matrix
        assert f"entra-sign-in 8.1 row {case.row}" in {decision["source"] for decision in told}
    words = ("mfa_challenge", "mfa_registration")
    places = {step["tenant"] for step in result["steps"] if step["step"] in words and _is_demanded(case, step)}
    assert places == ({case.done_at} if case.done_at else set())


def _is_demanded(case: Case, step: Mapping[str, Any]) -> bool:
    """Fabrikam asks Ana for her own factor whatever Contoso demands."""
    own = case.who == ANA and step["tenant"] == "fabrikam"
    return not own or case.done_at == "fabrikam"


def _prepare(world: World, case: Case) -> None:
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)
    if case.control or case.strength:
        _add_policy(world, _grants(case), applications={"includeApplications": ["All"]}, **case.conditions)
    if case.guards_registration:
        action = {"includeUserActions": ["urn:user:registersecurityinfo"]}
        _add_policy(world, {"operator": "OR", "builtInControls": ["block"]}, applications=action)
    if case.home is None:
        return
    names = ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted")
    settings: dict[str, Any] = {"inboundTrust": {name: name in case.trusted for name in names}}
    if case.direct_connect:
        settings["b2bDirectConnectInbound"] = setting("allowed")
        set_partner(world, case.home, "contoso", b2bDirectConnectOutbound=setting("allowed"))
    set_partner(world, "contoso", case.home, **settings)


def _grants(case: Case) -> dict[str, Any]:
    if case.strength:
        return {"operator": "OR", "authenticationStrength": {"id": case.strength}}
    if case.control == "passwordChange":
        return {"operator": "AND", "builtInControls": ["mfa", "passwordChange"]}
    return {"operator": "OR", "builtInControls": [case.control]}


def _add_policy(world: World, grants: Mapping[str, Any], **conditions: Any) -> None:
    body = {
        "displayName": "The row's policy",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["GuestsOrExternalUsers"]},
            **conditions,
        },
        "grantControls": grants,
    }
    world.graph("POST", "/identity/conditionalAccess/policies", body, expect=201)


def test_a_trusted_home_that_cannot_do_it_ends_the_sign_in_and_nothing_is_done_here(world: World) -> None:
    """Rows 4 and 7, blocked: no falling back to the resource tenant, whatever is registered there."""
    refusals = {Reason.MFA_REQUIRED.number, Reason.MFA_REGISTRATION_REQUIRED.number}
    set_partner(world, "contoso", "fabrikam", inboundTrust={"isMfaAccepted": True})
    result = headless(world, BEN, redeem=True, mfa=False)
    assert result["outcome"] == "interrupted"
    assert result["error"]["code"] in refusals
    assert not {step["step"] for step in result["steps"] if step["tenant"] == "contoso"} & {
        "mfa_challenge",
        "mfa_registration",
    }

"""Conditional access: who and what a policy means, what all policies demand together, what the log says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access.conditions import MATCHERS
from idp_sim.conditional_access.evaluate import (
    ConditionalAccessResult,
    decide_conditional_access,
    evaluate,
    log_result,
    status,
)
from idp_sim.conditional_access.grant_controls import Fulfilment
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    GrantControls,
    GuestsOrExternalUsers,
    PolicyState,
    SignIn,
    UserCondition,
)

FABRIKAM, NORTHWIND = "f0000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000002"
GUEST_TYPES = ("internalGuest", "b2bCollaborationGuest")

GUEST = SignIn(
    user="ana",
    user_type="Guest",
    external_user_type="b2bCollaborationGuest",
    home_tenant=FABRIKAM,
    applications=("portal", "graph"),
)
PASSCODE_GUEST = replace(GUEST, user="otto", home_tenant=None)
MEMBER = replace(GUEST, user="megan", user_type="Member", external_user_type=None, home_tenant=None)

EVERY_APPLICATION = ApplicationCondition(include=("All",))
EVERYONE = UserCondition(include_users=("All",))


def policy(
    name: str = "guests need MFA",
    *,
    users: UserCondition = EVERYONE,
    applications: ApplicationCondition = EVERY_APPLICATION,
    controls: tuple[str, ...] = ("mfa",),
    state: PolicyState = PolicyState.ENABLED,
) -> ConditionalAccessPolicy:
    return ConditionalAccessPolicy(
        id=name,
        display_name=name,
        state=state,
        conditions=Conditions(users=users, applications=applications),
        grant_controls=GrantControls(operator="OR", built_in=controls),
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )


def applies(given: ConditionalAccessPolicy, sign_in: SignIn) -> bool:
    return evaluate([given], sign_in).policies[0].applies


def guests(*types: str, tenants: tuple[str, ...] | None = None) -> GuestsOrExternalUsers:
    return GuestsOrExternalUsers(types=types, tenants=tenants)


@pytest.mark.parametrize(
    ("users", "guest", "passcode", "member"),
    [
        pytest.param(UserCondition(include_users=("All",)), True, True, True, id="All includes guests"),
        pytest.param(UserCondition(include_users=("None",)), False, False, False, id="None is nobody"),
        pytest.param(UserCondition(include_users=("ana",)), True, False, False, id="by id"),
        pytest.param(UserCondition(include_users=("ANA",)), True, False, False, id="by id in capitals"),
        pytest.param(
            UserCondition(include_users=("GuestsOrExternalUsers",)), True, True, False, id="the older word for guests"
        ),
        pytest.param(UserCondition(include_guests=guests(*GUEST_TYPES)), True, True, False, id="guest types"),
        pytest.param(UserCondition(include_guests=guests("serviceProvider")), False, False, False, id="another type"),
        pytest.param(
            UserCondition(include_guests=guests(*GUEST_TYPES, tenants=(FABRIKAM,))),
            True,
            False,
            False,
            id="guests of one organisation; a passcode guest belongs to none",
        ),
        pytest.param(
            UserCondition(include_guests=guests(*GUEST_TYPES, tenants=(NORTHWIND,))),
            False,
            False,
            False,
            id="guests of another organisation",
        ),
        pytest.param(
            UserCondition(include_users=("All",), exclude_users=("ana",)), False, True, True, id="exclusion by id wins"
        ),
        pytest.param(
            UserCondition(include_users=("All", "ana"), exclude_users=("GuestsOrExternalUsers",)),
            False,
            False,
            True,
            id="exclusion of guests wins",
        ),
        pytest.param(
            UserCondition(include_users=("All",), exclude_guests=guests(*GUEST_TYPES, tenants=(FABRIKAM,))),
            False,
            True,
            True,
            id="exclusion of one organisation's guests",
        ),
    ],
)
def test_who_is_meant(users: UserCondition, guest: bool, passcode: bool, member: bool) -> None:
    given = policy(users=users)
    assert (applies(given, GUEST), applies(given, PASSCODE_GUEST), applies(given, MEMBER)) == (guest, passcode, member)


@pytest.mark.parametrize(
    ("applications", "expected"),
    [
        pytest.param(ApplicationCondition(include=("All",)), True, id="All"),
        pytest.param(ApplicationCondition(include=("None",)), False, id="None"),
        pytest.param(ApplicationCondition(include=("portal",)), True, id="the client"),
        pytest.param(ApplicationCondition(include=("GRAPH",)), True, id="the resource, in capitals"),
        pytest.param(ApplicationCondition(include=("other",)), False, id="another one"),
        pytest.param(ApplicationCondition(include=("All",), exclude=("portal",)), False, id="exclusion wins"),
        pytest.param(ApplicationCondition(include=("All",), exclude=("other",)), True, id="another one excluded"),
    ],
)
def test_which_applications_are_meant(applications: ApplicationCondition, expected: bool) -> None:
    assert applies(policy(applications=applications), GUEST) is expected


@pytest.mark.parametrize(
    ("given", "unmet"),
    [
        pytest.param(policy(), None, id="applies"),
        pytest.param(policy(users=UserCondition(include_users=("x",))), "users", id="users"),
        pytest.param(policy(applications=ApplicationCondition(include=("x",))), "application", id="application"),
        pytest.param(
            policy(users=UserCondition(include_users=("x",)), applications=ApplicationCondition(include=("x",))),
            "users",
            id="the first one that fails",
        ),
        pytest.param(policy(state=PolicyState.DISABLED), None, id="a disabled policy is not looked at"),
    ],
)
def test_the_first_unmet_condition_is_named_as_in_what_if(given: ConditionalAccessPolicy, unmet: str | None) -> None:
    assert evaluate([given], GUEST).policies[0].first_unmet == unmet
    assert unmet is None or unmet in {matcher.name for matcher in MATCHERS}


BLOCK = policy("block", controls=("block",))
MFA = policy("mfa")


@pytest.mark.parametrize(
    ("policies", "blocked", "demands_mfa", "word", "refusal"),
    [
        pytest.param([], False, False, "nothing_demanded", None, id="no policy"),
        pytest.param([MFA], False, True, "mfa", None, id="mfa"),
        pytest.param([BLOCK], True, False, "blocked", Reason.BLOCKED_BY_CONDITIONAL_ACCESS, id="block"),
        pytest.param([MFA, BLOCK], True, True, "blocked", Reason.BLOCKED_BY_CONDITIONAL_ACCESS, id="block beats mfa"),
        pytest.param(
            [replace(BLOCK, state=PolicyState.DISABLED), replace(MFA, state=PolicyState.REPORT_ONLY)],
            False,
            False,
            "nothing_demanded",
            None,
            id="disabled and report-only decide nothing",
        ),
    ],
)
def test_what_all_policies_demand_together(
    policies: list[ConditionalAccessPolicy], blocked: bool, demands_mfa: bool, word: str, refusal: Reason | None
) -> None:
    result = evaluate(policies, GUEST)
    assert (result.blocked, result.demands_mfa) == (blocked, demands_mfa)
    decision = decide_conditional_access(result)
    assert (decision.rule, decision.result, decision.refusal) == (Rule.CONDITIONAL_ACCESS, word, refusal)


def test_the_decision_names_the_policies_that_decided_and_those_that_did_not_apply() -> None:
    other = policy("members only", users=UserCondition(include_users=("megan",)))
    decision = decide_conditional_access(evaluate([MFA, other], GUEST))
    assert decision.reason == "Multifactor authentication is demanded by 'mfa'."
    assert decision.inputs == {"enforced": ("mfa",), "not_applied": ("members only: users",)}


NOT_ME = UserCondition(include_users=("None",))


@pytest.mark.parametrize(
    ("given", "mfa", "expected"),
    [
        pytest.param(MFA, True, "success", id="enabled, met"),
        pytest.param(MFA, False, "failure", id="enabled, not met"),
        pytest.param(BLOCK, True, "failure", id="enabled, block"),
        pytest.param(policy(users=NOT_ME), True, "notApplied", id="enabled, not applied"),
        pytest.param(policy(state=PolicyState.DISABLED), True, "notEnabled", id="disabled"),
        pytest.param(policy(state=PolicyState.REPORT_ONLY), True, "reportOnlySuccess", id="report-only, met"),
        pytest.param(
            policy(state=PolicyState.REPORT_ONLY), False, "reportOnlyInterrupted", id="report-only, would ask"
        ),
        pytest.param(
            policy(state=PolicyState.REPORT_ONLY, controls=("block",)),
            True,
            "reportOnlyFailure",
            id="report-only, block",
        ),
        pytest.param(
            policy(state=PolicyState.REPORT_ONLY, users=NOT_ME), True, "reportOnlyNotApplied", id="report-only, others"
        ),
    ],
)
def test_what_the_log_says_of_a_policy(given: ConditionalAccessPolicy, mfa: bool, expected: str) -> None:
    assert log_result(evaluate([given], GUEST).policies[0], Fulfilment(mfa=mfa)) == expected


@pytest.mark.parametrize(
    ("policies", "mfa", "expected"),
    [
        pytest.param([], True, "notApplied", id="no policy"),
        pytest.param([policy(users=NOT_ME)], False, "notApplied", id="none applies"),
        pytest.param([policy(state=PolicyState.REPORT_ONLY)], False, "notApplied", id="report-only alone"),
        pytest.param([MFA], True, "success", id="met"),
        pytest.param([MFA], False, "failure", id="not met"),
        pytest.param([MFA, BLOCK], True, "failure", id="blocked"),
    ],
)
def test_status_of_the_whole_sign_in(policies: list[ConditionalAccessPolicy], mfa: bool, expected: str) -> None:
    result: ConditionalAccessResult = evaluate(policies, GUEST)
    assert status(result, Fulfilment(mfa=mfa)) == expected


def test_controls_of_a_policy_that_does_not_apply_are_not_enforced() -> None:
    applied, other = evaluate([MFA, policy(users=NOT_ME)], GUEST).policies
    assert applied.controls == ("mfa",)
    assert other.controls == ()

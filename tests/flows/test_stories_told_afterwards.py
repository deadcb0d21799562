"""What remains of a guest's sign-in: explanation, log rows of both tenants, steps, the guest object."""

from __future__ import annotations

from typing import Any

import pytest

from federation.words import Rule, StepWord
from tests.simulator import AFTER_REDEMPTION, MakeWorld, World
from tests.stories import (
    by_browser,
    decisions,
    guest,
    headless,
    invite,
    log,
    newest_mail,
    policy_ids,
    rules,
    set_partner,
    setting,
    sign_ins,
    walk,
)

ANA, BEN, CLEO = "ana@fabrikam.example", "ben@fabrikam.example", "cleo@fabrikam.example"
NORA, OTTO = "nora@northwind.example", "otto@proseware.example"

REDEMPTIONS: dict[str, list[tuple[str, str, str]]] = {
    ANA: [
        ("contoso", "home_realm", "azureActiveDirectory"),
        ("fabrikam", "home_realm", "local"),
        ("fabrikam", "account", "member"),
        ("fabrikam", "conditional_access", "nothing_demanded"),
        ("fabrikam", "mfa", "demanded"),
        ("fabrikam", "mfa", "challenge_here"),
        ("fabrikam", "mfa", "satisfied_here"),
        ("fabrikam", "outbound", "allowed"),
        ("contoso", "invitation", "pending"),
        ("contoso", "inbound", "allowed"),
        ("contoso", "consent", "asked"),
        ("contoso", "invitation", "redeemed"),
        ("contoso", "conditional_access", "mfa"),
        ("contoso", "inbound_trust", "mfa_accepted"),
        ("contoso", "mfa", "accepted_from_home"),
    ],
    NORA: [
        ("contoso", "home_realm", "azureActiveDirectory"),
        ("northwind", "home_realm", "local"),
        ("northwind", "account", "member"),
        ("northwind", "conditional_access", "nothing_demanded"),
        ("northwind", "mfa", "not_demanded"),
        ("northwind", "outbound", "allowed"),
        ("contoso", "invitation", "pending"),
        ("contoso", "inbound", "allowed"),
        ("contoso", "consent", "asked"),
        ("contoso", "invitation", "redeemed"),
        ("contoso", "conditional_access", "mfa"),
        ("contoso", "inbound_trust", "mfa_not_accepted"),
        ("contoso", "mfa", "register_here"),
        ("contoso", "mfa", "satisfied_here"),
    ],
    OTTO: [
        ("contoso", "home_realm", "emailOneTimePasscode"),
        ("contoso", "invitation", "pending"),
        ("contoso", "consent", "asked"),
        ("contoso", "invitation", "redeemed"),
        ("contoso", "conditional_access", "mfa"),
        ("contoso", "inbound_trust", "not_applicable"),
        ("contoso", "mfa", "register_here"),
        ("contoso", "mfa", "satisfied_here"),
    ],
}


@pytest.mark.parametrize("address", REDEMPTIONS)
def test_the_explanation_tells_every_rule_of_both_tenants_in_order(make_world: MakeWorld, address: str) -> None:
    world = make_world("uninvited")
    invite(world, address)
    person, browser = world.person(address), world.browser()
    walk(person, browser, browser.get(newest_mail(world, address)["links"][0]))
    assert rules(world) == REDEMPTIONS[address]
    for decision in decisions(world):
        assert set(decision) == {"tenant", "rule", "inputs", "result", "reason", "source"}
        assert decision["rule"] in [rule.value for rule in Rule]
        assert decision["reason"].endswith(".")
        assert decision["source"].startswith("entra-sign-in")


def test_a_guest_asked_at_home_on_demand_makes_a_second_trip_there(make_world: MakeWorld) -> None:
    world = make_world("contoso")
    invite(world, BEN)
    person, browser = world.person(BEN), world.browser()
    walk(person, browser, browser.get(newest_mail(world, BEN)["links"][0]))
    told = world.control("GET", f"sign-ins/{sign_ins(world)[0]['id']}")["steps"]
    sent = [step["detail"] for step in told if step["detail"].startswith("sent to")]
    assert sent == [f"sent to Fabrikam as {BEN}", f"sent to Fabrikam as {BEN}, asked for a second factor"]
    trips = [rule for rule in rules(world) if rule[1] == "mfa"]
    assert trips == [
        ("fabrikam", "mfa", "not_demanded"),
        ("contoso", "mfa", "challenge_at_home"),
        ("fabrikam", "mfa", "demanded"),
        ("fabrikam", "mfa", "challenge_here"),
        ("fabrikam", "mfa", "satisfied_here"),
        ("contoso", "mfa", "accepted_from_home"),
    ]


STEPS = {
    ANA: [
        ("contoso", "home_realm_discovery"),
        ("contoso", "identity_provider"),
        ("fabrikam", "home_realm_discovery"),
        ("fabrikam", "password"),
        ("fabrikam", "conditional_access"),
        ("fabrikam", "mfa_challenge"),
        ("fabrikam", "token"),
        ("contoso", "identity_provider"),
        ("contoso", "conditional_access"),
        ("contoso", "mfa_accepted"),
        ("contoso", "token"),
    ],
    NORA: [
        ("contoso", "home_realm_discovery"),
        ("contoso", "identity_provider"),
        ("northwind", "home_realm_discovery"),
        ("northwind", "password"),
        ("northwind", "conditional_access"),
        ("northwind", "token"),
        ("contoso", "identity_provider"),
        ("contoso", "conditional_access"),
        ("contoso", "mfa_registration"),
        ("contoso", "mfa_challenge"),
        ("contoso", "token"),
    ],
    OTTO: [
        ("contoso", "home_realm_discovery"),
        ("contoso", "passcode"),
        ("contoso", "passcode"),
        ("contoso", "conditional_access"),
        ("contoso", "mfa_registration"),
        ("contoso", "mfa_challenge"),
        ("contoso", "token"),
    ],
}


@pytest.mark.parametrize("address", STEPS)
def test_the_steps_of_both_tenants_stand_in_the_order_in_which_they_happened(world: World, address: str) -> None:
    told = headless(world, address)
    assert [(step["tenant"], step["step"]) for step in told["steps"]] == STEPS[address]
    assert all(step["detail"] and StepWord(step["step"]) for step in told["steps"])
    read = world.control("GET", f"sign-ins/{told['id']}")
    assert read["steps"] == told["steps"]


def test_both_tenants_log_one_attempt_under_one_correlation_id(world: World) -> None:
    assert by_browser(world, ANA).outcome == "success"
    here, there = log(world)[0], log(world, "fabrikam")[0]
    assert here["correlationId"] == there["correlationId"]
    assert here["id"] == sign_ins(world)[0]["id"] != there["id"]
    contoso, fabrikam = world.tenant_id("contoso"), world.tenant_id("fabrikam")
    for row in (here, there):
        assert (row["homeTenantId"], row["resourceTenantId"]) == (fabrikam, contoso)
        assert row["status"]["errorCode"] == 0
        assert row["userPrincipalName"] == ANA
    assert here["userId"] == guest(world, ANA)["id"]
    assert there["userId"] == world.user(ANA)["id"]
    assert here["appDisplayName"] == "Contoso Portal"
    assert here["conditionalAccessStatus"] == "success"
    assert [p["displayName"] for p in here["appliedConditionalAccessPolicies"]] == ["Guests need MFA"]


def test_a_passcode_guest_leaves_one_row_only(world: World) -> None:
    assert by_browser(world, OTTO).outcome == "success"
    assert len(log(world)) == 1
    assert [log(world, name) for name in ("fabrikam", "northwind")] == [[], []]


def test_the_list_of_sign_ins_is_newest_first_with_user_time_and_code(world: World) -> None:
    headless(world, ANA)
    world.advance(minutes=5)
    headless(world, CLEO)
    world.advance(minutes=5)
    headless(world, OTTO)
    rows = sign_ins(world)
    assert [(row["user"], row["outcome"], row["code"]) for row in rows] == [
        (OTTO, "success", 0),
        (CLEO, "refused", 50020),
        (ANA, "success", 0),
    ]
    assert [row["created"] for row in rows] == sorted((row["created"] for row in rows), reverse=True)
    assert all(row["tenant"] == "contoso" and row["application"] == "portal" for row in rows)


REFUSALS: dict[str, tuple[str, Any, int, int, int | None]] = {
    "not a guest": (CLEO, None, 50020, 50020, 90072),
    "outbound": (ANA, ("fabrikam", "contoso", "b2bCollaborationOutbound"), 500212, 500212, 500212),
    "inbound": (ANA, ("contoso", "fabrikam", "b2bCollaborationInbound"), 500213, 500213, 0),
}


@pytest.mark.parametrize(("address", "closed", "code", "here", "there"), REFUSALS.values(), ids=REFUSALS)
def test_each_tenant_logs_its_own_view_of_a_refusal(
    world: World, address: str, closed: Any, code: int, here: int, there: int | None
) -> None:
    if closed:
        owner, other, name = closed
        set_partner(world, owner, other, **{name: setting("blocked")})
    end = by_browser(world, address)
    assert end.code == code
    assert log(world)[0]["status"]["errorCode"] == here
    assert log(world, "fabrikam")[0]["status"]["errorCode"] == there
    assert len(sign_ins(world)) == 1  # one attempt, told once


def test_a_blocked_guest_is_explained_by_the_tenant_that_blocked(world: World) -> None:
    set_partner(world, "fabrikam", "contoso", b2bCollaborationOutbound=setting("blocked"))
    by_browser(world, ANA)
    assert ("fabrikam", "outbound", "blocked") in rules(world)
    assert ("contoso", "inbound") not in [rule[:2] for rule in rules(world)]


def test_redemption_is_logged_as_the_acceptance_portal(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    person, browser = world.person(NORA), world.browser()
    assert walk(person, browser, browser.get(newest_mail(world, NORA)["links"][0])).url == AFTER_REDEMPTION
    row = log(world)[0]
    assert row["appDisplayName"] == "Microsoft Invitation Acceptance Portal"
    assert row["appId"] == "4660504c-45b3-4674-a709-71951a6b0763"


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        pytest.param(ANA, ("ExternalAzureAD", None), id="from an Entra tenant"),
        pytest.param(OTTO, ("mail", OTTO), id="by passcode"),
    ],
)
def test_the_guest_object_before_and_after_redemption(
    make_world: MakeWorld, address: str, identity: tuple[str, str | None]
) -> None:
    world = make_world("uninvited")
    made = invite(world, address)
    before = guest(world, address)
    assert (before["id"], before["externalUserState"]) == (made["invitedUser"]["id"], "PendingAcceptance")
    assert [i["signInType"] for i in before["identities"]] == ["userPrincipalName"]
    world.advance(hours=1)
    assert by_browser(world, address, redeem=True).outcome == "success"
    after = guest(world, address)
    assert (after["id"], after["externalUserState"]) == (before["id"], "Accepted")
    assert after["externalUserStateChangeDateTime"] > before["externalUserStateChangeDateTime"]
    federated = after["identities"][0]
    assert (federated["signInType"], federated["issuer"], federated["issuerAssignedId"]) == ("federated", *identity)


def test_policy_changes_hold_for_the_very_next_sign_in(world: World) -> None:
    (policy,) = policy_ids(world)
    url = f"/identity/conditionalAccess/policies/{policy}"
    outcomes = []
    for change in (
        {"state": "disabled"},
        {"state": "enabled", "grantControls": {"operator": "OR", "builtInControls": ["block"]}},
        {"grantControls": {"operator": "OR", "builtInControls": ["mfa"]}},
    ):
        world.graph("PATCH", url, change, expect=204)
        told = headless(world, NORA)
        outcomes.append((told["outcome"], told["error"]["code"] if told["error"] else 0, told["steps"][-2]["step"]))
    assert outcomes == [
        ("success", 0, "conditional_access"),
        ("refused", 53003, "identity_provider"),
        ("success", 0, "mfa_challenge"),
    ]

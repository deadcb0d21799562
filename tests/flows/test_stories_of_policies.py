"""Stories of conditional access beyond MFA, each played by a browser over HTTPS and headless."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from federation.authentication_strength import MULTIFACTOR_AUTHENTICATION, PHISHING_RESISTANT_MFA
from tests.browser import Page
from tests.flows.test_stories_of_guests import no_policies
from tests.simulator import World
from tests.stories import (
    ANSWERS,
    Visitor,
    by_browser,
    by_headless,
    decline,
    headless,
    opened,
    page,
    refusal_of,
    set_partner,
    walk,
)

ANA, NORA, OTTO, OMAR = (
    "ana@fabrikam.example",
    "nora@northwind.example",
    "otto@proseware.example",
    "omar@contoso.example",
)
POLICIES = "/identity/conditionalAccess/policies"
DRIVERS = pytest.mark.parametrize("drive", [pytest.param(by_browser, id="browser"), by_headless])


def add(world: World, grants: Any = None, session: Any = None, **conditions: Any) -> str:
    """A policy for everybody and everything, instead of the scenario's own."""
    no_policies(world)
    body = {
        "displayName": "The policy",
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
            **conditions,
        },
        "grantControls": grants,
        "sessionControls": session,
    }
    return str(world.graph("POST", POLICIES, body, expect=201)["id"])


BLOCK = {"operator": "OR", "builtInControls": ["block"]}
MFA = {"operator": "OR", "builtInControls": ["mfa"]}

# --- authentication strengths ------------------------------------------------------------------------


@DRIVERS
@pytest.mark.parametrize(
    ("address", "trusted", "strength", "code"),
    [
        pytest.param(ANA, True, MULTIFACTOR_AUTHENTICATION, 0, id="row 6: done at a trusted home"),
        pytest.param(ANA, False, MULTIFACTOR_AUTHENTICATION, 0, id="row 5: done here"),
        pytest.param(NORA, False, PHISHING_RESISTANT_MFA, 53003, id="row 5: can't be met here"),
        pytest.param(OTTO, False, MULTIFACTOR_AUTHENTICATION, 53003, id="row 12: not for other homes"),
    ],
)
def test_strengths(world: World, drive: Any, address: str, trusted: bool, strength: Any, code: int) -> None:
    set_partner(world, "contoso", "fabrikam", inboundTrust={"isMfaAccepted": trusted})
    grants = {"operator": "OR", "authenticationStrength": {"id": strength.id}}
    add(world, grants, users={"includeUsers": ["GuestsOrExternalUsers"]})
    assert drive(world, address).code == code


def test_a_trusted_home_is_sent_to_for_a_key(world: World) -> None:
    """Row 7: the person registers and uses one there, and nothing of it happens here."""
    grants = {"operator": "OR", "authenticationStrength": {"id": PHISHING_RESISTANT_MFA.id}}
    add(world, grants, users={"includeUsers": ["GuestsOrExternalUsers"]})
    result = headless(world, ANA)
    assert result["outcome"] == "success"
    assert "mfa_registration" not in [step["step"] for step in result["steps"] if step["tenant"] == "contoso"]
    assert result["access_token_claims"] is not None


# --- where from, with what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        pytest.param({"ip_address": "198.51.100.7"}, 53003, id="from the blocked range"),
        pytest.param({"ip_address": "203.0.113.7"}, 0, id="from elsewhere"),
    ],
)
def test_a_blocked_place(world: World, signals: dict[str, Any], code: int) -> None:
    location = world.graph(
        "POST",
        "/identity/conditionalAccess/namedLocations",
        {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "displayName": "Somewhere",
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.0/24"}],
        },
        expect=201,
    )
    add(world, BLOCK, locations={"includeLocations": [location["id"]]})
    assert by_headless(world, ANA, **signals).code == code
    refused = world.control("GET", "sign-ins")["value"][0]
    assert refused["code"] == code


def test_a_blocked_country(world: World) -> None:
    """The scenario says in which country an address is."""
    body = {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "displayName": "Brazil",
        "countriesAndRegions": ["BR"],
    }
    location = world.graph("POST", "/identity/conditionalAccess/namedLocations", body, expect=201)
    add(world, BLOCK, locations={"includeLocations": [location["id"]]})
    assert by_headless(world, ANA, ip_address="203.0.113.7").code == 53003
    assert by_headless(world, ANA, ip_address="198.51.100.7").code == 0


@pytest.mark.parametrize(
    ("conditions", "signals", "code"),
    [
        pytest.param({"platforms": {"includePlatforms": ["iOS"]}}, {"platform": "iOS"}, 53003, id="platform"),
        pytest.param({"platforms": {"includePlatforms": ["iOS"]}}, {"platform": "windows"}, 0, id="another platform"),
        pytest.param({"signInRiskLevels": ["high"]}, {"sign_in_risk": "high"}, 53003, id="sign-in risk"),
        pytest.param({"clientAppTypes": ["other"]}, {"client_app": "other"}, 53003, id="older clients"),
    ],
)
def test_a_signal_that_blocks(world: World, conditions: Any, signals: dict[str, Any], code: int) -> None:
    add(world, BLOCK, **conditions)
    assert by_headless(world, OMAR, **signals).code == code


def test_an_older_client_is_blocked_where_mfa_is_demanded(world: World) -> None:
    add(world, MFA)
    assert by_headless(world, OMAR, client_app="other").code == 53003


@pytest.mark.parametrize(
    ("trust", "device", "code"),
    [
        pytest.param(False, {"compliant": True}, 53000, id="row 8: not trusted"),
        pytest.param(True, {"compliant": True}, 0, id="row 9: trusted and said"),
        pytest.param(True, {"compliant": False}, 53000, id="row 10: trusted and not said"),
    ],
)
def test_a_compliant_device(world: World, trust: bool, device: dict[str, Any], code: int) -> None:
    trusts = {"isMfaAccepted": True, "isCompliantDeviceAccepted": trust}
    set_partner(world, "contoso", "fabrikam", inboundTrust=trusts)
    add(
        world,
        {"operator": "OR", "builtInControls": ["compliantDevice"]},
        users={"includeUsers": ["GuestsOrExternalUsers"]},
    )
    assert by_headless(world, ANA, device=device).code == code


def test_one_of_two_controls_is_enough(world: World) -> None:
    either = {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}
    add(world, either, users={"includeUsers": ["GuestsOrExternalUsers"]})
    steps = headless(world, NORA, device={"compliant": True})
    assert steps["outcome"] == "success"
    assert "mfa_registration" in [step["step"] for step in steps["steps"]]  # Northwind's device is not trusted


@pytest.mark.parametrize("control", ["approvedApplication", "compliantApplication"])
def test_controls_that_block_guests(world: World, control: str) -> None:
    add(world, {"operator": "OR", "builtInControls": [control]}, users={"includeUsers": ["GuestsOrExternalUsers"]})
    assert by_headless(world, ANA).code == 53003


def test_a_risky_guest_who_should_change_the_password_is_blocked(world: World) -> None:
    """Row 13 of the matrix."""
    grants = {"operator": "AND", "builtInControls": ["mfa", "passwordChange"]}
    add(world, grants, userRiskLevels=["high"], users={"includeUsers": ["GuestsOrExternalUsers"]})
    assert by_headless(world, ANA, user_risk="high").code == 53003
    assert by_headless(world, ANA).code == 0


# --- terms of use ------------------------------------------------------------------------------------


def administrator(world: World, *permissions: str) -> str:
    """A token of the Global Administrator: agreements are written by people only."""
    scope = " ".join(f"https://graph.microsoft.com/{permission}" for permission in permissions)
    return str(headless(world, "alex@contoso.example", scope=f"openid {scope}")["tokens"]["access_token"])


def add_terms(world: World, text: str = "Be kind.", **values: Any) -> tuple[str, str]:
    """Terms of use and a policy that demands them of everybody; the token that manages them, and their id."""
    token = administrator(world, "Agreement.ReadWrite.All", "AgreementAcceptance.Read.All")
    file = {"fileName": "terms.txt", "language": "en", "fileData": {"data": base64.b64encode(text.encode()).decode()}}
    body = {"displayName": "House rules", "files": [file], **values}
    answer = world.call(
        "POST",
        "/v1.0/identityGovernance/termsOfUse/agreements",
        json_body=body,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status == 201, answer.text
    add(world, {"operator": "OR", "termsOfUse": [answer.json["id"]]})
    return token, str(answer.json["id"])


def answers_to(world: World, token: str, agreement: str) -> list[tuple[str, str]]:
    url = f"/v1.0/identityGovernance/termsOfUse/agreements/{agreement}/acceptances"
    found = world.call("GET", url, headers={"Authorization": f"Bearer {token}"}).json["value"]
    return [(entry["userEmail"], entry["state"]) for entry in found]


def steps_of(result: dict[str, Any]) -> list[str]:
    return [step["step"] for step in result["steps"] if step["step"] == "terms_of_use"]


def test_terms_are_accepted_once_and_again_when_they_expire(world: World) -> None:
    _, agreement = add_terms(world, userReacceptRequiredFrequency="P30D", isViewingBeforeAcceptanceRequired=True)
    assert steps_of(headless(world, ANA)) == ["terms_of_use"]
    assert steps_of(headless(world, ANA)) == []
    world.advance(days=31)
    assert steps_of(headless(world, ANA)) == ["terms_of_use"]
    token = administrator(world, "AgreementAcceptance.Read.All")
    assert answers_to(world, token, agreement)[:2] == [(ANA, "accepted"), (ANA, "accepted")]


def test_terms_are_shown_read_and_accepted_on_a_page(world: World) -> None:
    add_terms(world, text="Keep it quiet.", isViewingBeforeAcceptanceRequired=True)
    person, browser = world.person(NORA), world.browser(*world._redirect_uris())
    start = browser.get(world.authorize_url("portal", login_hint=NORA))
    shown = page(walk(person, browser, start, until="terms_of_use"))
    assert shown.step == "terms_of_use"
    refused = page(browser.submit(shown))
    assert (refused.step, "Open and read" in refused.text) == ("terms_of_use", True)
    link = next(link for link in shown.links if "/terms-of-use/" in link)
    document = Visitor.with_cookies_of(world, browser).send("GET", link)
    assert (document.status, document.text) == (200, "Keep it quiet.")
    assert "sandbox" in document.headers["Content-Security-Policy"]
    ended = walk(person, browser, refused)
    assert not isinstance(ended, Page)
    assert "code" in ended.parameters


def test_who_declines_is_kept_out_and_asked_again(world: World) -> None:
    token, agreement = add_terms(world)
    person, browser = world.person(ANA), world.browser(*world._redirect_uris())
    start = browser.get(world.authorize_url("portal", login_hint=ANA))
    refused = walk(person, browser, start, answers={**ANSWERS, "terms_of_use": decline})
    assert refusal_of(refused)[0] == 50158
    assert answers_to(world, token, agreement) == [(ANA, "declined")]
    assert by_headless(world, ANA).code == 0
    assert answers_to(world, token, agreement) == [(ANA, "declined"), (ANA, "accepted")]


def test_a_document_of_another_sign_in_is_not_shown(world: World) -> None:
    add_terms(world)
    person, browser = world.person(NORA), world.browser(*world._redirect_uris())
    start = browser.get(world.authorize_url("portal", login_hint=NORA))
    shown = page(walk(person, browser, start, until="terms_of_use"))
    link = next(link for link in shown.links if "/terms-of-use/" in link)
    assert world.call("GET", link).status == 400  # without the browser's cookie
    other = link.rpartition("/")[0] + "/another"
    assert Visitor.with_cookies_of(world, browser).send("GET", other).status == 400


# --- sessions ----------------------------------------------------------------------------------------


def every(value: int, unit: str, **more: Any) -> dict[str, Any]:
    return {"signInFrequency": {"value": value, "type": unit, "isEnabled": True, **more}}


def refreshed(world: World, tokens: dict[str, Any]) -> Any:
    return world.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})


@pytest.mark.parametrize("address", [OMAR, ANA, OTTO])
def test_a_refresh_token_ends_with_the_sign_in_frequency(world: World, address: str) -> None:
    add(world, session=every(2, "hours"))
    tokens = headless(world, address, scope="openid offline_access")["tokens"]
    world.advance(hours=1)
    assert refreshed(world, tokens).status == 200
    world.advance(hours=2)
    answer = refreshed(world, tokens)
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_grant", [70043])


@pytest.mark.parametrize(("address", "asked"), [(OMAR, "password"), (ANA, "password"), (OTTO, "passcode")])
def test_a_session_older_than_the_frequency_signs_in_again(world: World, address: str, asked: str) -> None:
    add(world, session=every(2, "hours"))
    browser = world.browser(*world._redirect_uris())
    first = walk(world.person(address), browser, opened(world, address, browser=browser))
    assert not isinstance(first, Page)
    world.advance(hours=1)
    assert not isinstance(browser.get(world.authorize_url(login_hint=address)), Page)
    world.advance(hours=2)
    person = world.person(address)
    again = walk(person, browser, browser.get(world.authorize_url(login_hint=address)))
    assert not isinstance(again, Page), again.text
    assert asked in [step for _, step in person.seen]


def test_a_silent_request_says_that_the_sign_in_is_too_old(world: World) -> None:
    add(world, session=every(2, "hours"))
    browser = world.browser(*world._redirect_uris())
    walk(world.person(OMAR), browser, opened(world, OMAR, browser=browser))
    world.advance(hours=3)
    silent = opened(world, OMAR, browser=browser, prompt="none")
    assert refusal_of(silent)[0] == 70043


# --- authentication contexts and step-up -------------------------------------------------------------


def claims(token: str = "access_token", **wanted: Any) -> str:
    return json.dumps({token: wanted})


ACRS = {"acrs": {"essential": True, "value": "c1"}}


def offer_context(world: World, id: str = "c1") -> None:
    body = {"id": id, "displayName": "Payments", "isAvailable": True}
    world.graph("POST", "/identity/conditionalAccess/authenticationContextClassReferences", body, expect=201)


def guarded_context(world: World) -> str:
    """A context that needs MFA; nothing else is demanded of anybody."""
    offer_context(world)
    return add(world, MFA, applications={"includeAuthenticationContextClassReferences": ["c1"]})


def code_of(world: World, address: str, **changes: str) -> tuple[list[str], dict[str, Any]]:
    """The steps of a sign-in by browser, and its tokens."""
    person, browser = world.person(address), world.browser(*world._redirect_uris())
    url = world.authorize_url(login_hint=address, scope="openid offline_access", **changes)
    ended = walk(person, browser, browser.get(url))
    assert not isinstance(ended, Page), ended.text
    return [step for _, step in person.seen], world.redeem(ended.parameters["code"])


def test_a_context_is_asked_for_satisfied_and_named_in_the_token(world: World) -> None:
    guarded_context(world)
    steps, tokens = code_of(world, NORA)
    assert "mfa_registration" not in steps
    assert "acrs" not in world.claims(tokens["access_token"])
    steps, tokens = code_of(world, NORA, claims=claims(**ACRS))
    assert "mfa_registration" in steps
    assert world.claims(tokens["access_token"])["acrs"] == ["c1"]
    assert "acrs" not in world.claims(tokens["id_token"])
    _, tokens = code_of(world, ANA, claims=claims("id_token", **ACRS))  # her home's MFA is trusted
    assert world.claims(tokens["id_token"])["acrs"] == ["c1"]


def test_a_context_that_is_not_offered_is_not_given(world: World) -> None:
    _, tokens = code_of(world, NORA, claims=claims(acrs={"essential": True, "value": "c9"}))
    assert "acrs" not in world.claims(tokens["access_token"])


def test_a_refresh_token_that_does_not_suffice_is_answered_with_claims(world: World) -> None:
    guarded_context(world)
    _, tokens = code_of(world, NORA)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = world.token({**form, "claims": claims(**ACRS)})
    assert (answer.status, answer.json["error"]) == (400, "interaction_required")
    assert json.loads(answer.json["claims"]) == {"access_token": ACRS}
    _, stronger = code_of(world, NORA, claims=answer.json["claims"])
    again = world.token({**form, "refresh_token": stronger["refresh_token"]})
    assert world.claims(again.json["access_token"])["acrs"] == ["c1"]


def test_a_policy_that_came_later_is_named_in_the_claims(world: World) -> None:
    no_policies(world)
    _, tokens = code_of(world, NORA)
    policy = add(world, MFA)
    answer = refreshed(world, tokens)
    assert (answer.json["error"], answer.json["error_codes"]) == ("interaction_required", [50079])
    wanted = {"access_token": {"polids": {"essential": True, "values": [policy]}}}
    assert json.loads(answer.json["claims"]) == wanted


def test_claims_can_demand_the_policy_of_another_application(world: World) -> None:
    policy = add(world, MFA, applications={"includeApplications": [world.application("api")["client_id"]]})
    assert "mfa_registration" not in code_of(world, NORA)[0]
    steps, _ = code_of(world, NORA, claims=claims(polids={"essential": True, "values": [policy]}))
    assert "mfa_registration" in steps

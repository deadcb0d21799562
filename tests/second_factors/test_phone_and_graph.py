"""The simulated phone by the control API and by its page; methods and the policy about them by Graph."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.model import Method
from idp_sim.headless.software_authenticator import AAGUID, SoftwareKey
from tests.second_factors.pockets import CARRIED, PHONE, Pocket
from tests.simulator import World

MEGAN = "/users/megan@contoso.example/authentication"
CONFIGURATIONS = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"


@pytest.fixture
def pushed(world: World) -> tuple[Pocket, int, int]:
    """Megan in front of a push request: the request's id, and the number that her page shows."""
    row = world.user("megan")
    world.control("PATCH", f"users/{row['id']}", {"mfa": "always"})
    pocket = Pocket(world, world.browser(), row["user_principal_name"], row["password"])
    CARRIED[Method.PUSH].register(pocket, pocket.pick(pocket.arrive(), Method.PUSH))
    pocket.browser = world.browser()
    page = pocket.arrive()
    return pocket, pocket.newest("push")["id"], pocket.shown_number(page)


def nora_by(world: World, method: str) -> dict[str, object]:
    body = {"tenant": "contoso", "user": "nora@northwind.example", "application": "portal", "mfa_method": method}
    result: dict[str, object] = world.control("POST", "sign-ins", body)
    return result


def test_a_wrong_number_denies_the_request_for_good(pushed: tuple[Pocket, int, int]) -> None:
    pocket, request, number = pushed
    wrong = {"decision": "approve", "number": number % 90 + 10 if number % 90 + 10 != number else 10}
    refused = pocket.world.control("POST", f"phone/approvals/{request}", wrong, expect=400)
    assert refused["error"]["code"] == "wrong_number"
    right = {"decision": "approve", "number": number}
    assert pocket.world.control("POST", f"phone/approvals/{request}", right, expect=409)
    assert pocket.newest("push")["state"] == "denied"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("999", {"decision": "deny"}, 404, "not_found"),
        ("x", {"decision": "deny"}, 404, "not_found"),
        ("1", {"decision": "perhaps"}, 400, "invalid_request"),
        ("1", {"decision": "approve"}, 400, "not_a_push_request"),
    ],
    ids=["no such message", "no number", "neither yes nor no", "a text message"],
)
def test_what_is_no_open_push_request_is_refused(
    shared_world: World, path: str, body: dict[str, object], status: int, code: str
) -> None:
    nora_by(shared_world, "sms")
    answer = shared_world.control("POST", f"phone/approvals/{path}", body, expect=status)
    assert answer["error"]["code"] == code


def test_an_approval_needs_the_number_and_can_still_be_given(pushed: tuple[Pocket, int, int]) -> None:
    pocket, request, number = pushed
    missing = pocket.world.control("POST", f"phone/approvals/{request}", {"decision": "approve"}, expect=400)
    assert missing["error"]["code"] == "number_missing"
    given = pocket.world.control("POST", f"phone/approvals/{request}", {"decision": "approve", "number": number})
    assert given["state"] == "approved"


def test_messages_are_waited_for_and_found_by_either_name_of_a_guest(world: World) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(world.control, "GET", "phone/messages", None, user="nora@northwind.example", wait="20")
        assert nora_by(world, "sms")["outcome"] == "success"
        (message,) = waiting.result()["value"]
    assert message["kind"] == "sms"
    assert re.fullmatch(r"\d{6}", message["code"])
    assert message["code"] in message["text"]
    upn = message["user_principal_name"]
    assert "#ext#" in upn
    assert world.control("GET", "phone/messages", user=upn)["value"] == [message]
    assert world.control("GET", "phone/messages", user=upn, after=str(message["id"]))["value"] == []
    assert world.control("GET", "phone/messages", user="otto@proseware.example")["value"] == []


def test_the_phones_page_takes_answers_from_its_own_form_only(pushed: tuple[Pocket, int, int]) -> None:
    pocket, request, number = pushed
    world = pocket.world
    path = f"/phone/approvals/{request}"
    forged = world.call("POST", path, query={"world": world.id}, form={"decision": "approve", "number": str(number)})
    assert forged.status == 400
    assert pocket.newest("push")["state"] == "pending"
    page = world.call("GET", "/phone", query={"world": world.id}).text
    canary = re.findall(r'name="canary" value="([^"]+)"', page)[0]
    form = {"canary": canary, "decision": "approve", "number": str(number)}
    assert world.call("POST", path, query={"world": world.id}, form=form).status == 303
    assert pocket.newest("push")["state"] == "approved"
    assert str(number) not in re.findall(r'data-testid="phone-text">([^<]*)<', page)[0]


@pytest.mark.parametrize("method", ["softwareOath", "sms", "voice", "microsoftAuthenticatorPush"])
def test_a_guest_can_use_these_methods_at_the_resource_tenant(shared_world: World, method: str) -> None:
    result = nora_by(shared_world, method)
    assert result["outcome"] == "success", result["error"]


def test_a_guest_is_not_offered_a_passkey(shared_world: World) -> None:
    result = nora_by(shared_world, "fido2")
    steps = result["steps"]
    assert isinstance(steps, list)
    (challenge,) = [step["detail"] for step in steps if step["step"] == "mfa_challenge"]
    assert "passkey" not in challenge


def test_phones_are_registered_changed_and_removed(world: World) -> None:
    made = world.graph("POST", f"{MEGAN}/phoneMethods", {"phoneNumber": PHONE, "phoneType": "mobile"}, expect=201)
    assert (made["id"], made["phoneNumber"]) == ("3179e48a-750b-4051-897c-87b9720928f7", PHONE)
    again = {"phoneNumber": "+1 5550100124", "phoneType": "mobile"}
    world.graph("POST", f"{MEGAN}/phoneMethods", again, expect=400)
    world.graph("PATCH", f"{MEGAN}/phoneMethods/{made['id']}", {"phoneNumber": "+1 5550100125"}, expect=204)
    (kept,) = world.graph("GET", f"{MEGAN}/phoneMethods")["value"]
    assert kept["phoneNumber"] == "+1 5550100125"
    world.graph("POST", f"{MEGAN}/phoneMethods", {"phoneNumber": "5550100", "phoneType": "office"}, expect=400)
    world.graph("POST", f"{MEGAN}/phoneMethods", {"phoneNumber": PHONE, "phoneType": "fax"}, expect=400)
    types = {method["@odata.type"] for method in world.graph("GET", f"{MEGAN}/methods")["value"]}
    assert types == {
        "#microsoft.graph.passwordAuthenticationMethod",
        "#microsoft.graph.phoneAuthenticationMethod",
    }
    world.graph("DELETE", f"{MEGAN}/phoneMethods/{made['id']}", expect=204)
    assert world.graph("GET", f"{MEGAN}/phoneMethods")["value"] == []


def test_an_access_pass_is_told_once_and_is_for_members(world: World) -> None:
    path = f"{MEGAN}/temporaryAccessPassMethods"
    made = world.graph("POST", path, {"lifetimeInMinutes": 60, "isUsableOnce": False}, expect=201)
    assert len(made["temporaryAccessPass"]) == 8
    assert (made["isUsable"], made["methodUsabilityReason"]) == (True, "EnabledByPolicy")
    assert world.graph("GET", f"{path}/{made['id']}")["temporaryAccessPass"] is None
    world.graph("POST", path, {}, expect=400)  # one pass a person
    world.advance(hours=2)
    assert world.graph("GET", f"{path}/{made['id']}")["methodUsabilityReason"] == "Expired"
    world.graph("POST", path, {"lifetimeInMinutes": 5}, expect=400)
    world.graph("POST", path, {"startDateTime": "2099-01-01T00:00:00Z"}, expect=201)
    assert world.graph("GET", path)["value"][0]["methodUsabilityReason"] == "NotYetValid"
    nora = world.guest("nora")["id"]
    world.graph("POST", f"/users/{nora}/authentication/temporaryAccessPassMethods", {}, expect=400)


def test_a_headless_person_uses_the_pass_that_was_issued(world: World) -> None:
    megan = world.user("megan")
    world.control("PATCH", f"users/{megan['id']}", {"mfa": "always"})
    world.graph("POST", f"{MEGAN}/temporaryAccessPassMethods", {"isUsableOnce": True}, expect=201)
    body = {
        "tenant": "contoso",
        "user": "megan@contoso.example",
        "application": "portal",
        "mfa_method": "temporaryAccessPassOneTime",
    }
    assert world.control("POST", "sign-ins", body)["outcome"] == "success"
    assert world.control("POST", "sign-ins", body)["outcome"] == "interrupted"


def test_a_newcomer_signs_in_with_the_pass_in_place_of_a_password_and_has_met_mfa(world: World) -> None:
    body = {"tenant": "contoso", "user_principal_name": "new@contoso.example", "password": None, "mfa": "always"}
    world.control("POST", "users", body, expect=201)
    path = "/users/new@contoso.example/authentication/temporaryAccessPassMethods"
    issued = world.graph("POST", path, {"isUsableOnce": True}, expect=201)["temporaryAccessPass"]
    pocket = Pocket(world, world.browser(), "new@contoso.example", "not the pass")
    assert pocket.arrive().step == "password"
    pocket.password = issued
    assert pocket.arrive().step not in ("password", "mfa_challenge", "mfa_registration", "error")
    pocket.browser = world.browser()
    assert pocket.arrive().step == "password"  # it was for one time


def test_an_administrator_registers_a_key_for_somebody(world: World) -> None:
    path = f"{MEGAN}/fido2Methods"
    options = world.graph("GET", f"{path}/creationOptions(challengeTimeoutInMinutes=10)")
    key = SoftwareKey(id="c29tZS1rZXk", secret="c29tZS1zZWNyZXQ")
    credential = json.loads(key.register(options["publicKey"], origin=world.base_url))
    body = {"displayName": "Blue key", "publicKeyCredential": {n: credential[n] for n in ("id", "response")}}
    made = world.graph("POST", path, body, expect=201)
    assert (made["displayName"], made["aaGuid"], made["attestationLevel"]) == ("Blue key", AAGUID, "notAttested")
    world.graph("POST", path, body, expect=400)  # the same key
    stale = world.graph("GET", f"{path}/creationOptions(challengeTimeoutInMinutes=5)")
    world.advance(minutes=6)
    late = json.loads(SoftwareKey(id="bGF0ZQ", secret="bGF0ZQ").register(stale["publicKey"], origin=world.base_url))
    world.graph("POST", path, {"displayName": "Late", "publicKeyCredential": late}, expect=400)
    world.graph("DELETE", f"{path}/{made['id']}", expect=204)


def test_the_default_of_a_user_is_asked_for_first(world: World) -> None:
    omar = world.user("omar")
    world.control("PATCH", f"users/{omar['id']}", {"mfa": "always", "phone": PHONE})
    pocket = Pocket(world, world.browser(), omar["user_principal_name"], omar["password"])
    assert "authenticator app" in pocket.arrive().text
    token = world.client_credentials()["access_token"]
    path = f"/beta/users/{omar['id']}/authentication/signInPreferences"
    headers = {"Authorization": f"Bearer {token}"}
    changed = {"userPreferredMethodForSecondaryAuthentication": "sms"}
    assert world.call("PATCH", path, json_body=changed, headers=headers).status == 204
    shown = world.call("GET", path, headers=headers).json
    assert shown["userPreferredMethodForSecondaryAuthentication"] == "sms"
    assert shown["systemPreferredAuthenticationMethod"] == "oath"
    pocket.browser = world.browser()
    assert "We texted" in pocket.arrive().text
    nothing = {"userPreferredMethodForSecondaryAuthentication": "push"}
    assert world.call("PATCH", path, json_body=nothing, headers=headers).status == 400


@pytest.mark.parametrize(
    ("configuration", "body"),
    [
        ("sms", {"state": "disabled"}),
        ("sms", {"@odata.type": "#microsoft.graph.voiceAuthenticationMethodConfiguration", "state": "disabled"}),
        ("sms", {"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "state": "off"}),
        ("sms", {"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "defaultLength": 9}),
        (
            "temporaryAccessPass",
            {
                "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
                "minimumLifetimeInMinutes": 500,
            },
        ),
    ],
    ids=["no type", "another type", "no state", "a setting of another type", "minimum above maximum"],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    shared_world: World, configuration: str, body: dict[str, object]
) -> None:
    shared_world.graph("PATCH", f"{CONFIGURATIONS}/{configuration}", body, expect=400)


def test_a_method_is_allowed_to_a_group_alone(world: World) -> None:
    group = {"displayName": "Callers", "mailEnabled": False, "mailNickname": "callers", "securityEnabled": True}
    made = world.graph("POST", "/groups", group, expect=201)["id"]
    body = {
        "@odata.type": "#microsoft.graph.voiceAuthenticationMethodConfiguration",
        "includeTargets": [{"targetType": "group", "id": made}],
    }
    world.graph("PATCH", f"{CONFIGURATIONS}/voice", body, expect=204)
    shown = world.graph("GET", f"{CONFIGURATIONS}/Voice")
    assert shown["includeTargets"] == [{"targetType": "group", "id": made, "isRegistrationRequired": False}]
    assert "defaultLength" not in shown
    megan = world.user("megan")
    world.control("PATCH", f"users/{megan['id']}", {"mfa": "always", "phone": PHONE})
    pocket = Pocket(world, world.browser(), megan["user_principal_name"], megan["password"])
    assert not any(button.value == "other" for button in pocket.arrive().form.buttons)  # a text is all there is
    member = {"@odata.id": f"{world.base_url}/v1.0/directoryObjects/{megan['id']}"}
    world.graph("POST", f"/groups/{made}/members/$ref", member, expect=204)
    pocket.browser = world.browser()
    assert pocket.pick(pocket.arrive(), Method.VOICE).step == "mfa_challenge"
    assert pocket.newest("voice")["phone"] == PHONE

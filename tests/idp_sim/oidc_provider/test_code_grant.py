"""Codes at the token endpoint: each way to be wrong, and that they are used once, in time, in their tenant (13.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from idp_sim.directory.model import User
from tests.simulator import VERIFIER, MakeWorld, World, challenge_of
from tests.token_requests import SPA_ORIGIN, UNKNOWN_ID, basic, wrong


@pytest.fixture(scope="module")
def code(shared_world: World) -> str:
    """A code of the portal for Megan. Refused attempts leave it as it is."""
    return shared_world.sign_in_for_code("megan@contoso.example")


@pytest.fixture(scope="module")
def spa_code(shared_world: World) -> str:
    """A code of the single-page application for Megan."""
    return shared_world.sign_in_for_code("megan@contoso.example", "spa")


CODE_CASES = {
    "no grant type": wrong(400, "invalid_request", 900144, grant_type=None),
    "an unknown grant type": wrong(400, "unsupported_grant_type", 70003, grant_type="magic"),
    "the password grant": wrong(400, "unsupported_grant_type", 70003, grant_type="password"),
    "no client": wrong(400, "invalid_request", 900144, client_id=None),
    "an unknown client": wrong(400, "unauthorized_client", 700016, client_id=UNKNOWN_ID),
    "a client id that is no id": wrong(400, "unauthorized_client", 700016, client_id="' or 1=1 --"),
    "no secret": wrong(401, "invalid_client", 7000218, client_secret=None),
    "an empty secret": wrong(401, "invalid_client", 7000218, client_secret=""),
    "a wrong secret": wrong(401, "invalid_client", 7000215, client_secret="wrong"),
    "a secret that is not ASCII": wrong(401, "invalid_client", 7000215, client_secret="geheimniß"),
    "an assertion of an ordinary client": wrong(
        401,
        "invalid_client",
        700027,
        client_secret=None,
        client_assertion="x.y.z",
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    ),
    "no code": wrong(400, "invalid_request", 900144, code=None),
    "a code that does not exist": wrong(400, "invalid_grant", 70000, code="1.nothing"),
    "no redirect URI": wrong(400, "invalid_request", 900144, redirect_uri=None),
    "another redirect URI": wrong(400, "invalid_client", 500112, redirect_uri="http://localhost:3000/auth/callback"),
    "another port": wrong(400, "invalid_client", 500112, redirect_uri="https://localhost:1234/cb"),
    "no verifier": wrong(400, "invalid_grant", 501481, code_verifier=None),
    "another verifier": wrong(400, "invalid_grant", 501481, code_verifier="x" * 43),
    "the challenge as verifier": wrong(400, "invalid_grant", 501481, code_verifier=challenge_of(VERIFIER)),
    "a scope of two resources": wrong(400, "invalid_scope", 700022, scope="User.Read api://contoso-api/access_as_user"),
    "a scope that does not exist": wrong(401, "invalid_client", 650053, scope="User.Reed"),
    "a resource that does not exist": wrong(400, "invalid_resource", 500011, scope="api://nowhere/x"),
    "a page's request for a web client": wrong(400, "invalid_request", 9002326, headers=SPA_ORIGIN),
    "a page's request without secret": wrong(400, "invalid_request", 9002326, client_secret=None, headers=SPA_ORIGIN),
}
#: These use the code up before they fail, so each gets its own.
USES_THE_CODE = {"a scope of two resources", "a scope that does not exist", "a resource that does not exist"}


@pytest.mark.parametrize("case", CODE_CASES)
def test_a_wrong_request_with_a_code_is_refused(shared_world: World, code: str, case: str) -> None:
    status, error, number, changes = CODE_CASES[case]
    if case in USES_THE_CODE:
        code = shared_world.sign_in_for_code("megan@contoso.example")
    answer = shared_world.token(shared_world.code_form(code), **changes)
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (status, error, [number])


def test_after_all_wrong_attempts_the_right_one_still_has_the_code(shared_world: World, code: str) -> None:
    assert "access_token" in shared_world.redeem(code)


SPA_CASES = {
    "without an origin": wrong(400, "invalid_request", 9002327),
    "with a secret": wrong(401, "invalid_client", 700025, client_secret="secret", headers=SPA_ORIGIN),
    "with a secret and no origin": wrong(401, "invalid_client", 700025, client_secret="secret"),
    "with a secret in the header": wrong(401, "invalid_client", 700025, headers=SPA_ORIGIN | basic("x", "y")),
    "without a verifier": wrong(400, "invalid_grant", 501481, code_verifier=None, headers=SPA_ORIGIN),
}


@pytest.mark.parametrize("case", SPA_CASES)
def test_a_wrong_request_of_a_single_page_application_is_refused(shared_world: World, spa_code: str, case: str) -> None:
    status, error, number, changes = SPA_CASES[case]
    if "Authorization" in changes.get("headers", {}):
        client_id = shared_world.application("spa")["client_id"]
        changes = changes | {"headers": SPA_ORIGIN | basic(client_id, "secret")}
    answer = shared_world.token(shared_world.code_form(spa_code, "spa"), "spa", **changes)
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (status, error, [number])


def test_a_page_redeems_its_code_without_a_secret_and_may_read_the_answer(shared_world: World, spa_code: str) -> None:
    answer = shared_world.token(shared_world.code_form(spa_code, "spa"), "spa", headers=SPA_ORIGIN)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    claims = shared_world.claims(answer.json["access_token"])
    assert claims["appidacr"] == "0"


@pytest.mark.parametrize(
    ("application", "changes", "status", "number"),
    [
        pytest.param("mobile", {"client_secret": "x"}, 401, 700025, id="a public client with a secret"),
        pytest.param(
            "mobile",
            {"client_assertion": "x", "client_assertion_type": "y"},
            401,
            700025,
            id="a public client with an assertion",
        ),
        pytest.param("mobile", {"headers": SPA_ORIGIN}, 400, 9002326, id="a public client from a page"),
        pytest.param("daemon", {}, 400, 70000, id="another client's code"),
    ],
)
def test_other_clients_with_a_code(
    shared_world: World, application: str, changes: Mapping[str, Any], status: int, number: int
) -> None:
    code = shared_world.sign_in_for_code("megan@contoso.example", "portal" if application == "daemon" else application)
    form = shared_world.code_form(code, "portal" if application == "daemon" else application)
    answer = shared_world.token(form, application, **changes)
    assert (answer.status, answer.json["error_codes"]) == (status, [number])


def test_a_public_client_on_a_loopback_port_needs_no_secret(shared_world: World) -> None:
    uri = "http://localhost:51004"
    address = "megan@contoso.example"
    url = shared_world.authorize_url("mobile", redirect_uri=uri, login_hint=address)
    landing = shared_world.walk(address, url, browser=shared_world.browser(uri, f"{uri}/"))
    assert landing.url == f"{uri}/", "a URI without a path comes back with one"
    form = shared_world.code_form(landing.parameters["code"], "mobile")
    tokens = shared_world.token(form, "mobile", redirect_uri=uri)
    assert tokens.status == 200, tokens.text
    assert shared_world.claims(tokens.json["access_token"])["appidacr"] == "0"


# --- codes are used once, in time, in their tenant ------------------------------------------------------------


def test_a_code_is_used_once(world: World) -> None:
    code = world.sign_in_for_code("megan@contoso.example")
    world.redeem(code)
    answer = world.token(world.code_form(code))
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_grant", [54005])


def test_a_code_lives_ten_minutes_of_the_worlds_clock(world: World) -> None:
    world.freeze()
    code = world.sign_in_for_code("megan@contoso.example")
    world.advance(minutes=9, seconds=59)
    early = world.sign_in_for_code("megan@contoso.example")
    world.redeem(code)
    world.advance(minutes=10)
    answer = world.token(world.code_form(early))
    assert (answer.json["error"], answer.json["error_codes"]) == ("invalid_grant", [70008])


def test_a_code_of_another_tenant_is_refused_with_its_own_code(world: World) -> None:
    code = world.sign_in_for_code("megan@contoso.example")
    answer = world.token(world.code_form(code), "admin", tenant="fabrikam")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_grant", [700005])


def test_a_code_of_another_world_is_unknown(make_world: MakeWorld) -> None:
    one, other = make_world(), make_world()
    answer = other.token(other.code_form(one.sign_in_for_code("megan@contoso.example")))
    assert answer.json["error_codes"] == [70000]


@pytest.mark.parametrize(
    ("change", "number"),
    [pytest.param("disabled", 50057, id="disabled since"), pytest.param("deleted", 50034, id="deleted since")],
)
def test_a_code_of_a_person_who_may_no_longer_sign_in_is_refused(world: World, change: str, number: int) -> None:
    code = world.sign_in_for_code("megan@contoso.example")
    user = world.user("megan")["id"]
    if change == "disabled":
        world.graph("PATCH", f"/users/{user}", {"accountEnabled": False}, expect=204)
    else:
        world.simulator.ports.storage.delete(world.id, world.tenant_id(), User, user)
    assert world.token(world.code_form(code)).json["error_codes"] == [number]

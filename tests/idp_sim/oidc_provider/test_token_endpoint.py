"""The token endpoint: each grant, each way to be wrong, and the body of an error (entra-sign-in 13, 15.1)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from idp_sim.applications.model import Application, ClientSecret
from idp_sim.directory.model import User
from tests.simulator import VERIFIER, MakeWorld, World, challenge_of

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
SPA_ORIGIN = {"Origin": "http://localhost:3000"}
GRAPH = "https://graph.microsoft.com/.default"
UNKNOWN_ID = "00000000-1111-2222-3333-444444444444"


def basic(client_id: str, secret: str) -> dict[str, str]:
    """RFC 6749 2.3.1: both parts URL-encoded."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@pytest.fixture(scope="module")
def code(shared_world: World) -> str:
    """A code of the portal for Megan. Refused attempts leave it as it is."""
    return shared_world.sign_in_for_code("megan@contoso.example")


@pytest.fixture(scope="module")
def spa_code(shared_world: World) -> str:
    """A code of the single-page application for Megan."""
    return shared_world.sign_in_for_code("megan@contoso.example", "spa")


def wrong(status: int, error: str, number: int, /, **changes: Any) -> tuple[int, str, int, dict[str, Any]]:
    return status, error, number, changes


# --- wrong requests with a code ----------------------------------------------------------------------

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


# --- client credentials -------------------------------------------------------------------------------

CLIENT_CREDENTIALS_CASES = {
    "no scope": wrong(400, "invalid_request", 900144, scope=None),
    "a delegated scope": wrong(400, "invalid_scope", 70011, scope="User.Read"),
    "a scope that is not /.default": wrong(400, "invalid_scope", 70011, scope="api://contoso-api/access_as_user"),
    "/.default and another scope": wrong(400, "invalid_scope", 70011, scope=f"{GRAPH} openid"),
    "two resources": wrong(400, "invalid_scope", 700022, scope=f"{GRAPH} api://contoso-api/.default"),
    "an unknown resource": wrong(400, "invalid_resource", 500011, scope="api://nowhere/.default"),
    "an unknown resource by id": wrong(400, "invalid_resource", 500011, scope=f"{UNKNOWN_ID}/.default"),
    "only /.default": wrong(400, "invalid_resource", 500011, scope="/.default"),
    "no secret": wrong(401, "invalid_client", 7000218, client_secret=None),
    "a wrong secret": wrong(401, "invalid_client", 7000215, client_secret="wrong"),
    "from a page": wrong(400, "invalid_request", 9002326, headers=SPA_ORIGIN),
}


@pytest.mark.parametrize("case", CLIENT_CREDENTIALS_CASES)
def test_a_wrong_request_for_client_credentials_is_refused(shared_world: World, case: str) -> None:
    status, error, number, changes = CLIENT_CREDENTIALS_CASES[case]
    answer = shared_world.token({"grant_type": "client_credentials", "scope": GRAPH}, "daemon", **changes)
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (status, error, [number])


@pytest.mark.parametrize("application", ["mobile", "spa"])
@pytest.mark.parametrize("headers", [{}, SPA_ORIGIN], ids=["by itself", "from a page"])
def test_a_client_without_a_secret_has_no_credentials_of_its_own(
    shared_world: World, application: str, headers: dict[str, str]
) -> None:
    answer = shared_world.token({"grant_type": "client_credentials", "scope": GRAPH}, application, headers=headers)
    assert answer.status == 401
    assert answer.json["error_codes"] == [7000218]


@pytest.mark.parametrize("authority", ["common", "organizations", "consumers"])
def test_client_credentials_need_a_tenant(shared_world: World, authority: str) -> None:
    answer = shared_world.call(
        "POST", f"/{authority}/oauth2/v2.0/token", form={"grant_type": "client_credentials", "scope": GRAPH}
    )
    assert (answer.status, answer.json["error_codes"]) == (400, [9001023])


@pytest.mark.parametrize("authority", ["common", "organizations"])
def test_an_application_of_one_tenant_has_no_tokens_from_an_authority_of_many(
    shared_world: World, authority: str
) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "client_id": shared_world.application()["client_id"]}
    answer = shared_world.call("POST", f"/{authority}/oauth2/v2.0/token", form=form)
    assert (answer.status, answer.json["error_codes"]) == (400, [50194])


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        pytest.param("https://graph.microsoft.com/.default", "https://graph.microsoft.com", id="the URI"),
        pytest.param("https://graph.microsoft.com//.default", "https://graph.microsoft.com/", id="the URI with slash"),
        pytest.param(
            "00000003-0000-0000-c000-000000000000/.default", "00000003-0000-0000-c000-000000000000", id="the id"
        ),
        pytest.param("{base_url}/.default", "{base_url}", id="this server"),
    ],
)
def test_every_name_of_graph_gives_a_token_that_graph_takes(shared_world: World, scope: str, audience: str) -> None:
    base_url = shared_world.base_url
    tokens = shared_world.client_credentials(scope.format(base_url=base_url))
    assert shared_world.claims(tokens["access_token"])["aud"] == audience.format(base_url=base_url)
    call = shared_world.call("GET", "/v1.0/users", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert call.status == 200


def test_the_answer_to_client_credentials_has_no_more_than_it_should(shared_world: World) -> None:
    tokens = shared_world.client_credentials("api://contoso-api/.default", "daemon")
    assert set(tokens) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["ext_expires_in"]) == ("Bearer", 3599, 3599)


def test_a_token_is_given_even_without_any_role(shared_world: World) -> None:
    tokens = shared_world.client_credentials(GRAPH, "daemon")
    claims = shared_world.claims(tokens["access_token"])
    assert "roles" not in claims
    assert "scp" not in claims


def test_an_api_that_demands_assignment_gives_no_token_to_strangers(make_world: MakeWorld) -> None:
    world = make_world(
        {
            "name": "assigned",
            "tenants": {
                "contoso": {
                    "kind": "entra",
                    "role": "resource",
                    "domains": ["contoso.example"],
                    "applications": {
                        "daemon": {"confidential": True},
                        "api": {"identifier_uris": ["api://closed"], "assignment_required": True},
                    },
                }
            },
        }
    )
    answer = world.token({"grant_type": "client_credentials", "scope": "api://closed/.default"}, "daemon")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_grant", [501051])


# --- authentication of the client ---------------------------------------------------------------------


def test_the_secret_may_come_in_the_header(shared_world: World) -> None:
    daemon = shared_world.application("daemon")
    answer = shared_world.token(
        {"grant_type": "client_credentials", "scope": GRAPH},
        "daemon",
        client_id=None,
        client_secret=None,
        headers=basic(daemon["client_id"], daemon["client_secret"]),
    )
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("how", ["post", "basic"])
def test_a_secret_may_hold_any_character(make_world: MakeWorld, how: str) -> None:
    secret = "a:b%20c+d é&=/~"
    world = make_world(
        {
            "name": "specials",
            "tenants": {
                "contoso": {
                    "kind": "entra",
                    "role": "resource",
                    "domains": ["contoso.example"],
                    "applications": {"daemon": {"client_secret": secret}},
                }
            },
        }
    )
    client_id = world.application("daemon")["client_id"]
    credentials: dict[str, Any] = (
        {} if how == "post" else {"client_id": None, "client_secret": None, "headers": basic(client_id, secret)}
    )
    answer = world.token({"grant_type": "client_credentials", "scope": GRAPH}, "daemon", **credentials)
    assert answer.status == 200, answer.text


@pytest.mark.parametrize(
    ("header", "number"),
    [
        pytest.param("Basic !!!", 90023, id="not base64"),
        pytest.param("Basic /w==", 90023, id="not UTF-8"),
        pytest.param("Basic", 900144, id="nothing behind Basic"),
        pytest.param(f"Basic {base64.b64encode(b'no-colon').decode()}", 700016, id="no colon"),
        pytest.param("Bearer something", 900144, id="another scheme"),
    ],
)
def test_a_broken_authorization_header_is_refused(shared_world: World, header: str, number: int) -> None:
    answer = shared_world.token(
        {"grant_type": "client_credentials", "scope": GRAPH},
        "daemon",
        client_id=None,
        client_secret=None,
        headers={"Authorization": header},
    )
    assert answer.status == 400
    assert answer.json["error_codes"] == [number]


def test_a_secret_that_expired_by_the_worlds_clock_is_refused(world: World) -> None:
    tenant, daemon = world.tenant_id(), world.application("daemon")
    storage = world.simulator.ports.storage
    old = storage.get(world.id, tenant, Application, daemon["id"])
    (secret,) = old.secrets
    expiring = ClientSecret(id=secret.id, value=secret.value, expires=world.now() + timedelta(days=1))
    storage.update(world.id, tenant, Application, old.id, lambda a: _with_secrets(a, (expiring,)))
    form = {"grant_type": "client_credentials", "scope": GRAPH}
    assert world.token(form, "daemon").status == 200
    world.advance(days=1)
    answer = world.token(form, "daemon")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (401, "invalid_client", [7000222])
    assert world.token(form, "daemon", client_secret="wrong").json["error_codes"] == [7000215]


def _with_secrets(application: Application, secrets: tuple[ClientSecret, ...]) -> Application:
    from dataclasses import replace

    return replace(application, secrets=secrets)


# --- codes are used once, in time, in their tenant -----------------------------------------------------


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


# --- the body of an error -----------------------------------------------------------------------------


@pytest.mark.parametrize("sent_in", ["header", "query", "form"])
def test_an_error_has_the_members_of_the_real_one(world: World, sent_in: str) -> None:
    now = world.freeze()
    mine = "6f3a1c5e-0f0d-4b6b-9a57-6f3f0a3b1c11"
    answer = world.call(
        "POST",
        world.token_url(),
        form={"grant_type": "magic", **({"client-request-id": mine} if sent_in == "form" else {})},
        query={"client-request-id": mine} if sent_in == "query" else {},
        headers={"client-request-id": mine} if sent_in == "header" else {},
    )
    body = answer.json
    assert set(body) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    }
    assert body["timestamp"] == f"{now:%Y-%m-%d %H:%M:%SZ}"
    assert GUID.match(body["trace_id"])
    assert answer.headers["x-ms-request-id"] == body["trace_id"]
    assert body["correlation_id"] == mine
    assert body["error_uri"] == f"{world.base_url}/error?code=70003"
    assert body["error_description"].split("\r\n") == [
        "AADSTS70003: The app requested an unsupported grant type 'magic'.",
        f"Trace ID: {body['trace_id']}",
        f"Correlation ID: {mine}",
        f"Timestamp: {body['timestamp']}",
    ]
    assert world.call("GET", body["error_uri"]).status == 200


def test_without_a_request_id_a_new_one_is_made(shared_world: World) -> None:
    for sent in ({}, {"client-request-id": "not a guid\r\n"}):
        body = shared_world.call("POST", shared_world.token_url(), form=sent).json
        assert GUID.match(body["correlation_id"])


def test_answers_are_never_kept(shared_world: World) -> None:
    good = shared_world.token({"grant_type": "client_credentials", "scope": GRAPH}, "daemon")
    bad = shared_world.token({"grant_type": "magic"}, "daemon")
    for answer in (good, bad):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("name", ["grant_type", "scope", "client_id", "client_secret", "anything"])
def test_a_repeated_parameter_is_refused_by_its_name(shared_world: World, name: str) -> None:
    daemon = shared_world.application("daemon")
    form = [
        ("grant_type", "client_credentials"),
        ("scope", GRAPH),
        ("client_id", daemon["client_id"]),
        ("client_secret", daemon["client_secret"]),
    ]
    repeated = dict(form).get(name, "x")
    answer = shared_world.call("POST", shared_world.token_url(), form=[*form, (name, repeated), (name, repeated)])
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_request", [90023])
    assert f"'{name}'" in answer.json["error_description"]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"json_body": {"grant_type": "client_credentials"}}, id="JSON"),
        pytest.param({"body": b"grant_type=client_credentials"}, id="no content type"),
        pytest.param({"form": {}}, id="an empty form"),
    ],
)
def test_what_is_no_form_misses_its_parameters(shared_world: World, options: dict[str, Any]) -> None:
    answer = shared_world.call("POST", shared_world.token_url(), **options)
    assert (answer.status, answer.json["error_codes"]) == (400, [900144])
    assert "'grant_type'" in answer.json["error_description"]


def test_a_form_of_very_many_parameters_is_refused(shared_world: World) -> None:
    answer = shared_world.call("POST", shared_world.token_url(), form={f"p{i}": "x" for i in range(500)})
    assert (answer.status, answer.json["error_codes"]) == (400, [90023])


def test_a_body_that_is_too_large_is_refused(shared_world: World) -> None:
    answer = shared_world.call("POST", shared_world.token_url(), form={"grant_type": "x" * (5 * 1024 * 1024)})
    assert answer.status == 413
    assert answer.json["error"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_tokens_are_only_given_to_a_post(shared_world: World, method: str) -> None:
    answer = shared_world.call(method, shared_world.token_url())
    assert answer.status == 405
    assert "POST" in answer.headers["Allow"]
    if method == "GET":
        assert answer.json["error_codes"] == [900561]


@pytest.mark.parametrize(
    ("tenant", "number"),
    [
        pytest.param(UNKNOWN_ID, 90002, id="an unknown id"),
        pytest.param("nowhere.example", 90002, id="an unknown domain"),
        pytest.param("x" * 300, 900023, id="no domain"),
    ],
)
def test_an_unknown_tenant_gives_no_tokens(shared_world: World, tenant: str, number: int) -> None:
    answer = shared_world.call("POST", f"/{tenant}/oauth2/v2.0/token", form={"grant_type": "client_credentials"})
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_request", [number])


def test_no_secret_is_in_an_error_or_in_the_journal(world: World) -> None:
    correlation = "6f3a1c5e-0f0d-4b6b-9a57-6f3f0a3b1c12"
    secret = world.application("daemon")["client_secret"]
    form = {"grant_type": "client_credentials", "scope": GRAPH}
    tokens = world.token(form, "daemon", headers={"client-request-id": correlation}).json
    messages = world.simulator.ports.journal.messages(world.id, correlation)
    assert [message.name for message in messages] == ["token request", "token response"]
    told = str(messages)
    assert secret not in told
    assert tokens["access_token"] not in told

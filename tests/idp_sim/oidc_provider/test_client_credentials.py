"""Client credentials, and the ways in which a client authenticates (entra-sign-in 13.2, 13.4)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp_sim.applications.model import Application, ClientSecret
from tests.simulator import MakeWorld, World
from tests.token_requests import GRAPH, SPA_ORIGIN, UNKNOWN_ID, basic, wrong

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


# --- authentication of the client ------------------------------------------------------------


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
    storage.update(world.id, tenant, Application, old.id, lambda a: replace(a, secrets=(expiring,)))
    form = {"grant_type": "client_credentials", "scope": GRAPH}
    assert world.token(form, "daemon").status == 200
    world.advance(days=1)
    answer = world.token(form, "daemon")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (401, "invalid_client", [7000222])
    assert world.token(form, "daemon", client_secret="wrong").json["error_codes"] == [7000215]

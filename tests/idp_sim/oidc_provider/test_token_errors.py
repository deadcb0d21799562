"""The body of an error at the token endpoint, and requests that are no token requests (entra-sign-in 15.1)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator import World
from tests.token_requests import GRAPH, UNKNOWN_ID

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


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

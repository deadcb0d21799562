"""The control API over request values: token, worlds, errors, and a description that can't drift."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from idp_sim.control.messages import Error, Ready
from idp_sim.control.routes import OPERATIONS
from idp_sim.http import Request
from tests.control_world import TOKEN, ControlWorld


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld()
    yield simulator
    simulator.close()


def collected(value: Any, key: str) -> set[str]:
    """Every value under ``key``, however deep."""
    if isinstance(value, Mapping):
        own = {value[key]} if isinstance(value.get(key), str) else set()
        return own.union(*(collected(item, key) for item in value.values()))
    return set().union(*(collected(item, key) for item in value)) if isinstance(value, list) else set()


# --- token and shape of refusals -----------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "ключ"], ids=repr)
def test_without_the_control_token_every_call_is_401_in_the_error_shape(sim: ControlWorld, token: str | None) -> None:
    for operation in OPERATIONS:
        answer = sim.ask(operation.method, "/_sim" + operation.path.replace("<id>", "x"), token=token)
        assert answer.status == 401
        assert answer.response.header("WWW-Authenticate") == 'Bearer realm="idp-sim"'
        msgspec.convert(answer.json, Error)
        assert TOKEN not in answer.message


def test_a_path_that_is_not_there_is_404_and_names_the_nearest(sim: ControlWorld) -> None:
    answer = sim.ask("GET", "/_sim/clok")
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert "did you mean '/_sim/clock'?" in answer.message


def test_a_method_that_is_not_there_is_405_and_names_those_that_are(sim: ControlWorld) -> None:
    answer = sim.ask("PUT", "/_sim/clock", {})
    assert answer.status == 405
    assert answer.response.header("Allow") == "GET, POST"
    assert answer.message == "/_sim/clock takes GET, POST, not PUT"


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.in_world], ids=lambda o: o.name)
def test_an_unknown_world_is_404_everywhere(sim: ControlWorld, operation: Any) -> None:
    answer = sim.ask(
        operation.method, "/_sim" + operation.path.replace("<id>", "x"), operation.example, world="nowhere"
    )
    assert answer.status == 404
    assert "world 'nowhere'" in answer.message


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        pytest.param(
            "GET", "/_sim/ready", {"wrold": "x"}, "unknown parameter 'wrold'; did you mean 'world'?", id="typo"
        ),
        pytest.param(
            "GET",
            "/_sim/inbox/messages",
            {"after": "-1"},
            "after: expected a whole number from 0 (got '-1')",
            id="negative after",
        ),
        pytest.param(
            "GET",
            "/_sim/inbox/messages",
            {"wait": "soon"},
            "wait: expected a number of seconds from 0 (got 'soon')",
            id="wait in words",
        ),
        pytest.param(
            "GET",
            "/_sim/inbox/messages",
            {"wait": "nan"},
            "wait: expected a number of seconds from 0 (got 'nan')",
            id="wait that is no number",
        ),
    ],
)
def test_a_wrong_query_is_refused_by_name(
    sim: ControlWorld, method: str, path: str, query: dict[str, str], expected: str
) -> None:
    answer = sim.ask(method, path, **query)
    assert answer.status == 400
    assert expected in answer.message


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        pytest.param(
            "POST", "/_sim/clock", {"advnce": "P1D"}, "unknown key 'advnce'; did you mean 'advance'?", id="typo"
        ),
        pytest.param(
            "POST", "/_sim/clock", {"advance": 5}, "advance: expected text, got a whole number", id="a number"
        ),
        pytest.param("POST", "/_sim/clock", [], "body: expected an object, got a list", id="a list"),
        pytest.param("POST", "/_sim/worlds", {}, "the key 'scenario' is missing", id="nothing"),
        pytest.param(
            "POST",
            "/_sim/worlds",
            {"scenario": 7},
            "scenario: expected text or an object, got a whole number",
            id="a scenario that is a number",
        ),
        pytest.param("POST", "/_sim/reset", {"hard": True}, "takes no body", id="a body where none is expected"),
        pytest.param(
            "POST",
            "/_sim/sign-ins",
            {"tenant": "contoso", "user": "x", "application": "portal", "platform": "win"},
            "platform: expected one of android, iOS, windows, macOS, linux (got 'win')",
            id="an unknown platform",
        ),
        pytest.param(
            "POST",
            "/_sim/sign-ins",
            {"tenant": "contoso", "user": "x", "application": "portal", "device": {"complaint": True}},
            "device: unknown key 'complaint'; did you mean 'compliant'?",
            id="a typo inside an object",
        ),
        pytest.param(
            "POST",
            "/_sim/sign-ins",
            {"tenant": "contoso", "user": "x", "application": "portal", "ip_address": "1.2"},
            "ip_address: expected an IP address (got '1.2')",
            id="no IP address",
        ),
    ],
)
def test_a_wrong_body_is_refused_with_what_was_expected(
    sim: ControlWorld, method: str, path: str, body: object, expected: str
) -> None:
    answer = sim.ask(method, path, body)
    assert answer.status == 400
    assert expected in answer.message


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"advance": "P1D"'], ids=repr)
def test_what_is_not_json_is_400_and_says_what_was_expected(sim: ControlWorld, raw: bytes) -> None:
    answer = sim.ask("POST", "/_sim/clock", raw=raw)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_json")
    assert "advance, set, freeze" in answer.message


# --- worlds --------------------------------------------------------------------------------------


def test_the_ready_document_has_exactly_the_keys_of_the_contract(sim: ControlWorld) -> None:
    answer = sim.ask("GET", "/_sim/ready")
    ready = msgspec.convert(answer.json, Ready)
    assert (ready.world, ready.scenario, ready.control_token) == ("default", "contoso", TOKEN)
    assert answer.response.header("Cache-Control") == "no-store"
    assert set(ready.federation) == {"contoso", "fabrikam", "northwind"}


def test_a_new_world_shares_no_id_and_no_secret_with_another(sim: ControlWorld) -> None:
    first = sim.ask("POST", "/_sim/worlds", {"scenario": "contoso"})
    second = sim.ask("POST", "/_sim/worlds", {"scenario": "contoso"})
    default = sim.ask("GET", "/_sim/ready").json
    assert (first.status, second.status) == (201, 201)
    for key in ("id", "client_id", "client_secret", "issuer"):
        worlds = [collected(document, key) for document in (default, first.json, second.json)]
        assert not worlds[0] & worlds[1]
        assert not worlds[1] & worlds[2]
    assert sim.ask("GET", "/_sim/ready", world=first.json["world"]).json == first.json


def test_a_world_can_be_made_from_an_object(sim: ControlWorld) -> None:
    scenario = {"name": "tiny", "tenants": {"acme": {"domains": ["acme.example"], "users": {"al": {"password": "x"}}}}}
    made = sim.ask("POST", "/_sim/worlds", {"scenario": scenario})
    assert made.status == 201
    assert made.json["scenario"] == "tiny"
    assert [user["user_principal_name"] for user in made.json["users"]] == ["al@acme.example"]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        pytest.param("contosso", "there is no scenario 'contosso'; did you mean 'contoso'?", id="unknown name"),
        pytest.param("/etc/passwd", "there is no scenario '/etc/passwd'", id="a path is only a name"),
        pytest.param({"tenants": {"a": {}}}, "tenants.a.domains: the key 'domains' is missing", id="object"),
    ],
)
def test_a_wrong_scenario_makes_no_world(sim: ControlWorld, scenario: object, expected: str) -> None:
    answer = sim.ask("POST", "/_sim/worlds", {"scenario": scenario})
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_scenario")
    assert expected in answer.message
    assert [world["id"] for world in sim.ask("GET", "/_sim/worlds").json["value"]] == ["default"]


def test_a_deleted_world_is_gone_and_the_default_one_stays(sim: ControlWorld) -> None:
    world = sim.ask("POST", "/_sim/worlds", {"scenario": "minimal"}).json["world"]
    assert sim.ask("DELETE", f"/_sim/worlds/{world}").status == 204
    assert sim.ask("DELETE", f"/_sim/worlds/{world}").status == 404
    assert sim.ask("GET", "/_sim/ready", world=world).status == 404
    assert sim.ask("DELETE", "/_sim/worlds/default").status == 409
    assert sim.ask("GET", "/_sim/ready").status == 200


def test_reset_gives_the_same_ids_and_secrets_back_and_forgets_everything_else(sim: ControlWorld) -> None:
    before = sim.ask("GET", "/_sim/ready").json
    sim.ask("POST", "/_sim/users", {"tenant": "fabrikam", "user_principal_name": "dora@fabrikam.example"})
    sim.ask("DELETE", f"/_sim/users/{before['guests'][0]['id']}")
    sim.ask("POST", "/_sim/clock", {"advance": "P31D", "freeze": True})
    assert sim.ask("GET", "/_sim/ready").json != before
    assert sim.ask("POST", "/_sim/reset").status == 204
    assert sim.ask("GET", "/_sim/ready").json == before
    assert sim.ask("GET", "/_sim/clock").json["frozen"] is False


def test_one_world_does_not_see_what_happens_in_another(sim: ControlWorld) -> None:
    world = sim.ask("POST", "/_sim/worlds", {"scenario": "contoso"}).json["world"]
    default = sim.ask("GET", "/_sim/ready").json
    person = {"tenant": "fabrikam", "user_principal_name": "dora@fabrikam.example"}
    made = sim.ask("POST", "/_sim/users", person, world=world).json
    sim.ask("POST", "/_sim/clock", {"set": "2040-01-01T00:00:00Z", "freeze": True}, world=world)
    assert sim.ask("GET", "/_sim/ready").json == default
    assert not sim.ask("GET", "/_sim/clock").json["now"].startswith("2040")
    assert sim.ask("PATCH", f"/_sim/users/{made['id']}", {"display_name": "x"}).status == 404
    assert sim.ask("POST", "/_sim/users", person).status == 201


# --- the description -----------------------------------------------------------------------------


@pytest.fixture
def document(sim: ControlWorld) -> dict[str, Any]:
    answer = sim.ask("GET", "/_sim/openapi.json", token=None)
    assert answer.status == 200
    return answer.json


def test_every_call_is_described_and_nothing_else(sim: ControlWorld, document: dict[str, Any]) -> None:
    mounted = {re.sub(r"<(\w+)>", r"{\1}", route.rule.removeprefix("/_sim")) for route in sim.routes}
    assert set(document["paths"]) == mounted - {"/openapi.json", "", "/{path:rest}", "/<path:rest>"}
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(o.method, re.sub(r"<(\w+)>", r"{\1}", o.path)) for o in OPERATIONS}


def test_the_description_tells_no_secret(document: dict[str, Any]) -> None:
    assert TOKEN not in json.dumps(document)


def test_every_reference_of_the_description_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for reference in collected(document, "$ref"):
        assert reference.removeprefix("#/components/schemas/") in schemas


def test_every_example_is_valid_by_its_own_schema(document: dict[str, Any]) -> None:
    examples = 0
    for methods in document["paths"].values():
        for operation in methods.values():
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                assert valid(content["example"], content["schema"], document)
                examples += 1
            for parameter in operation["parameters"]:
                assert "example" not in parameter or valid(parameter["example"], parameter["schema"], document)
    assert examples == sum(operation.body is not None for operation in OPERATIONS)


_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def valid(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """The little of JSON Schema that the description uses."""
    if "$ref" in schema:
        return valid(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return any(valid(value, one, document) for one in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    if schema.get("type") == "null":
        return value is None
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        return False
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return (
            set(schema.get("required", ())) <= set(value)
            and set(value) <= set(known)
            and all(valid(item, known[key], document) for key, item in value.items())
        )
    return not isinstance(value, list) or all(valid(item, schema.get("items", {}), document) for item in value)


def test_a_wrong_example_would_be_found(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/NewPerson"}
    assert not valid({"tenant": "fabrikam"}, schema, document)
    assert not valid({"tenant": "a", "user_principal_name": "b", "mfa": "often"}, schema, document)


def test_handlers_are_named_for_the_adapter(sim: ControlWorld) -> None:
    names = [route.name for route in sim.routes]
    assert len(set(names)) == len(names)
    assert all(isinstance(route.endpoint(Request(method="GET", path="/_sim/x")).status, int) for route in sim.routes)

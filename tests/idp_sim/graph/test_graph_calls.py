"""Tokens, methods, bodies and headers of any call to Graph (graph-api 1, 4, 8.1)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from federation.oidc import jwt_codec
from idp_sim.adapters.keys import new_signing_key
from idp_sim.applications.model import Application
from tests.builders import BASE_URL, NOW, WORLD, GraphWorld

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


@pytest.mark.parametrize(
    "audience",
    [
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/",
        "00000003-0000-0000-c000-000000000000",
        BASE_URL,
        f"{BASE_URL}/",
    ],
)
def test_every_name_of_graph_is_its_audience(world: GraphWorld, audience: str) -> None:
    assert world.get("/v1.0/users", token=world.app_token(aud=audience)).status == 200


def tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["roles"] = ["Directory.ReadWrite.All"]
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{signature}"


def foreign(world: GraphWorld) -> str:
    claims = jwt_codec.unverified_claims(world.app_token())
    return jwt_codec.sign(claims, new_signing_key(NOW))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda world: None, "Access token is empty.", id="none"),
        pytest.param(lambda world: "abc", "IDX14100", id="no token at all"),
        pytest.param(lambda world: "a.b.c", "IDX14100", id="not base64"),
        pytest.param(lambda world: world.app_token(aud="https://other.example"), "Invalid audience", id="audience"),
        pytest.param(lambda world: world.app_token(aud=["https://graph.microsoft.com"]), "Invalid audience", id="list"),
        pytest.param(lambda world: world.app_token(iss="https://sts.windows.net/x/"), "Invalid issuer", id="issuer"),
        pytest.param(lambda world: world.app_token(tid="11111111-2222-4333-8444-555555555555"), "tenant", id="tenant"),
        pytest.param(lambda world: world.app_token(tid=None), "Invalid tenant", id="no tenant"),
        pytest.param(lambda world: world.app_token(exp=1), "the token is expired", id="expired"),
        pytest.param(lambda world: world.app_token(exp="x"), "validation failure", id="no expiry"),
        pytest.param(lambda world: tampered(world.app_token()), "validation failure", id="tampered"),
        pytest.param(foreign, "validation failure", id="foreign key"),
        pytest.param(
            lambda world: world.user_token(world.change(world.user("ana"), account_enabled=False)),
            "disabled",
            id="disabled user",
        ),
        pytest.param(
            lambda world: world.user_token(world.user("ana"), oid="11111111-2222-4333-8444-555555555555"),
            "does not exist",
            id="deleted user",
        ),
    ],
)
def test_a_bad_token_is_answered_401(world: GraphWorld, make: Callable[[GraphWorld], str | None], message: str) -> None:
    answer = world.get("/v1.0/users", token=make(world))
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")
    assert message in answer.message
    assert answer.response.header("www-authenticate") == (
        f'Bearer realm="", authorization_uri="{BASE_URL}/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    assert answer.response.header("content-type") == "application/json"


def test_a_token_dies_by_the_worlds_clock(world: GraphWorld) -> None:
    token = world.app_token()
    world.ports.clocks.advance(WORLD, timedelta(minutes=64))
    assert world.get("/v1.0/users", token=token).status == 200
    world.ports.clocks.advance(WORLD, timedelta(minutes=2))
    assert world.get("/v1.0/users", token=token).status == 401


def test_an_application_that_the_tenant_does_not_have_is_refused(world: GraphWorld) -> None:
    token = world.app_token(appid=world.client_id("fabrikam"))
    answer = world.get("/v1.0/users", token=token)
    assert (answer.status, answer.code) == (403, "Authorization_IdentityNotFound")


def test_a_token_of_one_world_opens_nothing_in_another(world: GraphWorld) -> None:
    other = world.worlds.create("contoso")
    world.ports.clocks.set(other, NOW)
    tenant = world.worlds.tenant_named(other, "contoso")
    token = world.app_token(tid=tenant.id)
    assert world.get("/v1.0/users", token=token).message.endswith("Invalid issuer.")


@pytest.mark.parametrize("world_id", ["default", "further"])
def test_the_tenant_in_the_token_finds_its_world(world: GraphWorld, world_id: str) -> None:
    wanted = WORLD if world_id == "default" else world.worlds.create("contoso", "further")
    tenant = world.worlds.tenant_named(wanted, "contoso")
    client = world.storage.find(wanted, tenant.id, Application, name="admin")[0]
    now = int(world.ports.clocks.now(wanted).timestamp())
    token = world.app_token(
        tid=tenant.id,
        iss=f"https://sts.windows.net/{tenant.id}/",
        appid=client.client_id,
        iat=now,
        nbf=now,
        exp=now + 3600,
    )
    answer = world.get("/v1.0/organization?$select=id", token=token)
    assert answer.value == [{"id": tenant.id}]


@pytest.mark.parametrize(
    ("method", "url", "status", "code"),
    [
        pytest.param("GET", "/v1.0/nothing", 400, "BadRequest", id="unknown segment"),
        pytest.param("GET", "/v1.0/policies", 400, "BadRequest", id="a segment that is only a prefix"),
        pytest.param("GET", "/v1.0/", 400, "BadRequest", id="the root"),
        pytest.param("GET", "/v1.0/users/x/mannager", 400, "BadRequest", id="unknown navigation"),
        pytest.param("GET", "/v1.0/users/$metadata", 400, "BadRequest", id="no system segment as key"),
        pytest.param("GET", "/v1.0/me/x", 400, "BadRequest", id="below a singleton"),
        pytest.param("GET", "/v1.0/invitations", 405, "Request_BadRequest", id="invitations cannot be read"),
        pytest.param("DELETE", "/v1.0/users", 405, "Request_BadRequest", id="method on a collection"),
        pytest.param("POST", "/v1.0/users/x", 405, "Request_BadRequest", id="method on an object"),
        pytest.param(
            "GET",
            "/v1.0/policies/crossTenantAccessPolicy/default/resetToSystemDefault",
            405,
            "Request_BadRequest",
            id="an action is posted",
        ),
    ],
)
def test_what_is_not_there_is_named(world: GraphWorld, method: str, url: str, status: int, code: str) -> None:
    answer = world.call(method, url)
    assert (answer.status, answer.code) == (status, code)


def test_the_unknown_segment_is_named(world: GraphWorld) -> None:
    assert world.get("/v1.0/users/x/mannager").message == "Resource not found for the segment 'mannager'."
    assert world.get("/v1.0/policies/nonsense/default").message == "Resource not found for the segment 'nonsense'."


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        pytest.param(b"", "application/json", id="empty"),
        pytest.param(b"{", "application/json", id="cut off"),
        pytest.param(b"[]", "application/json", id="a list"),
        pytest.param(b'{"a":1,"a":2}', "application/json", id="a name twice"),
        pytest.param(b'{"a":NaN}', "application/json", id="NaN"),
        pytest.param(b'{"a":"\\ud800"}', "application/json", id="half a surrogate pair"),
        pytest.param(b"\xff\xfe", "application/json", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "application/json", id="very deep"),
        pytest.param(b"a=b", "application/x-www-form-urlencoded", id="a form"),
        pytest.param(b"{}", "", id="no content type"),
    ],
)
def test_a_body_must_be_a_json_object(world: GraphWorld, raw: bytes, content_type: str) -> None:
    answer = world.call("POST", "/v1.0/users", raw=raw, headers={"content-type": content_type})
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert answer.message.startswith("Unable to read JSON request payload.")


def test_an_error_carries_the_worlds_date_and_both_ids(world: GraphWorld) -> None:
    theirs = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
    answer = world.get("/v1.0/nothing", headers={"client-request-id": theirs})
    inner = answer.json["error"]["innerError"]
    assert inner["date"] == "2026-05-04T10:30:00"
    assert inner["client-request-id"] == answer.response.header("client-request-id") == theirs
    assert inner["request-id"] == answer.response.header("request-id") != theirs
    assert GUID.fullmatch(inner["request-id"])


@pytest.mark.parametrize("theirs", [None, "not a guid", "x\r\ny"])
def test_without_an_id_of_the_client_both_are_the_same(world: GraphWorld, theirs: str | None) -> None:
    answer = world.get("/v1.0/users", headers={"client-request-id": theirs} if theirs else {})
    assert answer.response.header("request-id") == answer.response.header("client-request-id")


def test_browsers_may_call_from_anywhere(world: GraphWorld) -> None:
    preflight = world.call("OPTIONS", "/v1.0/me", token=None).response
    assert preflight.status == 204
    assert preflight.header("access-control-allow-origin") == "*"
    assert {"Authorization", "ConsistencyLevel", "SdkVersion", "X-AnchorMailbox", "Prefer"} <= set(
        preflight.header("access-control-allow-headers").split(", ")
    )
    for answer in (world.get("/v1.0/users"), world.get("/v1.0/users", token=None)):
        assert answer.response.header("access-control-allow-origin") == "*"
        assert "request-id" in answer.response.header("access-control-expose-headers")

"""The userinfo endpoint (OpenID Connect Core 5.3, entra-sign-in 12.8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import Answer, MakeWorld, World

MEGAN = "megan@contoso.example"


def userinfo(world: World, token: str, method: str = "GET") -> Answer:
    return world.call(method, "/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        pytest.param("openid", {"sub"}, id="openid"),
        pytest.param("openid email", {"sub", "email"}, id="email"),
        pytest.param("openid profile", {"sub", "name", "given_name", "family_name", "picture"}, id="profile"),
    ],
)
def test_what_is_told_follows_the_scopes_of_the_token(make_world: MakeWorld, scope: str, claims: set[str]) -> None:
    world = make_world(_scenario())
    tokens = world.tokens_of(MEGAN, scope=scope)
    answer = userinfo(world, tokens["access_token"])
    assert answer.status == 200
    assert set(answer.json) == claims
    assert answer.json["sub"] == world.claims(tokens["access_token"])["sub"], "it is the token's own, Graph's"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_guest_is_told_by_the_guest_object(world: World) -> None:
    tokens = world.tokens_of("otto@proseware.example")
    told = userinfo(world, tokens["access_token"]).json
    assert told["email"] == "otto@proseware.example"
    assert told["name"] == "Otto Lang"


@pytest.mark.parametrize("how", ["GET", "POST", "form"])
def test_the_token_may_come_in_the_header_or_in_a_form(world: World, how: str) -> None:
    token = world.tokens_of(MEGAN)["access_token"]
    if how == "form":
        answer = world.call("POST", "/oidc/userinfo", form={"access_token": token})
    else:
        answer = userinfo(world, token, how)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("pick", "status", "error"),
    [
        pytest.param("nothing", 401, "invalid_token", id="no token"),
        pytest.param("nonsense", 401, "invalid_token", id="no token at all"),
        pytest.param("id_token", 401, "invalid_token", id="an ID token"),
        pytest.param("other audience", 401, "invalid_token", id="a token for another API"),
        pytest.param("app-only", 403, "insufficient_scope", id="an application's own token"),
        pytest.param("expired", 401, "invalid_token", id="an expired token"),
    ],
)
def test_other_tokens_are_refused_with_a_challenge(world: World, pick: str, status: int, error: str) -> None:
    answer = userinfo(world, _token(world, pick))
    assert answer.status == status
    assert answer.json["error"] == error
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert f'error="{error}"' in challenge


def test_a_token_that_was_neither_asked_with_openid_nor_has_it_by_consent_is_refused(make_world: MakeWorld) -> None:
    world = make_world(_scenario())
    answer = userinfo(world, world.tokens_of(MEGAN, scope="User.Read")["access_token"])
    assert (answer.status, answer.json["error"]) == (403, "insufficient_scope")


def _token(world: World, pick: str) -> str:
    plain = {"nothing": "", "nonsense": "a.b.c"}
    if pick in plain:
        return plain[pick]
    if pick == "app-only":
        return str(world.client_credentials()["access_token"])
    scope = "openid api://contoso-api/access_as_user" if pick == "other audience" else "openid"
    tokens = world.tokens_of(MEGAN, scope=scope)
    if pick == "expired":
        world.advance(hours=2)
    return str(tokens["id_token" if pick == "id_token" else "access_token"])


def test_a_preflight_from_a_page_is_allowed(shared_world: World) -> None:
    answer = shared_world.call("OPTIONS", "/oidc/userinfo", headers={"Origin": "http://localhost:3000"})
    assert answer.status == 204
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def _scenario() -> dict[str, Any]:
    """A portal without consent for everybody, so that Megan's consent is all that its tokens hold."""
    return {
        "name": "scopes",
        "tenants": {
            "contoso": {
                "kind": "entra",
                "role": "resource",
                "domains": ["contoso.example"],
                "users": {"megan": {"display_name": "Megan Bowen", "password": "Megan-paints-9-boats"}},
                "applications": {
                    "portal": {"confidential": True, "redirect_uris": {"web": ["https://localhost:9555/cb"]}}
                },
            }
        },
    }

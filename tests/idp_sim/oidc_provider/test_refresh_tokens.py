"""Refresh tokens: what they give, how long, and what is asked again each time (entra-sign-in 11.8, 11.9, 13.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp_sim.directory.model import User
from tests.simulator import Answer, World

MEGAN = "megan@contoso.example"
SPA_ORIGIN = {"Origin": "http://localhost:3000"}
API = "api://contoso-api/access_as_user"


def refresh(world: World, token: str | None, application: str = "portal", **changes: Any) -> Answer:
    form = {"grant_type": "refresh_token", "refresh_token": token} if token else {"grant_type": "refresh_token"}
    return world.token(form, application, **changes)


def refused(answer: Answer) -> tuple[int, str, int]:
    return answer.status, answer.json["error"], answer.json["error_codes"][0]


def spa_tokens(world: World) -> dict[str, Any]:
    code = world.sign_in_for_code(MEGAN, "spa")
    tokens: dict[str, Any] = world.token(world.code_form(code, "spa"), "spa", headers=SPA_ORIGIN).json
    return tokens


def test_a_refresh_token_gives_new_tokens_and_lives_on_beside_its_successor(world: World) -> None:
    first = world.tokens_of(MEGAN)
    second = refresh(world, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    for token in (first["refresh_token"], second["refresh_token"]):
        assert refresh(world, token).status == 200


def test_a_refreshed_token_speaks_of_the_same_person_and_session(world: World) -> None:
    first = world.tokens_of(MEGAN)
    second = refresh(world, first["refresh_token"]).json
    before, after = world.claims(first["id_token"]), world.claims(second["id_token"])
    assert {k: after[k] for k in ("aud", "iss", "oid", "sid", "sub", "tid")} == {
        k: before[k] for k in ("aud", "iss", "oid", "sid", "sub", "tid")
    }
    assert "nonce" not in after, "a nonce belongs to one authorization request"
    assert before["uti"] != after["uti"]


@pytest.mark.parametrize(
    ("scope", "has_refresh_token", "has_id_token"),
    [
        pytest.param("openid offline_access", True, True, id="both"),
        pytest.param("openid profile", False, True, id="no offline_access"),
        pytest.param("User.Read offline_access", True, False, id="no openid"),
        pytest.param("User.Read", False, False, id="neither"),
    ],
)
def test_each_token_comes_only_with_its_scope(
    world: World, scope: str, has_refresh_token: bool, has_id_token: bool
) -> None:
    tokens = world.tokens_of(MEGAN, scope=scope)
    assert ("refresh_token" in tokens, "id_token" in tokens) == (has_refresh_token, has_id_token)


def test_one_refresh_token_gives_tokens_for_every_resource_that_was_consented_to(world: World) -> None:
    tokens = world.tokens_of(MEGAN, scope=f"openid offline_access {API}")
    assert tokens["scope"] == API
    assert world.claims(tokens["access_token"])["aud"] == world.application("api")["client_id"]
    graph = refresh(world, tokens["refresh_token"], scope="User.Read").json
    assert world.claims(graph["access_token"])["aud"] == "https://graph.microsoft.com"
    assert "User.Read" in graph["scope"].split()
    again = refresh(world, graph["refresh_token"], scope=f"{API} openid").json
    assert world.claims(again["access_token"])["scp"] == "access_as_user"


def test_a_code_of_two_resources_gives_a_token_for_the_first_and_a_refresh_token_for_both(world: World) -> None:
    tokens = world.tokens_of(MEGAN, scope=f"openid offline_access {API} User.Read")
    assert world.claims(tokens["access_token"])["scp"] == "access_as_user"
    assert refresh(world, tokens["refresh_token"], scope="User.Read").status == 200
    both = refresh(world, tokens["refresh_token"], scope=f"{API} User.Read")
    assert refused(both) == (400, "invalid_scope", 700022)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"scope": API}, (400, "invalid_grant", 65001), id="a scope without consent"),
        pytest.param({"scope": "User.ReadWrite.All"}, (400, "invalid_grant", 65001), id="a scope of an administrator"),
        pytest.param({"scope": "api://nowhere/x"}, (400, "invalid_resource", 500011), id="an unknown resource"),
        pytest.param({"client_secret": "wrong"}, (401, "invalid_client", 7000215), id="a wrong secret"),
        pytest.param({"client_secret": None}, (401, "invalid_client", 7000218), id="no secret"),
        pytest.param({"headers": SPA_ORIGIN}, (400, "invalid_request", 9002326), id="from a page"),
        pytest.param(
            {"headers": SPA_ORIGIN, "client_secret": None},
            (400, "invalid_request", 9002326),
            id="from a page, without secret",
        ),
        pytest.param({"application": "admin"}, (400, "invalid_grant", 70000), id="another client's"),
        pytest.param({"tenant": "fabrikam", "application": "admin"}, (400, "invalid_grant", 70000), id="elsewhere"),
    ],
)
def test_a_wrong_request_with_a_refresh_token_is_refused(
    shared_world: World, changes: dict[str, Any], expected: tuple[int, str, int]
) -> None:
    token = shared_world.tokens_of(MEGAN)["refresh_token"]
    assert refused(refresh(shared_world, token, **changes)) == expected


def test_a_missing_consent_says_how_to_mend_it(shared_world: World) -> None:
    token = shared_world.tokens_of(MEGAN)["refresh_token"]
    assert refresh(shared_world, token, scope=API).json["suberror"] == "consent_required"


@pytest.mark.parametrize(
    ("token", "number"),
    [
        pytest.param(None, 900144, id="missing"),
        pytest.param("nonsense", 70000, id="malformed"),
        pytest.param("1." + "x" * 20_000, 70000, id="very long"),
        pytest.param("é'\"\x00", 70000, id="strange characters"),
    ],
)
def test_what_is_no_refresh_token_is_refused(shared_world: World, token: str | None, number: int) -> None:
    answer = refresh(shared_world, token)
    assert (answer.status, answer.json["error_codes"]) == (400, [number])


# --- time ---------------------------------------------------------------------------------------------


def test_a_refresh_token_ends_after_ninety_idle_days_of_the_worlds_clock(world: World) -> None:
    world.freeze()
    token = world.tokens_of(MEGAN)["refresh_token"]
    world.advance(days=89, hours=23)
    successor = refresh(world, token).json["refresh_token"]
    world.advance(hours=1)
    answer = refresh(world, token)
    assert refused(answer) == (400, "invalid_grant", 700082)
    assert answer.json["suberror"] == "token_expired"
    assert "90.00:00:00" in answer.json["error_description"]
    world.advance(days=89)
    assert refresh(world, successor).status == 200, "each use begins a new ninety days"


def test_a_single_page_applications_chain_ends_a_day_after_it_began(world: World) -> None:
    world.freeze()
    token = spa_tokens(world)["refresh_token"]
    world.advance(hours=23)
    successor = refresh(world, token, "spa", headers=SPA_ORIGIN).json["refresh_token"]
    world.advance(minutes=59, seconds=59)
    assert refresh(world, successor, "spa", headers=SPA_ORIGIN).status == 200
    world.advance(seconds=1)
    for expired in (token, successor):
        assert refused(refresh(world, expired, "spa", headers=SPA_ORIGIN)) == (400, "invalid_grant", 700084)


def test_a_single_page_applications_token_is_refreshed_from_a_page_only(world: World) -> None:
    token = spa_tokens(world)["refresh_token"]
    assert refused(refresh(world, token, "spa")) == (400, "invalid_request", 9002327)


# --- what has changed since ---------------------------------------------------------------------------


def block(world: World) -> None:
    policy = {
        "displayName": "Nobody",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }
    world.graph("POST", "/identity/conditionalAccess/policies", policy, expect=201)


def test_a_policy_that_blocks_is_asked_at_every_refresh(world: World) -> None:
    token = world.tokens_of(MEGAN)["refresh_token"]
    assert refresh(world, token).status == 200
    block(world)
    answer = refresh(world, token)
    assert refused(answer) == (400, "invalid_grant", 53003)
    assert answer.json["suberror"] == "message_only"


def test_a_policy_that_demands_mfa_stops_a_session_without_it(world: World) -> None:
    token = world.tokens_of(MEGAN)["refresh_token"]
    policy = {
        "displayName": "MFA for all",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    world.graph("POST", "/identity/conditionalAccess/policies", policy, expect=201)
    status, error, number = refused(refresh(world, token))
    assert (status, error, number) == (400, "interaction_required", 50079), "Megan has no method registered"


def test_a_disabled_account_refreshes_nothing(world: World) -> None:
    token = world.tokens_of(MEGAN)["refresh_token"]
    world.graph("PATCH", f"/users/{world.user('megan')['id']}", {"accountEnabled": False}, expect=204)
    assert refused(refresh(world, token)) == (400, "invalid_grant", 50057)


def test_revoked_sessions_refresh_nothing(world: World) -> None:
    world.freeze()
    token = world.tokens_of(MEGAN)["refresh_token"]
    world.advance(seconds=1)
    now, storage = world.now(), world.simulator.ports.storage
    storage.update(
        world.id, world.tenant_id(), User, world.user("megan")["id"], lambda user: replace(user, tokens_valid_from=now)
    )
    answer = refresh(world, token)
    assert refused(answer) == (400, "invalid_grant", 50173)
    assert refresh(world, world.tokens_of(MEGAN)["refresh_token"]).status == 200


def test_signing_out_leaves_refresh_tokens_alone(world: World) -> None:
    browser = world.browser()
    landing = world.walk(MEGAN, world.authorize_url(login_hint=MEGAN), browser=browser)
    token = world.redeem(landing.parameters["code"])["refresh_token"]
    browser.get(f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout")
    assert refresh(world, token).status == 200


def test_a_guests_refresh_is_judged_by_the_resource_tenants_trust_of_today(world: World) -> None:
    """Ana came in on her home's second factor; when Contoso stops trusting it, it counts for nothing here."""
    token = world.tokens_of("ana@fabrikam.example")["refresh_token"]
    assert refresh(world, token).status == 200
    partner = f"/policies/crossTenantAccessPolicy/partners/{world.tenant_id('fabrikam')}"
    untrusted = {"inboundTrust": {"isMfaAccepted": False}}
    world.graph("PATCH", partner, untrusted, expect=204)
    status, error, number = refused(refresh(world, token))
    assert (status, error) == (400, "interaction_required")
    assert number in (50076, 50079)


def test_a_deleted_guest_refreshes_nothing(world: World) -> None:
    token = world.tokens_of("ana@fabrikam.example")["refresh_token"]
    world.graph("DELETE", f"/users/{world.guest('ana')['id']}", expect=204)
    assert refused(refresh(world, token))[:2] == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("method", "path", "number"),
    [
        pytest.param("DELETE", "", 50034, id="a deleted user"),
        pytest.param("POST", "/revokeSignInSessions", 50173, id="revoked sessions"),
    ],
)
def test_a_refresh_token_says_why_it_is_worth_nothing_any_more(
    world: World, method: str, path: str, number: int
) -> None:
    for address in (MEGAN, "ana@fabrikam.example"):
        tokens = world.tokens_of(address)
        user = world.claims(tokens["id_token"])["oid"]
        world.advance(seconds=1)
        world.graph(method, f"/users/{user}{path}", expect=204 if method == "DELETE" else 200)
        assert refused(refresh(world, tokens["refresh_token"])) == (400, "invalid_grant", number)


def test_a_user_who_was_deleted_and_restored_signs_in_anew(world: World) -> None:
    tokens = world.tokens_of(MEGAN)
    user = world.claims(tokens["id_token"])["oid"]
    world.advance(seconds=1)
    world.graph("DELETE", f"/users/{user}", expect=204)
    world.graph("POST", f"/directory/deletedItems/{user}/restore")
    assert refused(refresh(world, tokens["refresh_token"])) == (400, "invalid_grant", 70000)
    assert world.tokens_of(MEGAN)["token_type"] == "Bearer"

"""Two worlds of one process: nothing of the one opens anything in the other (product.md 2)."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.simulator import MakeWorld, World
from tests.stories import Visitor, headless, invite, landing, newest_mail, page, sign_ins, walk

ANA, NORA, OMAR, OTTO = (
    "ana@fabrikam.example",
    "nora@northwind.example",
    "omar@contoso.example",
    "otto@proseware.example",
)


@pytest.fixture
def worlds(make_world: MakeWorld) -> tuple[World, World]:
    """Two of the same scenario."""
    return make_world("contoso"), make_world("contoso")


def signed_in(world: World, address: str, browser: Browser) -> str:
    end = landing(walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address))))
    return end.parameters["code"]


def test_ids_are_their_own(worlds: tuple[World, World]) -> None:
    one, other = worlds
    for kind in ("tenants", "applications", "users", "guests"):
        assert {entry["id"] for entry in one[kind]}.isdisjoint(entry["id"] for entry in other[kind])


def test_a_session_of_one_is_none_in_the_other(worlds: tuple[World, World]) -> None:
    one, other = worlds
    browser = one.browser()
    signed_in(one, OMAR, browser)
    assert "code" in landing(browser.get(one.authorize_url(prompt="none"))).parameters
    silent = landing(browser.get(other.authorize_url(prompt="none")))
    assert silent.parameters["error"] == "login_required"


def test_a_code_of_one_is_refused_by_the_other(worlds: tuple[World, World]) -> None:
    one, other = worlds
    code = signed_in(one, OMAR, one.browser())
    answer = other.token(other.code_form(code))
    assert (answer.status, answer.json["error_codes"]) == (400, [70000])
    assert one.redeem(code)["id_token"]


def test_tokens_of_one_are_refused_by_the_other(worlds: tuple[World, World]) -> None:
    one, other = worlds
    token = one.client_credentials()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    own = one.call("GET", "/v1.0/users", headers=bearer).json["value"]
    assert {user["id"] for user in own}.isdisjoint(user["id"] for user in other["users"])
    for user in other["users"]:
        assert one.call("GET", f"/v1.0/users/{user['id']}", headers=bearer).status == 404
    refresh = one.redeem(signed_in(one, OMAR, one.browser()))["refresh_token"]
    answer = other.token({"grant_type": "refresh_token", "refresh_token": refresh})
    assert answer.json["error_codes"] == [70000]


def test_a_handle_of_one_opens_nothing_under_the_others_name(worlds: tuple[World, World]) -> None:
    one, other = worlds
    browser = one.browser()
    door = walk(one.person(OMAR), browser, browser.get(one.authorize_url(login_hint=OMAR)), until="password")
    handle = page(door).form.action.rpartition("/")[2]
    visitor = Visitor.with_cookies_of(one, browser)
    for forged in (
        handle.replace(one.id, other.id),
        handle.replace(one.tenant_id().replace("-", ""), other.tenant_id().replace("-", "")),
        handle.replace(one.id, "default"),
    ):
        answer = visitor.send("GET", f"{one.base_url}/login/{forged}")
        assert answer.status == 400
        assert "AADSTS50089" in answer.text


def test_a_link_of_one_is_no_invitation_of_the_other(make_world: MakeWorld) -> None:
    one, other = make_world("uninvited"), make_world("uninvited")
    invite(one, NORA)
    link = newest_mail(one, NORA)["links"][0]
    assert other.control("GET", "inbox/messages", to=NORA)["value"] == []
    forged = link.replace(one.tenant_id(), other.tenant_id())
    assert one.call("GET", forged).status == 400
    assert one.call("GET", link).status == 302


def test_a_passcode_of_one_is_wrong_in_the_other(worlds: tuple[World, World]) -> None:
    one, other = worlds
    asking = {}
    for world in worlds:
        browser = world.browser()
        start = browser.get(world.authorize_url(login_hint=OTTO))
        asking[world.id] = (
            browser,
            page(browser.submit(page(walk(world.person(OTTO), browser, start, until="passcode")))),
        )
    browser, shown = asking[other.id]
    assert page(browser.submit(shown, {"otc": newest_mail(one, OTTO)["passcode"]})).step == "passcode"
    assert page(browser.submit(shown, {"otc": newest_mail(other, OTTO)["passcode"]})).step == "mfa_registration"


def test_time_passes_in_one_alone(worlds: tuple[World, World]) -> None:
    one, other = worlds
    codes = {world.id: signed_in(world, OMAR, world.browser()) for world in worlds}
    before = other.now()
    one.advance(days=400)
    assert 399 <= (one.now() - other.now()).days <= 400
    assert (other.now() - before).total_seconds() < 60
    assert one.token(one.code_form(codes[one.id])).json["error_codes"] == [70008]
    assert other.redeem(codes[other.id])["id_token"]


def test_policies_and_logs_of_one_leave_the_other(worlds: tuple[World, World]) -> None:
    one, other = worlds
    one.graph("PATCH", "/users/" + one.guest(ANA)["id"], {"accountEnabled": False}, expect=204)
    assert headless(one, ANA)["error"]["code"] == 50057
    assert headless(other, ANA)["outcome"] == "success"
    assert [row["code"] for row in sign_ins(one)] == [50057]
    assert [row["code"] for row in sign_ins(other)] == [0]


def test_a_deleted_world_leaves_nothing_to_open(worlds: tuple[World, World]) -> None:
    one, other = worlds
    browser = one.browser()
    door = page(walk(one.person(OMAR), browser, browser.get(one.authorize_url(login_hint=OMAR)), until="password"))
    visitor = Visitor.with_cookies_of(other, browser)
    authorize, token = one.authorize_url(), one.token_url()
    other.control("DELETE", f"worlds/{one.id}", expect=204)
    assert visitor.send("GET", door.form.action).status == 400
    assert visitor.send("GET", authorize).status == 400
    assert visitor.send("POST", token, {"grant_type": "client_credentials"}).status == 400
    one.ready["world"] = other.control("POST", "worlds", {"scenario": "minimal"}, expect=201)["world"]  # to be closed


def test_a_reset_world_forgets_sign_ins_in_progress_and_sessions(worlds: tuple[World, World]) -> None:
    one, _ = worlds
    browser = one.browser()
    code = signed_in(one, OMAR, browser)
    door = page(browser.get(one.authorize_url(prompt="login", login_hint=OMAR)))
    one.control("POST", "reset", expect=204)
    assert page(browser.submit(door, {"passwd": "x"})).status == 400
    assert one.token(one.code_form(code)).json["error_codes"] == [70000]
    assert sign_ins(one) == []
    assert landing(browser.get(one.authorize_url(prompt="none"))).parameters["error"] == "login_required"
    assert headless(one, NORA)["outcome"] == "success"

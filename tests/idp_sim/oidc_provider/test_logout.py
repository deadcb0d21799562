"""Sign-out by an application (entra-sign-in 13.9)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from idp_sim.demo.browser import Browser, Landing
from idp_sim.demo.page import Page
from tests.simulator import CALLBACK, World

MEGAN, OMAR = "megan@contoso.example", "omar@contoso.example"


def logout_url(world: World, **parameters: str) -> str:
    return f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout?{urlencode(parameters)}"


def signed_in(world: World, address: str = MEGAN, browser: Browser | None = None) -> tuple[Browser, dict[str, Any]]:
    browser = browser or world.browser(*world.application()["redirect_uris"])
    landing = world.walk(address, world.authorize_url(login_hint=address, prompt="login"), browser=browser)
    return browser, world.redeem(landing.parameters["code"])


def silent(world: World, browser: Browser, **changes: str) -> dict[str, str]:
    landing = browser.get(world.authorize_url(prompt="none", **changes))
    assert isinstance(landing, Landing)
    return dict(landing.parameters)


def test_signing_out_ends_the_session(world: World) -> None:
    browser, _ = signed_in(world)
    assert "code" in silent(world, browser)
    page = browser.get(logout_url(world))
    assert isinstance(page, Page)
    assert (page.step, page.tenant) == ("signed_out", world.tenant_id())
    assert silent(world, browser)["error"] == "login_required"


def test_signing_out_twice_is_no_error(world: World) -> None:
    browser, _ = signed_in(world)
    for _ in range(2):
        page = browser.get(logout_url(world))
        assert isinstance(page, Page)
        assert page.status == 200


def test_another_browser_stays_signed_in(world: World) -> None:
    one, _ = signed_in(world)
    other, _ = signed_in(world)
    one.get(logout_url(world))
    assert "code" in silent(world, other)


def test_without_a_session_the_browser_goes_back_at_once_with_its_state(world: World) -> None:
    state = 'a b"c&d=é'
    landing = world.browser().get(logout_url(world, post_logout_redirect_uri=CALLBACK, state=state))
    assert landing == Landing(url=CALLBACK, parameters={"state": state})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_methods_sign_out(world: World, method: str) -> None:
    parameters = {"post_logout_redirect_uri": CALLBACK, "state": "s"}
    url = f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout"
    sent: dict[str, Any] = {"query": parameters} if method == "GET" else {"form": parameters}
    answer = world.call(method, url, **sent)
    assert answer.status in (302, 303)
    assert answer.location == f"{CALLBACK}?state=s"


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://evil.example/", id="a foreign one"),
        pytest.param(f"{CALLBACK}/more", id="a longer one"),
        pytest.param(f"{CALLBACK}?x=1", id="one with a query"),
        pytest.param("https://localhost@evil.example/cb", id="localhost as user name"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("//evil.example", id="one without a scheme"),
        pytest.param("http://localhost:30\r\n00/auth/callback", id="one with a line break"),
        pytest.param("https://[", id="no URI"),
    ],
)
def test_an_unregistered_address_is_never_gone_to(shared_world: World, uri: str) -> None:
    answer = shared_world.call("GET", logout_url(shared_world, post_logout_redirect_uri=uri))
    assert answer.status == 200
    assert "Location" not in answer.headers
    assert "evil" not in answer.text
    assert "javascript" not in answer.text


def test_an_application_that_took_part_is_told_in_a_frame_and_then_the_browser_goes_back(world: World) -> None:
    browser, tokens = signed_in(world)
    claims = world.claims(tokens["id_token"])
    answer = _raw(browser, logout_url(world, post_logout_redirect_uri=CALLBACK, state="s"))
    frame = next(part for part in answer.text.split('"') if part.startswith("https://localhost:9555/logout"))
    query = dict(parse_qsl(urlsplit(frame.replace("&amp;", "&")).query))
    assert query == {"sid": claims["sid"], "iss": claims["iss"]}
    assert f"0; url={CALLBACK}?state=s" in answer.text
    assert "frame-src https://localhost:9555" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("hint", ["login_hint claim", "address", "id_token"])
def test_a_hint_signs_out_one_account_of_several(world: World, hint: str) -> None:
    browser, megan = signed_in(world)
    signed_in(world, OMAR, browser)
    parameters = {
        "address": {"logout_hint": MEGAN.upper()},
        "id_token": {"id_token_hint": megan["id_token"]},
        "login_hint claim": {"logout_hint": _login_hint(world.claims(megan["id_token"])["sid"])},
    }[hint]
    browser.get(logout_url(world, **parameters))
    assert "code" in silent(world, browser, login_hint=OMAR)
    assert silent(world, browser, login_hint=MEGAN)["error"] in ("login_required", "interaction_required")


def test_without_a_hint_every_account_is_signed_out(world: World) -> None:
    browser, _ = signed_in(world)
    signed_in(world, OMAR, browser)
    browser.get(logout_url(world))
    assert silent(world, browser)["error"] == "login_required"


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "e30.W10.x", "e30." + "W1tb" * 20_000 + ".x"])
def test_a_hint_that_is_no_token_is_ignored(shared_world: World, token: str) -> None:
    answer = shared_world.call("POST", logout_url(shared_world), form={"id_token_hint": token})
    assert answer.status == 200


def _login_hint(sid: str) -> str:
    from idp_sim.tokens.claims import login_hint

    return login_hint(sid)


def _raw(browser: Browser, url: str) -> Any:
    return browser._send("GET", url, None)

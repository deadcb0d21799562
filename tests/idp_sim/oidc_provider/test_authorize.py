"""The authorization endpoint: what is answered where, and how a request steers the sign-in (entra-sign-in 13.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from idp_sim.demo.browser import Browser, Landing
from idp_sim.demo.page import Page, parse_page
from tests.simulator import CALLBACK, Answer, World

MEGAN, OMAR = "megan@contoso.example", "omar@contoso.example"
UNKNOWN_ID = "00000000-1111-2222-3333-444444444444"
HOSTILE = 'a b"c&d=é<script>\r\nX: y'


def page_of(answer: Answer) -> Page:
    return parse_page(answer.text, url="", status=answer.status)


def opened(browser: Browser, url: str) -> Page:
    page = browser.get(url)
    assert isinstance(page, Page), page
    return page


def landed(place: Page | Landing) -> Landing:
    assert isinstance(place, Landing), (place.step, place.text)
    return place


def signed_in(world: World, address: str = MEGAN, browser: Browser | None = None, **changes: str) -> Browser:
    browser = browser or world.browser()
    assert "code" in world.walk(address, world.authorize_url(login_hint=address, **changes), browser=browser).parameters
    return browser


# --- refused on the tenant's own page ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        pytest.param({"client_id": None}, 900144, id="no client"),
        pytest.param({"client_id": UNKNOWN_ID}, 700016, id="an unknown client"),
        pytest.param({"client_id": "<script>alert(1)</script>"}, 700016, id="a client id that is a script"),
        pytest.param({"redirect_uri": "https://evil.example/cb"}, 50011, id="a foreign redirect URI"),
        pytest.param({"redirect_uri": "https://localhost@evil.example/cb"}, 50011, id="localhost as user name"),
        pytest.param({"redirect_uri": f"{CALLBACK}#x"}, 50011, id="a redirect URI with a fragment"),
        pytest.param({"redirect_uri": "http://localhost:30\r\n00/auth/callback"}, 50011, id="a line break inside"),
        pytest.param({"redirect_uri": "https://["}, 50011, id="no URI"),
    ],
)
@pytest.mark.parametrize("prompt", [None, "none"])
def test_what_is_wrong_with_the_client_is_said_on_the_tenants_own_page(
    shared_world: World, changes: dict[str, str | None], number: int, prompt: str | None
) -> None:
    answer = shared_world.call("GET", shared_world.authorize_url(**changes, prompt=prompt))
    page = page_of(answer)
    assert answer.status == 400
    assert "Location" not in answer.headers
    assert (page.step, page.tenant) == ("error", shared_world.tenant_id())
    assert f"AADSTS{number}" in page.text
    assert "<script>alert" not in answer.text


def test_an_application_without_a_reply_address_is_refused_on_the_page(shared_world: World) -> None:
    answer = shared_world.call("GET", shared_world.authorize_url("daemon"))
    assert (answer.status, "AADSTS500113" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("tenant", "number"),
    [
        pytest.param(UNKNOWN_ID, 90002, id="an unknown id"),
        pytest.param("nowhere.example", 90002, id="an unknown domain"),
        pytest.param("nonsense", 900023, id="no domain"),
        pytest.param("common", 50194, id="an application of one tenant at common"),
        pytest.param("organizations", 50194, id="an application of one tenant at organizations"),
    ],
)
def test_a_wrong_tenant_is_refused_on_a_page(shared_world: World, tenant: str, number: int) -> None:
    url = shared_world.authorize_url().replace(shared_world.tenant_id(), tenant)
    answer = shared_world.call("GET", url)
    assert answer.status == 400
    assert f"AADSTS{number}" in answer.text


def test_a_repeated_redirect_uri_is_refused_on_the_page(shared_world: World) -> None:
    url = f"{shared_world.authorize_url()}&{urlencode({'redirect_uri': CALLBACK})}"
    answer = shared_world.call("GET", url)
    assert (answer.status, "AADSTS90023" in answer.text) == (400, True)


# --- refused at the redirect URI -----------------------------------------------------------------------

REDIRECTED: dict[str, tuple[dict[str, str | None], str, int]] = {
    "no response type": ({"response_type": None}, "invalid_request", 900144),
    "a response type that is switched off": ({"response_type": "code id_token"}, "unsupported_response_type", 700054),
    "a response type that does not exist": ({"response_type": "magic"}, "unsupported_response_type", 70005),
    "a response mode that does not exist": ({"response_mode": "jwt"}, "invalid_request", 70007),
    "no scope": ({"scope": None}, "invalid_request", 900144),
    "a scope that does not exist": ({"scope": "openid User.Reed"}, "invalid_client", 650053),
    "a resource that does not exist": ({"scope": "api://nowhere/x"}, "invalid_resource", 500011),
    "/.default with another": (
        {"scope": "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read"},
        "invalid_scope",
        70011,
    ),
    "a prompt that does not exist": ({"prompt": "create"}, "invalid_request", 90023),
    "a request object": ({"request": "x.y.z"}, "invalid_request", 901002),
    "a resource of v1": ({"resource": "https://graph.microsoft.com"}, "invalid_request", 901002),
    "a challenge that is too short": ({"code_challenge": "short"}, "invalid_request", 501491),
    "max_age that is no number": ({"max_age": "soon"}, "invalid_request", 90023),
    "nobody signed in, silently": ({"prompt": "none"}, "login_required", 50058),
}


@pytest.mark.parametrize("mode", [None, "query", "fragment"])
@pytest.mark.parametrize("case", REDIRECTED)
def test_all_else_is_said_to_the_application(shared_world: World, case: str, mode: str | None) -> None:
    changes, error, number = REDIRECTED[case]
    asked = {"response_mode": mode} if mode and "response_mode" not in changes else {}
    answer = shared_world.call("GET", shared_world.authorize_url(**changes, **asked, state=HOSTILE))
    assert answer.status == 302
    separator = "#" if mode == "fragment" and asked else "?"
    if "id_token" in (changes.get("response_type") or "") and mode is None:
        separator = "#"  # the default where a token was asked for
    assert answer.location.startswith(f"{CALLBACK}{separator}")
    told = answer.parameters
    assert (told["error"], told["state"]) == (error, HOSTILE)
    assert told["error_description"].startswith(f"AADSTS{number}: ")
    assert told["error_uri"] == f"{shared_world.base_url}/error?code={number}"
    assert set(told) == {"error", "error_description", "error_uri", "state"}


def test_a_refusal_by_form_post_is_a_page_that_posts_it(shared_world: World) -> None:
    url = shared_world.authorize_url(response_type="magic", response_mode="form_post", state=HOSTILE)
    page = page_of(shared_world.call("GET", url))
    fields = dict(page.form.fields)
    assert (page.form.method, page.form.action) == ("POST", CALLBACK)
    assert fields["error"] == "unsupported_response_type"
    assert _lines(fields["state"]) == _lines(HOSTILE)


def _lines(text: str) -> str:
    """Browsers and parsers read CR LF in an attribute as they will; what matters is that nothing is lost."""
    return text.replace("\r\n", "\n")


def test_a_state_given_twice_is_nobodys_state(shared_world: World) -> None:
    answer = shared_world.call("GET", f"{shared_world.authorize_url(state='one')}&state=two")
    assert answer.parameters["error"] == "invalid_request"
    assert "state" not in answer.parameters


def test_a_single_page_application_without_pkce_is_refused(shared_world: World) -> None:
    url = shared_world.authorize_url("spa", code_challenge=None, code_challenge_method=None)
    answer = shared_world.call("GET", url)
    assert answer.location.startswith("http://localhost:3000/?"), "a URI without a path comes back with one"
    assert answer.parameters["error_description"].startswith("AADSTS50147: ")


def test_the_description_names_the_requests_own_id(shared_world: World) -> None:
    mine = "6f3a1c5e-0f0d-4b6b-9a57-6f3f0a3b1c13"
    url = shared_world.authorize_url(response_type="magic") + f"&client-request-id={mine}"
    description = shared_world.call("GET", url).parameters["error_description"]
    assert f"Correlation ID: {mine}" in description


# --- how a request steers the sign-in ------------------------------------------------------------------


@pytest.mark.parametrize("mode", [None, "query", "fragment", "form_post"])
def test_a_code_arrives_in_the_mode_that_was_asked_for(world: World, mode: str | None) -> None:
    url = world.authorize_url(response_mode=mode, state="a b&c=d+é", client_info="1")
    landing = world.walk(MEGAN, url)
    assert landing.url == CALLBACK
    assert set(landing.parameters) == {"code", "state", "session_state", "client_info"}
    assert landing.parameters["state"] == "a b&c=d+é"
    claims = world.claims(world.redeem(landing.parameters["code"])["id_token"])
    assert claims["sid"] == landing.parameters["session_state"]
    assert claims["nonce"] == "nonce of the tests"


def test_the_request_may_be_posted(world: World) -> None:
    url, _, query = world.authorize_url(login_hint=MEGAN).partition("?")
    answer = world.call("POST", url, body=query.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert page_of(answer).step == "password"


def test_a_nonce_is_in_the_token_only_when_it_was_sent(world: World) -> None:
    assert "nonce" not in world.claims(world.tokens_of(MEGAN, nonce=None)["id_token"])


def test_a_hint_fills_in_the_user_name_and_goes_on_to_the_password(world: World) -> None:
    assert opened(world.browser(), world.authorize_url()).step == "home_realm_discovery"
    page = opened(world.browser(), world.authorize_url(login_hint=MEGAN))
    assert page.step == "password"
    assert MEGAN in page.text


def test_a_second_request_is_silent(world: World) -> None:
    browser = signed_in(world)
    landing = landed(browser.get(world.authorize_url()))
    assert "code" in landing.parameters


def test_prompt_none_is_answered_from_the_session(world: World) -> None:
    browser = signed_in(world)
    landing = landed(browser.get(world.authorize_url(prompt="none")))
    assert "code" in landing.parameters


def test_prompt_none_with_two_accounts_needs_a_hint(world: World) -> None:
    browser = signed_in(world)
    signed_in(world, OMAR, browser, prompt="login")
    landing = landed(browser.get(world.authorize_url(prompt="none")))
    assert landing.parameters["error"] == "interaction_required"
    assert landing.parameters["error_description"].startswith("AADSTS16000")
    hinted = landed(browser.get(world.authorize_url(prompt="none", login_hint=MEGAN)))
    tokens = world.redeem(hinted.parameters["code"])
    assert world.claims(tokens["id_token"])["preferred_username"] == MEGAN


def test_prompt_none_for_somebody_else_is_no_sign_in(world: World) -> None:
    browser = signed_in(world)
    landing = landed(browser.get(world.authorize_url(prompt="none", login_hint=OMAR)))
    assert landing.parameters["error"] in ("login_required", "interaction_required")
    assert "code" not in landing.parameters


def test_prompt_none_never_asks_for_consent(world: World) -> None:
    browser = signed_in(world)
    landing = landed(browser.get(world.authorize_url(prompt="none", scope="openid api://contoso-api/access_as_user")))
    assert landing.parameters["error"] == "consent_required"
    assert landing.parameters["error_description"].startswith("AADSTS65001")


def test_prompt_login_asks_for_the_password_again(world: World) -> None:
    browser = signed_in(world)
    page = opened(browser, world.authorize_url(prompt="login", login_hint=MEGAN))
    assert page.step == "password"


def test_prompt_select_account_shows_the_accounts(world: World) -> None:
    browser = signed_in(world)
    page = opened(browser, world.authorize_url(prompt="select_account"))
    assert page.step == "account_picker"
    assert MEGAN in page.text


def test_prompt_consent_asks_again_for_what_was_granted(world: World) -> None:
    browser = signed_in(world)
    page = opened(browser, world.authorize_url(prompt="consent"))
    assert page.step == "app_consent"
    landing = landed(browser.submit(page))
    assert "code" in landing.parameters


@pytest.mark.parametrize(
    ("max_age", "minutes", "asked"),
    [
        pytest.param("3600", 59, False, id="young enough"),
        pytest.param("3600", 61, True, id="too old"),
        pytest.param("0", 1, True, id="zero"),
    ],
)
def test_max_age_asks_again_when_the_sign_in_is_older(world: World, max_age: str, minutes: int, asked: bool) -> None:
    world.freeze()
    browser = signed_in(world)
    world.advance(minutes=minutes)
    place = browser.get(world.authorize_url(max_age=max_age))
    assert isinstance(place, Page) == asked
    if isinstance(place, Landing):
        _has_auth_time(world, place)


def test_max_age_puts_the_time_of_the_sign_in_into_the_token(world: World) -> None:
    now = world.freeze()
    claims = world.claims(world.tokens_of(MEGAN, max_age="0")["id_token"])
    assert claims["auth_time"] == int(now.timestamp())
    assert "auth_time" not in world.claims(world.tokens_of(MEGAN)["id_token"])


def _has_auth_time(world: World, landing: Landing) -> None:
    claims = world.claims(world.redeem(landing.parameters["code"])["id_token"])
    assert claims["iat"] + 300 - claims["auth_time"] == 59 * 60


def test_an_application_without_a_redirect_uri_in_its_request_is_answered_at_the_registered_one(world: World) -> None:
    landing = world.walk(MEGAN, world.authorize_url(redirect_uri=None))
    assert landing.url == CALLBACK


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"login_hint": "x" * 5000}, id="a long hint"),
        pytest.param({"login_hint": "\x00'\"<>"}, id="strange characters"),
        pytest.param({"domain_hint": "nowhere.example"}, id="a domain hint of nobody"),
        pytest.param({"nonce": HOSTILE, "state": "s" * 5000}, id="a long state"),
        pytest.param({"claims": "{}", "ui_locales": "de", "anything": "x"}, id="unknown parameters"),
    ],
)
def test_whatever_else_is_sent_the_answer_is_a_page(shared_world: World, parameters: dict[str, Any]) -> None:
    answer = shared_world.call("GET", shared_world.authorize_url(**parameters))
    assert answer.status == 200, answer.text
    assert page_of(answer).step in ("home_realm_discovery", "password")

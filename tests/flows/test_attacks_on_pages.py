"""Attacks on the pages of a sign-in: forged forms, stolen handles, hostile text, several answers at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from tests.browser import Browser, Page, totp
from tests.simulator import AFTER_REDEMPTION, CALLBACK, Answer, MakeWorld, World
from tests.stories import Visitor, guest, invite, newest_mail, page, walk

ANA, NORA, OTTO = "ana@fabrikam.example", "nora@northwind.example", "otto@proseware.example"
OMAR, MEGAN = "omar@contoso.example", "megan@contoso.example"
HOSTILE = {
    "SQL": "' OR 1=1; DROP TABLE user; --",
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 7 }}${7*7}#{7*7}",
    "NUL": "a\x00b@contoso.example",
    "newlines": "a\r\nSet-Cookie: x=y\r\n\r\n@contoso.example",
    "half a surrogate": "%ED%A0%80@contoso.example",
    "direction": "\u202eelpmaxe.osotnoc@ramo",
    "path": "../../../../etc/passwd",
    "long": "x" * 200_000,
    "long address": "x" * 100_000 + "@contoso.example",
    "digits": "9" * 5_000,
    "other digits": "１２３４５６",
    "format": "%s%n{0}{address}",
    "empty": "",
}


def at(world: World, address: str, step: str) -> tuple[Visitor, Page]:
    """A browser that stands at a page."""
    browser = world.browser()
    place = walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address)), until=step)
    return Visitor.with_cookies_of(world, browser), page(place)


# --- whose form is it? ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forgery", ["missing", "empty", "wrong", "of another sign-in", "of another step"])
def test_a_form_without_the_pages_own_canary_answers_nothing(world: World, forgery: str) -> None:
    visitor, shown = at(world, OMAR, "password")
    other = at(world, OMAR, "password")[1]
    fields = {"passwd": world.user(OMAR)["password"], **{k: v for k, v in shown.form.fields if k != "canary"}}
    canary = dict(shown.form.fields)["canary"]
    forged = {"empty": "", "wrong": canary[::-1], "of another sign-in": dict(other.form.fields)["canary"]}
    if forgery in forged:
        fields["canary"] = forged[forgery]
    if forgery == "of another step":
        names = visitor.open(world.authorize_url())
        fields["canary"] = dict(names.form.fields)["canary"]
    answer = visitor.send("POST", shown.form.action, fields)
    assert answer.status == 400
    assert "AADSTS50089" in answer.text
    right = visitor.post(shown, {"passwd": world.user(OMAR)["password"]})
    assert visitor.read(right).step == "stay_signed_in"  # the real page still works


def test_a_known_handle_is_worth_nothing_in_another_browser(world: World) -> None:
    _, shown = at(world, OMAR, "password")
    for thief in (Visitor(world), at(world, MEGAN, "password")[0]):
        opened = thief.send("GET", shown.form.action)
        posted = thief.send("POST", shown.form.action, dict(shown.form.fields) | {"passwd": "x"})
        for answer in (opened, posted):
            assert answer.status == 400
            assert "AADSTS50089" in answer.text
            assert OMAR not in answer.text


@pytest.mark.parametrize(
    "handle",
    [
        "x",
        "default.x.y",
        "..",
        "default." + "0" * 32 + ".secret",
        "default." + "é" * 32 + ".secret",
        "%00.%00.%00",
        "a" * 5_000,
        "default.' OR 1=1 --.x",
        "{other}",
    ],
)
def test_a_guessed_handle_is_an_expired_sign_in(world: World, handle: str) -> None:
    _, shown = at(world, OMAR, "password")
    known = shown.form.action.rpartition("/")[2]
    guessed = handle.replace("{other}", known[:-1] + ("A" if known[-1] != "A" else "B"))
    for method, form in (("GET", None), ("POST", {"canary": "x"})):
        answer = Visitor(world).send(method, f"{world.base_url}/login/{guessed}", form)
        assert answer.status in (400, 404)


def test_the_browsers_cookie_is_bound_to_the_host_and_closed_to_scripts(world: World) -> None:
    cookie = world.call("GET", world.authorize_url()).headers["Set-Cookie"]
    name, _, attributes = cookie.partition("; ")
    assert name.startswith("__Host-")
    assert set(attributes.split("; ")) == {"Path=/", "HttpOnly", "Secure", "SameSite=None"}


def test_pages_forbid_frames_scripts_and_caching(world: World) -> None:
    headers = world.call("GET", world.authorize_url()).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_a_foreign_host_header_is_refused(world: World, http: requests.Session) -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost@evil.example"):
        answer = http.get(world.authorize_url(), headers={"Host": host}, allow_redirects=False)
        assert answer.status_code == 400
        assert host not in answer.text


# --- hostile text -----------------------------------------------------------------------------------------------

FIELDS = [
    pytest.param(OMAR, "home_realm_discovery", "loginfmt", id="user name"),
    pytest.param(OMAR, "password", "passwd", id="password"),
    pytest.param(NORA, "mfa_registration", "otc", id="registration code"),
    pytest.param(OTTO, "passcode", "otc", id="passcode"),
]


@pytest.mark.parametrize(("address", "step", "field"), FIELDS)
def test_hostile_text_in_a_field_is_a_wrong_answer_and_nothing_else(
    world: World, address: str, step: str, field: str
) -> None:
    if step == "home_realm_discovery":
        visitor = Visitor(world)
        shown = visitor.open(world.authorize_url())
    else:
        visitor, shown = at(world, address, step)
    if step == "passcode":
        shown = visitor.read(visitor.post(shown), shown.form.action)
    for text in HOSTILE.values():
        for name in {field, "decision", "canary"} - ({"canary"} if field == "canary" else set()):
            if name == "decision" and text == "":
                continue
            answer = visitor.post(shown, {field: "x", name: text})
            assert answer.status in (200, 302, 400), (name, text[:30], answer.text[:300])
            assert "<script" not in answer.text
            assert "<img" not in answer.text
            assert "Set-Cookie: x=y" not in str(answer.headers)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_parameters_of_a_request_are_answered_in_words(world: World, text: str) -> None:
    for name in ("login_hint", "state", "nonce", "scope", "prompt", "client_id", "redirect_uri", "claims", "max_age"):
        answer = world.call("GET", world.authorize_url(**{name: text}))
        assert answer.status in (200, 302, 400), (name, answer.text[:300])
        assert "<script" not in answer.text
        location = answer.headers.get("Location", CALLBACK)
        assert location.startswith((CALLBACK, world.base_url)), (name, location)
        assert "\n" not in location


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_links_are_invalid_invitations(world: World, text: str) -> None:
    for query in ({"rd": text}, {"rd": f"https://evil.example/?tenant={text}&user={text}&ticket={text}"}):
        answer = world.call("GET", f"{world.base_url}/redeem", query=query)
        assert answer.status == 400
        assert "not valid" in answer.text
    for url in ("http://[", "https://evil.example", "//evil.example", "javascript:alert(1)"):
        assert world.call("GET", f"{world.base_url}/redeem", query={"rd": url}).status == 400


def test_names_are_text_on_every_page(make_world: MakeWorld) -> None:
    name = "<script>alert('x')</script>\"'><b>"
    world = make_world(
        {
            "name": "hostile",
            "extends": "uninvited",
            "tenants": {
                "contoso": {
                    "display_name": f"Contoso {name}",
                    "applications": {"portal": {"display_name": f"Portal {name}"}},
                    "users": {"omar": {"display_name": name}, "megan": {"display_name": name}},
                }
            },
        }
    )
    invite(world, NORA, invitedUserDisplayName=name)
    browser, shown = world.browser(), []
    person = world.person(NORA)
    place: Any = browser.get(newest_mail(world, NORA)["links"][0])
    shown.append(page(walk(person, browser, place, until="consent")))
    for address in (OMAR, MEGAN):
        walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address)))
    visitor = Visitor.with_cookies_of(world, browser)
    texts = [visitor.send("GET", world.authorize_url()).text, visitor.send("GET", shown[0].url).text]
    texts.append(world.call("GET", world.authorize_url("mobile", login_hint="nobody@proseware.example")).text)
    assert "account_picker" in texts[0]
    for text in texts:
        assert "<script>alert" not in text
        assert "'><b>" not in text
    assert "&lt;script&gt;" in texts[0]


def test_a_state_with_line_breaks_comes_back_as_it_was_and_makes_no_header(world: World) -> None:
    state = 'a b"c&d=é\r\nSet-Cookie: x=y'
    browser = world.browser()
    end: Any = walk(world.person(OMAR), browser, browser.get(world.authorize_url(login_hint=OMAR, state=state)))
    assert end.parameters["state"] == state
    assert "x" not in browser._session.cookies


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/relative", "https://", ""]
)
def test_an_invitation_leads_only_to_web_addresses(world: World, url: str) -> None:
    body = {"invitedUserEmailAddress": "new@proseware.example", "inviteRedirectUrl": url}
    world.graph("POST", "/invitations", body, expect=400)


@pytest.mark.parametrize(
    "url", ["https://evil.example/", f"{CALLBACK}.evil.example", "//evil.example", "javascript:alert(1)"]
)
def test_sign_out_leads_only_to_registered_addresses(world: World, url: str) -> None:
    logout = f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout"
    answer = world.call("GET", logout, query={"post_logout_redirect_uri": url})
    assert answer.status == 200
    assert "evil.example" not in answer.text
    assert "javascript:" not in answer.text


# --- several at once --------------------------------------------------------------------------------------------


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    """The same moment in every thread."""
    barrier = Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.parametrize("attempt", range(3))
def test_several_answers_to_one_page_at_the_same_time_all_get_a_page(world: World, attempt: int) -> None:
    visitor, shown = at(world, OMAR, "password")
    password = world.user(OMAR)["password"]
    answers = at_once(4, lambda _: visitor.post(shown, {"passwd": password}))
    assert [(a.status, visitor.read(a).step) for a in answers] == [(200, "stay_signed_in")] * 4


def test_a_page_opened_while_it_is_answered_costs_nobody_the_answer(world: World) -> None:
    visitor, shown = at(world, OMAR, "password")
    password = world.user(OMAR)["password"]

    def act(number: int) -> Answer:
        if number == 0:
            return visitor.post(shown, {"passwd": password})
        return visitor.send("GET", shown.form.action)

    answers = at_once(6, act)
    assert {a.status for a in answers} == {200}
    assert visitor.read(answers[0]).step == "stay_signed_in"


def test_one_last_answer_given_eight_times_makes_one_code(world: World) -> None:
    visitor, shown = at(world, OMAR, "stay_signed_in")
    answers = at_once(8, lambda _: visitor.post(shown, {"decision": "decline"}))
    codes = [a.parameters["code"] for a in answers if a.status == 302]
    assert len(codes) == 1
    assert {a.status for a in answers} == {302, 400}
    assert world.redeem(codes[0])["id_token"]


def test_eight_browsers_accept_one_invitation_and_it_is_accepted_once(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    link = newest_mail(world, NORA)["links"][0]
    ready: list[tuple[Visitor, Page]] = []
    for _ in range(8):
        browser: Browser = world.browser()
        shown = page(walk(world.person(NORA), browser, browser.get(link), until="consent"))
        ready.append((Visitor.with_cookies_of(world, browser), shown))
    before = guest(world, NORA)
    instant = world.freeze()
    answers = at_once(8, lambda n: ready[n][0].post(ready[n][1]))
    assert {ready[0][0].read(a).step for a in answers} == {"mfa_registration"}
    after = guest(world, NORA)
    assert (before["externalUserState"], after["externalUserState"]) == ("PendingAcceptance", "Accepted")
    assert after["externalUserStateChangeDateTime"].startswith(f"{instant:%Y-%m-%dT%H:%M:%S}")
    assert len([i for i in after["identities"] if i["signInType"] == "federated"]) == 1
    world.advance(hours=1)
    again = world.browser()
    walk(world.person(NORA), again, again.get(link), until="mfa_registration")
    assert guest(world, NORA) == after


def test_eight_browsers_enter_one_passcode_and_one_gets_in(world: World) -> None:
    ready = []
    for _ in range(8):
        visitor, sending = at(world, OTTO, "passcode")
        ready.append((visitor, visitor.read(visitor.post(sending), sending.form.action)))
    passcode = newest_mail(world, OTTO)["passcode"]
    answers = at_once(8, lambda n: ready[n][0].post(ready[n][1], {"otc": passcode}))
    steps = sorted(str(ready[0][0].read(a).step) for a in answers)
    assert steps == ["mfa_registration"] + ["passcode"] * 7


def test_two_registrations_at_once_leave_one_authenticator(world: World) -> None:
    ready = [at(world, NORA, "mfa_registration") for _ in range(4)]

    def secret(shown: Page) -> str:
        link = next(link for link in shown.links if link.startswith("otpauth://"))
        return link.partition("secret=")[2].partition("&")[0]

    now = world.freeze()
    answers = at_once(4, lambda n: ready[n][0].post(ready[n][1], {"otc": totp(secret(ready[n][1]), now)}))
    assert sorted(a.status for a in answers) == [200, 200, 200, 302]
    left = {ready[0][0].read(a).step for a in answers if a.status == 200}
    assert left == {"mfa_challenge"}


def test_after_the_redemption_the_guest_is_sent_nowhere_but_where_the_invitation_says(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    link = newest_mail(world, NORA)["links"][0]
    browser = world.browser()
    end: Any = walk(world.person(NORA), browser, browser.get(f"{link}&inviteRedirectUrl=https%3A%2F%2Fevil.example"))
    assert end.url == AFTER_REDEMPTION

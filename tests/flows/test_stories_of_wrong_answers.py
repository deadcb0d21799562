"""Passwords, second factors and passcodes: what is wrong is said, logged and can be mended, up to a limit."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import Browser, Landing, Page, totp
from tests.simulator import MakeWorld, World
from tests.stories import (
    codes,
    headless,
    landing,
    log,
    newest_mail,
    opened,
    page,
    refusal_of,
    sign_ins,
    walk,
    wrong,
)

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"
NORA, OTTO = "nora@northwind.example", "otto@proseware.example"
OMAR, MEGAN = "omar@contoso.example", "megan@contoso.example"


# --- passwords ------------------------------------------------------------


def test_a_wrong_password_is_said_on_the_page_logged_and_can_be_mended(world: World) -> None:
    browser, person = world.browser(), world.person(OMAR)
    first = walk(person, browser, browser.get(world.authorize_url(login_hint=OMAR)), until="password")
    again = page(browser.submit(page(first), {"passwd": "not it"}))
    assert again.step == "password"
    assert "incorrect" in again.text
    assert codes(world) == [50126]
    assert "code" in landing(walk(person, browser, again)).parameters
    assert codes(world) == [0, 50126]
    rows = sign_ins(world)
    assert [row["code"] for row in rows] == [0, 50126]
    assert rows[0]["correlation_id"] == rows[1]["correlation_id"]


def test_ten_wrong_passwords_lock_the_account_for_a_minute_of_the_world(world: World) -> None:
    browser, person = world.browser(), world.person(OMAR)
    place = page(walk(person, browser, browser.get(world.authorize_url(login_hint=OMAR)), until="password"))
    for _ in range(10):
        place = page(browser.submit(place, {"passwd": "not it"}))
        assert "incorrect" in place.text
    locked = page(browser.submit(place, {"passwd": person.password or ""}))
    assert "locked" in locked.text
    assert codes(world)[0] == 50053
    told = headless(world, OMAR)
    assert (told["outcome"], told["error"]["code"]) == ("refused", 50053)
    world.advance(seconds=59)
    assert headless(world, OMAR)["error"]["code"] == 50053
    world.advance(seconds=1)
    assert headless(world, OMAR)["outcome"] == "success"


def test_a_sign_in_given_up_after_a_wrong_answer_is_one_row(world: World) -> None:
    world.control("PATCH", f"users/{world.user(OMAR)['id']}", {"password": "another-1-Password"})
    browser, person = world.browser(), world.person(OMAR)
    place = page(walk(person, browser, browser.get(world.authorize_url(login_hint=OMAR)), until="password"))
    for _ in range(10):
        place = page(browser.submit(place, {"passwd": "not it"}))
    before = len(log(world))
    assert headless(world, OMAR)["error"]["code"] == 50053
    assert len(log(world)) == before + 1


# --- second factors ------------------------------------------------------------


def test_ten_wrong_codes_end_the_sign_in(world: World) -> None:
    browser, person = world.browser(), world.person(OMAR)
    claims = json.dumps({"id_token": {"amr": {"essential": True, "values": ["mfa"]}}})
    url = world.authorize_url(login_hint=OMAR, claims=claims)
    place = page(walk(person, browser, browser.get(url), until="mfa_challenge"))
    for _ in range(9):
        place = page(browser.submit(place, {"otc": "000000"}))
        assert place.step == "mfa_challenge"
        assert "expected verification code" in place.text
    ended = browser.submit(place, {"otc": "000000"})
    assert refusal_of(ended)[0] == 500121
    assert page(browser.get(place.url)).step == "error"


def test_a_registration_keeps_its_secret_while_wrong_codes_are_typed(world: World) -> None:
    browser, person = world.browser(), world.person(NORA)
    place = page(walk(person, browser, browser.get(world.authorize_url(login_hint=NORA)), until="mfa_registration"))
    link = next(link for link in place.links if link.startswith("otpauth://"))
    again = page(browser.submit(place, {"otc": "000000"}))
    assert next(link for link in again.links if link.startswith("otpauth://")) == link
    secret = parse_qs(urlsplit(link).query)["secret"][0]
    assert isinstance(browser.submit(again, {"otc": totp(secret, world.now())}), Landing)
    # registered once, asked for from now on
    other = world.person(NORA)
    other.authenticators[world.tenant_id()] = secret
    fresh = world.browser()
    walk(other, fresh, fresh.get(world.authorize_url(login_hint=NORA)))
    assert (world.tenant_id(), "mfa_challenge") in other.seen


def test_the_second_registration_of_two_begun_ones_is_asked_for_the_first_ones_code(world: World) -> None:
    browsers = [world.browser(), world.browser()]
    pages = [page(opened(world, NORA, browser=browser, until="mfa_registration")) for browser in browsers]

    def code(shown: Page) -> str:
        link = next(link for link in shown.links if link.startswith("otpauth://"))
        return totp(parse_qs(urlsplit(link).query)["secret"][0], world.now())

    assert isinstance(browsers[0].submit(pages[0], {"otc": code(pages[0])}), Landing)
    late = page(browsers[1].submit(pages[1], {"otc": code(pages[1])}))
    assert late.step == "mfa_challenge"
    assert isinstance(browsers[1].submit(late, {"otc": code(pages[0])}), Landing)


# --- passcodes ------------------------------------------------------------


@pytest.fixture
def passcode_page(world: World) -> tuple[Browser, Page, str]:
    """Otto at the page that asks for the passcode, with the passcode of the mail."""
    browser = world.browser()
    sending = page(opened(world, OTTO, browser=browser, until="passcode"))
    asking = page(browser.submit(sending))
    return browser, asking, newest_mail(world, OTTO)["passcode"]


def test_five_wrong_passcodes_kill_the_right_one(world: World, passcode_page: tuple[Browser, Page, str]) -> None:
    browser, place, right = passcode_page
    for _ in range(5):
        place = page(browser.submit(place, {"otc": "00000000"}))
        assert "didn't work" in place.text
    place = page(browser.submit(place, {"otc": right}))
    assert place.step == "passcode"
    assert codes(world) == [50181] * 6
    again = page(browser.submit(place, press=("decision", "resend")))
    assert page(browser.submit(again, {"otc": newest_mail(world, OTTO)["passcode"]})).step == "mfa_registration"


def test_only_the_newest_passcode_counts(world: World, passcode_page: tuple[Browser, Page, str]) -> None:
    browser, place, older = passcode_page
    place = page(browser.submit(place, press=("decision", "resend")))
    newer = newest_mail(world, OTTO)["passcode"]
    assert newer != older
    place = page(browser.submit(place, {"otc": older}))
    assert place.step == "passcode"
    assert page(browser.submit(place, {"otc": newer})).step == "mfa_registration"


@pytest.mark.parametrize(
    ("minutes", "seconds", "step"), [(29, 59, "mfa_registration"), (30, 0, "passcode")], ids=["in time", "too late"]
)
def test_a_passcode_holds_for_thirty_minutes(world: World, minutes: int, seconds: int, step: str) -> None:
    world.freeze()
    browser = world.browser()
    asking = page(browser.submit(page(opened(world, OTTO, browser=browser, until="passcode"))))
    world.advance(minutes=minutes, seconds=seconds)
    assert page(browser.submit(asking, {"otc": newest_mail(world, OTTO)["passcode"]})).step == step


def test_a_passcode_guest_stays_for_24_hours(world: World) -> None:
    browser = world.browser()
    opened(world, OTTO, browser=browser)
    world.freeze()
    world.advance(hours=23, minutes=58)
    assert "code" in landing(browser.get(world.authorize_url(login_hint=OTTO))).parameters
    world.advance(minutes=2)
    assert page(browser.get(world.authorize_url(login_hint=OTTO))).step == "passcode"


def test_passcodes_switched_off_let_no_passcode_guest_in(make_world: MakeWorld) -> None:
    world = make_world(
        {"name": "no-passcodes", "extends": "contoso", "tenants": {"contoso": {"email_otp": "disabled"}}}
    )
    place = page(opened(world, OTTO, until="home_realm_discovery"))
    assert "nobody invited it" in place.text
    assert headless(world, OTTO)["error"]["code"] == 50034
    assert world.control("GET", "inbox/messages", to=OTTO)["value"] == []


def test_no_passcode_is_mailed_to_a_stranger(world: World) -> None:
    stranger = "stranger@proseware.example"
    place = page(world.browser().get(world.authorize_url(login_hint=stranger)))
    assert place.step == "home_realm_discovery"
    assert "nobody invited it" in place.text
    assert headless(world, stranger)["error"]["code"] == 50034
    assert world.control("GET", "inbox/messages", to=stranger)["value"] == []


def test_wrong_answers_typed_before_the_right_ones_are_forgiven(world: World) -> None:
    browser, person = world.browser(), world.person(ANA)
    answers = {"password": wrong("passwd", "nope"), "mfa_challenge": wrong("otc", "12", "abcdef")}
    end = walk(person, browser, browser.get(world.authorize_url(login_hint=ANA)), answers=answers)
    assert "code" in landing(end).parameters
    assert codes(world, "fabrikam") == [0, 500121, 500121, 50126]

"""Stories that only a browser has: wrong answers, refusals in between, sessions, several accounts, links opened again."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import Browser, Landing, Page, totp
from tests.simulator import AFTER_REDEMPTION, CALLBACK, MakeWorld, World
from tests.stories import (
    ANSWERS,
    Place,
    add_policy,
    decline,
    guest,
    headless,
    invite,
    landing,
    log,
    newest_mail,
    page,
    refusal_of,
    set_partner,
    setting,
    sign_ins,
    walk,
    wrong,
)

ANA, BEN, CLEO = "ana@fabrikam.example", "ben@fabrikam.example", "cleo@fabrikam.example"
NORA, NILS, OTTO = "nora@northwind.example", "nils@northwind.example", "otto@proseware.example"
OMAR, MEGAN = "omar@contoso.example", "megan@contoso.example"


def opened(world: World, address: str, *, browser: Browser | None = None, until: str = "", **changes: str) -> Place:
    """A person on the way to the portal, as far as the step ``until``."""
    browser = browser or world.browser()
    return walk(
        world.person(address), browser, browser.get(world.authorize_url(login_hint=address, **changes)), until=until
    )


def codes(world: World, tenant: str = "contoso") -> list[int]:
    """Error numbers of the tenant's log, newest first."""
    return [row["status"]["errorCode"] for row in log(world, tenant)]


# --- passwords -------------------------------------------------------------------------------------------


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


# --- second factors --------------------------------------------------------------------------------------


def test_ten_wrong_codes_end_the_sign_in(world: World) -> None:
    world.graph("PATCH", f"/users/{OMAR}", {}, expect=204)
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


# --- passcodes -------------------------------------------------------------------------------------------


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
def test_a_passcode_holds_for_thirty_minutes(
    world: World, passcode_page: tuple[Browser, Page, str], minutes: int, seconds: int, step: str
) -> None:
    browser, place, right = passcode_page
    world.freeze()
    world.advance(minutes=minutes, seconds=seconds - 5)
    assert page(browser.submit(place, {"otc": right})).step == "mfa_registration" or step == "passcode"
    if step == "passcode":
        return
    assert step == "mfa_registration"


def test_a_passcode_guest_stays_for_24_hours(world: World) -> None:
    browser = world.browser()
    opened(world, OTTO, browser=browser)
    world.freeze()
    world.advance(hours=23, minutes=59)
    assert "code" in landing(browser.get(world.authorize_url(login_hint=OTTO))).parameters
    world.advance(minutes=1)
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


# --- declining -------------------------------------------------------------------------------------------


def test_a_guest_who_declines_stays_pending_and_nothing_is_written(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    before = guest(world, NORA)
    browser, person = world.browser(), world.person(NORA)
    end = walk(person, browser, browser.get(newest_mail(world, NORA)["links"][0]), answers={"consent": decline})
    assert refusal_of(end)[0] == 65004
    assert guest(world, NORA) == before
    assert sign_ins(world)[0]["code"] == 65004
    # and may think again
    assert walk(person, browser, browser.get(newest_mail(world, NORA)["links"][0])) == Landing(
        url=AFTER_REDEMPTION, parameters={}
    )


def test_a_pending_guest_who_declines_at_the_door_of_an_application_is_sent_back_to_it(world: World) -> None:
    browser, person = world.browser(), world.person(BEN)
    end = landing(walk(person, browser, browser.get(world.authorize_url(login_hint=BEN)), answers={"consent": decline}))
    assert (end.url, end.parameters["error"]) == (CALLBACK, "access_denied")
    assert refusal_of(end)[0] == 65004
    assert guest(world, BEN)["externalUserState"] == "PendingAcceptance"


def test_a_declined_application_gets_access_denied_and_asks_again_next_time(world: World) -> None:
    callback = world.application("mobile")["redirect_uris"][0]
    browser, person = world.browser(callback), world.person(OMAR)
    url = world.authorize_url("mobile", login_hint=OMAR)
    end = landing(walk(person, browser, browser.get(url), answers={"app_consent": decline}))
    assert (end.parameters["error"], refusal_of(end)[0]) == ("access_denied", 65004)
    assert page(walk(person, browser, browser.get(url), until="app_consent")).step == "app_consent"


@pytest.mark.parametrize(
    ("address", "until"),
    [
        pytest.param(ANA, "password", id="password page at home"),
        pytest.param(ANA, "mfa_challenge", id="code page at home"),
        pytest.param(NORA, "mfa_registration", id="registration here"),
        pytest.param(OTTO, "passcode", id="passcode page here"),
        pytest.param(OMAR, "password", id="a member's password page"),
    ],
)
def test_cancelling_anywhere_tells_the_application(world: World, address: str, until: str) -> None:
    browser = world.browser()
    place = page(opened(world, address, browser=browser, until=until))
    end = landing(browser.submit(place, press=("decision", "decline")))
    assert end.url == CALLBACK
    assert (end.parameters["error"], end.parameters["error_subcode"]) == ("access_denied", "cancel")
    assert end.parameters["state"] == "state of the tests"
    assert sign_ins(world)[0]["outcome"] == "refused"


# --- sessions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ANA, NORA, OTTO, OMAR])
def test_a_second_application_signs_in_without_a_page(world: World, address: str) -> None:
    spa = world.application("spa")["redirect_uris"][0]
    browser, person = world.browser(spa, f"{spa}/"), world.person(address)
    walk(person, browser, browser.get(world.authorize_url(login_hint=address)))
    person.seen.clear()
    walk(person, browser, browser.get(world.authorize_url("spa", login_hint=address)))
    assert {step for _, step in person.seen} <= {"app_consent"}
    person.seen.clear()
    assert "code" in landing(browser.get(world.authorize_url("spa", prompt="none", login_hint=address))).parameters


def test_two_accounts_in_one_browser_are_offered_by_name(world: World) -> None:
    browser = world.browser()
    for address in (OMAR, MEGAN):
        opened(world, address, browser=browser)
    picker = page(browser.get(world.authorize_url()))
    assert picker.step == "account_picker"
    assert {OMAR, MEGAN} <= {word for button in picker.form.buttons for word in button.label.split()}
    megan = next(b for b in picker.form.buttons if b.name == "account" and MEGAN in b.label)
    end = landing(browser.submit(picker, press=("account", megan.value)))
    assert world.claims(world.redeem(end.parameters["code"])["id_token"])["preferred_username"] == MEGAN
    silent = landing(browser.get(world.authorize_url(prompt="none")))
    assert (silent.parameters["error"], refusal_of(silent)[0]) == ("interaction_required", 16000)


def test_another_account_than_the_one_signed_in_can_be_used(world: World) -> None:
    browser = world.browser()
    opened(world, OMAR, browser=browser)
    picker = page(browser.get(world.authorize_url(prompt="select_account")))
    asked = page(browser.submit(picker, press=("account", "other")))
    assert asked.step == "home_realm_discovery"
    end = landing(walk(world.person(MEGAN), browser, asked))
    assert world.claims(world.redeem(end.parameters["code"])["id_token"])["preferred_username"] == MEGAN


def test_signing_out_ends_the_session(world: World) -> None:
    browser = world.browser()
    opened(world, OMAR, browser=browser)
    out = page(browser.get(f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout"))
    assert out.step == "signed_out"
    assert page(browser.get(world.authorize_url())).step == "home_realm_discovery"


def cookie_of(world: World, answer: str) -> str:
    """``Set-Cookie`` of the answer to *Stay signed in?*"""
    browser, person = world.browser(), world.person(OMAR)
    place = page(walk(person, browser, browser.get(world.authorize_url(login_hint=OMAR)), until="stay_signed_in"))
    form = dict(place.form.fields)
    if answer == "no":
        form["decision"] = "decline"
    cookies = "; ".join(f"{c.name}={c.value}" for c in browser._session.cookies)
    return world.call("POST", place.form.action, form=form, headers={"Cookie": cookies}).headers.get("Set-Cookie", "")


def test_staying_signed_in_makes_the_cookie_outlive_the_browser(world: World) -> None:
    assert "Max-Age=7776000" in cookie_of(world, "yes")
    assert "Max-Age" not in cookie_of(world, "no")


@pytest.mark.parametrize(("stay", "days"), [(True, 90), (False, 1)], ids=["yes", "no"])
def test_how_long_a_session_lasts_by_the_worlds_clock(world: World, stay: bool, days: int) -> None:
    browser, person = world.browser(), world.person(OMAR)
    answers = {"stay_signed_in": lambda who, where, what: where.submit(what)} if stay else None
    walk(person, browser, browser.get(world.authorize_url(login_hint=OMAR)), answers=answers)
    world.advance(days=days, minutes=-1)
    assert isinstance(browser.get(world.authorize_url(login_hint=OMAR)), Landing)
    world.advance(minutes=1)
    assert page(browser.get(world.authorize_url(login_hint=OMAR))).step == "password"


# --- names corrected, pages left behind -------------------------------------------------------------------


def test_a_mistyped_name_can_be_corrected_although_the_browser_was_sent_to_another_home(world: World) -> None:
    browser = world.browser()
    names = page(browser.get(world.authorize_url()))
    assert page(browser.submit(names, {"loginfmt": ANA})).tenant == world.tenant_id("fabrikam")
    corrected = page(browser.submit(names, {"loginfmt": OMAR}))  # the back button, and another name
    assert (corrected.tenant, corrected.step) == (world.tenant_id(), "password")
    assert isinstance(walk(world.person(OMAR), browser, corrected), Landing)


def test_the_password_page_leads_back_to_the_name(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, OMAR, browser=browser, until="password"))
    names = page(browser.submit(place, press=("decision", "back")))
    assert names.step == "home_realm_discovery"
    assert isinstance(walk(world.person(MEGAN), browser, names), Landing)


@pytest.mark.parametrize("name", ["", "omar", "@contoso.example", "omar@", "a@b@c", "x" * 400 + "@contoso.example"])
def test_what_is_no_address_is_asked_for_again(world: World, name: str) -> None:
    browser = world.browser()
    place = page(browser.submit(page(browser.get(world.authorize_url())), {"loginfmt": name}))
    assert (place.status, place.step) == (200, "home_realm_discovery")


def test_a_page_that_was_left_behind_changes_nothing(world: World) -> None:
    browser, person = world.browser(), world.person(OTTO)
    consent = page(walk(person, browser, browser.get(world.authorize_url(login_hint=OTTO)), until="mfa_registration"))
    sending = page(opened(world, OMAR, browser=browser, until="password"))
    assert page(browser.submit(consent, {"otc": "1"})).step == "mfa_registration"
    assert page(browser.get(sending.url)).step == "password"


def test_a_page_that_is_only_opened_again_shows_the_same_question(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, OMAR, browser=browser, until="password"))
    url = place.form.action
    first, second = page(browser.get(url)), page(browser.get(url))
    assert first.form == second.form == place.form


def test_a_sign_in_that_took_too_long_begins_again(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, OMAR, browser=browser, until="password"))
    world.advance(hours=1)
    assert refusal_of(browser.submit(place, {"passwd": "x"}))[0] == 50089


def test_a_member_deleted_between_password_and_end_is_refused_without_a_fault(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, OMAR, browser=browser, until="stay_signed_in"))
    world.graph("DELETE", f"/users/{OMAR}", expect=204)
    assert refusal_of(browser.submit(place))[0] == 50034


# --- invitations -----------------------------------------------------------------------------------------


@pytest.fixture
def uninvited(make_world: MakeWorld) -> World:
    """Nobody is a guest yet."""
    return make_world("uninvited")


def link(world: World, address: str) -> str:
    """The action of the newest mail."""
    return str(newest_mail(world, address)["links"][0])


def redeemed(world: World, address: str, url: str, *, browser: Browser | None = None) -> Place:
    browser = browser or world.browser()
    return walk(world.person(address), browser, browser.get(url))


def test_after_redemption_the_guest_arrives_where_the_inviter_said(uninvited: World) -> None:
    invite(uninvited, NORA, inviteRedirectUrl="https://apps.contoso.example/start?team=7")
    browser = uninvited.browser("https://apps.contoso.example/start")
    end = landing(redeemed(uninvited, NORA, link(uninvited, NORA), browser=browser))
    assert (end.url, end.parameters) == ("https://apps.contoso.example/start", {"team": "7"})


def test_the_link_opened_again_leads_on_and_accepts_nothing_twice(uninvited: World) -> None:
    invite(uninvited, ANA)
    url = link(uninvited, ANA)
    assert landing(redeemed(uninvited, ANA, url)).url == AFTER_REDEMPTION
    before = guest(uninvited, ANA)
    uninvited.advance(hours=3)
    assert landing(redeemed(uninvited, ANA, url)).url == AFTER_REDEMPTION
    assert guest(uninvited, ANA) == before


def test_a_finished_redemption_whose_last_page_is_sent_again_leads_on(uninvited: World) -> None:
    invite(uninvited, NORA)
    browser, person = uninvited.browser(), uninvited.person(NORA)
    place = page(walk(person, browser, browser.get(link(uninvited, NORA)), until="mfa_registration"))
    assert landing(walk(person, browser, place)).url == AFTER_REDEMPTION
    assert landing(browser.submit(place, {"otc": "000000"})).url == AFTER_REDEMPTION


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_pending_guest_invited_again_may_use_either_link(uninvited: World, first: str) -> None:
    invite(uninvited, ANA)
    old = link(uninvited, ANA)
    invite(uninvited, ANA)
    new = link(uninvited, ANA)
    assert old != new
    for url in (old, new) if first == "old" else (new, old):
        assert landing(redeemed(uninvited, ANA, url)).url == AFTER_REDEMPTION
    assert guest(uninvited, ANA)["externalUserState"] == "Accepted"


def test_somebody_else_from_the_same_home_can_not_redeem_the_link(uninvited: World) -> None:
    invite(uninvited, ANA)
    browser = uninvited.browser()
    door = page(walk(uninvited.person(ANA), browser, browser.get(link(uninvited, ANA)), until="password"))
    names = page(browser.submit(door, press=("decision", "back")))  # ben at ana's door
    end = walk(uninvited.person(BEN), browser, names)
    code, text = refusal_of(end)
    assert code == 50020
    assert BEN in text
    assert guest(uninvited, ANA)["externalUserState"] == "PendingAcceptance"
    assert log(uninvited, "fabrikam")[0]["status"]["errorCode"] == 90072


def test_another_guest_can_not_redeem_the_link(uninvited: World) -> None:
    for address in (ANA, NORA):
        invite(uninvited, address)
    assert landing(redeemed(uninvited, NORA, link(uninvited, NORA))).url == AFTER_REDEMPTION
    browser = uninvited.browser()
    person = uninvited.person(ANA)
    door = page(walk(person, browser, browser.get(link(uninvited, ANA)), until="password"))
    assert door.tenant == uninvited.tenant_id("fabrikam")
    assert guest(uninvited, ANA)["externalUserState"] == "PendingAcceptance"


def test_a_deleted_guests_link_is_dead_also_when_it_is_open_already(uninvited: World) -> None:
    invite(uninvited, NORA)
    browser, person = uninvited.browser(), uninvited.person(NORA)
    consent = page(walk(person, browser, browser.get(link(uninvited, NORA)), until="consent"))
    uninvited.graph("DELETE", f"/users/{guest(uninvited, NORA)['id']}", expect=204)
    _, text = refusal_of(browser.submit(consent))
    assert "not valid" in text
    _, text = refusal_of(browser.get(link(uninvited, NORA)))
    assert "not valid" in text


def test_a_guest_invited_anew_after_deletion_is_not_let_in_by_the_old_page(uninvited: World) -> None:
    invite(uninvited, NORA)
    browser, person = uninvited.browser(), uninvited.person(NORA)
    consent = page(walk(person, browser, browser.get(link(uninvited, NORA)), until="consent"))
    uninvited.graph("DELETE", f"/users/{guest(uninvited, NORA)['id']}", expect=204)
    invite(uninvited, NORA)
    _, text = refusal_of(browser.submit(consent))
    assert "not valid" in text
    assert guest(uninvited, NORA)["externalUserState"] == "PendingAcceptance"


def test_an_alias_redeems_by_its_link_but_opens_no_direct_link(uninvited: World) -> None:
    alias = "ana.sales@fabrikam.example"
    uninvited.graph("PATCH", f"/users/{ANA}", {"mail": alias}, tenant="fabrikam", expect=204)
    invite(uninvited, alias)
    person, browser = uninvited.person(ANA), uninvited.browser()
    person.address = ANA
    direct = walk(person, browser, browser.get(uninvited.authorize_url(login_hint=ANA)))
    assert refusal_of(direct)[0] == 50020
    fresh = uninvited.browser()
    end = walk(person, fresh, fresh.get(link(uninvited, alias)), answers={"password": by_own_name})
    assert landing(end).url == AFTER_REDEMPTION


def by_own_name(person: object, browser: Browser, at: Page) -> Place:
    """The alias signs in at home by the user principal name."""
    return ANSWERS["password"](person, browser, at)  # type: ignore[arg-type]


def test_acceptance_stands_even_if_a_policy_refuses_afterwards(uninvited: World) -> None:
    invite(uninvited, ANA)
    add_policy(uninvited, "block")
    assert refusal_of(redeemed(uninvited, ANA, link(uninvited, ANA)))[0] == 53003
    assert guest(uninvited, ANA)["externalUserState"] == "Accepted"


@pytest.mark.parametrize("settings", [(), ("home",), ("resource",)], ids=["neither", "home only", "resource only"])
def test_automatic_redemption_needs_both_flags(uninvited: World, settings: tuple[str, ...]) -> None:
    if "home" in settings:
        set_partner(uninvited, "fabrikam", "contoso", automaticUserConsentSettings={"outboundAllowed": True})
    if "resource" in settings:
        set_partner(uninvited, "contoso", "fabrikam", automaticUserConsentSettings={"inboundAllowed": True})
    invite(uninvited, ANA)
    assert page(opened(uninvited, ANA, until="consent")).step == "consent"


def test_a_pending_guest_who_does_not_want_to_redeem_leaves_nothing_behind(world: World) -> None:
    before = guest(world, BEN)
    told = headless(world, BEN)
    assert (told["outcome"], told["error"]["code"]) == ("interrupted", 50014)
    assert guest(world, BEN) == before


def test_who_will_not_do_a_second_factor_is_interrupted_where_it_is_wanted(world: World) -> None:
    assert headless(world, NORA, mfa=False)["error"]["code"] == 50079
    assert headless(world, ANA, mfa=False)["error"]["code"] == 50076
    assert headless(world, OMAR, mfa=False)["outcome"] == "success"


def test_only_assigned_people_get_into_an_application_that_demands_it(make_world: MakeWorld) -> None:
    portal = {"assignment_required": True}
    world = make_world(
        {"name": "assigned", "extends": "contoso", "tenants": {"contoso": {"applications": {"portal": portal}}}}
    )
    end = opened(world, ANA)
    assert refusal_of(end)[0] == 50105
    told = headless(world, ANA)
    assert (told["outcome"], told["error"]["code"]) == ("refused", 50105)


def test_policy_that_closes_the_border_during_a_sign_in_still_refuses_it(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, NORA, browser=browser, until="mfa_registration"))
    set_partner(world, "contoso", "northwind", b2bCollaborationInbound=setting("blocked"))
    assert refusal_of(walk(world.person(NORA), browser, place))[0] == 500213


def test_wrong_answers_typed_before_the_right_ones_are_forgiven(world: World) -> None:
    browser, person = world.browser(), world.person(ANA)
    answers = {"password": wrong("passwd", "nope"), "mfa_challenge": wrong("otc", "12", "abcdef")}
    end = walk(person, browser, browser.get(world.authorize_url(login_hint=ANA)), answers=answers)
    assert "code" in landing(end).parameters
    assert codes(world, "fabrikam") == [0, 500121, 500121, 50126]


def test_an_application_without_a_page_to_return_to_is_refused_headless_with_its_code(world: World) -> None:
    told = headless(world, OMAR, application="daemon")
    assert (told["outcome"], told["error"]["code"]) == ("refused", 500113)

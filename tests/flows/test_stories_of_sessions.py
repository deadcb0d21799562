"""Declining, sessions, several accounts, and pages that were left behind."""

from __future__ import annotations

import pytest

from tests.browser import Landing
from tests.simulator import AFTER_REDEMPTION, CALLBACK, MakeWorld, World
from tests.stories import (
    decline,
    guest,
    headless,
    invite,
    landing,
    newest_mail,
    opened,
    page,
    refusal_of,
    set_partner,
    setting,
    sign_ins,
    walk,
)

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"
NORA, OTTO = "nora@northwind.example", "otto@proseware.example"
OMAR, MEGAN = "omar@contoso.example", "megan@contoso.example"


# --- declining ------------------------------------------------------------


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
    browser, person = world.browser(f"{callback}/"), world.person(OMAR)
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


# --- sessions ------------------------------------------------------------


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


# --- names corrected, pages left behind ------------------------------------------------------------


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


# --- where it ends ------------------------------------------------------------


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


def test_nobody_signs_in_headless_to_an_application_that_has_no_page_to_return_to(world: World) -> None:
    body = {"tenant": "contoso", "user": OMAR, "application": "daemon"}
    told = world.control("POST", "sign-ins", body, expect=400)
    assert told["error"] == {
        "code": "no_redirect_uri",
        "message": "No reply address is registered for the application.",
    }

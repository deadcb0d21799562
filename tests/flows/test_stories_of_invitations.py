"""The link of an invitation: who may use it, when, and where it leads."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.simulator import AFTER_REDEMPTION, MakeWorld, World
from tests.stories import (
    Place,
    add_policy,
    guest,
    headless,
    invite,
    landing,
    log,
    newest_mail,
    opened,
    page,
    refusal_of,
    set_partner,
    walk,
)

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"
NORA, OTTO = "nora@northwind.example", "otto@proseware.example"
OMAR, MEGAN = "omar@contoso.example", "megan@contoso.example"


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
    assert refusal_of(walk(person, browser, browser.get(uninvited.authorize_url(login_hint=ANA))))[0] == 50020
    fresh = uninvited.browser()
    door = page(walk(person, fresh, fresh.get(link(uninvited, alias)), until="password"))
    own_name = fresh.submit(door, press=("decision", "back"))  # at home the alias is no user name
    assert landing(walk(person, fresh, own_name)).url == AFTER_REDEMPTION
    assert guest(uninvited, alias)["externalUserState"] == "Accepted"


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

"""Every protocol message of a guest's sign-in passes the journal, as each tenant saw it, and no secret in clear."""

from __future__ import annotations

import pytest

from idp_sim.ports import ProtocolMessage
from tests.simulator import VERIFIER, MakeWorld, World
from tests.stories import invite, landing, newest_mail, sign_ins, walk

ANA, NORA, OTTO = "ana@fabrikam.example", "nora@northwind.example", "otto@proseware.example"


def messages(world: World, sign_in: int = 0) -> list[ProtocolMessage]:
    """The journal of a sign-in, the newest if none is named."""
    return world.simulator.ports.journal.messages(world.id, sign_ins(world)[sign_in]["correlation_id"])


def told(world: World) -> list[tuple[str, str, str, str]]:
    """At whom, from whom, to whom, what; the home knows the asking tenant by its first-party client."""
    names = {t["display_name"]: t["name"] for t in display_names(world)}
    return [
        (m.tenant, names.get(m.sender, "client"), names.get(m.receiver, "client"), m.name)
        for m in messages(world)
        if m.protocol == "OpenID Connect"
    ]


def display_names(world: World) -> list[dict[str, str]]:
    shown = {"contoso": "Contoso", "fabrikam": "Fabrikam", "northwind": "Northwind Traders"}
    return [{"name": t["name"], "display_name": shown.get(t["name"], t["name"])} for t in world["tenants"]]


def trip(home: str) -> list[tuple[str, str, str, str]]:
    """To a home and back, with the back channel: both tenants note what they send and receive."""
    return [
        ("contoso", "contoso", home, "authentication request"),
        (home, "client", home, "authentication request"),
        (home, home, "client", "authentication response"),
        ("contoso", home, "contoso", "authentication response"),
        ("contoso", "contoso", home, "token request"),
        (home, "client", home, "token request"),
        (home, home, "client", "token response"),
        ("contoso", home, "contoso", "token response"),
    ]


BEGINS = [("contoso", "client", "contoso", "authentication request")]
ENDS = [("contoso", "contoso", "client", "authentication response")]


@pytest.mark.parametrize(
    ("address", "home"), [pytest.param(ANA, "fabrikam", id="ana"), pytest.param(NORA, "northwind", id="nora")]
)
def test_messages_of_a_guest_stand_in_the_order_in_which_they_crossed(world: World, address: str, home: str) -> None:
    browser = world.browser()
    landing(walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address))))
    assert told(world) == [*BEGINS, *trip(home), *ENDS]


def test_a_second_trip_home_is_in_the_journal_too(world: World) -> None:
    ben = "ben@fabrikam.example"
    browser = world.browser()
    landing(walk(world.person(ben), browser, browser.get(world.authorize_url(login_hint=ben))))
    assert told(world) == [*BEGINS, *trip("fabrikam"), *trip("fabrikam"), *ENDS]


def test_mail_and_link_are_messages_of_the_redemption(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, OTTO)
    browser = world.browser()
    landing(walk(world.person(OTTO), browser, browser.get(newest_mail(world, OTTO)["links"][0])))
    assert [(m.protocol, m.name) for m in messages(world)] == [
        ("mail", "invitation link opened"),
        ("mail", "one-time passcode"),
    ]


@pytest.mark.parametrize("address", [ANA, NORA, OTTO])
def test_no_secret_stands_in_clear(world: World, address: str) -> None:
    browser, person = world.browser(), world.person(address)
    end = landing(walk(person, browser, browser.get(world.authorize_url(login_hint=address))))
    tokens = world.redeem(end.parameters["code"])
    secrets = {
        "code": end.parameters["code"],
        "verifier": VERIFIER,
        "client secret": world.application()["client_secret"],
        "ID token": tokens["id_token"],
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "password": person.password or "no password",
        "passcode": newest_mail(world, OTTO)["passcode"] if address == OTTO else "no passcode",
        "cookie": next(iter(browser._session.cookies)).value or "",
        **{f"authenticator {t}": secret for t, secret in person.authenticators.items()},
    }
    journal = world.simulator.ports.journal
    seen = {row["correlation_id"] for row in sign_ins(world)}
    kept = "\n".join(str(m) for correlation in seen for m in journal.messages(world.id, correlation))
    assert kept
    assert {name for name, secret in secrets.items() if secret in kept} == set()


def test_a_refusal_at_home_is_in_the_journal_as_the_home_said_it(world: World) -> None:
    world.graph("PATCH", f"/users/{ANA}", {"accountEnabled": False}, tenant="fabrikam", expect=204)
    browser = world.browser()
    walk(world.person(ANA), browser, browser.get(world.authorize_url(login_hint=ANA)))
    answers = [m for m in messages(world) if m.name == "authentication response"]
    assert [m.tenant for m in answers] == ["fabrikam", "contoso"]
    assert all(m.fields["error_description"].startswith("AADSTS50057") for m in answers)

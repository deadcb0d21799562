"""The start page: everything a newcomer needs, nothing for strangers, and it works without scripts."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from idp_sim.client_settings import LIBRARIES
from idp_sim.directory.model import Credentials
from tests.sample_pages import Document, read
from tests.simulator import World, totp

pytestmark = pytest.mark.usefixtures("simulator")


def start(world: World, path: str = "/", **headers: str) -> Document:
    answer = world.call(
        "GET", path, query={"world": world.id}, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    assert answer.status == 200
    return read(answer.text)


def having(document: Document, test_id: str) -> list[str]:
    return [" ".join(e.text.split()) for e in document.elements if e.get("data-testid") == test_id]


def test_it_says_that_it_is_a_simulator(shared_world: World) -> None:
    document = start(shared_world)
    assert "This is a simulator, not Microsoft." in document.test_id("start-simulator").text


def test_each_accepted_guest_has_a_button_that_begins_the_real_sign_in(shared_world: World) -> None:
    buttons = [e for e in start(shared_world).elements if e.get("data-testid") == "start-sign-in"]
    assert [" ".join(e.text.split()) for e in buttons] == [
        "Sign in to the sample app as Ana",
        "Sign in to the sample app as Nora",
        "Sign in to the sample app as Gina",
        "Sign in to the sample app as Adam",
        "Sign in to the sample app as Tara",
        "Sign in to the sample app as Otto",
    ]
    target = urlsplit(buttons[0].get("href") or "")
    assert target.path == "/sample/portal/sign-in"
    assert parse_qs(target.query) == {
        "iss": [f"{shared_world.base_url}/{shared_world.tenant_id()}/v2.0"],
        "login_hint": ["ana@fabrikam.example"],
    }


def test_a_pending_guest_has_the_link_of_the_invitation_instead(shared_world: World) -> None:
    document = start(shared_world)
    link = document.test_id("start-redeem")
    assert link.get("aria-label") == "Open the invitation of Ben Kowalski"
    assert (link.get("href") or "").startswith(f"{shared_world.base_url}/redeem?rd=")


def test_everybody_stands_there_with_password_and_current_code(shared_world: World) -> None:
    rows = {e.get("data-user"): e.text for e in start(shared_world).elements if e.get("data-testid") == "start-person"}
    assert set(rows) == {user["user_principal_name"] for user in shared_world["users"]}
    now = shared_world.now()
    for user in shared_world["users"]:
        row = rows[user["user_principal_name"]]
        assert user["password"] in row
        if user["totp_secret"]:
            codes = {totp(user["totp_secret"], instant) for instant in (now, shared_world.now())}
            assert any(f"{code[:3]} {code[3:]}" in row for code in codes)


def test_a_second_factor_registered_here_shows_on_the_guests_card(world: World) -> None:
    guest = world.guest("nora")
    credentials = Credentials(user=guest["id"], totp_secret="JBSWY3DPEHPK3PXP")
    world.simulator.ports.storage.put(world.id, world.tenant_id(), credentials)
    world.freeze()
    card = next(e for e in start(world).elements if e.get("data-guest") == "nora@northwind.example")
    code = totp("JBSWY3DPEHPK3PXP", world.now())
    assert f"Contoso code{code[:3]} {code[3:]}" in "".join(card.text.split("\n"))


def test_every_application_has_settings_for_every_library(shared_world: World) -> None:
    document = start(shared_world)
    snippets = [e for e in document.elements if e.get("data-testid") == "start-snippet"]
    assert len(snippets) == len(shared_world["applications"]) * len(LIBRARIES)
    portal = shared_world.application()
    mine = [e.text for e in snippets if portal["client_id"] in e.text]
    assert len(mine) == len(LIBRARIES) - 1  # all but plain HTTP, which needs no client
    assert any(portal["client_secret"] in text for text in mine)


def test_tenants_and_the_other_pages_are_linked(shared_world: World) -> None:
    document = start(shared_world)
    assert len(having(document, "start-tenant")) == len(shared_world["tenants"])
    links = {e.get("href") for e in document.all("a")}
    assert {f"/inbox?world={shared_world.id}", f"/phone?world={shared_world.id}", "/sample/portal"} <= links
    assert {tenant["metadata_url"] for tenant in shared_world["tenants"]} <= links


def test_an_unknown_world_is_404(shared_world: World) -> None:
    for path in ("/", "/codes"):
        assert shared_world.call("GET", path, query={"world": "<b>"}).status == 404


def test_the_codes_page_renews_itself_when_the_codes_change(world: World) -> None:
    world.freeze()
    document = start(world, "/codes")
    assert document.one("meta", http_equiv="refresh").get("content") == str(30 - int(world.now().timestamp()) % 30)
    assert len(having(document, "start-code")) == len([u for u in world["users"] if u["totp_secret"]])


def test_a_pasted_key_shows_its_code(world: World) -> None:
    world.freeze()
    answer = world.call("GET", "/codes", query={"world": world.id, "key": "jbsw y3dp ehpk 3pxp"})
    code = totp("JBSWY3DPEHPK3PXP", world.now())
    assert read(answer.text).test_id("start-key-code").text == f"{code[:3]} {code[3:]}"


@pytest.mark.parametrize("key", ["1", "JBSW!", "<script>", "a" * 5000])
def test_a_key_that_is_none_is_said_to_be_none(shared_world: World, key: str) -> None:
    answer = shared_world.call("GET", "/codes", query={"world": shared_world.id, "key": key})
    assert answer.status == 200
    read(answer.text)


def test_scripts_get_only_what_changes(shared_world: World) -> None:
    answer = shared_world.call("GET", "/codes", query={"world": shared_world.id}, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.text.count("data-hx-swap-oob") == len([u for u in shared_world["users"] if u["totp_secret"]]) + 1


@pytest.mark.parametrize("path", ["/", "/codes", "/sample/portal"])
def test_pages_load_only_their_own_files_and_say_so(shared_world: World, path: str) -> None:
    answer = shared_world.call("GET", path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "unsafe" not in policy
    document = read(answer.text)
    loaded = [e.get("href") for e in document.all("link")] + [e.get("src") for e in document.all("script")]
    assert all((address or "").startswith(("/_look/", "/login/assets/")) for address in loaded)
    for address in loaded:
        assert shared_world.call("GET", address or "").status == 200
    assert not [name for e in document.elements for name in e.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("path", ["/", "/codes", "/sample/portal"])
def test_pages_can_be_found_around_in(shared_world: World, path: str) -> None:
    document = start(shared_world, path)
    assert document.one("html").get("lang") == "en"
    assert document.one("h1").text.strip()
    assert document.one("title").text.endswith("- idp-sim")
    identifiers = [e.get("id") for e in document.elements if e.get("id")]
    assert len(identifiers) == len(set(identifiers))
    places = [e for e in document.all("a") if (e.get("data-testid") or "").startswith("nav-")]
    assert {(e.get("href") or "").partition("?")[0] for e in places} >= {"/", "/inbox", "/sample/portal"}
    assert len([e for e in document.all("a") if e.get("aria-current") == "page"]) == (path != "/codes")


def test_a_scenario_without_the_sample_app_says_how_to_add_it(make_world) -> None:  # type: ignore[no-untyped-def]
    world: World = make_world({"extends": "contoso", "tenants": {"contoso": {"applications": {"sample-portal": None}}}})
    document = start(world)
    assert not having(document, "start-sign-in")
    assert having(document, "start-guest")

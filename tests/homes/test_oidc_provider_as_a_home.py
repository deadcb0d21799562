"""npm's ``oidc-provider`` as the home of Contoso's guests, by configuration alone (named extension, docs/parity.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser
from tests.clients.tools import missing
from tests.simulator import World
from tests.stories import AFTER_REDEMPTION, Place, guest, invite, landing, newest_mail, page, refusal_of, walk

FOLDER = Path(__file__).with_name("oidc_provider")
DOMAIN = "lucerne.example"
URS, EVE, ZOE = f"urs@{DOMAIN}", "eve@elsewhere.example", f"zoe@{DOMAIN}"
PEOPLE = {
    "urs": {"email": URS, "email_verified": True, "name": "Urs Müller"},
    "eve": {"email": EVE, "email_verified": True, "name": "Eve"},
    "zoe": {"email": ZOE, "email_verified": True, "name": "Zoë Ünal"},
    "unsure": {"email": URS, "email_verified": False, "name": "Somebody"},
}
SECRET = "a secret of the tests"
PROVIDERS = "/identity/identityProviders"


class Home:
    """The provider's process."""

    def __init__(self, redirect_uri: str) -> None:
        node = shutil.which("node")
        if node is None:
            missing("node", "install Node 20 or later")
        if not (FOLDER / "node_modules").is_dir():
            missing("oidc-provider for Node", "npm install --no-package-lock, in tests/homes/oidc_provider")
        self._process = subprocess.Popen(
            [node or "", "provider.mjs"],
            cwd=FOLDER,
            env={"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        client = {"client_secret": SECRET, "redirect_uris": [redirect_uri]}
        clients = [
            {"client_id": name, "token_endpoint_auth_method": "client_secret_post", **client}
            for name in ("contoso", "somebody-else")
        ]
        self.issuer = str(self._ask(json.dumps({"clients": clients, "people": PEOPLE}))["issuer"])

    def roll(self) -> None:
        """Sign with a new key from now on."""
        self._ask("roll")

    def _ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        # The library writes notices to the same stream.
        return json.loads(next(line for line in self._process.stdout if line.startswith("{")))

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(10)


@pytest.fixture
def home(world: World) -> Iterator[Home]:
    """The provider, configured at Contoso for a domain."""
    made = Home(world["federation"]["contoso"]["oidc_redirect_uri"])
    body = {
        "@odata.type": "microsoft.graph.openIdConnectIdentityProvider",
        "displayName": "Lucerne",
        "clientId": "contoso",
        "clientSecret": SECRET,
        "metadataUrl": f"{made.issuer}/.well-known/openid-configuration",
        "domains": [DOMAIN],
    }
    world.graph("POST", PROVIDERS, body, expect=201)
    yield made
    made.close()


def at_the_provider(browser: Browser, place: Place, login: str) -> Place:
    """Its own pages: a login of whatever name, then a confirmation."""
    signing_in = page(place)
    assert {"login", "password"} <= signing_in.form.inputs, signing_in.text
    return browser.submit(page(browser.submit(signing_in, {"login": login, "password": "any"})))


def opened(world: World, browser: Browser, address: str) -> Place:
    return browser.get(world.authorize_url(login_hint=address, scope="openid profile email"))


def redeemed(world: World, address: str, login: str) -> Browser:
    invite(world, address)
    browser = world.browser(AFTER_REDEMPTION)
    place = at_the_provider(browser, browser.get(newest_mail(world, address)["links"][0]), login)
    landing(walk(world.person(address), browser, place))
    return browser


@pytest.mark.parametrize(("address", "login"), [(URS, "urs"), (ZOE, "zoe")], ids=["plain", "unicode"])
def test_a_guest_redeems_there_and_signs_in_again(world: World, home: Home, address: str, login: str) -> None:
    redeemed(world, address, login)
    found = guest(world, address)
    assert found["externalUserState"] == "Accepted"
    assert found["identities"][0] == {
        "signInType": "federated",
        "issuer": home.issuer,
        "issuerAssignedId": login,
    }
    person, browser = world.person(address), world.browser()
    place = at_the_provider(browser, opened(world, browser, address), login)
    # The method that was registered at redemption is asked for: take it away, so that a new one is registered.
    place = walk(person, browser, place, until="mfa_challenge")
    assert page(place).tenant == world.tenant_id()


def test_tokens_name_the_provider_as_idp(world: World, home: Home) -> None:
    for policy in world.graph("GET", "/identity/conditionalAccess/policies")["value"]:
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy['id']}", expect=204)
    redeemed(world, URS, "urs")
    browser = world.browser()
    place = walk(world.person(URS), browser, at_the_provider(browser, opened(world, browser, URS), "urs"))
    claims = world.claims(world.redeem(landing(place).parameters["code"])["id_token"])
    assert (claims["idp"], claims["email"], claims["tid"]) == (home.issuer, URS, world.tenant_id())


@pytest.mark.parametrize(
    ("login", "code"),
    [
        pytest.param("eve", 50027, id="an address of another domain"),
        pytest.param("unsure", 50027, id="an address that is not verified there"),
        pytest.param("zoe", 50020, id="another person of the provider"),
    ],
)
def test_who_comes_back_must_be_the_invited_person(world: World, home: Home, login: str, code: int) -> None:
    invite(world, URS)
    browser = world.browser(AFTER_REDEMPTION)
    place = at_the_provider(browser, browser.get(newest_mail(world, URS)["links"][0]), login)
    assert refusal_of(place)[0] == code
    assert guest(world, URS)["externalUserState"] == "PendingAcceptance"


def test_a_code_for_another_client_is_refused(world: World, home: Home) -> None:
    """The registration was changed while the person was away: the token would be for another audience."""
    invite(world, URS)
    browser = world.browser(AFTER_REDEMPTION)
    signing_in = page(browser.get(newest_mail(world, URS)["links"][0]))
    provider = next(p for p in world.graph("GET", PROVIDERS)["value"] if p["displayName"] == "Lucerne")
    world.graph("PATCH", f"{PROVIDERS}/{provider['id']}", {"clientId": "somebody-else"}, expect=204)
    number, text = refusal_of(at_the_provider(browser, signing_in, "urs"))
    assert number == 40015
    assert "Lucerne" in text


def test_a_wrong_secret_is_refused_and_names_the_partner(world: World, home: Home) -> None:
    provider = next(p for p in world.graph("GET", PROVIDERS)["value"] if p["displayName"] == "Lucerne")
    world.graph("PATCH", f"{PROVIDERS}/{provider['id']}", {"clientSecret": "wrong"}, expect=204)
    invite(world, URS)
    browser = world.browser(AFTER_REDEMPTION)
    place = at_the_provider(browser, browser.get(newest_mail(world, URS)["links"][0]), "urs")
    number, text = refusal_of(place)
    assert number == 40015
    assert "Lucerne" in text


def test_keys_roll_over_without_anybody_doing_anything(world: World, home: Home) -> None:
    redeemed(world, URS, "urs")
    home.roll()
    browser = world.browser()
    place = at_the_provider(browser, opened(world, browser, URS), "urs")
    assert page(place).tenant == world.tenant_id(), "the new key was fetched"


def test_who_says_no_there_is_told_so_here(world: World, home: Home) -> None:
    invite(world, URS)
    browser = world.browser(AFTER_REDEMPTION)
    signing_in = page(browser.get(newest_mail(world, URS)["links"][0]))
    abort = next(link for link in signing_in.links if link.endswith("/abort"))
    assert refusal_of(browser.get(abort))[0] == 90123


def test_a_provider_that_does_not_answer_is_named(world: World, home: Home) -> None:
    home.close()
    invite(world, URS)
    number, text = refusal_of(world.browser().get(newest_mail(world, URS)["links"][0]))
    assert number == 40015
    assert "Lucerne" in text

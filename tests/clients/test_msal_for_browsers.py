"""MSAL for browsers in Chromium: a single-page app on another origin signs in a member and a redeemed guest."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.chromium_browser import ARGUMENTS, executable, key_pin
from tests.clients.tools import NodeProgram
from tests.simulator import Person, World, totp

MEGAN, ANA = "megan@contoso.example", "ana@fabrikam.example"
#: More pages than any of these sign-ins has.
MAX_PAGES = 12


def free_port() -> int:
    """A port for the app's own server."""
    with socket.create_server(("localhost", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def origin(world: World) -> str:
    """The app's own origin: its redirect URI is registered for localhost, where any port will do."""
    return f"http://localhost:{free_port()}"


def single_page_app(world: World, origin: str) -> NodeProgram:
    """The app of the scenario, served on its origin and opened in Chromium."""
    settings = {
        "executablePath": executable(),
        "arguments": [*ARGUMENTS, f"--ignore-certificate-errors-spki-list={key_pin(world.base_url)}"],
        "origin": origin,
        "app": {
            "clientId": world.application("spa")["client_id"],
            "authority": f"{world.base_url}/{world.tenant_id()}",
            "redirectUri": origin,
            "graph": f"{world.base_url}/v1.0",
        },
    }
    return NodeProgram("browser.mjs", settings, ca_file=world["ca_file"])


def values_for(person: Person, place: dict[str, Any]) -> dict[str, str]:
    """What the person types on a page of the sign-in."""
    tenant = place["tenant"] or ""
    match place["step"]:
        case "password":
            return {"passwd": person.password or ""}
        case "mfa_registration":
            link = next(link for link in place["links"] if link.startswith("otpauth://"))
            person.authenticators[tenant] = parse_qs(urlsplit(link).query)["secret"][0]
            return {"otc": totp(person.authenticators[tenant], person.control.now())}
        case "mfa_challenge":
            return {"otc": totp(person.authenticators[tenant], person.control.now())}
        case "consent" | "app_consent" | "stay_signed_in":
            return {}
        case _:
            raise AssertionError(f"{person.address} does not know the page {place}")


@pytest.mark.parametrize(
    ("address", "home"), [pytest.param(MEGAN, "contoso", id="member"), pytest.param(ANA, "fabrikam", id="guest")]
)
def test_msal_browser_signs_in_renews_and_calls_graph(world: World, origin: str, address: str, home: str) -> None:
    person = world.person(address)
    with single_page_app(world, origin) as app:
        place = app.ask(ask="start", loginHint=address)
        for _ in range(MAX_PAGES):
            if place["origin"] == origin:
                break
            place = app.ask(ask="fill", values=values_for(person, place), press="#idSIButton9")
        first = app.ask(ask="result")
        assert "accessToken" in (first or {}), first
        kept = app.ask(ask="silent", forceRefresh=False)
        fresh = app.ask(ask="silent", forceRefresh=True)
        me = app.ask(ask="me")
    known = world.user(address) if address == MEGAN else world.guest(address)
    assert first["homeAccountId"] == f"{world.user(address)['id']}.{world.tenant_id(home)}"
    assert (first["idTokenClaims"]["tid"], first["idTokenClaims"]["oid"]) == (world.tenant_id(), known["id"])
    assert (kept["fromCache"], kept["accessToken"]) == (True, first["accessToken"])
    assert fresh["accessToken"] != first["accessToken"]
    assert me["id"] == known["id"]

"""openid-client for Node, unmodified, for a member, a guest, and an application of its own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.clients.tools import NODE_MODULES, NodeProgram, missing
from tests.simulator import CALLBACK, Landing, World

MEGAN, ANA = "megan@contoso.example", "ana@fabrikam.example"


@pytest.fixture(autouse=True)
def _installed() -> None:
    if not (NODE_MODULES / "openid-client").is_dir():
        missing("openid-client", "npm install --no-package-lock, in tests/clients/node")


def openid_client(world: World, application: str = "portal") -> NodeProgram:
    registered = world.application(application)
    settings = {
        "issuer": f"{world.base_url}/{world.tenant_id()}/v2.0",
        "clientId": registered["client_id"],
        "clientSecret": registered["client_secret"],
        "redirectUri": CALLBACK,
    }
    return NodeProgram("openid_client.mjs", settings, ca_file=world["ca_file"])


def arrived(landing: Landing) -> str:
    """The address that the application is called at, with what it carries."""
    return f"{CALLBACK}?{urlencode(landing.parameters)}"


@pytest.mark.parametrize("address", [MEGAN, ANA], ids=["member", "guest"])
def test_it_discovers_signs_in_renews_and_signs_out(world: World, address: str) -> None:
    with openid_client(world) as program:
        assert program.ask(ask="issuer") == f"{world.base_url}/{world.tenant_id()}/v2.0"
        landing = world.walk(address, program.ask(ask="authorizationUrl", loginHint=address))
        claims = program.ask(ask="redeem", url=arrived(landing))
        info = program.ask(ask="userInfo")
        assert program.ask(ask="refresh") is True
        leaving = urlsplit(program.ask(ask="endSession"))
    assert claims["tid"] == world.tenant_id()
    assert info["name"] == claims["name"]
    assert info["sub"] != claims["sub"], "userinfo tells Graph's subject"
    assert leaving.path == f"/{world.tenant_id()}/oauth2/v2.0/logout"
    assert parse_qs(leaving.query)["post_logout_redirect_uri"] == [CALLBACK]
    guests = {row["mail"]: row["id"] for row in world["guests"]}
    assert claims["oid"] == guests.get(address, world.user("megan")["id"])


def test_it_gets_tokens_for_an_application(world: World) -> None:
    with openid_client(world, "daemon") as program:
        token = program.ask(ask="own", scope="api://contoso-api/.default")
    assert world.claims(token)["roles"] == ["Reader"]


def test_a_code_is_redeemed_once(world: World) -> None:
    with openid_client(world) as program:
        landing = world.walk(MEGAN, program.ask(ask="authorizationUrl", loginHint=MEGAN))
        program.ask(ask="redeem", url=arrived(landing))
        refused = program.ask(ask="refused", url=arrived(landing))
    assert refused["error"] == "invalid_grant"
    assert "AADSTS54005" in refused["description"]

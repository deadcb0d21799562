"""MSAL for Node, @azure/identity and the Graph client for JavaScript, unmodified, against the running server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.tools import NodeProgram
from tests.simulator import AFTER_REDEMPTION, CALLBACK, World

MEGAN, ANA = "megan@contoso.example", "ana@fabrikam.example"
people = pytest.mark.parametrize("address", [MEGAN, ANA], ids=["member", "guest"])


def msal_node(world: World, application: str = "portal", **changes: str) -> NodeProgram:
    """A program with MSAL for Node that is configured for the tenant."""
    registered = world.application(application)
    settings = {
        "clientId": registered["client_id"],
        "clientSecret": registered["client_secret"],
        "authority": f"{world.base_url}/{world.tenant_id()}",
        "redirectUri": CALLBACK,
        **changes,
    }
    return NodeProgram("msal_node.mjs", settings, ca_file=world["ca_file"])


def graph_client(world: World, application: str = "admin", code: str | None = None) -> NodeProgram:
    """A program with @azure/identity and the Graph client."""
    registered = world.application(application)
    settings = {
        "tenantId": world.tenant_id(),
        "clientId": registered["client_id"],
        "clientSecret": registered["client_secret"],
        "baseUrl": world.base_url,
        "redirectUri": CALLBACK if code else AFTER_REDEMPTION,
        "code": code,
    }
    return NodeProgram("graph.mjs", settings, ca_file=world["ca_file"])


@pytest.fixture
def administration(world: World) -> Iterator[NodeProgram]:
    """The Graph client as the tenant's administration script."""
    with graph_client(world) as program:
        yield program


# --- MSAL for Node ------------------------------------------------------------------------------------------


@people
def test_msal_node_signs_in_and_renews_silently(world: World, address: str) -> None:
    person, home = (world.user("megan"), "contoso") if address == MEGAN else (world.user("ana"), "fabrikam")
    sent = {"nonce": "the nonce", "state": "a state/with=signs&more"}
    with msal_node(world) as program:
        url = program.ask(ask="authorizationUrl", loginHint=address, **sent)
        landing = world.walk(address, url)
        first = program.ask(ask="redeem", parameters=dict(landing.parameters), **sent)
        kept = program.ask(ask="silent", forceRefresh=False)
        fresh = program.ask(ask="silent", forceRefresh=True)
    assert first["account"]["id"] == f"{person['id']}.{world.tenant_id(home)}", "of the home"
    assert first["idTokenClaims"]["tid"] == world.tenant_id(), "of the resource tenant"
    assert (kept["fromCache"], kept["accessToken"]) == (True, first["accessToken"])
    assert fresh["accessToken"] != first["accessToken"]
    assert world.claims(fresh["accessToken"])["oid"] == first["idTokenClaims"]["oid"]


def test_msal_node_gets_tokens_for_an_application(world: World) -> None:
    with msal_node(world, "daemon") as program:
        first = program.ask(ask="own", scope="api://contoso-api/.default")
        again = program.ask(ask="own", scope="api://contoso-api/.default")
    assert world.claims(first["accessToken"])["roles"] == ["Reader"]
    assert again["fromCache"] is True


def test_msal_node_hears_of_a_wrong_secret(world: World) -> None:
    with msal_node(world, "daemon", clientSecret="wrong") as program:
        refused = program.ask(ask="refused", scope="api://contoso-api/.default")
    assert refused["errorCode"] == "invalid_client"
    assert "7000215" in refused["numbers"]


# --- @azure/identity and the Graph client -------------------------------------------------------------------


@people
def test_the_graph_client_shows_who_is_signed_in(world: World, address: str) -> None:
    code = world.sign_in_for_code(
        address, code_challenge=None, code_challenge_method=None, scope="openid offline_access User.Read"
    )
    with graph_client(world, "portal", code) as program:
        me = program.ask(ask="me")
    assert (me["mail"] or me["userPrincipalName"]) == address


def test_the_graph_client_reads_every_page(world: World, administration: NodeProgram) -> None:
    told = administration.ask(ask="everyPage", top=2)
    rows = world.graph("GET", "/users?$top=100")["value"]
    assert told["pages"] is True
    assert sorted(told["names"]) == sorted(row["userPrincipalName"] for row in rows)


def test_the_graph_client_invites_a_guest_who_can_redeem(world: World, administration: NodeProgram) -> None:
    made = administration.ask(ask="invite", address="cleo@fabrikam.example")
    assert made["status"] == "PendingAcceptance"
    assert world.walk("cleo@fabrikam.example", made["inviteRedeemUrl"]).url == AFTER_REDEMPTION


def test_the_graph_client_understands_a_refusal(administration: NodeProgram) -> None:
    refused = administration.ask(ask="refusal", path="/users/nobody")
    assert (refused["statusCode"], refused["code"]) == (404, "Request_ResourceNotFound")
    assert refused["requestId"]

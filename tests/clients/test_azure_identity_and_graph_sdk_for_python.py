"""azure-identity and the Graph SDK for Python against the running server, as a developer writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from tests.clients.tools import need_python
from tests.simulator import AFTER_REDEMPTION, CALLBACK, World

MEGAN, ANA = "megan@contoso.example", "ana@fabrikam.example"
GRAPH = "https://graph.microsoft.com/.default"
Result = TypeVar("Result")
#: The SDK's own modules say so of themselves when they are imported.
pytestmark = pytest.mark.filterwarnings(r"ignore:(This class|GetQueryParameters) is deprecated\.:DeprecationWarning")


@pytest.fixture(autouse=True)
def _installed() -> None:
    for module in ("azure.identity", "msgraph"):
        need_python(module)


def secret_credential(world: World, application: str = "admin", **changes: str) -> Any:
    """The tenant and its application; only the authority differs from the cloud, with discovery off."""
    from azure.identity import ClientSecretCredential

    registered = world.application(application)
    return ClientSecretCredential(
        world.tenant_id(),
        registered["client_id"],
        changes.get("secret", registered["client_secret"]),
        authority=world.base_url,
        disable_instance_discovery=True,
    )


def code_credential(world: World, address: str) -> Any:
    """A person signs in with a browser; the program redeems the code."""
    from azure.identity import AuthorizationCodeCredential

    portal = world.application()
    code = world.sign_in_for_code(
        address, code_challenge=None, code_challenge_method=None, scope="openid offline_access User.Read"
    )
    return AuthorizationCodeCredential(
        world.tenant_id(),
        portal["client_id"],
        code,
        CALLBACK,
        client_secret=portal["client_secret"],
        authority=world.base_url,
        disable_instance_discovery=True,
    )


def with_graph(world: World, credential: Any, scope: str, work: Callable[[Any], Awaitable[Result]]) -> Result:
    """Do ``work`` with the SDK's client; in a thread of its own, because a loop may run in this one."""
    from msgraph.graph_service_client import GraphServiceClient

    async def run() -> Result:
        client = GraphServiceClient(credential, scopes=[scope])
        client.request_adapter.base_url = f"{world.base_url}/v1.0"
        try:
            return await work(client)
        finally:
            # The SDK closes nothing: its transport keeps the connections of the one that it wraps.
            await client.request_adapter._http_client._transport.transport.aclose()

    with credential, ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result(60)


# --- azure-identity -----------------------------------------------------------------------------------------


def test_a_secret_credential_gets_an_application_its_token(world: World) -> None:
    with secret_credential(world) as credential:
        token = credential.get_token(GRAPH)
    claims = world.claims(token.token)
    assert (claims["idtyp"], claims["appid"]) == ("app", world.application("admin")["client_id"])


def test_a_secret_credential_tells_the_number_of_the_refusal(world: World) -> None:
    from azure.core.exceptions import ClientAuthenticationError

    with (
        secret_credential(world, secret="wrong") as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(GRAPH)


@pytest.mark.parametrize("address", [MEGAN, ANA], ids=["member", "guest"])
def test_a_code_credential_gets_a_person_a_token(world: World, address: str) -> None:
    with code_credential(world, address) as credential:
        token = credential.get_token("User.Read")
    claims = world.claims(token.token)
    person = world.user(address) if address == MEGAN else world.guest(address)
    assert claims["oid"] == person["id"]
    assert "User.Read" in claims["scp"].split()


# --- the Graph SDK ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [MEGAN, ANA], ids=["member", "guest"])
def test_the_sdk_shows_who_is_signed_in(world: World, address: str) -> None:
    me = with_graph(world, code_credential(world, address), "User.Read", lambda client: client.me.get())
    assert (me.mail or me.user_principal_name) == address


def test_the_sdk_lists_users_page_by_page(world: World) -> None:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core.tasks.page_iterator import PageIterator

    names: list[str] = []

    def keep(user: Any) -> bool:
        names.append(user.user_principal_name)
        return True

    async def every_page(client: Any) -> str | None:
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(top=2)
        first = await client.users.get(request_configuration=RequestConfiguration(query_parameters=query))
        link: str | None = first.odata_next_link
        await PageIterator(first, client.request_adapter).iterate(keep)
        return link

    assert with_graph(world, secret_credential(world), GRAPH, every_page), "more than one page"
    rows = world.graph("GET", "/users?$top=100")["value"]
    assert sorted(names) == sorted(row["userPrincipalName"] for row in rows)
    assert len(names) == len(rows)


def test_the_sdk_invites_a_guest_who_can_sign_in_afterwards(world: World) -> None:
    from msgraph.generated.models.invitation import Invitation

    wanted = Invitation(
        invited_user_email_address="cleo@fabrikam.example",
        invite_redirect_url=AFTER_REDEMPTION,
        send_invitation_message=False,
    )
    made = with_graph(world, secret_credential(world), GRAPH, lambda client: client.invitations.post(wanted))
    assert made.status == "PendingAcceptance"
    assert world.walk("cleo@fabrikam.example", made.invite_redeem_url).url == AFTER_REDEMPTION
    assert world.graph("GET", f"/users/{made.invited_user.id}?$select=externalUserState")["externalUserState"] == (
        "Accepted"
    )


def test_the_sdk_understands_a_refusal(world: World) -> None:
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError

    with pytest.raises(ODataError) as refused:
        with_graph(world, secret_credential(world), GRAPH, lambda client: client.users.by_user_id("nobody").get())
    assert (refused.value.response_status_code, refused.value.error.code) == (404, "Request_ResourceNotFound")
    assert refused.value.error.inner_error.request_id

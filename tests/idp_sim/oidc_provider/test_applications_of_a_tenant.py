"""What Graph says of an application holds at sign-in and for tokens (graph-api 17, 18, entra-sign-in 16)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import World
from tests.token_requests import GRAPH

MEGAN = "megan@contoso.example"
API = "api://contoso-api/access_as_user"


def principal(world: World, name: str) -> dict[str, Any]:
    """The service principal of an application of the scenario."""
    client_id = world.application(name)["client_id"]
    found: dict[str, Any] = world.graph("GET", f"/servicePrincipals(appId='{client_id}')")
    return found


def disable(world: World, name: str) -> None:
    world.graph("PATCH", f"/servicePrincipals/{principal(world, name)['id']}", {"accountEnabled": False}, expect=204)


def registration(world: World) -> dict[str, Any]:
    """An application that was registered and has no service principal yet, with a secret."""
    made: dict[str, Any] = world.graph("POST", "/applications", {"displayName": "Fresh"}, expect=201)
    secret = world.graph("POST", f"/applications/{made['id']}/addPassword", {}, expect=200)
    return made | {"secret": secret["secretText"]}


def client_credentials(world: World, client_id: str, secret: str) -> dict[str, Any]:
    form = {"grant_type": "client_credentials", "scope": GRAPH, "client_id": client_id, "client_secret": secret}
    answer = world.call("POST", f"/{world.tenant_id()}/oauth2/v2.0/token", form=form)
    body: dict[str, Any] = answer.json
    return body


def test_a_disabled_application_gets_no_tokens(world: World) -> None:
    disable(world, "daemon")
    answer = world.token({"grant_type": "client_credentials", "scope": GRAPH}, "daemon")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "unauthorized_client", [7000112])


def test_nobody_signs_in_to_a_disabled_application(world: World) -> None:
    disable(world, "portal")
    page = world.call("GET", world.authorize_url())
    assert page.status == 400
    assert "AADSTS7000112" in page.text


def test_a_refresh_token_of_an_application_that_was_disabled_is_worth_nothing(world: World) -> None:
    tokens = world.tokens_of(MEGAN)
    disable(world, "portal")
    answer = world.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert answer.json["error_codes"] == [7000112]


def test_there_are_no_tokens_for_a_disabled_resource(world: World) -> None:
    disable(world, "api")
    answer = world.token({"grant_type": "client_credentials", "scope": "api://contoso-api/.default"}, "daemon")
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, "invalid_resource", [50001])


def test_an_application_without_a_service_principal_is_not_found_until_it_has_one(world: World) -> None:
    made = registration(world)
    refused = client_credentials(world, made["appId"], made["secret"])
    assert (refused["error"], refused["error_codes"]) == ("unauthorized_client", [700016])
    world.graph("POST", "/servicePrincipals", {"appId": made["appId"]}, expect=201)
    assert client_credentials(world, made["appId"], made["secret"])["token_type"] == "Bearer"


def roles_of(world: World, address: str) -> list[str]:
    token = world.tokens_of(address, scope=f"openid {API}")["access_token"]
    roles: list[str] = world.claims(token).get("roles", [])
    return roles


def give_role(world: World, holder: str) -> dict[str, Any]:
    """The first role of the API that a user can have, given to a user or a group."""
    api = principal(world, "api")
    role: dict[str, Any] = next(r for r in api["appRoles"] if "User" in r["allowedMemberTypes"])
    body = {"principalId": holder, "resourceId": api["id"], "appRoleId": role["id"]}
    world.graph("POST", f"/servicePrincipals/{api['id']}/appRoleAssignedTo", body, expect=201)
    return role


def group_of(world: World, *members: str) -> str:
    body = {"displayName": "Team", "mailEnabled": False, "mailNickname": "team", "securityEnabled": True}
    made: str = world.graph("POST", "/groups", body, expect=201)["id"]
    for member in members:
        reference = {"@odata.id": f"{world.base_url}/v1.0/directoryObjects/{member}"}
        world.graph("POST", f"/groups/{made}/members/$ref", reference, expect=204)
    return made


def test_a_role_of_a_group_is_its_direct_members_role(world: World) -> None:
    role = give_role(world, group_of(world, world.user(MEGAN)["id"]))
    assert roles_of(world, MEGAN) == [role["value"]]


def test_members_of_an_inner_group_do_not_inherit_a_role(world: World) -> None:
    inner = group_of(world, world.user(MEGAN)["id"])
    give_role(world, group_of(world, inner))
    assert roles_of(world, MEGAN) == []


def test_a_disabled_role_is_not_in_tokens(world: World) -> None:
    role = give_role(world, world.user(MEGAN)["id"])
    assert roles_of(world, MEGAN) == [role["value"]]
    client_id = world.application("api")["client_id"]
    registered = world.graph("GET", f"/applications(appId='{client_id}')")
    off = [{**r, "isEnabled": r["id"] != role["id"]} for r in registered["appRoles"]]
    world.graph("PATCH", f"/applications/{registered['id']}", {"appRoles": off}, expect=204)
    assert roles_of(world, MEGAN) == []


@pytest.mark.parametrize("assigned", ["directly", "through a group"])
def test_an_application_that_demands_assignment_takes_who_is_assigned(world: World, assigned: str) -> None:
    portal, megan = principal(world, "portal"), world.user(MEGAN)["id"]
    world.graph("PATCH", f"/servicePrincipals/{portal['id']}", {"appRoleAssignmentRequired": True}, expect=204)
    holder = megan if assigned == "directly" else group_of(world, megan)
    body = {"principalId": holder, "resourceId": portal["id"], "appRoleId": "00000000-0000-0000-0000-000000000000"}
    world.graph("POST", f"/servicePrincipals/{portal['id']}/appRoleAssignedTo", body, expect=201)
    assert world.tokens_of(MEGAN)["token_type"] == "Bearer"

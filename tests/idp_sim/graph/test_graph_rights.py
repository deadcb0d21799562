"""Rights that come by a role-assignable group, and by owning an application (graph-api 13, 15, 17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from tests.builders import BASE_URL, GraphWorld

ROLE_GROUP = {
    "displayName": "Administrators of users",
    "mailEnabled": False,
    "mailNickname": "admins",
    "securityEnabled": True,
    "isAssignableToRole": True,
}
USER_ADMINISTRATOR = ROLE_TEMPLATE_IDS["User Administrator"]
OWNED_BY = {"Application.ReadWrite.OwnedBy"}


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def reference(id: str) -> dict[str, str]:
    return {"@odata.id": f"{BASE_URL}/v1.0/directoryObjects/{id}"}


def role_group(world: GraphWorld, **changes: Any) -> str:
    answer = world.post("/v1.0/groups", ROLE_GROUP | changes)
    assert answer.status == 201, answer.response.body
    assert answer.json["visibility"] == "Private"
    body = {"principalId": answer.json["id"], "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/"}
    assert world.post("/v1.0/roleManagement/directory/roleAssignments", body).status == 201
    return answer.json["id"]


def block(world: GraphWorld, whom: str, *, by: str) -> int:
    token = world.user_token(world.user(by))
    return world.patch(f"/v1.0/users/{world.user(whom).id}", {"accountEnabled": False}, token=token).status


def test_members_of_a_role_assignable_group_have_its_role_as_long_as_they_are_in_it(world: GraphWorld) -> None:
    group, megan = role_group(world), world.user("megan")
    assert block(world, "omar", by="megan") == 403
    assert world.post(f"/v1.0/groups/{group}/members/$ref", reference(megan.id)).status == 204
    assert block(world, "omar", by="megan") == 204
    assert world.delete(f"/v1.0/groups/{group}/members/{megan.id}/$ref").status == 204
    assert block(world, "omar", by="megan") == 403


def test_a_role_of_a_group_is_listed_with_the_group_as_its_principal(world: GraphWorld) -> None:
    group = role_group(world)
    url = f"/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{group}'&$expand=principal"
    (assignment,) = world.get(url).value
    assert assignment["roleDefinitionId"] == USER_ADMINISTRATOR
    assert assignment["principal"]["@odata.type"] == "#microsoft.graph.group"
    members = world.get(f"/v1.0/directoryRoles(roleTemplateId='{USER_ADMINISTRATOR}')/members").value
    assert group in {member["id"] for member in members}


def test_only_a_role_assignable_group_gets_a_role(world: GraphWorld) -> None:
    plain = world.post("/v1.0/groups", {**ROLE_GROUP, "isAssignableToRole": False}).json["id"]
    body = {"principalId": plain, "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/"}
    answer = world.post("/v1.0/roleManagement/directory/roleAssignments", body)
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert "principalId" in answer.message


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"visibility": "Public"}, "isAssignableToRole", id="public"),
        pytest.param(
            {
                "groupTypes": ["DynamicMembership"],
                "membershipRule": '(user.userType -eq "Guest")',
                "membershipRuleProcessingState": "On",
            },
            "isAssignableToRole",
            id="dynamic",
        ),
    ],
)
def test_a_role_assignable_group_is_private_and_assigned(
    world: GraphWorld, changes: dict[str, Any], named: str
) -> None:
    answer = world.post("/v1.0/groups", ROLE_GROUP | changes)
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert named in answer.message


def test_group_permissions_alone_do_not_reach_role_assignable_groups(world: GraphWorld) -> None:
    group, megan = role_group(world), world.user("megan")
    token = world.app_token({"Group.ReadWrite.All", "Directory.Read.All"})
    assert world.post("/v1.0/groups", ROLE_GROUP, token=token).status == 403
    assert world.post(f"/v1.0/groups/{group}/members/$ref", reference(megan.id), token=token).status == 403
    token = world.app_token({"Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"})
    assert world.post(f"/v1.0/groups/{group}/members/$ref", reference(megan.id), token=token).status == 204


def test_an_application_that_writes_its_own_ones_owns_what_it_makes_and_reaches_nothing_else(world: GraphWorld) -> None:
    token = world.app_token(OWNED_BY)
    made = world.post("/v1.0/applications", {"displayName": "Mine"}, token=token)
    assert made.status == 201
    mine, client_id = made.json["id"], made.json["appId"]
    assert world.patch(f"/v1.0/applications/{mine}", {"notes": "x"}, token=token).status == 204
    assert world.post(f"/v1.0/applications/{mine}/addPassword", {}, token=token).status == 200
    principal = world.post("/v1.0/servicePrincipals", {"appId": client_id}, token=token)
    assert principal.status == 201
    by_name = f"/v1.0/servicePrincipals(appId='{client_id}')"
    assert world.patch(by_name, {"tags": ["x"]}, token=token).status == 204
    owner = world.get(f"/v1.0/applications/{mine}/owners").value[0]
    assert owner["@odata.type"] == "#microsoft.graph.servicePrincipal"
    assert owner["appId"] == world.client_id()
    other = world.get("/v1.0/applications?$filter=startsWith(displayName,'Contoso API')").value[0]
    assert world.patch(f"/v1.0/applications/{other['id']}", {"notes": "x"}, token=token).status == 403
    assert world.delete(f"/v1.0/applications/{other['id']}", token=token).status == 403
    assert world.get("/v1.0/applications", token=token).status == 200
    assert world.delete(f"/v1.0/applications/{mine}", token=token).status == 204


def test_a_principal_is_made_of_an_own_application_only(world: GraphWorld) -> None:
    theirs = world.post("/v1.0/applications", {"displayName": "Theirs"}).json["appId"]
    answer = world.post("/v1.0/servicePrincipals", {"appId": theirs}, token=world.app_token(OWNED_BY))
    assert answer.status == 403

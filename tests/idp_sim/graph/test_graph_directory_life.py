"""The directory lived in: groups and their rules, deletion undone, roles over a unit, the audit log, batches, delta."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from tests.builders import BASE_URL, GraphWorld

EVENTUAL = {"consistencylevel": "eventual"}
GROUP = {"displayName": "Team", "mailEnabled": False, "mailNickname": "team", "securityEnabled": True}
GUESTS = GROUP | {
    "displayName": "All guests",
    "groupTypes": ["DynamicMembership"],
    "membershipRule": '(user.userType -eq "Guest") -and -not (user.mail -startsWith "otto")',
    "membershipRuleProcessingState": "On",
}


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    made.keep_only("alex", "megan", "omar", "ana", "ben", "nora", "otto")
    yield made
    made.close()


def create(world: GraphWorld, path: str, body: dict[str, Any]) -> str:
    answer = world.post(f"/v1.0{path}", body)
    assert answer.status == 201, answer.response.body
    return answer.json["id"]


def link(world: GraphWorld, path: str, id: str, **options: Any) -> int:
    body = {"@odata.id": f"{BASE_URL}/v1.0/directoryObjects/{id}"}
    return world.call(options.pop("method", "POST"), f"/v1.0{path}/$ref", body, **options).status


def names(world: GraphWorld, url: str, **options: Any) -> set[str]:
    answer = world.get(f"/v1.0{url}", **options)
    assert answer.status == 200, answer.response.body
    return {item["displayName"] for item in answer.value}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("userType ne 'Member'", {"ana", "ben", "nora", "otto"}, id="ne"),
        pytest.param("not(userType eq 'Member')", {"ana", "ben", "nora", "otto"}, id="not"),
        pytest.param("endsWith(mail,'@fabrikam.example')", {"ana", "ben"}, id="endsWith"),
        pytest.param(
            "not(proxyAddresses/any(p:startsWith(p,'smtp:a')))", {"ben", "megan", "nora", "omar", "otto"}, id="a"
        ),
        pytest.param("externalUserState eq null", {"alex", "megan", "omar"}, id="null"),
        pytest.param("otherMails/$count eq 0", {"alex", "megan", "omar"}, id="count"),
    ],
)
def test_an_advanced_filter_needs_the_header_and_count(world: GraphWorld, expression: str, expected: set[str]) -> None:
    url = f"/v1.0/users?$select=mail&$filter={expression}"
    assert world.get(url).code == "Request_UnsupportedQuery"
    answer = world.get(f"{url}&$count=true", headers=EVENTUAL)
    assert {item["mail"].partition("@")[0] for item in answer.value} == expected


def test_search_matches_words_in_names_and_beginnings_elsewhere(world: GraphWorld) -> None:
    assert names(world, '/users?$search="displayName:bowen" OR "mail:omar"', headers=EVENTUAL) == {
        "Megan Bowen",
        "Omar Bennett",
    }
    assert world.get('/v1.0/users?$search="displayName:bowen"').code == "Request_UnsupportedQuery"


def test_a_manager_is_set_expanded_and_removed(world: GraphWorld) -> None:
    megan, alex = world.user("megan"), world.user("alex")
    assert link(world, f"/users/{megan.id}/manager", alex.id, method="PUT") == 204
    shown = world.get(f"/v1.0/users/{megan.id}?$expand=manager($select=id,displayName)").json
    assert shown["manager"] == {
        "@odata.type": "#microsoft.graph.user",
        "id": alex.id,
        "displayName": "Alex Wilber",
    }
    assert names(world, f"/users/{alex.id}/directReports") == {"Megan Bowen"}
    assert world.delete(f"/v1.0/users/{megan.id}/manager/$ref").status == 204
    assert world.get(f"/v1.0/users/{megan.id}/manager").code == "Request_ResourceNotFound"


def test_a_dynamic_group_follows_its_rule(world: GraphWorld) -> None:
    group = create(world, "/groups", GUESTS)
    assert names(world, f"/groups/{group}/members") == {"Ana Torres", "Ben Kowalski", "Nora Lindqvist"}
    assert link(world, f"/groups/{group}/members", world.user("megan").id) == 400
    assert world.patch(f"/v1.0/users/{world.user('megan').id}", {"userType": "Guest"}).status == 204
    assert "Megan Bowen" in names(world, f"/groups/{group}/members")
    ana = world.user("ana").id
    asked = world.post(f"/v1.0/users/{ana}/getMemberObjects", {"securityEnabledOnly": False})
    assert asked.json["value"] == [group]


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        pytest.param("user.colour -eq 'x'", "user.colour", id="unknown attribute"),
        pytest.param("user.userType is 'x'", "position 13", id="no operator"),
        pytest.param("(user.userType -eq 'x'", "')'", id="open"),
        pytest.param("", "an attribute", id="empty"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_the_place(world: GraphWorld, rule: str, named: str) -> None:
    answer = world.post("/v1.0/groups", GUESTS | {"membershipRule": rule})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert named in answer.message


def test_members_are_added_once_and_reach_through_inner_groups(world: GraphWorld) -> None:
    inner, outer, megan = create(world, "/groups", GROUP), create(world, "/groups", GROUP), world.user("megan").id
    assert link(world, f"/groups/{inner}/members", megan) == 204
    assert link(world, f"/groups/{inner}/members", megan) == 400
    assert link(world, f"/groups/{outer}/members", inner) == 204
    through = world.get(f"/v1.0/groups/{outer}/transitiveMembers/microsoft.graph.user").value
    assert [item["id"] for item in through] == [megan]
    token = world.user_token(world.user("megan"), ["User.Read"])
    mine = world.get("/v1.0/me/transitiveMemberOf", token=token).value
    assert {item["id"] for item in mine} == {inner, outer}
    assert world.delete(f"/v1.0/groups/{inner}/members/{megan}/$ref").status == 204
    assert world.delete(f"/v1.0/groups/{inner}/members/{megan}/$ref").status == 404


def test_a_deleted_user_comes_back_with_memberships(world: GraphWorld) -> None:
    group, ben = create(world, "/groups", GROUP), world.user("ben")
    link(world, f"/groups/{group}/members", ben.id)
    assert world.delete(f"/v1.0/users/{ben.id}").status == 204
    assert world.get(f"/v1.0/groups/{group}/members").value == []
    listed = world.get("/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName").value
    assert listed == [{"id": ben.id, "userPrincipalName": f"{ben.id.replace('-', '')}{ben.user_principal_name}"}]
    restored = world.post(f"/v1.0/directory/deletedItems/{ben.id}/restore", {})
    assert (restored.status, restored.json["userPrincipalName"]) == (200, ben.user_principal_name)
    assert names(world, f"/groups/{group}/members") == {"Ben Kowalski"}
    assert world.user("ben") == ben


def test_a_role_over_a_unit_reaches_its_members_only(world: GraphWorld) -> None:
    unit = create(world, "/directory/administrativeUnits", {"displayName": "Guests"})
    ana, omar = world.user("ana"), world.user("omar")
    link(world, f"/directory/administrativeUnits/{unit}/members", ana.id)
    body = {"roleId": ROLE_TEMPLATE_IDS["User Administrator"], "roleMemberInfo": {"id": omar.id}}
    create(world, f"/directory/administrativeUnits/{unit}/scopedRoleMembers", body)
    token = world.user_token(omar)
    assert world.patch(f"/v1.0/users/{ana.id}", {"jobTitle": "Pilot"}, token=token).status == 204
    assert world.patch(f"/v1.0/users/{world.user('megan').id}", {"jobTitle": "x"}, token=token).status == 403


def test_a_new_application_gets_a_principal_and_shows_its_secret_once(world: GraphWorld) -> None:
    made = world.post(
        "/v1.0/applications", {"displayName": "Tool", "web": {"redirectUris": ["https://a.example/cb"]}}
    ).json
    app = made["appId"]
    assert world.get(f"/v1.0/servicePrincipals(appId='{app}')").status == 404
    assert world.post("/v1.0/servicePrincipals", {"appId": app}).status == 201
    assert world.post("/v1.0/servicePrincipals", {"appId": app}).status == 409
    secret = world.post(
        f"/v1.0/applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "ci"}}
    ).json
    assert secret["secretText"].startswith(secret["hint"])
    kept = world.get(f"/v1.0/applications(appId='{app}')").json["passwordCredentials"]
    assert [(c["keyId"], c["secretText"]) for c in kept] == [(secret["keyId"], None)]


@pytest.mark.parametrize(
    ("level", "by_id", "listed"),
    [
        pytest.param("a0b1b346-4d3e-4e8b-98f8-753987be4970", 200, 200, id="like members"),
        pytest.param("10dae51f-b6af-4016-8d66-8c2a99b929b3", 200, 403, id="limited"),
        pytest.param("2af84b1e-32c8-42b7-82bc-daa82404023b", 403, 403, id="restricted"),
    ],
)
def test_the_guest_level_says_what_a_guest_reads(world: GraphWorld, level: str, by_id: int, listed: int) -> None:
    assert world.patch("/v1.0/policies/authorizationPolicy", {"guestUserRoleId": level}).status == 204
    token = world.user_token(world.user("ana"))
    assert world.get("/v1.0/me", token=token).status == 200
    assert world.get(f"/v1.0/users/{world.user('megan').id}", token=token).status == by_id
    assert world.get("/v1.0/users", token=token).status == listed


def test_a_change_is_a_row_that_says_who_what_and_how(world: GraphWorld) -> None:
    megan, alex = world.user("megan"), world.user("alex")
    assert world.patch(f"/v1.0/users/{megan.id}", {"jobTitle": "Pilot"}, token=world.user_token(alex)).status == 204
    row = world.get(f"/v1.0/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{megan.id}')").value[0]
    assert (row["activityDisplayName"], row["result"], row["loggedByService"]) == (
        "Update user",
        "success",
        "Core Directory",
    )
    assert row["initiatedBy"]["user"]["userPrincipalName"] == "alex@contoso.example"
    assert row["targetResources"][0]["modifiedProperties"] == [
        {"displayName": "JobTitle", "oldValue": '["Marketing manager"]', "newValue": '["Pilot"]'}
    ]


def test_an_invitation_leaves_its_rows_and_a_refused_one_the_reason(world: GraphWorld) -> None:
    token = world.user_token(world.user("alex"))
    body = {"invitedUserEmailAddress": "zoe@tailspin.example", "inviteRedirectUrl": "https://a.example"}
    assert world.post("/v1.0/invitations", body, token=token).status == 201
    assert world.post("/v1.0/invitations", body | {"invitedUserEmailAddress": "x@contoso.example"}).status == 400
    rows = world.get("/v1.0/auditLogs/directoryAudits").value
    told = [(row["activityDisplayName"], row["result"]) for row in rows]
    assert told == [
        ("Invite external user", "failure"),
        ("Add user sponsor", "success"),
        ("Invite external user", "success"),
        ("Add user", "success"),
    ]
    assert rows[0]["resultReason"]


def test_delta_tells_what_changed_since(world: GraphWorld) -> None:
    first = world.get("/v1.0/users/delta?$select=displayName").json
    assert len(first["value"]) == 7
    megan, omar = world.user("megan"), world.user("omar")
    world.patch(f"/v1.0/users/{megan.id}", {"displayName": "Meg"})
    world.delete(f"/v1.0/users/{omar.id}")
    changes = world.get(first["@odata.deltaLink"]).json
    assert changes["value"] == [{"displayName": "Meg"}, {"id": omar.id, "@removed": {"reason": "changed"}}]
    assert world.get("/v1.0/users/delta?$deltatoken=x").status == 410


def test_a_batch_answers_each_request_and_skips_what_depends_on_a_failure(world: GraphWorld) -> None:
    requests = [
        {"id": "1", "method": "GET", "url": "/users?$top=1&$select=id"},
        {"id": "2", "method": "GET", "url": f"{BASE_URL}/v1.0/users/nobody"},
        {"id": "3", "method": "GET", "url": "/v1.0/organization", "dependsOn": ["2"]},
    ]
    answers = {item["id"]: item for item in world.post("/v1.0/$batch", {"requests": requests}).json["responses"]}
    assert [answers[id]["status"] for id in "123"] == [200, 404, 424]
    assert len(answers["1"]["body"]["value"]) == 1
    assert world.post("/v1.0/$batch", {"requests": requests * 7}).code == "BadRequest"


def test_metadata_is_read_without_a_token(world: GraphWorld) -> None:
    answer = world.get("/v1.0/$metadata", token=None).response
    assert (answer.status, answer.header("content-type")) == (200, "application/xml")
    assert b'<EntityType Name="user">' in answer.body


def test_another_tenant_is_found_by_name_and_id(world: GraphWorld) -> None:
    url = "/v1.0/tenantRelationships/findTenantInformationByDomainName(domainName='fabrikam.example')"
    assert world.get(url).json["tenantId"] == world.tenant("fabrikam").id
    assert world.get(url.replace("fabrikam", "nowhere")).status == 404


def test_an_application_that_changes_something_is_named_by_the_log(world: GraphWorld) -> None:
    assert world.patch(f"/v1.0/users/{world.user('megan').id}", {"jobTitle": "Pilot"}).status == 204
    app = world.get("/v1.0/auditLogs/directoryAudits").value[0]["initiatedBy"]["app"]
    principal = world.get(f"/v1.0/servicePrincipals(appId='{world.client_id()}')").json
    assert (app["appId"], app["displayName"], app["servicePrincipalId"]) == (
        principal["appId"],
        principal["displayName"],
        principal["id"],
    )


def test_a_deleted_role_assignable_group_takes_its_roles_along_and_brings_them_back(world: GraphWorld) -> None:
    group = create(world, "/groups", GROUP | {"isAssignableToRole": True})
    body = {"principalId": group, "roleDefinitionId": ROLE_TEMPLATE_IDS["User Administrator"], "directoryScopeId": "/"}
    create(world, "/roleManagement/directory/roleAssignments", body)
    url = f"/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{group}'"
    assert len(world.get(url).value) == 1
    assert world.delete(f"/v1.0/groups/{group}").status == 204
    assert world.get(url).value == []
    assert world.post(f"/v1.0/directory/deletedItems/{group}/restore", None).status == 200
    assert len(world.get(url).value) == 1

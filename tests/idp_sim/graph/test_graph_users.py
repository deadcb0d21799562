"""``/users`` and ``/me`` (graph-api 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.graph.errors import Problem
from idp_sim.ports import NotFound
from tests.builders import NOW, WORLD, GraphWorld


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    made.keep_only("alex", "megan", "omar", "ana", "ben", "nora", "otto")
    yield made
    made.close()


def names(world: GraphWorld, query: str) -> set[str]:
    answer = world.get(f"/v1.0/users?$select=mail&{query}")
    assert answer.status == 200, answer.json
    return {item["mail"].partition("@")[0] for item in answer.value}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("userType eq 'Guest'", {"ana", "ben", "nora", "otto"}, id="guests"),
        pytest.param("userType eq 'guest' and externalUserState eq 'PendingAcceptance'", {"ben"}, id="pending"),
        pytest.param("externalUserState in ('PendingAcceptance')", {"ben"}, id="in"),
        pytest.param("mail eq 'ANA@fabrikam.example'", {"ana"}, id="mail without case"),
        pytest.param("startsWith(displayName,'o')", {"omar", "otto"}, id="startsWith"),
        pytest.param("otherMails/any(m:m eq 'ana@fabrikam.example')", {"ana"}, id="other mails"),
        pytest.param("proxyAddresses/any(p:p eq 'SMTP:otto@proseware.example')", {"otto"}, id="proxy addresses"),
        pytest.param(
            "identities/any(c:c/issuerAssignedId eq 'otto@proseware.example' and c/issuer eq 'mail')",
            {"otto"},
            id="identities",
        ),
        pytest.param("creationType eq 'Invitation' and accountEnabled eq true", {"ana", "ben", "nora", "otto"}, id="b"),
        pytest.param("accountEnabled eq false", set(), id="nobody"),
        pytest.param("mail eq 'alex@contoso.example' or mail eq 'omar@contoso.example'", {"alex", "omar"}, id="or"),
        pytest.param("createdDateTime le 2000-01-01T00:00:00Z", set(), id="created"),
    ],
)
def test_a_filter_finds(world: GraphWorld, expression: str, expected: set[str]) -> None:
    assert names(world, f"$filter={expression}") == expected


@pytest.mark.parametrize(
    ("expression", "code", "named"),
    [
        pytest.param("colour eq 'red'", "BadRequest", "colour", id="unknown property"),
        pytest.param("passwordProfile eq 'x'", "Request_UnsupportedQuery", "passwordProfile", id="not filterable"),
        pytest.param("accountEnabled eq 'true'", "Request_UnsupportedQuery", "true or false", id="wrong literal"),
        pytest.param("mail eq null", "Request_UnsupportedQuery", "eq null", id="null is an advanced query"),
        pytest.param("userType ne 'Guest'", "Request_UnsupportedQuery", "'ne'", id="ne is an advanced query"),
        pytest.param("otherMails eq 'x'", "Request_UnsupportedQuery", "otherMails", id="collection without any"),
        pytest.param("otherMails/any(m:x eq 'y')", "Request_UnsupportedQuery", "'x'", id="other variable"),
        pytest.param("mail/any(m:m eq 'y')", "Request_UnsupportedQuery", "mail", id="any over one value"),
    ],
)
def test_a_filter_is_refused(world: GraphWorld, expression: str, code: str, named: str) -> None:
    answer = world.get(f"/v1.0/users?$filter={expression}")
    assert (answer.status, answer.code) == (400, code)
    assert named in answer.message


def test_sorting_works_alone_and_with_a_filter_only_as_an_advanced_query(world: GraphWorld) -> None:
    answer = world.get("/v1.0/users?$orderby=displayName desc&$select=displayName")
    shown = [item["displayName"] for item in answer.value]
    assert shown == sorted(shown, reverse=True)
    url = "/v1.0/users?$orderby=displayName&$select=displayName&$filter=userType eq 'Guest'&$count=true"
    assert world.get(url).code == "Request_UnsupportedQuery"
    eventual = world.get(url, headers={"consistencylevel": "eventual"})
    assert (eventual.status, eventual.json["@odata.count"]) == (200, 4)
    assert world.get("/v1.0/users?$orderby=mail").code == "Request_UnsupportedQuery"


def test_count_is_silent_without_the_header_and_a_segment_of_its_own_with_it(world: GraphWorld) -> None:
    assert "@odata.count" not in world.get("/v1.0/users?$count=true").json
    refused = world.get("/v1.0/users/$count")
    assert (refused.status, refused.code) == (400, "Request_BadRequest")
    counted = world.get("/v1.0/users/$count?$filter=userType eq 'Guest'", headers={"consistencylevel": "eventual"})
    assert counted.response.body == b"4"
    assert counted.response.header("content-type") == "text/plain"


def test_deleting_while_paging_loses_nobody(world: GraphWorld) -> None:
    link, seen = "/v1.0/users?$top=2&$select=id,mail", []
    while link:
        page = world.get(link)
        for item in page.value:
            seen.append(item["mail"])
            assert world.delete(f"/v1.0/users/{item['id']}").status == 204
        link = page.json.get("@odata.nextLink", "")
    assert len(seen) == len(set(seen)) == 7
    assert world.get("/v1.0/users").value == []


@pytest.mark.parametrize(
    "form",
    [
        "/v1.0/users/{id}",
        "/v1.0/users('{id}')",
        "/v1.0/USERS/{upn}",
        "/v1.0/users('{upn}')",
    ],
)
def test_a_user_is_found_by_id_or_name_in_both_forms(world: GraphWorld, form: str) -> None:
    ana = world.user("ana")
    url = form.format(id=ana.id, upn=ana.user_principal_name.replace("#", "%23"))
    assert world.get(url).json["id"] == ana.id


def test_me_is_the_signed_in_user_and_nobody_for_an_application(world: GraphWorld) -> None:
    megan = world.user("megan")
    answer = world.get("/v1.0/me?$select=id", token=world.user_token(megan, ["User.Read"]))
    assert answer.json == {
        "@odata.context": "https://localhost:8443/v1.0/$metadata#users(id)/$entity",
        "id": megan.id,
    }
    app = world.get("/v1.0/me")
    assert (app.status, app.message) == (400, Problem.USER_NEEDED.value.sentence)


def test_user_read_opens_the_own_object_only(world: GraphWorld) -> None:
    megan, omar = world.user("megan"), world.user("omar")
    token = world.user_token(megan, ["User.Read"])
    assert world.get(f"/v1.0/users/{megan.id}", token=token).status == 200
    assert world.get(f"/v1.0/users/{omar.id}", token=token).code == "Authorization_RequestDenied"
    assert world.get("/v1.0/users", token=token).status == 403


def test_read_basic_shows_names_of_others_and_everything_of_oneself(world: GraphWorld) -> None:
    megan, omar = world.user("megan"), world.user("omar")
    token = world.user_token(megan, ["User.ReadBasic.All"])
    url = "/v1.0/users/{}?$select=displayName,jobTitle"
    assert world.get(url.format(omar.id), token=token).json["jobTitle"] is None
    assert world.get(url.format(megan.id), token=token).json["jobTitle"] == "Marketing manager"


def test_a_guest_sees_the_public_part_of_others(world: GraphWorld) -> None:
    token, megan = world.user_token(world.user("ana")), world.user("megan")
    shown = world.get(f"/v1.0/users/{megan.id}?$select=displayName,jobTitle,userType", token=token).json
    assert (shown["displayName"], shown["jobTitle"], shown["userType"]) == ("Megan Bowen", None, "Member")


def test_a_guest_with_a_reading_role_lists_users(world: GraphWorld) -> None:
    ana = world.change(world.user("ana"), directory_roles=("88d8e3e3-8f55-4a1e-953a-9b9898b8876b",))
    assert world.get("/v1.0/users", token=world.user_token(ana)).status == 200


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param({"accountEnabled": False}, {"accountEnabled": False}, id="block sign-in"),
        pytest.param({"userType": "Member"}, {"userType": "Member"}, id="guest to member"),
        pytest.param(
            {"displayName": "Ana T.", "jobTitle": "Pilot"}, {"displayName": "Ana T.", "jobTitle": "Pilot"}, id="n"
        ),
        pytest.param({"jobTitle": None}, {"jobTitle": None}, id="cleared"),
        pytest.param(
            {"mail": "ana.t@fabrikam.example"},
            {
                "mail": "ana.t@fabrikam.example",
                "proxyAddresses": ["SMTP:ana.t@fabrikam.example", "smtp:ana@fabrikam.example"],
            },
            id="mail goes into the proxy addresses",
        ),
        pytest.param({"otherMails": []}, {"otherMails": []}, id="other mails"),
        pytest.param({"usageLocation": "NL"}, {"usageLocation": "NL"}, id="usage location"),
        pytest.param(
            {"@odata.type": "#microsoft.graph.user", "surname": "T"}, {"surname": "T"}, id="annotation ignored"
        ),
    ],
)
def test_a_patch_changes_what_it_names(world: GraphWorld, body: dict[str, Any], shown: dict[str, Any]) -> None:
    ana = world.user("ana")
    answer = world.patch(f"/v1.0/users/{ana.id}", body)
    assert (answer.status, answer.response.body) == (204, b"")
    read = world.get(f"/v1.0/users/{ana.id}?$select={','.join(shown)}").json
    assert {name: read[name] for name in shown} == shown


def test_a_new_name_shows_in_the_identities(world: GraphWorld) -> None:
    megan = world.user("megan")
    assert world.patch(f"/v1.0/users/{megan.id}", {"userPrincipalName": "meg@contoso.example"}).status == 204
    read = world.get("/v1.0/users/meg@contoso.example?$select=identities").json
    assert [entry["issuerAssignedId"] for entry in read["identities"]] == ["meg@contoso.example"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param({"colour": "red"}, "'colour' does not exist", id="unknown"),
        pytest.param({"id": "x"}, "'id' is read-only", id="id"),
        pytest.param({"externalUserState": "Accepted"}, "'externalUserState' is read-only", id="state"),
        pytest.param({"accountEnabled": "no"}, "true or false", id="wrong type"),
        pytest.param({"accountEnabled": None}, "not null", id="null"),
        pytest.param({"userType": "Robot"}, "Member or Guest", id="user type"),
        pytest.param({"mail": "not an address"}, "'mail'", id="mail"),
        pytest.param({"otherMails": ["x"]}, "'otherMails'", id="other mails"),
        pytest.param({"usageLocation": "Holland"}, "two letter", id="usage location"),
        pytest.param({"displayName": " "}, "not empty", id="blank name"),
        pytest.param({"userPrincipalName": "a@elsewhere.example"}, "verified domain", id="foreign domain"),
        pytest.param({"userPrincipalName": "alex@contoso.example"}, "already exists", id="name taken"),
        pytest.param({"passwordProfile": {}}, "passwordProfile/password", id="no password"),
        pytest.param({"passwordProfile": {"pass": "x"}}, "passwordProfile/pass'", id="unknown in the profile"),
        pytest.param({"members@odata.bind": []}, "members@odata.bind", id="a link is no annotation"),
    ],
)
def test_a_patch_is_refused_by_name_and_changes_nothing(world: GraphWorld, body: dict[str, Any], named: str) -> None:
    before = world.user("ana")
    answer = world.patch(f"/v1.0/users/{before.id}", {"displayName": "Other", **body})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert named in answer.message
    assert world.user("ana") == before


@pytest.mark.parametrize(
    ("permissions", "body", "status"),
    [
        pytest.param(["User.EnableDisableAccount.All"], {"accountEnabled": False}, 204, id="narrow, fitting"),
        pytest.param(
            ["User.EnableDisableAccount.All"], {"accountEnabled": False, "surname": "x"}, 403, id="narrow, more"
        ),
        pytest.param(["User.EnableDisableAccount.All"], {}, 403, id="narrow, nothing"),
        pytest.param(["User.Read.All"], {"surname": "x"}, 403, id="reading only"),
    ],
)
def test_a_narrow_permission_opens_its_property_only(
    world: GraphWorld, permissions: list[str], body: dict[str, Any], status: int
) -> None:
    answer = world.patch(f"/v1.0/users/{world.user('ana').id}", body, token=world.app_token(permissions))
    assert answer.status == status


@pytest.mark.parametrize(("who", "status"), [("alex", 204), ("megan", 403), ("ana", 403)])
def test_a_delegated_change_needs_an_administrator(world: GraphWorld, who: str, status: int) -> None:
    token = world.user_token(world.user(who))
    assert world.patch(f"/v1.0/users/{world.user('omar').id}", {"surname": "x"}, token=token).status == status


NEW_USER = {
    "accountEnabled": True,
    "displayName": "Zoe Quinn",
    "mailNickname": "zoe",
    "userPrincipalName": "zoe@contoso.example",
    "passwordProfile": {"password": "Zoe-finds-1-key", "forceChangePasswordNextSignIn": False},
}


def test_an_internal_user_is_created_with_a_password(world: GraphWorld) -> None:
    answer = world.post("/v1.0/users", NEW_USER)
    assert answer.status == 201
    assert answer.response.header("location") == f"https://localhost:8443/v1.0/users/{answer.json['id']}"
    assert "passwordProfile" not in answer.json
    kept = world.storage.get(WORLD, world.tenant().id, Credentials, answer.json["id"])
    assert kept.password == "Zoe-finds-1-key"
    user = world.user("zoe")
    assert (user.created, user.user_type, user.external_user_state) == (NOW, "Member", None)


@pytest.mark.parametrize("name", list(NEW_USER))
def test_creating_a_user_needs(world: GraphWorld, name: str) -> None:
    answer = world.post("/v1.0/users", {key: value for key, value in NEW_USER.items() if key != name})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert f"'{name}" in answer.message


def test_a_name_that_is_taken_is_an_object_conflict(world: GraphWorld) -> None:
    answer = world.post("/v1.0/users", NEW_USER | {"userPrincipalName": "ALEX@contoso.example"})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    detail = answer.json["error"]["details"][0]
    assert (detail["code"], detail["target"]) == ("ObjectConflict", "userPrincipalName")


def test_deleting_a_guest_revokes_the_invitation_and_leaves_the_home_account(world: GraphWorld) -> None:
    ben = world.user("ben")
    assert world.delete(f"/v1.0/users/{ben.id}").status == 204
    tenant = world.tenant().id
    with pytest.raises(NotFound):
        world.storage.get(WORLD, tenant, User, ben.id)
    assert world.storage.find(WORLD, tenant, Invitation, user=ben.id) == []
    assert world.user("ben", tenant="fabrikam").account_enabled
    assert world.delete(f"/v1.0/users/{ben.id}").code == "Request_ResourceNotFound"


def test_another_tenants_token_sees_another_directory(world: GraphWorld) -> None:
    ana = world.user("ana")
    elsewhere = world.get(f"/v1.0/users/{ana.id}", token=world.app_token(tenant="fabrikam"))
    assert elsewhere.code == "Request_ResourceNotFound"
    listed = world.get("/v1.0/users?$select=mail", token=world.app_token(tenant="northwind")).value
    assert {item["mail"] for item in listed} == {"nora@northwind.example", "nils@northwind.example"}


def test_users_of_the_same_instant_are_still_paged_in_one_order(world: GraphWorld) -> None:
    for number in range(5):
        world.post("/v1.0/users", NEW_USER | {"userPrincipalName": f"zoe{number}@contoso.example"})
    world.ports.clocks.advance(WORLD, timedelta(milliseconds=500))
    world.post("/v1.0/users", NEW_USER | {"userPrincipalName": "late@contoso.example"})
    link, seen = "/v1.0/users?$top=3&$select=userPrincipalName&$filter=startsWith(displayName,'Zoe')", []
    while link:
        page = world.get(link)
        seen += [item["userPrincipalName"] for item in page.value]
        link = page.json.get("@odata.nextLink", "")
    assert len(set(seen)) == len(seen) == 6
    assert seen[-1] == "late@contoso.example"

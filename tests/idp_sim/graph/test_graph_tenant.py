"""What a tenant has and its administrators change: domains, the organization, licences; a person's own password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from idp_sim.directory.model import Credentials
from idp_sim.services import dns
from idp_sim.sign_in.model import Outcome
from tests.builders import NOW, WORLD, GraphWorld

P1, P2 = "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "84a661c4-e949-4bd2-a560-ed7766fcaf2b"


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def activities(world: GraphWorld) -> list[str]:
    rows = world.get("/v1.0/auditLogs/directoryAudits").value
    return [row["activityDisplayName"] for row in rows]


# --- domains -----------------------------------------------------------------------------------------


def test_a_domain_is_verified_by_its_record_and_then_names_users(world: GraphWorld) -> None:
    made = world.post("/v1.0/domains", {"id": "Contoso-Two.example"})
    assert made.status == 201
    assert (made.json["id"], made.json["isVerified"], made.json["isDefault"]) == ("contoso-two.example", False, False)
    url = "/v1.0/domains/contoso-two.example"
    records = {record["recordType"]: record for record in world.get(f"{url}/verificationDnsRecords").value}
    assert records["Txt"]["text"].startswith("MS=ms")
    assert records["Mx"]["mailExchange"]
    refused = world.post(f"{url}/verify", None)
    assert (refused.status, refused.code) == (400, "Request_BadRequest")
    assert records["Txt"]["text"] in refused.message
    dns.publish(world.ports, WORLD, name="contoso-two.example", kind="TXT", value=records["Txt"]["text"])
    verified = world.post(f"{url}/verify", None)
    assert (verified.status, verified.json["isVerified"]) == (200, True)
    person = world.user("megan")
    name = {"userPrincipalName": "megan@contoso-two.example"}
    assert world.patch(f"/v1.0/users/{person.id}", name).status == 204
    assert [user["id"] for user in world.get(f"{url}/domainNameReferences").value] == [person.id]
    assert world.delete(url).status == 400
    assert activities(world)[:3] == ["Update user", "Verify domain", "Add unverified domain"]


def test_a_domain_that_nobody_uses_can_be_made_the_default_and_another_one_deleted(world: GraphWorld) -> None:
    for name in ("one.example", "two.example"):
        assert world.post("/v1.0/domains", {"id": name}).status == 201
    assert world.patch("/v1.0/domains/one.example", {"isDefault": True}).status == 400
    (proof,) = [r for r in world.get("/v1.0/domains/one.example/verificationDnsRecords").value if r["text"]]
    dns.publish(world.ports, WORLD, name="one.example", kind="TXT", value=proof["text"])
    assert world.post("/v1.0/domains/one.example/verify", None).status == 200
    assert world.patch("/v1.0/domains/one.example", {"isDefault": True}).status == 204
    listed = {domain["id"]: domain["isDefault"] for domain in world.get("/v1.0/domains").value}
    assert listed == {"contoso.example": False, "one.example": True, "two.example": False}
    shown = world.get("/v1.0/organization").value[0]["verifiedDomains"]
    assert [(d["name"], d["isDefault"], d["isInitial"]) for d in shown] == [
        ("contoso.example", False, True),
        ("one.example", True, False),
    ]
    assert world.delete("/v1.0/domains/two.example").status == 204
    assert world.delete("/v1.0/domains/one.example").status == 400
    assert world.get("/v1.0/domains/two.example").code == "Request_ResourceNotFound"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param("contoso.example", 400, id="it is there"),
        pytest.param("fabrikam.example", 400, id="it is another tenant's"),
        pytest.param("not a name", 400, id="no name"),
        pytest.param("nodots", 400, id="no dot"),
        pytest.param("-x.example", 400, id="a hyphen first"),
    ],
)
def test_a_domain_that_cannot_be_added_is_refused(world: GraphWorld, name: str, status: int) -> None:
    answer = world.post("/v1.0/domains", {"id": name})
    assert (answer.status, answer.code) == (status, "Request_BadRequest")


# --- the organization --------------------------------------------------------------------------------


def test_the_organization_is_changed_in_what_it_may_say_of_itself(world: GraphWorld) -> None:
    url = f"/v1.0/organization/{world.tenant().id}"
    body = {
        "technicalNotificationMails": ["it@contoso.example"],
        "privacyProfile": {"contactEmail": "privacy@contoso.example", "statementUrl": "https://contoso.example/p"},
    }
    assert world.patch(url, body).status == 204
    shown = world.get(url).json
    assert {name: shown[name] for name in body} == body
    assert activities(world)[0] == "Set Company Information"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param({"displayName": "Other"}, "displayName", id="read-only"),
        pytest.param({"technicalNotificationMails": ["nobody"]}, "nobody", id="no address"),
        pytest.param({"privacyProfile": {"colour": "red"}}, "privacyProfile/colour", id="unknown"),
    ],
)
def test_a_wrong_change_of_the_organization_is_refused_by_name(
    world: GraphWorld, body: dict[str, Any], named: str
) -> None:
    answer = world.patch(f"/v1.0/organization/{world.tenant().id}", body)
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert named in answer.message


# --- licences ----------------------------------------------------------------------------------------


def assign(world: GraphWorld, user: str, add: list[dict[str, Any]], remove: list[str]) -> Any:
    return world.post(f"/v1.0/users/{user}/assignLicense", {"addLicenses": add, "removeLicenses": remove})


def consumed(world: GraphWorld) -> dict[str, int]:
    return {sku["skuId"]: sku["consumedUnits"] for sku in world.get("/v1.0/subscribedSkus").value}


def test_a_licence_is_given_and_taken_back(world: GraphWorld) -> None:
    megan = world.user("megan").id
    assert world.patch(f"/v1.0/users/{megan}", {"usageLocation": "NL"}).status == 204
    plan = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
    answer = assign(world, megan, [{"skuId": P2, "disabledPlans": [plan]}, {"skuId": P1}], [])
    assert (answer.status, answer.json["id"]) == (200, megan)
    shown = world.get(f"/v1.0/users/{megan}?$select=assignedLicenses").json["assignedLicenses"]
    assert shown == [{"disabledPlans": [plan], "skuId": P2}, {"disabledPlans": [], "skuId": P1}]
    assert consumed(world) == {P1: 1, P2: 1}
    details = {detail["skuPartNumber"]: detail for detail in world.get(f"/v1.0/users/{megan}/licenseDetails").value}
    status = {p["servicePlanName"]: p["provisioningStatus"] for p in details["AAD_PREMIUM_P2"]["servicePlans"]}
    assert status == {"AAD_PREMIUM": "Success", "AAD_PREMIUM_P2": "Disabled"}
    found = world.get(f"/v1.0/users?$filter=assignedLicenses/any(l:l/skuId eq {P1})")
    assert [user["id"] for user in found.value] == [megan]
    assert assign(world, megan, [], [P1]).status == 200
    assert consumed(world) == {P1: 0, P2: 1}


@pytest.mark.parametrize(
    ("add", "remove", "sentence"),
    [
        pytest.param([{"skuId": P1}], [], "invalid usage location", id="no usage location"),
        pytest.param([{"skuId": "x"}], [], "does not correspond", id="unknown licence"),
        pytest.param([], [P1], "does not have", id="not given"),
        pytest.param([{"skuId": P1, "disabledPlans": ["x"]}], [], "not part of", id="unknown plan"),
    ],
)
def test_a_licence_that_cannot_be_given_is_refused(
    world: GraphWorld, add: list[dict[str, Any]], remove: list[str], sentence: str
) -> None:
    answer = assign(world, world.user("ana").id, add, remove)
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert sentence in answer.message


# --- passwords ---------------------------------------------------------------------------------------


def password_of(world: GraphWorld, user: str) -> str | None:
    return world.storage.get(WORLD, world.tenant().id, Credentials, user).password


def test_a_person_changes_the_own_password_by_knowing_it(world: GraphWorld) -> None:
    megan = world.user("megan")
    token = world.user_token(megan, {"Directory.AccessAsUser.All"})
    body = {"currentPassword": "wrong", "newPassword": "A-new-one-77"}
    refused = world.post("/v1.0/me/changePassword", body, token=token)
    assert (refused.status, refused.code) == (400, "Request_BadRequest")
    body["currentPassword"] = password_of(world, megan.id) or ""
    assert world.post("/v1.0/me/changePassword", body, token=token).status == 204
    assert password_of(world, megan.id) == "A-new-one-77"
    changed = world.get(f"/v1.0/users/{megan.id}?$select=lastPasswordChangeDateTime").json
    assert changed["lastPasswordChangeDateTime"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("whom", "by", "status"),
    [
        pytest.param("omar", "megan", 403, id="somebody else's"),
        pytest.param("ana", "ana", 400, id="a guest's, which is kept at home"),
    ],
)
def test_no_other_password_is_changed_like_that(world: GraphWorld, whom: str, by: str, status: int) -> None:
    token = world.user_token(world.user(by), {"Directory.AccessAsUser.All"})
    body = {"currentPassword": "x", "newPassword": "A-new-one-77"}
    url = f"/v1.0/users/{world.user(whom).id}/changePassword"
    assert world.post(url, body, token=token).status == status


# --- activity ----------------------------------------------------------------------------------------


def test_sign_in_activity_tells_of_the_last_sign_ins(world: GraphWorld) -> None:
    megan, omar = world.user("megan"), world.user("omar")
    good = world.sign_in_row(user=megan.id, created=NOW - timedelta(days=3), interactive=True)
    bad = world.sign_in_row(
        user=megan.id, created=NOW - timedelta(days=1), interactive=True, outcome=Outcome.REFUSED, error_code=50126
    )
    world.sign_in_row(user=omar.id, created=NOW, interactive=True)
    shown = world.get(f"/v1.0/users/{megan.id}?$select=signInActivity").json["signInActivity"]
    assert shown["lastSignInRequestId"] == bad.id
    assert shown["lastSuccessfulSignInRequestId"] == good.id
    assert shown["lastNonInteractiveSignInDateTime"] is None
    before = f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    found = world.get(f"/v1.0/users?$filter=signInActivity/lastSignInDateTime le {before}")
    assert [user["id"] for user in found.value] == [megan.id]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("$select=id,signInActivity&$top=501", 400, id="too large a page"),
        pytest.param(
            "$filter=signInActivity/lastSignInDateTime le 2026-01-01T00:00:00Z and userType eq 'Guest'",
            400,
            id="with another property",
        ),
    ],
)
def test_sign_in_activity_has_limits(world: GraphWorld, query: str, status: int) -> None:
    assert world.get(f"/v1.0/users?{query}").status == status


def test_sign_in_activity_needs_the_permission_that_reads_the_log(world: GraphWorld) -> None:
    answer = world.get("/v1.0/users?$select=signInActivity", token=world.app_token({"User.Read.All"}))
    assert (answer.status, answer.code) == (403, "Authorization_RequestDenied")

"""``/auditLogs/signIns`` (graph-api 27) and ``/organization`` (graph-api 16.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from federation.model import AuthenticationContext, Method, PerformedMethod
from idp_sim.sign_in.client import ClientFacts
from idp_sim.sign_in.model import AppliedPolicy, Outcome
from tests.builders import NOW, GraphWorld

LOG = "auditLogs/signIns"
IDS = {name: f"{number:08d}-0000-4000-8000-000000000000" for number, name in enumerate(["old", "new", "bad", "run"])}


@pytest.fixture(scope="module")
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    home = made.tenant("fabrikam").id
    methods = AuthenticationContext(
        methods=(
            PerformedMethod(method=Method.PASSWORD, instant=NOW, tenant=home),
            PerformedMethod(method=Method.SOFTWARE_OATH, instant=NOW, tenant=home),
        )
    )
    made.sign_in_row(
        id=IDS["old"], created=NOW - timedelta(days=1), user_principal_name="megan@contoso.example", application="app-1"
    )
    made.sign_in_row(
        id=IDS["new"],
        user=made.user("ana").id,
        user_principal_name="ana@fabrikam.example",
        user_type="guest",
        application="app-2",
        correlation_id="corr-2",
        home_tenant=home,
        resource_tenant=made.tenant().id,
        cross_tenant_access_type="b2bCollaboration",
        mfa_demanded=True,
        additional_details="MFA requirement satisfied by claim in the token",
        authentication=methods,
        conditional_access_status="success",
        applied_policies=(
            AppliedPolicy(id="p", display_name="Guests", result="success", enforced_grant_controls=("Mfa",)),
        ),
        client=ClientFacts(ip_address="198.51.100.7", platform="windows", sign_in_risk="low"),
    )
    made.sign_in_row(
        id=IDS["bad"],
        outcome=Outcome.REFUSED,
        user_principal_name="ana@fabrikam.example",
        error_code=53003,
        failure_reason="Access has been blocked by Conditional Access policies.",
    )
    made.sign_in_row(id=IDS["run"], outcome=Outcome.IN_PROGRESS)
    made.sign_in_row(id="00000009-0000-4000-8000-000000000000", interactive=False)
    yield made
    made.close()


def found(world: GraphWorld, expression: str, version: str = "v1.0") -> list[str]:
    answer = world.get(f"/{version}/{LOG}?$select=id&$filter={expression}")
    assert answer.status == 200, answer.json
    return [item["id"] for item in answer.value]


def test_the_log_shows_what_ended_newest_first(world: GraphWorld) -> None:
    listed = [item["id"] for item in world.get(f"/v1.0/{LOG}").value]
    assert listed == [IDS["bad"], IDS["new"], IDS["old"]]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        pytest.param("userPrincipalName eq 'ana@fabrikam.example'", ["bad", "new"], id="name"),
        pytest.param("startsWith(userPrincipalName,'megan')", ["old"], id="start of the name"),
        pytest.param("appId eq 'app-2'", ["new"], id="application"),
        pytest.param("correlationId eq 'corr-2'", ["new"], id="correlation"),
        pytest.param("status/errorCode eq 53003", ["bad"], id="error code"),
        pytest.param("status/errorCode eq 0 and createdDateTime ge 2026-05-04T00:00:00Z", ["new"], id="since"),
        pytest.param("createdDateTime le 2026-05-04T00:00:00Z", ["old"], id="until"),
        pytest.param(f"id eq '{IDS['old']}'", ["old"], id="id"),
        pytest.param("conditionalAccessStatus eq 'success'", ["new"], id="conditional access"),
        pytest.param("startsWith(ipAddress,'198.51')", ["new"], id="address"),
    ],
)
def test_a_filter_finds(world: GraphWorld, expression: str, names: list[str]) -> None:
    assert found(world, expression) == [IDS[name] for name in names]


def test_the_log_can_be_filtered_and_sorted_at_once(world: GraphWorld) -> None:
    url = f"/v1.0/{LOG}?$select=id&$orderby=createdDateTime&$filter=status/errorCode eq 0"
    assert [item["id"] for item in world.get(url).value] == [IDS["old"], IDS["new"]]


def test_non_interactive_sign_ins_come_when_the_filter_asks_for_their_kind(world: GraphWorld) -> None:
    hidden = ["00000009-0000-4000-8000-000000000000"]
    assert found(world, "isInteractive eq false") == hidden
    assert found(world, "signInEventTypes/any(t: t eq 'nonInteractiveUser')", "beta") == hidden
    assert world.get(f"/v1.0/{LOG}/{hidden[0]}").status == 200


def test_a_sign_in_that_has_not_ended_is_not_there(world: GraphWorld) -> None:
    assert world.get(f"/v1.0/{LOG}/{IDS['run']}").code == "Request_ResourceNotFound"


def test_a_guests_row_names_both_tenants_and_the_policies(world: GraphWorld) -> None:
    row = world.get(f"/v1.0/{LOG}/{IDS['new']}").json
    assert (row["homeTenantId"], row["resourceTenantId"]) == (world.tenant("fabrikam").id, world.tenant().id)
    assert row["status"] == {
        "errorCode": 0,
        "failureReason": "Other.",
        "additionalDetails": "MFA requirement satisfied by claim in the token",
    }
    assert row["appliedConditionalAccessPolicies"] == [
        {
            "id": "p",
            "displayName": "Guests",
            "enforcedGrantControls": ["Mfa"],
            "enforcedSessionControls": [],
            "result": "success",
        }
    ]
    assert (row["clientAppUsed"], row["riskLevelDuringSignIn"]) == ("Browser", "low")
    assert row["deviceDetail"]["operatingSystem"] == "Windows"
    assert "crossTenantAccessType" not in row


def test_beta_tells_how_the_person_authenticated(world: GraphWorld) -> None:
    row = world.get(f"/beta/{LOG}/{IDS['new']}").json
    assert row["@odata.context"].startswith("https://localhost:8443/beta/$metadata#auditLogs/signIns")
    assert (row["crossTenantAccessType"], row["userType"]) == ("b2bCollaboration", "guest")
    assert row["authenticationRequirement"] == "multiFactorAuthentication"
    first, second = row["authenticationDetails"]
    assert (first["authenticationMethod"], first["authenticationStepRequirement"]) == (
        "Password",
        "Primary authentication",
    )
    assert (second["authenticationMethod"], second["authenticationStepResultDetail"]) == (
        "Previously satisfied",
        "MFA requirement satisfied by claim in the token",
    )
    assert second["authenticationStepDateTime"] == "2026-05-04T10:30:00Z"


def test_policies_show_only_to_who_may_read_policies(world: GraphWorld) -> None:
    url = f"/v1.0/{LOG}/{IDS['new']}"
    hidden = world.get(url, token=world.app_token(["AuditLog.Read.All"])).json
    shown = world.get(url, token=world.app_token(["AuditLog.Read.All", "Policy.Read.ConditionalAccess"])).json
    assert hidden["appliedConditionalAccessPolicies"] is None
    assert len(shown["appliedConditionalAccessPolicies"]) == 1


def test_the_organization_is_a_collection_of_exactly_one(world: GraphWorld) -> None:
    tenant = world.tenant()
    (organization,) = world.get("/v1.0/organization").value
    assert organization["id"] == tenant.id
    assert organization["verifiedDomains"][0] == {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": True,
        "name": "contoso.example",
        "type": "Managed",
    }
    assert world.get(f"/v1.0/organization/{tenant.id.upper()}").json["displayName"] == "Contoso"
    assert world.get(f"/v1.0/organization/{world.tenant('fabrikam').id}").status == 404


def test_user_read_opens_the_public_part_of_the_organization(world: GraphWorld) -> None:
    token = world.user_token(world.user("megan"), ["User.Read"])
    (organization,) = world.get("/v1.0/organization", token=token).value
    assert organization["displayName"] == "Contoso"
    assert organization["privacyProfile"] is None

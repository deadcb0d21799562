"""Cross-tenant access settings and conditional access policies at Graph (graph-api 19, 21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from federation.cross_tenant_access import CrossTenantAccessConfiguration
from tests.builders import WORLD, GraphWorld

POLICY = "/v1.0/policies/crossTenantAccessPolicy"
DEFAULT = f"{POLICY}/default"
PARTNERS = f"{POLICY}/partners"
CONDITIONAL_ACCESS = "/v1.0/identity/conditionalAccess/policies"
ELSEWHERE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def half(access: str, *targets: tuple[str, str]) -> dict[str, Any]:
    return {"accessType": access, "targets": [{"target": target, "targetType": kind} for target, kind in targets]}


def everyone(access: str) -> dict[str, Any]:
    return {
        "usersAndGroups": half(access, ("AllUsers", "user")),
        "applications": half(access, ("AllApplications", "application")),
    }


# --- default -----------------------------------------------------------------------------------------------


def test_the_system_default_holds_until_the_first_patch_and_can_be_restored(world: GraphWorld) -> None:
    system = world.get(DEFAULT).json
    assert system["isServiceDefault"] is True
    assert system["b2bCollaborationInbound"] == everyone("allowed")
    assert system["b2bDirectConnectInbound"] == everyone("blocked")
    assert system["automaticUserConsentSettings"] == {"inboundAllowed": False, "outboundAllowed": False}
    assert world.patch(DEFAULT, {"inboundTrust": {"isMfaAccepted": True}}).status == 204
    changed = world.get(DEFAULT).json
    assert changed["isServiceDefault"] is False
    assert changed["inboundTrust"] == {
        "isMfaAccepted": True,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    for _ in range(2):
        assert world.post(f"{DEFAULT}/resetToSystemDefault", None).status == 204
        assert world.get(DEFAULT).json == system


def test_flags_that_a_patch_leaves_out_keep_their_value(world: GraphWorld) -> None:
    world.patch(DEFAULT, {"inboundTrust": {"isMfaAccepted": True}})
    world.patch(DEFAULT, {"inboundTrust": {"isCompliantDeviceAccepted": True}})
    assert world.get(DEFAULT).json["inboundTrust"]["isMfaAccepted"] is True


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param({"b2bCollaborationInbound": None}, "nothing to inherit", id="null"),
        pytest.param(
            {"automaticUserConsentSettings": {"inboundAllowed": True}}, "automaticUserConsentSettings", id="consent"
        ),
        pytest.param({"isServiceDefault": True}, "'isServiceDefault' is read-only", id="read-only"),
        pytest.param({"tenantRestrictions": {}}, "usersAndGroups is missing", id="restrictions without halves"),
        pytest.param(
            {"tenantRestrictions": {**everyone("blocked"), "devices": {}}}, "devices: is reserved", id="devices"
        ),
        pytest.param({"trust": {}}, "'trust' does not exist", id="unknown"),
        pytest.param({"inboundTrust": {"isMfa": True}}, "inboundTrust.isMfa", id="unknown flag"),
        pytest.param({"inboundTrust": {"isMfaAccepted": "yes"}}, "inboundTrust.isMfaAccepted", id="no boolean"),
        pytest.param({"inboundTrust": []}, "object", id="no object"),
        pytest.param(
            {"b2bCollaborationInbound": {"usersAndGroups": half("allowed", ("AllUsers", "user"))}},
            "applications is missing",
            id="half a setting",
        ),
        pytest.param(
            {"b2bCollaborationInbound": {**everyone("allowed"), "devices": {}}},
            "b2bCollaborationInbound.devices",
            id="third half",
        ),
        pytest.param(
            {
                "b2bCollaborationInbound": {
                    "usersAndGroups": half("blocked", ("AllUsers", "user")),
                    "applications": half("allowed", ("AllApplications", "application")),
                }
            },
            "'AllApplications' must be blocked too",
            id="contradiction",
        ),
        pytest.param(
            {
                "b2bCollaborationInbound": {
                    "usersAndGroups": half("allowed", (ELSEWHERE, "user")),
                    "applications": half("allowed", ("AllApplications", "application")),
                }
            },
            "AllUsers",
            id="a person in the inbound default",
        ),
        pytest.param(
            {"b2bCollaborationOutbound": {"usersAndGroups": {"accessType": "maybe", "targets": []}, "applications": 1}},
            "b2bCollaborationOutbound",
            id="nonsense",
        ),
    ],
)
def test_a_default_that_makes_no_sense_is_refused(world: GraphWorld, body: dict[str, Any], named: str) -> None:
    before = world.get(DEFAULT).json
    answer = world.patch(DEFAULT, body)
    assert answer.status == 400
    assert named in answer.message
    assert world.get(DEFAULT).json == before


def test_every_mistake_is_told_at_once(world: GraphWorld) -> None:
    answer = world.patch(
        DEFAULT, {"inboundTrust": {"isMfaAccepted": 1}, "b2bCollaborationOutbound": {"usersAndGroups": {}}}
    )
    assert "inboundTrust.isMfaAccepted" in answer.message
    assert "b2bCollaborationOutbound" in answer.message


# --- partners ----------------------------------------------------------------------------------------------


def test_a_partner_lives_from_post_to_delete(world: GraphWorld) -> None:
    created = world.post(
        PARTNERS,
        {
            "@odata.type": "#microsoft.graph.crossTenantAccessPolicyConfigurationPartner",
            "tenantId": ELSEWHERE.upper(),
            "automaticUserConsentSettings": {"inboundAllowed": True, "outboundAllowed": None},
            "b2bCollaborationInbound": {
                "usersAndGroups": half("allowed", (ELSEWHERE, "group")),
                "applications": half("allowed", ("AllApplications", "application")),
            },
        },
    )
    assert created.status == 201
    assert created.json["tenantId"] == ELSEWHERE
    assert created.json["inboundTrust"] is None
    assert created.json["automaticUserConsentSettings"] == {"inboundAllowed": True, "outboundAllowed": None}
    url = f"{PARTNERS}/{ELSEWHERE}"
    assert created.response.header("location").endswith(url)
    assert world.patch(url, {"b2bCollaborationInbound": None, "inboundTrust": {"isMfaAccepted": True}}).status == 204
    read = world.get(url).json
    assert (read["b2bCollaborationInbound"], read["inboundTrust"]["isMfaAccepted"]) == (None, True)
    assert world.delete(url).status == 204
    assert world.get(url).code == world.delete(url).code == "ResourceNotFound"


def test_a_patch_is_what_the_policy_functions_read(world: GraphWorld) -> None:
    fabrikam = world.tenant("fabrikam").id
    assert world.patch(f"{PARTNERS}/{fabrikam}", {"inboundTrust": {"isMfaAccepted": False}}).status == 204
    stored = world.storage.get(WORLD, world.tenant().id, CrossTenantAccessConfiguration, fabrikam)
    assert stored.inbound_trust is not None
    assert not stored.inbound_trust.is_mfa_accepted


def test_a_second_object_for_one_partner_is_a_conflict(world: GraphWorld) -> None:
    answer = world.post(PARTNERS, {"tenantId": world.tenant("fabrikam").id})
    assert (answer.status, answer.code) == (409, "Request_MultipleObjectsWithSameKeyValue")


@pytest.mark.parametrize("tenant", ["fabrikam.example", "default", "", "own"])
def test_a_partner_is_named_by_its_tenant_id(world: GraphWorld, tenant: str) -> None:
    answer = world.post(PARTNERS, {"tenantId": world.tenant().id if tenant == "own" else tenant})
    assert (answer.status, answer.code) == (400, "Request_BadRequest")
    assert "tenantId" in answer.message


def test_the_key_of_a_partner_cannot_be_changed_nor_the_default_reached(world: GraphWorld) -> None:
    url = f"{PARTNERS}/{world.tenant('fabrikam').id}"
    assert "read-only" in world.patch(url, {"tenantId": ELSEWHERE}).message
    world.patch(DEFAULT, {"inboundTrust": {"isMfaAccepted": True}})
    assert world.get(f"{PARTNERS}/default").status == 404
    assert len(world.get(PARTNERS).value) == 1


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        pytest.param("194ae4cb-b126-40b2-bd5b-6091b380977d", 200, 204, id="Security Administrator"),
        pytest.param("5d6b6bb7-de71-4623-b4af-96380a352509", 200, 403, id="Security Reader"),
        pytest.param("fe930be7-5e62-47db-91af-98c3a49a38b1", 403, 403, id="User Administrator"),
    ],
)
def test_roles_decide_for_signed_in_users(world: GraphWorld, role: str, read: int, write: int) -> None:
    token = world.user_token(world.change(world.user("megan"), directory_roles=(role,)))
    assert world.get(DEFAULT, token=token).status == read
    assert world.patch(DEFAULT, {"inboundTrust": {"isMfaAccepted": True}}, token=token).status == write


# --- conditional access ----------------------------------------------------------------------------------------


def policy(**changes: Any) -> dict[str, Any]:
    body = {
        "displayName": "Members need MFA",
        "state": "disabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    return body | changes


def test_a_policy_lives_from_post_to_delete(world: GraphWorld) -> None:
    created = world.post(CONDITIONAL_ACCESS, policy())
    assert created.status == 201
    url = f"{CONDITIONAL_ACCESS}/{created.json['id']}"
    assert created.json["createdDateTime"] == "2026-05-04T10:30:00Z"
    assert world.patch(url, {"state": "enabled"}).status == 204
    read = world.get(url).json
    assert (read["state"], read["modifiedDateTime"]) == ("enabled", "2026-05-04T10:30:00Z")
    assert read["grantControls"]["builtInControls"] == ["mfa"]
    assert world.delete(url).status == 204
    assert world.get(url).code == "ResourceNotFound"


def test_what_a_reading_gives_a_creation_takes(world: GraphWorld) -> None:
    (read,) = world.get(
        f"{CONDITIONAL_ACCESS}?$select=displayName,state,conditions,grantControls,sessionControls"
    ).value
    assert world.post(CONDITIONAL_ACCESS, read).status == 201


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param({"conditions": {"insiderRiskLevels": "minor"}}, "insiderRiskLevels", id="condition"),
        pytest.param(
            {"sessionControls": {"continuousAccessEvaluation": {"mode": "disabled"}}},
            "continuousAccessEvaluation",
            id="session",
        ),
        pytest.param(
            {"grantControls": {"operator": "OR", "builtInControls": ["riskRemediation"]}}, "riskRemediation", id="grant"
        ),
        pytest.param(
            {"conditions": {"locations": {"includeLocations": [ELSEWHERE]}}},
            f"no named location '{ELSEWHERE}'",
            id="location that does not exist",
        ),
        pytest.param(
            {"grantControls": {"operator": "OR", "authenticationStrength": {"id": ELSEWHERE}, "builtInControls": []}},
            f"no authentication strength '{ELSEWHERE}'",
            id="strength that does not exist",
        ),
        pytest.param(
            {"grantControls": {"operator": "AND", "termsOfUse": [ELSEWHERE]}},
            f"no agreement '{ELSEWHERE}'",
            id="terms that do not exist",
        ),
        pytest.param({"state": "on"}, "state", id="state"),
        pytest.param({"colour": "red"}, "colour", id="unknown"),
        pytest.param({"id": ELSEWHERE}, "id", id="read-only"),
    ],
)
def test_a_policy_that_nothing_evaluates_is_refused_by_name(
    world: GraphWorld, body: dict[str, Any], named: str
) -> None:
    merged = policy(**body)
    if "conditions" in body:
        merged["conditions"] = policy()["conditions"] | body["conditions"]
    created = world.post(CONDITIONAL_ACCESS, merged)
    (existing,) = world.get(CONDITIONAL_ACCESS).value
    patched = world.patch(f"{CONDITIONAL_ACCESS}/{existing['id']}", body)
    for answer in (created, patched):
        assert answer.status == 400
        assert named in answer.message
    assert world.get(CONDITIONAL_ACCESS).value == [existing]


def test_writing_policies_needs_all_three_permissions(world: GraphWorld) -> None:
    needed = {"Policy.ReadWrite.ConditionalAccess", "Policy.Read.All", "Application.Read.All"}
    for missing in needed:
        token = world.app_token(needed - {missing})
        assert world.post(CONDITIONAL_ACCESS, policy(), token=token).status == 403
    assert world.post(CONDITIONAL_ACCESS, policy(), token=world.app_token(needed)).status == 201


@pytest.mark.parametrize("place", range(4))
def test_each_template_makes_a_policy(world: GraphWorld, place: int) -> None:
    templates = world.get("/v1.0/identity/conditionalAccess/templates").value
    assert len(templates) == 4
    body = {"displayName": templates[place]["name"], "state": "disabled", **templates[place]["details"]}
    assert world.post(CONDITIONAL_ACCESS, body).status == 201

"""What belongs to cross-tenant access settings beside the four access settings (graph-api 19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from federation.cross_tenant_access import policy_id
from tests.builders import GraphWorld

POLICY = "/v1.0/policies/crossTenantAccessPolicy"
DEFAULT = f"{POLICY}/default"
PARTNERS = f"{POLICY}/partners"
ELSEWHERE = "11111111-2222-4333-8444-555555555555"
SYNC = f"{PARTNERS}/{ELSEWHERE}/identitySynchronization"
ONE_USER_ALL_APPLICATIONS = {
    "usersAndGroups": {"accessType": "allowed", "targets": [{"target": ELSEWHERE, "targetType": "user"}]},
    "applications": {"accessType": "allowed", "targets": [{"target": "AllApplications", "targetType": "application"}]},
}


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    assert made.post(PARTNERS, {"tenantId": ELSEWHERE}).status == 201
    yield made
    made.close()


def test_the_default_object_has_the_id_that_tenant_restriction_headers_name(world: GraphWorld) -> None:
    assert world.get(DEFAULT).json["id"] == policy_id(world.tenant().id)


def test_tenant_restrictions_can_be_set_for_everybody_and_for_a_partner(world: GraphWorld) -> None:
    system = world.get(DEFAULT).json["tenantRestrictions"]
    assert (system["usersAndGroups"]["accessType"], system["devices"]) == ("blocked", None)
    assert world.get(f"{PARTNERS}/{ELSEWHERE}").json["tenantRestrictions"] is None
    assert world.patch(f"{PARTNERS}/{ELSEWHERE}", {"tenantRestrictions": ONE_USER_ALL_APPLICATIONS}).status == 204
    shown = world.get(f"{PARTNERS}/{ELSEWHERE}").json["tenantRestrictions"]
    assert shown == {"devices": None, **ONE_USER_ALL_APPLICATIONS}
    assert world.patch(f"{PARTNERS}/{ELSEWHERE}", {"tenantRestrictions": None}).status == 204
    assert world.get(f"{PARTNERS}/{ELSEWHERE}").json["tenantRestrictions"] is None


def test_other_clouds_are_named_one_by_one(world: GraphWorld) -> None:
    assert world.get(POLICY).json["allowedCloudEndpoints"] == []
    assert world.patch(POLICY, {"allowedCloudEndpoints": ["microsoftonline.us"]}).status == 204
    assert world.get(POLICY).json["allowedCloudEndpoints"] == ["microsoftonline.us"]
    for clouds in (["microsoftonline.com"], ["cloud.example"], ["microsoftonline.us", "microsoftonline.us"]):
        assert world.patch(POLICY, {"allowedCloudEndpoints": clouds}).status == 400


def test_identity_synchronization_is_put_once_patched_and_deleted(world: GraphWorld) -> None:
    assert world.get(SYNC).status == 404
    body = {"displayName": "Elsewhere", "userSyncInbound": {"isSyncAllowed": True}}
    assert world.call("PUT", SYNC, body).status == 204
    again = world.call("PUT", SYNC, body)
    assert (again.status, again.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    shown = world.get(SYNC).json
    assert (shown["tenantId"], shown["userSyncInbound"]) == (ELSEWHERE, {"isSyncAllowed": True})
    expanded = world.get(f"{PARTNERS}/{ELSEWHERE}?$expand=identitySynchronization").json
    assert expanded["identitySynchronization"]["displayName"] == "Elsewhere"
    assert world.patch(SYNC, {"userSyncInbound": {"isSyncAllowed": False}}).status == 204
    assert world.get(SYNC).json["userSyncInbound"] == {"isSyncAllowed": False}
    assert world.delete(f"{PARTNERS}/{ELSEWHERE}").status == 400
    assert world.delete(SYNC).status == 204
    assert world.delete(SYNC).status == 404
    assert world.delete(f"{PARTNERS}/{ELSEWHERE}").status == 204


@pytest.mark.parametrize(
    "body",
    [{"userSyncInbound": {"isSyncAllowed": "yes"}}, {"userSyncInbound": {"allowed": True}}, {"isSyncAllowed": True}],
)
def test_identity_synchronization_that_makes_no_sense_is_refused(world: GraphWorld, body: dict[str, object]) -> None:
    assert world.call("PUT", SYNC, body).status == 400
    assert world.get(SYNC).status == 404


def test_a_service_provider_cannot_be_removed(world: GraphWorld) -> None:
    assert world.patch(f"{PARTNERS}/{ELSEWHERE}", {"isServiceProvider": True}).status == 204
    refused = world.delete(f"{PARTNERS}/{ELSEWHERE}")
    assert refused.status == 400
    assert "service provider" in refused.message
    assert world.get(f"{PARTNERS}/{ELSEWHERE}").status == 200

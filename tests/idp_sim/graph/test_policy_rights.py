"""Who may read and change the policies about other organisations, and what an attempt leaves (graph-api 8.4, 28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from idp_sim.directory.model import User
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from tests.builders import EVERY_PERMISSION, WORLD, GraphWorld

CROSS = "/v1.0/policies/crossTenantAccessPolicy"
DOMAINS = "/beta/policies/b2bManagementPolicies"
AUTHORIZATION = "/v1.0/policies/authorizationPolicy"
CONDITIONAL = "/v1.0/identity/conditionalAccess/policies"
TRUST = {"inboundTrust": {"isMfaAccepted": True}}
INVITES = {"allowInvitesFrom": "none"}


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def token_of(world: GraphWorld, name: str, *roles: str) -> str:
    """A token with every permission of somebody who holds these roles and no others."""
    user = replace(world.user(name), directory_roles=tuple(ROLE_TEMPLATE_IDS[role] for role in roles))
    world.storage.update(WORLD, world.tenant().id, User, user.id, lambda _old: user)
    return world.user_token(user, EVERY_PERMISSION)


def refusals(world: GraphWorld) -> list[tuple[str, str]]:
    rows = world.get("/v1.0/auditLogs/directoryAudits").value
    return [(row["activityDisplayName"], row["resultReason"]) for row in rows if row["result"] == "failure"]


@pytest.mark.parametrize(
    ("role", "path", "body", "reads", "writes"),
    [
        ("Security Administrator", f"{CROSS}/default", TRUST, True, True),
        ("Global Administrator", f"{CROSS}/default", TRUST, True, True),
        ("Security Reader", f"{CROSS}/default", TRUST, True, False),
        ("Global Reader", f"{CROSS}/default", TRUST, True, False),
        ("User Administrator", f"{CROSS}/default", TRUST, False, False),
        ("Conditional Access Administrator", f"{CROSS}/default", TRUST, False, False),
        ("Privileged Role Administrator", AUTHORIZATION, INVITES, True, True),
        ("Security Administrator", AUTHORIZATION, INVITES, True, False),
        ("Guest Inviter", AUTHORIZATION, INVITES, True, False),
    ],
)
def test_roles_of_members(
    world: GraphWorld, role: str, path: str, body: dict[str, Any], reads: bool, writes: bool
) -> None:
    token = token_of(world, "megan", role)
    assert (world.get(path, token=token).status == 200) is reads
    assert (world.patch(path, body, token=token).status == 204) is writes


@pytest.mark.parametrize("path", [CROSS, f"{CROSS}/default", f"{CROSS}/partners", DOMAINS, AUTHORIZATION, CONDITIONAL])
def test_a_guest_without_a_role_neither_reads_nor_changes(world: GraphWorld, path: str) -> None:
    token = token_of(world, "ana")
    assert world.get(path, token=token).status == 403
    for method in ("POST", "PATCH"):
        assert world.call(method, path, {}, token=token).status in (403, 405)


def test_each_attempt_to_change_a_policy_is_in_the_audit_log(world: GraphWorld) -> None:
    before = len(refusals(world))
    denied = world.patch(f"{CROSS}/default", TRUST, token=token_of(world, "ana"))
    nonsense = world.patch(f"{CROSS}/default", {"inboundTrust": {"isMfaAccepted": "yes"}})
    missing = world.delete(f"{CROSS}/partners/11111111-2222-4333-8444-555555555555")
    assert [denied.status, nonsense.status, missing.status] == [403, 400, 404]
    told = refusals(world)[: len(refusals(world)) - before]
    update = "Update the company default cross-tenant access setting"
    assert [activity for activity, _ in reversed(told)] == [
        update,
        update,
        "Delete partner specific cross-tenant access setting",
    ]
    assert "Insufficient privileges" in told[-1][1]
    assert world.get(f"{CROSS}/default").json["isServiceDefault"] is True


def test_a_refused_attempt_names_who_tried(world: GraphWorld) -> None:
    world.patch(f"{CROSS}/default", TRUST, token=token_of(world, "ana"))
    rows = world.get("/v1.0/auditLogs/directoryAudits").value
    row = next(row for row in rows if row["result"] == "failure")
    assert row["initiatedBy"]["user"]["id"] == world.user("ana").id
    assert row["category"] == "CrossTenantAccessSettings"

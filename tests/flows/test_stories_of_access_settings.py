"""Cross-tenant access settings with lists of users, groups, applications, at each sign-in (entra-sign-in 7.3, 7.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import World
from tests.stories import by_headless, set_partner

ANA, BEN, NORA = "ana@fabrikam.example", "ben@fabrikam.example", "nora@northwind.example"


def group_of(world: World, tenant: str, *members: str) -> str:
    """A new group of the tenant; its id."""
    body = {"displayName": "Team", "mailEnabled": False, "mailNickname": "team", "securityEnabled": True}
    made = str(world.graph("POST", "/groups", body, tenant=tenant, expect=201)["id"])
    for member in members:
        link = {"@odata.id": f"{world.base_url}/v1.0/directoryObjects/{member}"}
        world.graph("POST", f"/groups/{made}/members/$ref", link, tenant=tenant, expect=204)
    return made


def listing(
    users: str, applications: str, *, group: str | None = None, user: str | None = None, application: str | None = None
) -> dict[str, Any]:
    """A setting with one group or user and one application, or all of them."""
    kind = "group" if group else "user"
    return {
        "usersAndGroups": {
            "accessType": users,
            "targets": [{"target": group or user or "AllUsers", "targetType": kind}],
        },
        "applications": {
            "accessType": applications,
            "targets": [{"target": application or "AllApplications", "targetType": "application"}],
        },
    }


def codes(world: World, *addresses: str) -> list[int]:
    return [by_headless(world, address, redeem=True).code for address in addresses]


def test_inbound_settings_know_groups_of_the_partner(world: World) -> None:
    team = group_of(world, "fabrikam", world.user("ana")["id"])
    inbound = listing("allowed", "allowed", group=team)
    set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=inbound)
    assert codes(world, ANA, BEN) == [0, 500213]


def test_a_group_of_the_resource_tenant_matches_who_has_an_object_here(world: World) -> None:
    team = group_of(world, "contoso", world.guest("ana")["id"])
    set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=listing("allowed", "allowed", group=team))
    assert codes(world, ANA, BEN) == [0, 500213]


def test_outbound_settings_know_groups_of_their_own(world: World) -> None:
    team = group_of(world, "fabrikam", world.user("ana")["id"])
    set_partner(world, "fabrikam", "contoso", b2bCollaborationOutbound=listing("blocked", "blocked", group=team))
    assert codes(world, ANA, BEN) == [500212, 0]


@pytest.mark.parametrize(
    ("users", "applications", "passes"),
    [
        # ana at the portal, ana elsewhere, ben at the portal, ben elsewhere
        pytest.param("allowed", "allowed", [True, False, False, False], id="allowed and allowed"),
        pytest.param("allowed", "blocked", [False, True, False, False], id="allowed and blocked"),
        pytest.param("blocked", "allowed", [False, False, True, False], id="blocked and allowed"),
        pytest.param("blocked", "blocked", [False, True, True, True], id="blocked and blocked"),
    ],
)
def test_both_halves_are_read_together(world: World, users: str, applications: str, passes: list[bool]) -> None:
    by_headless(world, BEN, redeem=True)
    ana, portal = world.user("ana")["id"], world.application("portal")["client_id"]
    inbound = listing(users, applications, user=ana, application=portal)
    set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=inbound)
    tried = [by_headless(world, who, app).code for who in (ANA, BEN) for app in ("portal", "mobile")]
    assert tried == [0 if let_in else 500213 for let_in in passes]


def test_outbound_is_asked_before_inbound(world: World) -> None:
    closed = listing("blocked", "blocked")
    set_partner(world, "fabrikam", "contoso", b2bCollaborationOutbound=closed)
    set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=closed)
    assert codes(world, ANA) == [500212]


def test_a_partner_that_is_removed_falls_back_to_the_default(world: World) -> None:
    default = "/policies/crossTenantAccessPolicy/default"
    world.graph("PATCH", default, {"b2bCollaborationInbound": listing("blocked", "blocked")}, expect=204)
    set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=listing("allowed", "allowed"))
    assert codes(world, ANA, NORA) == [0, 500213]
    partner = f"/policies/crossTenantAccessPolicy/partners/{world.tenant_id('fabrikam')}"
    world.graph("DELETE", partner, expect=204)
    assert codes(world, ANA) == [500213]
    world.graph("POST", f"{default}/resetToSystemDefault", expect=204)
    assert codes(world, ANA, NORA) == [0, 0]

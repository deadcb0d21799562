"""People who use an application without a guest object (entra-sign-in 16.1, 8.1 rows 15-17, 7.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import World
from tests.stories import headless, log, rules, set_partner, setting

CLEO, ANA, BEN = "cleo@fabrikam.example", "ana@fabrikam.example", "ben@fabrikam.example"


def come(world: World, address: str = ANA, **more: Any) -> dict[str, Any]:
    return headless(world, address, direct_connect=True, **more)


def open_both(world: World, **of_contoso: Any) -> None:
    """Both sides open: Fabrikam outbound, Contoso inbound."""
    set_partner(world, "fabrikam", "contoso", b2bDirectConnectOutbound=setting("allowed"))
    set_partner(world, "contoso", "fabrikam", b2bDirectConnectInbound=setting("allowed"), **of_contoso)


def trusting(accepted: bool) -> dict[str, bool]:
    return {"isMfaAccepted": accepted}


@pytest.mark.parametrize(
    ("outbound", "inbound", "code"),
    [(False, False, 500212), (False, True, 500212), (True, False, 500213), (True, True, 0)],
)
def test_both_tenants_must_open_direct_connect_and_it_is_closed_by_default(
    world: World, outbound: bool, inbound: bool, code: int
) -> None:
    if outbound:
        set_partner(world, "fabrikam", "contoso", b2bDirectConnectOutbound=setting("allowed"))
    if inbound:
        set_partner(world, "contoso", "fabrikam", b2bDirectConnectInbound=setting("allowed"))
    result = come(world)
    assert (result["error"] or {"code": 0})["code"] == code
    assert headless(world, ANA)["outcome"] == "success"  # collaboration has settings of its own


def test_the_token_is_the_resource_tenant_s_and_no_object_is_made(world: World) -> None:
    open_both(world)
    before = world.graph("GET", "/users")["value"]
    result = come(world, scope="openid profile email offline_access")
    assert result["outcome"] == "success"
    claims = result["id_token_claims"]
    assert claims["tid"] == world.tenant_id("contoso")
    assert claims["oid"] == world.user("ana")["id"]
    assert claims["idp"] == f"https://sts.windows.net/{world.tenant_id('fabrikam')}/"
    assert "refresh_token" not in result["tokens"]
    assert world.graph("GET", "/users")["value"] == before


def test_who_was_never_invited_can_come_too_and_consents_unless_both_tenants_suppress_it(world: World) -> None:
    open_both(world, inboundTrust=trusting(True))
    asked = come(world, CLEO)
    assert ("contoso", "consent", "asked") in rules(world, asked["id"])
    set_partner(world, "fabrikam", "contoso", automaticUserConsentSettings={"outboundAllowed": True})
    set_partner(world, "contoso", "fabrikam", automaticUserConsentSettings={"inboundAllowed": True})
    silent = come(world, CLEO)
    assert ("contoso", "consent", "suppressed") in rules(world, silent["id"])


def test_without_trust_a_demanded_second_factor_is_refused_and_never_done_here(world: World) -> None:
    open_both(world, inboundTrust=trusting(False))
    result = come(world)
    assert (result["outcome"], result["error"]["code"]) == ("refused", 90071)
    assert not {"mfa_challenge", "mfa_registration"} & {s["step"] for s in result["steps"] if s["tenant"] == "contoso"}


def test_with_trust_what_is_missing_is_done_at_home(world: World) -> None:
    open_both(world, inboundTrust=trusting(True))
    result = come(world, BEN)
    assert result["outcome"] == "success"
    assert "fabrikam" in {s["tenant"] for s in result["steps"] if s["step"] == "mfa_challenge"}


def test_each_tenant_has_a_row_that_says_direct_connect(world: World) -> None:
    open_both(world)
    result = come(world)
    for tenant in ("contoso", "fabrikam"):
        token = world.client_credentials(tenant=tenant)["access_token"]
        rows = world.call("GET", "/beta/auditLogs/signIns", headers={"Authorization": f"Bearer {token}"}).json["value"]
        newest = rows[0]
        assert newest["crossTenantAccessType"] == "b2bDirectConnect"
        assert newest["homeTenantId"] == world.tenant_id("fabrikam")
        assert newest["resourceTenantId"] == world.tenant_id("contoso")
    assert log(world)[0]["id"] == result["id"]


@pytest.mark.parametrize("address", ["otto@proseware.example", "omar@contoso.example"])
def test_only_work_accounts_of_other_organizations_come_by_direct_connect(world: World, address: str) -> None:
    open_both(world)
    result = come(world, address)
    assert (result["outcome"], result["error"]["code"]) == ("refused", 50020)


def test_who_has_no_object_is_assigned_to_nothing(world: World) -> None:
    open_both(world)
    found = world.graph("GET", "/servicePrincipals?$filter=displayName eq 'Contoso Portal'")["value"][0]
    world.graph("PATCH", f"/servicePrincipals/{found['id']}", {"appRoleAssignmentRequired": True}, expect=204)
    assert come(world)["error"]["code"] == 50105

"""The three questions that may be asked across the border between tenants (product.md 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from federation.cross_tenant_access import CrossTenantAccessConfiguration, Target, TargetConfiguration, everyone
from idp_sim.directory.group import DirectoryLink, Relation
from idp_sim.directory.model import User
from tests.control_world import ControlWorld


def scenario(home: dict[str, Any]) -> dict[str, Any]:
    """Two tenants; ``home`` is what Fabrikam's cross-tenant access settings say."""
    return {
        "tenants": {
            "contoso": {
                "domains": ["contoso.example"],
                "applications": {"portal": {}},
                "guests": {"ana@fabrikam.example": {"home": "fabrikam"}},
            },
            "fabrikam": {
                "domains": ["fabrikam.example"],
                "users": {"ana": {"password": "x"}, "ben": {"password": "x"}},
                "cross_tenant_access": home,
            },
        }
    }


def setting(users: str, *people: str, applications: str = "allowed", target: str = "AllApplications") -> dict[str, Any]:
    return {
        "usersAndGroups": {
            "accessType": users,
            "targets": [{"target": person, "targetType": "user"} for person in people or ("AllUsers",)],
        },
        "applications": {"accessType": applications, "targets": [{"target": target, "targetType": "application"}]},
    }


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld("contoso")
    yield simulator
    simulator.close()


def world_of(sim: ControlWorld, home: dict[str, Any]) -> str:
    return sim.worlds.create(scenario(home))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("ana@fabrikam.example", "fabrikam", id="a user"),
        pytest.param("ANA@Fabrikam.example", "fabrikam", id="a user in another case"),
        pytest.param("nobody@fabrikam.example", None, id="by user, not by domain"),
        pytest.param("otto@proseware.example", None, id="a guest lives elsewhere"),
        pytest.param("ana_fabrikam.example#EXT#@contoso.example", None, id="a guest's own name"),
    ],
)
def test_the_tenant_of_an_address_is_the_one_with_that_user(
    sim: ControlWorld, address: str, expected: str | None
) -> None:
    found = sim.ports.border.tenant_of("default", address)
    assert (found.name if found else None) == expected
    if found:
        assert found.metadata_url == f"https://localhost:8443/{found.id}/v2.0/.well-known/openid-configuration"


def test_a_tenant_of_another_world_is_never_found(sim: ControlWorld) -> None:
    further = sim.worlds.create("contoso")
    here = sim.ports.border.tenant_of("default", "ana@fabrikam.example")
    there = sim.ports.border.tenant_of(further, "ana@fabrikam.example")
    assert here is not None
    assert there is not None
    assert here.id != there.id


@pytest.mark.parametrize(
    ("home", "person", "expected"),
    [
        pytest.param({}, "ana", True, id="nothing set: everyone may go"),
        pytest.param(
            {"partners": {"contoso": {"b2bCollaborationOutbound": setting("blocked", applications="blocked")}}},
            "ana",
            False,
            id="the partner is closed",
        ),
        pytest.param(
            {"default": {"b2bCollaborationOutbound": setting("blocked", applications="blocked")}},
            "ana",
            False,
            id="all partners are closed",
        ),
        pytest.param(
            {
                "default": {"b2bCollaborationOutbound": setting("blocked", applications="blocked")},
                "partners": {"contoso": {"b2bCollaborationOutbound": setting("allowed", "ana")}},
            },
            "ana",
            True,
            id="the partner's object beats the default",
        ),
        pytest.param(
            {"partners": {"contoso": {"b2bCollaborationOutbound": setting("allowed", "ana")}}},
            "ben",
            False,
            id="only someone else may go",
        ),
        pytest.param(
            {"partners": {"contoso": {"b2bCollaborationOutbound": setting("allowed", target="portal")}}},
            "ana",
            True,
            id="one of the partner's applications, named as the partner does",
        ),
    ],
)
def test_the_home_s_outbound_settings_answer_for_one_user(
    sim: ControlWorld, home: dict[str, Any], person: str, expected: bool
) -> None:
    world = world_of(sim, home)
    ids = {tenant.name: tenant.id for tenant in sim.worlds.tenants(world)}
    applications = sim.worlds.ready(world)["applications"]
    portal = next(a["client_id"] for a in applications if a["name"] == "portal")
    address = f"{person}@fabrikam.example"
    for application in (None, portal):
        allowed = sim.ports.border.outbound_allowed(world, ids["fabrikam"], address, ids["contoso"], application)
        assert allowed is expected


def test_the_home_s_outbound_settings_know_the_groups_of_its_user(sim: ControlWorld) -> None:
    """Also groups inside groups; the list is of the home's own groups (entra-sign-in 7.3)."""
    ids = {tenant.name: tenant.id for tenant in sim.worlds.tenants("default")}
    home, storage = ids["fabrikam"], sim.ports.storage
    ana = storage.find("default", home, User, user_principal_name="ana@fabrikam.example")[0]
    inner, outer = (str(UUID(int=number)) for number in (1, 2))
    for source, target in ((inner, ana.id), (outer, inner)):
        storage.insert("default", home, DirectoryLink(relation=Relation.MEMBER, source=source, target=target))
    group = TargetConfiguration(access_type="allowed", targets=(Target(target=outer, target_type="group"),))
    closed_but_for_the_group = replace(everyone("allowed"), users_and_groups=group)
    storage.put(
        "default",
        home,
        CrossTenantAccessConfiguration(tenant_id=ids["contoso"], b2b_collaboration_outbound=closed_but_for_the_group),
    )
    may_go = [
        sim.ports.border.outbound_allowed("default", home, f"{name}@fabrikam.example", ids["contoso"], None)
        for name in ("ana", "ben")
    ]
    assert may_go == [True, False]


@pytest.mark.parametrize(
    ("flags", "expected"), [({}, False), ({"inboundAllowed": True}, False), ({"outboundAllowed": True}, True)], ids=str
)
def test_the_consent_flag_is_the_home_s_outbound_one(sim: ControlWorld, flags: dict[str, bool], expected: bool) -> None:
    world = world_of(sim, {"partners": {"contoso": {"automaticUserConsentSettings": flags}}})
    ids = {tenant.name: tenant.id for tenant in sim.worlds.tenants(world)}
    assert sim.ports.border.outbound_consent(world, ids["fabrikam"], ids["contoso"]) is expected


def test_an_address_in_a_verified_domain_can_not_be_claimed_by_another_tenants_mail_property(sim: ControlWorld) -> None:
    claimed = scenario({})
    claimed["tenants"]["aardvark"] = {
        "domains": ["aardvark.example"],
        "users": {"eve": {"password": "x"}},
    }
    world = sim.worlds.create(claimed)
    (tenant,) = [tenant for tenant in sim.worlds.tenants(world) if tenant.name == "aardvark"]
    (eve,) = sim.ports.storage.find(world, tenant.id, User, user_principal_name="eve@aardvark.example")
    sim.ports.storage.put(world, tenant.id, replace(eve, mail="cleo@fabrikam.example"))
    assert sim.ports.border.tenant_of(world, "cleo@fabrikam.example") is None
    home = sim.ports.border.tenant_of(world, "eve@aardvark.example")
    assert home is not None
    assert home.name == "aardvark"

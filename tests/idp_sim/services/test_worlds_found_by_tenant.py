"""Which world a tenant id or a domain means, and what creating, resetting and deleting do to that."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.ports import AlreadyExists, NotFound, ProtocolMessage
from idp_sim.scenario.errors import ScenarioError
from idp_sim.services.worlds import DefaultWorldStays
from tests.control_world import ControlWorld

ELSEWHERE = {"name": "elsewhere", "tenants": {"acme": {"domains": ["acme.example"]}}}


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld("minimal")
    yield simulator
    simulator.close()


def assert_unknown(sim: ControlWorld, name: str) -> None:
    with pytest.raises(FederationError) as caught:
        sim.worlds.of_tenant(name)
    assert caught.value.reason is Reason.TENANT_NOT_FOUND


def test_a_tenant_is_found_by_id_and_by_domain_in_any_case(sim: ControlWorld) -> None:
    contoso = sim.worlds.tenant_named("default", "contoso")
    for name in (contoso.id, contoso.id.upper(), "contoso.example", "Contoso.Example"):
        assert sim.worlds.of_tenant(name) == ("default", contoso)


@pytest.mark.parametrize("name", ["", "common", "contoso", "unknown.example", "11111111-2222-4333-8444-555555555555"])
def test_what_is_no_tenant_is_refused(sim: ControlWorld, name: str) -> None:
    assert_unknown(sim, name)


def test_an_id_finds_its_own_world_and_a_domain_the_default_one(sim: ControlWorld) -> None:
    further = sim.worlds.create("minimal")
    contoso = sim.worlds.tenant_named(further, "contoso")
    assert sim.worlds.of_tenant(contoso.id)[0] == further
    assert sim.worlds.of_tenant("contoso.example")[0] == "default"


def test_a_domain_that_only_one_further_world_has_finds_it_and_one_that_two_have_finds_none(sim: ControlWorld) -> None:
    first = sim.worlds.create(ELSEWHERE)
    assert sim.worlds.of_tenant("acme.example")[0] == first
    second = sim.worlds.create(ELSEWHERE)
    assert_unknown(sim, "acme.example")
    sim.worlds.delete(first)
    assert sim.worlds.of_tenant("acme.example")[0] == second


def test_tenants_of_a_deleted_world_are_unknown(sim: ControlWorld) -> None:
    further = sim.worlds.create("minimal")
    contoso = sim.worlds.tenant_named(further, "contoso")
    sim.worlds.delete(further)
    assert_unknown(sim, contoso.id)
    for ask in (sim.worlds.by_id, sim.worlds.context, sim.worlds.ready, sim.worlds.reset, sim.worlds.delete):
        with pytest.raises(NotFound):
            ask(further)


def test_the_default_world_stays(sim: ControlWorld) -> None:
    with pytest.raises(DefaultWorldStays):
        sim.worlds.delete("default")


def test_a_world_id_is_taken_once_and_a_scenario_with_mistakes_leaves_nothing_behind(sim: ControlWorld) -> None:
    with pytest.raises(AlreadyExists):
        sim.worlds.create("minimal", "default")
    with pytest.raises(ScenarioError):
        sim.worlds.create("nothing", "mine")
    assert sim.worlds.create("minimal", "mine") == "mine"
    assert [world.id for world in sim.worlds.all()] == ["default", "mine"]


def test_a_changed_tenant_is_seen_at_once_and_a_reset_takes_it_back(sim: ControlWorld) -> None:
    contoso = sim.worlds.tenant_named("default", "contoso")
    sim.worlds.update_tenant("default", contoso.id, lambda old: replace(old, display_name="Contoso B.V."))
    assert sim.worlds.of_tenant(contoso.id)[1].display_name == "Contoso B.V."
    sim.worlds.reset("default")
    assert sim.worlds.of_tenant(contoso.id)[1] == contoso


def test_a_reset_forgets_the_journal(sim: ControlWorld) -> None:
    context = sim.worlds.context("default")
    message = ProtocolMessage(
        order=1,
        instant=context.now,
        correlation_id=context.correlation_id,
        tenant="contoso",
        sender="a",
        receiver="b",
        protocol="mail",
        name="invitation",
    )
    sim.ports.journal.record("default", message)
    sim.worlds.reset("default")
    assert sim.ports.journal.messages("default", context.correlation_id) == []


def test_eight_worlds_made_at_once_are_eight_worlds(sim: ControlWorld) -> None:
    with ThreadPoolExecutor(8) as pool:
        worlds = list(pool.map(lambda _: sim.worlds.create("minimal"), range(8)))
    assert len(set(worlds)) == 8
    for world in worlds:
        assert sim.worlds.of_tenant(sim.worlds.tenant_named(world, "fabrikam").id)[0] == world
        assert world == world.lower()
        assert world.isalnum()

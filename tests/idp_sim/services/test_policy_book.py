"""A tenant's policies are read once, kept until they change, and right after a reset."""

from __future__ import annotations

import pytest

from idp_sim.adapters.shelf import ROOM, MemoryShelf
from idp_sim.services.policies import policy_book
from tests.simulator import World
from tests.stories import add_policy, policy_ids


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


def test_a_thing_is_kept_for_one_revision(shelf: MemoryShelf) -> None:
    shelf.keep(("a",), "1", "thing")
    assert (shelf.peek(("a",), "1"), shelf.peek(("a",), "2"), shelf.peek(("b",), "1")) == ("thing", None, None)


def test_what_was_not_asked_for_longest_makes_room(shelf: MemoryShelf) -> None:
    for number in range(ROOM):
        shelf.keep((str(number),), "1", number)
    assert shelf.peek(("0",), "1") == 0
    shelf.keep(("one more",), "1", "x")
    assert (shelf.peek(("0",), "1"), shelf.peek(("1",), "1")) == (0, None)


def test_the_book_is_made_once_and_anew_when_a_policy_changes(world: World) -> None:
    ports, tenant = world.simulator.ports, world.tenant_id("contoso")
    first = policy_book(ports, world["world"], tenant)
    assert policy_book(ports, world["world"], tenant) is first
    made = add_policy(world, "block")
    second = policy_book(ports, world["world"], tenant)
    assert [policy.id for policy in second.policies] == [*(policy.id for policy in first.policies), made]


def test_a_reset_brings_the_policies_of_the_scenario_back(world: World) -> None:
    before = policy_ids(world)
    add_policy(world, "block")
    assert policy_ids(world) != before
    world.control("POST", "reset", expect=204)
    assert policy_ids(world) == before

"""Instants of directory objects: told in whole seconds, and found by what was told (graph-api 1.6, 10.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.builders import NOW, GraphWorld

EXACT = NOW + timedelta(microseconds=123_456)


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("createdDateTime", "created"), ("externalUserStateChangeDateTime", "external_user_state_changed")],
)
def test_an_instant_of_a_user_has_no_fraction_and_finds_the_user(world: GraphWorld, name: str, attribute: str) -> None:
    ana = world.change(world.user("ana"), **{attribute: EXACT})
    told = world.get(f"/v1.0/users/{ana.id}?$select={name}").json[name]
    assert told == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    found = world.get(f"/v1.0/users?$filter={name} eq {told}&$select=id").value
    assert ana.id in {user["id"] for user in found}

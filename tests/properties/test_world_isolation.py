"""Two worlds with two tenants each behave like four separate dictionaries, whatever is done in what order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from idp_sim.directory.model import User
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.storage.sqlite import SqliteStorage

CREATED = datetime(2026, 3, 1, tzinfo=UTC)
WORLDS = st.sampled_from(["default", "other"])
TENANTS = st.sampled_from(["contoso", "fabrikam"])
KEYS = st.sampled_from(["1", "2", "3"])
NAMES = st.sampled_from(["ana", "Ana", "ben", "cleo"])

Model = dict[str, dict[str, User]]


def user(key: str, name: str) -> User:
    return User(id=key, user_principal_name=f"{name}@x.example", display_name=name, created=CREATED)


class Worlds(RuleBasedStateMachine):
    """The store beside a model: world -> tenant -> key -> record, in order of insertion."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = SqliteStorage()
        self.model: dict[str, Model] = {}
        self.marked: dict[str, Model] = {}

    @initialize()
    def make_both_worlds(self) -> None:
        for world in ("default", "other"):
            self._make(world)

    def _make(self, world: str) -> None:
        self.storage.create_world(world)
        self.model[world] = {"contoso": {}, "fabrikam": {}}
        self.marked.pop(world, None)

    def _taken(self, world: str, tenant: str, record: User) -> bool:
        """Whether another record of the tenant has the unique name."""
        name = record.user_principal_name.lower()
        return any(
            other.user_principal_name.lower() == name
            for key, other in self.model[world][tenant].items()
            if key != record.id
        )

    @rule(world=WORLDS, tenant=TENANTS, key=KEYS, name=NAMES)
    def insert(self, world: str, tenant: str, key: str, name: str) -> None:
        record, known = user(key, name), self.model[world][tenant]
        if key in known or self._taken(world, tenant, record):
            with pytest.raises(AlreadyExists):
                self.storage.insert(world, tenant, record)
        else:
            self.storage.insert(world, tenant, record)
            known[key] = record

    @rule(world=WORLDS, tenant=TENANTS, key=KEYS, name=NAMES)
    def put(self, world: str, tenant: str, key: str, name: str) -> None:
        record = user(key, name)
        if self._taken(world, tenant, record):
            with pytest.raises(AlreadyExists):
                self.storage.put(world, tenant, record)
        else:
            self.storage.put(world, tenant, record)
            self.model[world][tenant][key] = record

    @rule(world=WORLDS, tenant=TENANTS, key=KEYS, title=st.text(max_size=3))
    def update(self, world: str, tenant: str, key: str, title: str) -> None:
        known = self.model[world][tenant]
        if key not in known:
            with pytest.raises(NotFound):
                self.storage.update(world, tenant, User, key, lambda old: old)
        else:
            known[key] = replace(known[key], job_title=title)
            changed = self.storage.update(world, tenant, User, key, lambda old: replace(old, job_title=title))
            assert changed == known[key]

    @rule(world=WORLDS, tenant=TENANTS, key=KEYS)
    def delete(self, world: str, tenant: str, key: str) -> None:
        if self.model[world][tenant].pop(key, None) is None:
            with pytest.raises(NotFound):
                self.storage.delete(world, tenant, User, key)
        else:
            self.storage.delete(world, tenant, User, key)

    @rule(world=WORLDS, tenant=TENANTS)
    def purge(self, world: str, tenant: str) -> None:
        assert self.storage.purge(world, tenant, User) == len(self.model[world][tenant])
        self.model[world][tenant].clear()

    @rule(world=WORLDS, tenant=TENANTS, key=KEYS, name=NAMES)
    def begin_and_give_up(self, world: str, tenant: str, key: str, name: str) -> None:
        def work() -> None:
            with self.storage.unit_of_work(world):
                self.storage.purge(world, tenant, User)
                self.storage.put(world, tenant, user(key, name))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            work()

    @rule(world=WORLDS)
    def mark(self, world: str) -> None:
        self.storage.mark_pristine(world)
        self.marked[world] = {tenant: dict(known) for tenant, known in self.model[world].items()}

    @rule(world=WORLDS)
    def restore(self, world: str) -> None:
        if world not in self.marked:
            with pytest.raises(NotFound):
                self.storage.restore_pristine(world)
        else:
            self.storage.restore_pristine(world)
            self.model[world] = {tenant: dict(known) for tenant, known in self.marked[world].items()}

    @rule(world=WORLDS)
    def make_anew(self, world: str) -> None:
        self.storage.drop_world(world)
        self._make(world)

    @invariant()
    def every_tenant_of_every_world_holds_what_the_model_says(self) -> None:
        for world, tenants in self.model.items():
            for tenant, known in tenants.items():
                assert self.storage.find(world, tenant, User) == list(known.values())

    def teardown(self) -> None:
        self.storage.close()


TestWorlds = Worlds.TestCase
TestWorlds.__doc__ = Worlds.__doc__

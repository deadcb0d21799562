"""Worlds: made from scenarios, found by tenant, reset and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.events import Event, TenantChanged
from idp_sim.ports import WORLD_WIDE, Context, Ids, NotFound, Ports
from idp_sim.services import ready
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.tenants.model import Tenant
from idp_sim.world import WorldRecord

#: The world that always exists.
DEFAULT_WORLD = "default"

#: A shipped scenario's name, a file, or a scenario as an object.
ScenarioSource = str | Path | Mapping[str, Any]


class DefaultWorldStays(Exception):
    """The default world always exists; it can be reset, not deleted."""


class OtherScenario(Exception):
    """The default world that lies in storage was made from another scenario, or from another version of its file."""

    def __init__(self, made_from: str, wanted: str) -> None:
        self.made_from, self.wanted = made_from, wanted
        self.changed = made_from == wanted
        super().__init__(f"made from {made_from}, not from {wanted}")


class Scenarios(Protocol):
    """Turns a scenario into records; ``scenario.load.ScenarioLoader`` does."""

    def identity(self, source: ScenarioSource) -> tuple[str, str]:
        """Name and digest that a world made from ``source`` remembers; ScenarioError."""

    def records(
        self, source: ScenarioSource, *, world: str, ids: Ids, base_url: str, now: datetime
    ) -> list[tuple[str, object]]:
        """Every record of a new world with the tenant it belongs to; ScenarioError with every problem."""


@dataclass(frozen=True)
class _Index:
    """Which world a tenant id or a domain means. Replaced as a whole, so that reading needs no lock."""

    worlds: Mapping[str, tuple[Tenant, ...]]
    by_id: Mapping[str, tuple[str, Tenant]]
    by_domain: Mapping[str, tuple[str, Tenant]]

    @classmethod
    def of(cls, worlds: Mapping[str, tuple[Tenant, ...]]) -> _Index:
        by_id = {tenant.id: (world, tenant) for world, tenants in worlds.items() for tenant in tenants}
        owners: dict[str, list[tuple[str, Tenant]]] = {}
        for world, tenants in worlds.items():
            for tenant in tenants:
                for domain in tenant.domains:
                    owners.setdefault(domain, []).append((world, tenant))
        by_domain = {}
        for domain, found in owners.items():
            in_default = [owner for owner in found if owner[0] == DEFAULT_WORLD]
            if in_default or len(found) == 1:  # a name that two further worlds have means neither
                by_domain[domain] = (in_default or found)[0]
        return cls(worlds, by_id, by_domain)


class Worlds:
    """The worlds of one simulator. Safe to call from any thread; nothing here outlives the object."""

    def __init__(self, ports: Ports, scenarios: Scenarios, mailroom: Mailroom, phones: Phones) -> None:
        self._ports = ports
        self._scenarios = scenarios
        self._mailroom = mailroom
        self._phones = phones
        self._changed: dict[str, int] = {}  # worlds whose tenants were changed, and how often
        self._guard = Lock()
        self._index = _Index.of({})

    # --- finding -------------------------------------------------------------------------------------

    def of_tenant(self, name: str) -> tuple[str, Tenant]:
        """World and tenant of a tenant id or domain, any case; FederationError(TENANT_NOT_FOUND).

        A domain means the default world's tenant, or the only one that has it (product.md 2).
        """
        self._read_what_changed()
        index, wanted = self._index, name.lower()
        found = index.by_id.get(wanted) or index.by_domain.get(wanted)
        if found is None:
            raise FederationError(Reason.TENANT_NOT_FOUND, tenant=name)
        return found

    def by_id(self, world: str) -> WorldRecord:
        """The world; NotFound."""
        self._tenants(world)
        return self._ports.storage.get(world, WORLD_WIDE, WorldRecord, world)

    def all(self) -> list[WorldRecord]:
        """Every world, the default one first, then as they were made."""
        return [self.by_id(world) for world in self._index.worlds]

    def context(self, world: str, correlation_id: str | None = None) -> Context:
        """Where and when a request happens; NotFound."""
        self._tenants(world)
        return Context(
            world=world,
            now=self._ports.clocks.now(world),
            correlation_id=correlation_id or self._ports.ids.guid(),
        )

    def tenants(self, world: str) -> list[Tenant]:
        """All tenants of a world in the order of its scenario; NotFound."""
        return list(self._tenants(world))

    def tenant_named(self, world: str, name: str) -> Tenant:
        """A tenant by its scenario name; NotFound."""
        for tenant in self._tenants(world):
            if tenant.name == name:
                return tenant
        raise NotFound(f"tenant '{name}' in world '{world}'")

    def ready(self, world: str) -> dict[str, Any]:
        """The ready document of a world (product.md 3); NotFound."""
        return ready.document(self._ports, self.by_id(world), self.tenants(world))

    # --- changing ------------------------------------------------------------------------------------

    def open(self, scenario: ScenarioSource) -> None:
        """Know every world that lies in storage, and make the default one if it doesn't.

        OtherScenario when it does and was made from another one; ScenarioError.
        """
        storage = self._ports.storage
        worlds = storage.worlds()
        if DEFAULT_WORLD in worlds:
            default = storage.get(DEFAULT_WORLD, WORLD_WIDE, WorldRecord, DEFAULT_WORLD)
            wanted = self._scenarios.identity(scenario)
            if wanted != (default.scenario, default.scenario_digest):
                raise OtherScenario(default.scenario, wanted[0])
        else:
            self.create(scenario, DEFAULT_WORLD)
        kept = [self._stored(world) for world in worlds]
        kept.sort(key=lambda world: (world[0].id != DEFAULT_WORLD, world[0].created))
        with self._guard:
            found = {record.id: tenants for record, tenants in kept}
            self._index = _Index.of({**self._index.worlds, **found})

    def create(self, scenario: ScenarioSource, world_id: str | None = None) -> str:
        """Make a world and return its id; ScenarioError, AlreadyExists for an id that is taken."""
        world, storage = world_id or self._unused_id(), self._ports.storage
        storage.create_world(world)
        try:
            records = self._scenarios.records(
                scenario,
                world=world,
                ids=self._ports.ids,
                base_url=self._ports.settings.base_url,
                now=self._ports.clocks.now(world),
            )
            with storage.unit_of_work(world):
                for tenant, record in records:
                    storage.insert(world, tenant, record)
            storage.mark_pristine(world)
        except BaseException:
            storage.drop_world(world)
            raise
        self._know(world, (record for _, record in records if isinstance(record, Tenant)))
        return world

    def reset(self, world: str) -> None:
        """Make a world its scenario again: same ids and secrets; sessions, mail, logs and clock setting are gone."""
        self._tenants(world)
        self._ports.storage.restore_pristine(world)
        self._forget_what_is_not_stored(world)
        self.adopt(world)

    def delete(self, world: str) -> None:
        """Forget a further world and everything in it; NotFound, DefaultWorldStays."""
        if world == DEFAULT_WORLD:
            raise DefaultWorldStays
        with self._guard:
            known = dict(self._index.worlds)
            if known.pop(world, None) is None:
                raise NotFound(f"world '{world}'")
            self._index = _Index.of(known)
        self._ports.storage.drop_world(world)
        self._forget_what_is_not_stored(world)

    def adopt(self, world: str) -> None:
        """Know a world that lies in storage, or know its tenants anew.

        Its records name the origin that the server had when it was made; they get this server's.
        """
        self._know(world, self._stored(world)[1])

    def update_tenant(self, world: str, tenant: str, change: Callable[[Tenant], Tenant]) -> Tenant:
        """Change a tenant's record, here and in storage; NotFound. Its id stays."""
        with self._guard:
            new = self._ports.storage.update(world, WORLD_WIDE, Tenant, tenant, change)
            known = dict(self._index.worlds)
            known[world] = tuple(new if old.id == tenant else old for old in known[world])
            self._index = _Index.of(known)
        return new

    # --- inside --------------------------------------------------------------------------------------

    def note(self, event: Event) -> None:
        """A listener: what a tenant allows was changed, and is read anew before it is asked for."""
        if isinstance(event, TenantChanged):
            self._changed[event.world] = self._changed.get(event.world, 0) + 1

    def _read_what_changed(self) -> None:
        """Read tenants that were changed. An event comes before its commit; a unit of work waits for that."""
        for world, seen in tuple(self._changed.items()) if self._changed else ():
            if world in self._index.worlds:
                with self._ports.storage.unit_of_work(world):
                    tenants = self._ports.storage.find(world, WORLD_WIDE, Tenant)
                self._know(world, tenants)
            with self._guard:
                if self._changed.get(world) == seen:  # not changed again meanwhile
                    del self._changed[world]

    def _tenants(self, world: str) -> tuple[Tenant, ...]:
        self._read_what_changed()
        try:
            return self._index.worlds[world]
        except KeyError:
            raise NotFound(f"world '{world}'") from None

    def _stored(self, world: str) -> tuple[WorldRecord, tuple[Tenant, ...]]:
        """A world as it lies in storage, at this server's origin."""
        storage, base_url = self._ports.storage, self._ports.settings.base_url
        record = storage.get(world, WORLD_WIDE, WorldRecord, world)
        if record.base_url and record.base_url != base_url:
            storage.replace_text(world, record.base_url, base_url)
            # Issuers of AD FS-like homes name the origin with http, whatever the server speaks.
            storage.replace_text(world, _as_http(record.base_url), _as_http(base_url))
        return record, tuple(storage.find(world, WORLD_WIDE, Tenant))

    def _know(self, world: str, tenants: Iterable[Tenant]) -> None:
        with self._guard:
            self._index = _Index.of({**self._index.worlds, world: tuple(tenants)})

    def _unused_id(self) -> str:
        """A short id of hexadecimal digits: it stands in URLs and in the handles of sign-ins."""
        while (world := self._ports.ids.guid().rpartition("-")[2]) in self._index.worlds:
            pass
        return world

    def _forget_what_is_not_stored(self, world: str) -> None:
        self._ports.clocks.forget(world)
        self._ports.journal.forget(world)
        self._mailroom.forget(world)
        self._phones.forget(world)


def _as_http(origin: str) -> str:
    return f"http://{origin.partition('://')[2]}"

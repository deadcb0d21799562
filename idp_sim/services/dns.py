"""The world's simulated DNS: records that partners publish as proof (entra-sign-in 4.1, product.md 3)."""

from __future__ import annotations

from contextlib import suppress

from idp_sim.ports import WORLD_WIDE, AlreadyExists, Ports
from idp_sim.world import DnsRecord


def records(ports: Ports, world: str, *, name: str | None = None, kind: str | None = None) -> list[DnsRecord]:
    """All records, or those of a name and type; names are compared without regard to case."""
    where = {"name": name.lower()} if name is not None else {}
    found = ports.storage.find(world, WORLD_WIDE, DnsRecord, **where)
    return [record for record in found if kind is None or record.type == kind.upper()]


def publish(ports: Ports, world: str, *, name: str, kind: str, value: str) -> DnsRecord:
    """The record, which is there from now on; publishing it twice is the same as once."""
    record = DnsRecord.of(name, kind, value)
    with suppress(AlreadyExists):
        ports.storage.insert(world, WORLD_WIDE, record)
    return record


def withdraw(ports: Ports, world: str, record: DnsRecord) -> None:
    """Take a record away; NotFound when somebody else was faster."""
    ports.storage.delete(world, WORLD_WIDE, DnsRecord, record.id)


def publishes(ports: Ports, world: str, name: str, value: str) -> bool:
    """Whether the name has a TXT record with that value."""
    return any(record.value == value for record in records(ports, world, name=name, kind="TXT"))

"""A sign-in told from its records: who spoke with whom, what people did, what each rule decided, in one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from idp_sim.applications.model import Application
from idp_sim.ports import Ports, ProtocolMessage
from idp_sim.services import sign_in_log
from idp_sim.services.sign_in_log import SignInEntry
from idp_sim.sign_in.model import DecisionRecord, StepRecord
from idp_sim.tenants.model import Tenant


class PartyKind(StrEnum):
    """What takes part in a sign-in."""

    PERSON = "person"
    APPLICATION = "application"
    TENANT = "tenant"
    OTHER = "other"  # somebody who is not simulated here


@dataclass(frozen=True, kw_only=True)
class Party:
    """A participant; ``color`` is a tenant's own."""

    name: str
    kind: PartyKind
    color: str | None = None


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """A protocol message between two parties. ``message`` is the sender's record where both sides kept one."""

    order: int
    sender: Party
    receiver: Party
    message: ProtocolMessage


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What a person or the tenant did."""

    order: int
    tenant: Party
    step: StepRecord


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule decided at a tenant."""

    order: int
    tenant: Party
    decision: DecisionRecord


Event = Crossing | Happening | Judgement


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A sign-in in order. ``parties``: the person, applications, the resource tenant, then all others."""

    entry: SignInEntry
    parties: tuple[Party, ...]
    events: tuple[Event, ...]

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """The protocol messages alone."""
        return tuple(event for event in self.events if isinstance(event, Crossing))


def trace(ports: Ports, world: str, tenants: Iterable[Tenant], sign_in: str) -> Trace:
    """The story of a sign-in by the id of any of its rows; NotFound.

    Messages of old sign-ins may be gone from the journal; steps and decisions stay.
    """
    known = list(tenants)
    entry = sign_in_log.entry(ports, world, known, sign_in)
    cast = _Cast(ports, world, known, person=entry.user)
    events: list[Event] = []
    seen: set[tuple[int, str]] = set()
    for piece in sign_in_log.pieces(ports, world, known, sign_in):
        at = cast.tenant(piece.tenant)
        for step in piece.steps:
            events.append(Happening(order=step.order, tenant=at, step=step))
        for decision in piece.decisions:
            # A wrong answer on the way leaves a row of its own, which repeats what was decided before it.
            if (key := (decision.order, piece.tenant.id)) not in seen:
                seen.add(key)
                events.append(Judgement(order=decision.order, tenant=at, decision=decision))
    messages = ports.journal.messages(world, entry.correlation_id)
    events += [cast.crossing(message) for message in joined(messages, cast.tenant_names)]
    events.sort(key=lambda event: event.order)
    return Trace(entry=entry, parties=_in_order(cast, entry, events), events=tuple(_without_repetition(events)))


def joined(messages: Iterable[ProtocolMessage], tenant_names: frozenset[str]) -> list[ProtocolMessage]:
    """One record a message: where sender and receiver both live here, each kept its own.

    A tenant knows its partner by name or only by a client id; of the two the tenant's name is taken.
    """
    kept: list[ProtocolMessage] = []
    open_end = False  # whether the last record may still meet its twin
    for message in messages:
        last = kept[-1] if kept and open_end else None
        if last is not None and _same(last, message):
            kept[-1] = replace(
                last,
                sender=last.sender if last.sender in tenant_names else message.sender,
                receiver=last.receiver if last.receiver in tenant_names else message.receiver,
                start_line=last.start_line or message.start_line,
            )
            open_end = False
        else:
            kept.append(message)
            open_end = True
    return kept


def _same(one: ProtocolMessage, other: ProtocolMessage) -> bool:
    return one.tenant != other.tenant and (one.protocol, one.name, one.fields) == (
        other.protocol,
        other.name,
        other.fields,
    )


class _Cast:
    """Who is who: names of the journal to parties."""

    def __init__(self, ports: Ports, world: str, tenants: list[Tenant], *, person: str) -> None:
        self._ports, self._world = ports, world
        self._tenants = {
            tenant.display_name: Party(name=tenant.display_name, kind=PartyKind.TENANT, color=tenant.color)
            for tenant in tenants
        }
        self._ids = {tenant.name: tenant.id for tenant in tenants}
        self.person = Party(name=person or "Somebody", kind=PartyKind.PERSON)

    @property
    def tenant_names(self) -> frozenset[str]:
        return frozenset(self._tenants)

    def tenant(self, tenant: Tenant) -> Party:
        return self._tenants[tenant.display_name]

    def crossing(self, message: ProtocolMessage) -> Crossing:
        sender, receiver = self._party(message.sender, message), self._party(message.receiver, message)
        return Crossing(order=message.order, sender=sender, receiver=receiver, message=message)

    def _party(self, name: str, message: ProtocolMessage) -> Party:
        if name in self._tenants:
            return self._tenants[name]
        if "@" in name:
            return self.person
        tenant = self._ids.get(message.tenant, "")
        for application in self._ports.storage.find(self._world, tenant, Application, limit=1, client_id=name):
            name = application.display_name
        return Party(name=name, kind=PartyKind.APPLICATION)


RANKS = {PartyKind.PERSON: 0, PartyKind.APPLICATION: 1, PartyKind.TENANT: 2, PartyKind.OTHER: 3}


def _in_order(cast: _Cast, entry: SignInEntry, events: list[Event]) -> tuple[Party, ...]:
    found: dict[Party, None] = {cast.person: None}
    for event in events:
        named = (event.sender, event.receiver) if isinstance(event, Crossing) else (event.tenant,)
        found.update(dict.fromkeys(named))
    return tuple(sorted(found, key=lambda party: RANKS[party.kind]))  # stable: else by first appearance


def _without_repetition(events: list[Event]) -> Iterable[Event]:
    """Steps of rows that tell the same attempt twice come once."""
    seen: set[tuple[int, str, str]] = set()
    for event in events:
        if isinstance(event, Happening):
            key = (event.order, event.tenant.name, event.step.step)
            if key in seen:
                continue
            seen.add(key)
        yield event

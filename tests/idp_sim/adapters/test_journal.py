"""The journal keeps the newest sign-ins of each world."""

from __future__ import annotations

from datetime import UTC, datetime

from idp_sim.adapters.faults import NoFaults
from idp_sim.adapters.journal import MemoryJournal
from idp_sim.ports import ProtocolMessage


def message(correlation_id: str, order: int) -> ProtocolMessage:
    return ProtocolMessage(
        order=order,
        instant=datetime(2026, 3, 1, tzinfo=UTC),
        correlation_id=correlation_id,
        tenant="contoso",
        sender="app",
        receiver="contoso",
        protocol="OpenID Connect",
        name="authentication request",
    )


def orders(journal: MemoryJournal, correlation_id: str, world: str = "w") -> list[int]:
    return [m.order for m in journal.messages(world, correlation_id)]


def test_messages_of_a_sign_in_come_in_order() -> None:
    journal = MemoryJournal()
    for order in (2, 1, 3):
        journal.record("w", message("a", order))
    journal.record("w", message("b", 4))
    assert orders(journal, "a") == [1, 2, 3]


def test_an_unknown_sign_in_has_no_messages() -> None:
    assert orders(MemoryJournal(), "a") == []


def test_worlds_do_not_read_each_other_and_forgetting_one_leaves_the_other() -> None:
    journal = MemoryJournal()
    for world in ("w", "other"):
        journal.record(world, message("a", 1))
    journal.forget("w")
    assert (orders(journal, "a"), orders(journal, "a", "other")) == ([], [1])


def test_the_oldest_sign_in_makes_room() -> None:
    journal = MemoryJournal(sign_ins=2)
    for order, correlation_id in enumerate("aabc"):
        journal.record("w", message(correlation_id, order))
    assert [orders(journal, c) for c in "abc"] == [[], [2], [3]]


def test_one_endless_sign_in_does_not_fill_the_memory() -> None:
    journal = MemoryJournal(messages=3)
    for order in range(10):
        journal.record("w", message("a", order))
    assert orders(journal, "a") == [7, 8, 9]


def test_no_fault_is_active() -> None:
    assert NoFaults().active("w", "token endpoint") is None

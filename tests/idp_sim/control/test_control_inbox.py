"""Captured mail: listed, waited for, emptied."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from idp_sim.control.messages import MailMessages
from idp_sim.world import Mail
from tests.control_world import ControlWorld

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld("minimal")
    yield simulator
    simulator.close()


def deliver(sim: ControlWorld, to: str = ANA, world: str = "default", passcode: str | None = None) -> Mail:
    return sim.mailroom.deliver(
        world,
        to=to,
        sender="invites@contoso.example",
        subject="Hello",
        text="text",
        html="<p>text</p>",
        links=("https://localhost/x",),
        passcode=passcode,
        received=sim.ports.clocks.now(world),
    )


def ids(sim: ControlWorld, **query: object) -> list[int]:
    return [message["id"] for message in sim.ask("GET", "/_sim/inbox/messages", **query).json["value"]]


def test_messages_come_oldest_first_and_can_be_picked(sim: ControlWorld) -> None:
    deliver(sim, "Ana@Fabrikam.example", passcode="01234567")
    deliver(sim, BEN)
    deliver(sim, ANA)
    answer = sim.ask("GET", "/_sim/inbox/messages", to="ANA@fabrikam.example")
    messages = msgspec.convert(answer.json, MailMessages).value
    assert [message.id for message in messages] == [1, 3]
    assert (messages[0].to, messages[0].passcode, messages[0].links) == (ANA, "01234567", ["https://localhost/x"])
    assert answer.json["value"][0]["from"] == "invites@contoso.example"
    assert ids(sim, after=1) == [2, 3]
    assert ids(sim, after=1, to=ANA) == [3]
    assert ids(sim, to="nobody@fabrikam.example") == []


def test_numbers_go_on_after_the_inbox_was_emptied_and_begin_again_after_a_reset(sim: ControlWorld) -> None:
    deliver(sim)
    assert sim.ask("DELETE", "/_sim/inbox/messages").status == 204
    assert ids(sim) == []
    deliver(sim)
    assert ids(sim) == [2]
    sim.ask("POST", "/_sim/reset")
    deliver(sim)
    assert ids(sim) == [1]


def test_waiting_ends_as_soon_as_the_message_is_there(sim: ControlWorld) -> None:
    waiting = threading.Event()

    def wait() -> list[int]:
        waiting.set()
        return ids(sim, to=ANA, wait=30)

    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(wait)
        waiting.wait()
        deliver(sim, BEN)
        deliver(sim, ANA)
        assert answer.result(timeout=10) == [2]


def test_a_message_is_seen_only_when_its_unit_of_work_is_done(sim: ControlWorld) -> None:
    def wait() -> list[int]:
        return ids(sim, wait=30)

    def fail() -> None:
        with sim.storage.unit_of_work("default"):
            deliver(sim, BEN)
            raise RuntimeError("the invitation failed")

    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(wait)
        with pytest.raises(RuntimeError):
            fail()
        with sim.storage.unit_of_work("default"):
            deliver(sim, ANA)
            assert not answer.done()
        assert answer.result(timeout=10) == [1]


def test_waiting_in_vain_gives_an_empty_list(sim: ControlWorld) -> None:
    assert ids(sim, wait=0.05) == []


def test_who_waits_in_a_world_that_is_deleted_is_told_so(sim: ControlWorld) -> None:
    world = sim.ask("POST", "/_sim/worlds", {"scenario": "minimal"}).json["world"]
    waiting = threading.Event()

    def wait() -> int:
        waiting.set()
        return sim.ask("GET", "/_sim/inbox/messages", world=world, wait=30).status

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(wait)
        waiting.wait()
        sim.ask("DELETE", f"/_sim/worlds/{world}")
        assert answer.result(timeout=10) == 404


def test_eight_deliveries_at_once_get_eight_numbers(sim: ControlWorld) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = [mail.number for mail in pool.map(lambda _: deliver(sim), range(8))]
    assert sorted(numbers) == list(range(1, 9))


def test_worlds_count_and_keep_their_mail_apart(sim: ControlWorld) -> None:
    world = sim.ask("POST", "/_sim/worlds", {"scenario": "minimal"}).json["world"]
    deliver(sim)
    deliver(sim, world=world)
    assert ids(sim) == ids(sim, world=world) == [1]
    sim.ask("DELETE", "/_sim/inbox/messages", world=world)
    assert ids(sim) == [1]

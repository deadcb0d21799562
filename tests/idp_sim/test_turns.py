"""Turns to work: few threads at once, and whoever waits holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from idp_sim.turns import Turns, waiting

PATIENCE = 10


class Crew:
    """Threads that take a turn, note it, and do as they are told."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.threads: list[threading.Thread] = []

    def work(self, body: Callable[[], object]) -> threading.Event:
        """Another thread for ``body``; the event tells that it has its turn."""
        begun = threading.Event()

        def run() -> None:
            self.turns.take()
            begun.set()
            try:
                body()
            finally:
                self.turns.give_back()

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return begun

    def end(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.fixture
def crew() -> Crew:
    return Crew(Turns(1))


def test_never_more_threads_work_than_there_are_turns() -> None:
    crew, guard, at_once, most = Crew(Turns(2)), threading.Lock(), 0, 0

    def body() -> None:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.002)
        with guard:
            at_once -= 1

    for _ in range(20):
        crew.work(body)
    crew.end()
    assert most == 2


def test_a_thread_that_waits_for_another_one_lets_it_work(crew: Crew) -> None:
    answered = threading.Event()

    def asks() -> None:
        with waiting():
            assert answered.wait(PATIENCE)

    crew.work(asks)
    assert crew.work(answered.set).wait(PATIENCE)
    crew.end()


def test_one_more_turn_helps_out_and_is_given_up_afterwards(crew: Crew) -> None:
    release = threading.Event()
    crew.work(release.wait)
    second = crew.work(lambda: None)
    assert not second.wait(0.05)
    crew.turns.one_more()
    assert second.wait(PATIENCE)
    release.set()
    crew.end()
    crew.turns.take()  # the extra turn is still there; whoever works on gives it up first
    crew.turns.give_back()


def test_a_lent_turn_comes_back_unless_somebody_needed_it(crew: Crew) -> None:
    crew.turns.take()
    assert crew.turns.lend()
    assert crew.turns.take_back()
    assert crew.turns.lend()
    crew.turns.hand_on()
    assert not crew.turns.take_back()
    assert crew.work(lambda: None).wait(PATIENCE)
    crew.end()


def test_who_has_no_turn_has_none_to_lend_or_to_give(crew: Crew) -> None:
    assert not crew.turns.lend()
    crew.turns.hand_on()
    crew.turns.give_back()
    with waiting():
        pass
    crew.turns.take()
    assert not crew.work(lambda: None).wait(0.05)
    crew.turns.give_back()
    crew.end()

"""Connections are handed round, one user at a time."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from idp_sim.storage import pool as pool_module
from idp_sim.storage.places import MemoryPlace
from idp_sim.storage.pool import Busy, Closed, ConnectionPool


class TwoConnections(MemoryPlace):
    """A place that allows two connections, as one on disk will."""

    connections = 2

    def __init__(self) -> None:
        self.opened: list[sqlite3.Connection] = []

    def connect(self) -> sqlite3.Connection:
        self.opened.append(super().connect())
        return self.opened[-1]


def test_a_connection_is_used_again_and_the_last_returned_first() -> None:
    place = TwoConnections()
    pool = ConnectionPool(place)
    with pool.connection() as first, pool.connection() as second:
        assert first is not second
    with pool.connection() as again:
        assert again is first  # returned last
    pool.close()
    assert len(place.opened) == 2


def test_a_connection_comes_back_when_its_user_fails() -> None:
    pool = ConnectionPool(MemoryPlace())
    with pytest.raises(ZeroDivisionError), pool.connection():
        1 / 0  # noqa: B018
    with pool.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    pool.close()


def test_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "PATIENCE", 0.01)
    pool = ConnectionPool(MemoryPlace())
    with pool.connection(), pytest.raises(Busy), pool.connection():
        pass
    pool.close()


def test_closing_waits_for_the_last_user_and_nobody_gets_in_afterwards() -> None:
    pool = ConnectionPool(MemoryPlace())
    inside, leave = threading.Event(), threading.Event()
    answers: list[object] = []

    def use() -> None:
        with pool.connection() as connection:
            inside.set()
            leave.wait(10)
            answers.extend(connection.execute("SELECT 'still open'").fetchone())

    user = threading.Thread(target=use)
    user.start()
    inside.wait(10)
    closer = threading.Thread(target=pool.close)
    closer.start()
    leave.set()
    user.join(10)
    closer.join(10)
    assert answers == ["still open"]
    with pytest.raises(Closed), pool.connection():
        pass

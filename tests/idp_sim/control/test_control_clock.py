"""The world's clock: moved, set, stopped, and refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.control.values import duration, instant, iso
from tests.control_world import ControlWorld


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld("minimal")
    yield simulator
    simulator.close()


def test_a_clock_that_stands_shows_what_it_was_set_to_and_moves_only_when_told(sim: ControlWorld) -> None:
    frozen = {"now": "2030-01-31T12:00:00Z", "frozen": True}
    assert sim.ask("POST", "/_sim/clock", {"set": "2030-01-31T12:00:00Z", "freeze": True}).json["frozen"] is True
    sim.ask("POST", "/_sim/clock", {"set": "2030-01-31T13:00:00+01:00"})
    assert sim.ask("GET", "/_sim/clock").json == frozen
    assert sim.ask("POST", "/_sim/clock", {"advance": "P31D"}).json["now"] == "2030-03-03T12:00:00Z"
    assert sim.ask("POST", "/_sim/clock", {"advance": "PT1H30M"}).json["now"] == "2030-03-03T13:30:00Z"
    running = sim.ask("POST", "/_sim/clock", {"freeze": False}).json
    assert running["frozen"] is False
    assert running["now"].startswith("2030-03-03T13:30")


def test_a_clock_that_runs_is_moved_from_where_it_is(sim: ControlWorld) -> None:
    before = instant(sim.ask("GET", "/_sim/clock").json["now"])
    after = instant(sim.ask("POST", "/_sim/clock", {"advance": "P31D"}).json["now"])
    assert timedelta(days=31) <= after - before < timedelta(days=31, minutes=1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({}, "expected one of the keys", id="nothing"),
        pytest.param({"advance": "P1D", "set": "2030-01-01T00:00:00Z"}, "not both", id="two ways at once"),
        pytest.param({"advance": "P1M"}, "years and months have no fixed length (got 'P1M')", id="months"),
        pytest.param({"advance": "-P1D"}, "'set' puts the clock back", id="backwards"),
        pytest.param({"advance": "P"}, "expected an ISO 8601 duration", id="an empty duration"),
        pytest.param({"advance": "P1DT"}, "expected an ISO 8601 duration", id="an empty time part"),
        pytest.param({"advance": "31 days"}, "expected an ISO 8601 duration", id="words"),
        pytest.param({"advance": "P99999999999D"}, "too long", id="longer than time itself"),
        pytest.param({"advance": "P9999999W"}, "between the years", id="beyond the last year"),
        pytest.param({"set": "2030-01-01T00:00:00"}, "expected a time with its offset", id="no offset"),
        pytest.param({"set": "2030-01-01"}, "expected a time with its offset", id="a date"),
        pytest.param({"set": "0001-01-01T00:00:00+14:00"}, "expected a time with its offset", id="before all time"),
        pytest.param({"freeze": "yes"}, "freeze: expected true or false", id="text for a boolean"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    sim: ControlWorld, body: dict[str, object], expected: str
) -> None:
    sim.ask("POST", "/_sim/clock", {"set": "2030-01-31T12:00:00Z"})
    sim.ask("POST", "/_sim/clock", {"freeze": True})
    before = sim.ask("GET", "/_sim/clock").json
    answer = sim.ask("POST", "/_sim/clock", body)
    assert answer.status == 400
    assert expected in answer.message
    assert sim.ask("GET", "/_sim/clock").json == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P31D", timedelta(days=31)),
        ("P2W", timedelta(weeks=2)),
        ("PT1H", timedelta(hours=1)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("PT0S", timedelta(0)),
    ],
)
def test_durations_are_read_as_iso_8601_writes_them(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@given(st.integers(0, 200_000_000_000_000_000))
def test_a_time_reads_back_as_it_was_written(microseconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert instant(iso(moment)) == moment
    assert iso(moment).endswith("Z")


@given(st.text(max_size=12))
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (duration, instant):
        with suppress(ValueError):
            read(text)

"""The machine's clock and the clocks of worlds on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.adapters.clock import SystemClock, WorldClocks, advanced, showing, stopped, world_time
from idp_sim.ports import ClockSetting, NotFound, Storage
from idp_sim.storage.sqlite import SqliteStorage

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = timedelta(hours=1)

instants = st.datetimes(datetime(1971, 1, 1), datetime(8999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
settings_of_clocks = st.builds(
    ClockSetting, offset=st.timedeltas(timedelta(days=-9999), timedelta(days=9999)), frozen_at=st.none() | instants
)
machine_times = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


class HandClock:
    """A machine's clock that a test turns by hand."""

    def __init__(self) -> None:
        self.time = T
        self.count = 0

    def now(self) -> datetime:
        return self.time

    def sequence(self) -> int:
        self.count += 1
        return self.count


@pytest.fixture
def storage() -> Iterator[Storage]:
    storage = SqliteStorage()
    for world in ("w", "other"):
        storage.create_world(world)
        storage.mark_pristine(world)
    yield storage
    storage.close()


@pytest.fixture
def wall() -> HandClock:
    return HandClock()


@pytest.fixture
def clocks(storage: Storage, wall: HandClock) -> WorldClocks:
    return WorldClocks(storage, wall)


def test_the_machine_gives_aware_times_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_sequence_numbers_rise_among_threads() -> None:
    clock = SystemClock()
    numbers: list[list[int]] = [[] for _ in range(4)]

    def draw(into: list[int]) -> None:
        into.extend(clock.sequence() for _ in range(500))

    threads = [threading.Thread(target=draw, args=(into,)) for into in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(drawn == sorted(drawn) for drawn in numbers)
    assert len({number for drawn in numbers for number in drawn}) == 2000


@given(setting=settings_of_clocks, machine=machine_times, instant=instants)
def test_a_clock_that_is_set_shows_it_and_runs_or_stands_as_before(
    setting: ClockSetting, machine: datetime, instant: datetime
) -> None:
    new = showing(setting, instant, machine)
    assert world_time(new, machine) == instant
    assert (new.frozen_at is None) is (setting.frozen_at is None)


@given(setting=settings_of_clocks, machine=machine_times)
def test_stopping_and_starting_never_makes_a_jump(setting: ClockSetting, machine: datetime) -> None:
    shown = world_time(setting, machine)
    for frozen in (True, False, True):
        setting = stopped(setting, frozen, machine)
        assert world_time(setting, machine) == shown
        assert (setting.frozen_at is not None) is frozen


@given(setting=settings_of_clocks, machine=machine_times, by=st.timedeltas(timedelta(0), timedelta(days=400)))
def test_advancing_moves_by_exactly_that(setting: ClockSetting, machine: datetime, by: timedelta) -> None:
    shown = world_time(setting, machine)
    assert world_time(advanced(setting, by, machine), machine) - shown == by


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param(datetime(9001, 1, 1, tzinfo=UTC), id="too far"),
        pytest.param(datetime(1969, 12, 31, tzinfo=UTC), id="before the first second"),
        pytest.param(datetime(2026, 1, 1), id="without an offset"),  # noqa: DTZ001
    ],
)
def test_a_time_that_no_token_could_bear_is_refused(clocks: WorldClocks, instant: datetime) -> None:
    with pytest.raises(ValueError, match=r"between the years 1970 and 9000|needs its offset"):
        clocks.set("w", instant)
    assert clocks.now("w") == T


@pytest.mark.parametrize("by", [timedelta(days=3_000_000), timedelta.max, timedelta.min])
def test_an_advance_beyond_all_time_is_refused(clocks: WorldClocks, by: timedelta) -> None:
    with pytest.raises(ValueError, match="between the years 1970 and 9000"):
        clocks.advance("w", by)
    assert clocks.now("w") == T


def test_a_new_world_shows_real_time_and_runs(clocks: WorldClocks, wall: HandClock) -> None:
    assert clocks.now("w") == T
    wall.time += LATER
    assert clocks.now("w") == T + LATER


def test_an_advanced_clock_runs_on(clocks: WorldClocks, wall: HandClock) -> None:
    clocks.advance("w", timedelta(days=31))
    wall.time += LATER
    assert clocks.now("w") == T + timedelta(days=31) + LATER


def test_a_frozen_clock_stands_until_it_is_let_go(clocks: WorldClocks, wall: HandClock) -> None:
    clocks.freeze("w", True)
    wall.time += LATER
    assert clocks.now("w") == T
    clocks.advance("w", timedelta(minutes=5))
    assert clocks.now("w") == T + timedelta(minutes=5)
    clocks.freeze("w", False)
    wall.time += LATER
    assert clocks.now("w") == T + timedelta(minutes=5) + LATER


def test_times_with_another_offset_are_shown_in_utc(clocks: WorldClocks) -> None:
    clocks.freeze("w", True)
    clocks.set("w", datetime(2030, 1, 1, 5, tzinfo=timezone(timedelta(hours=5))))
    assert clocks.now("w") == datetime(2030, 1, 1, tzinfo=UTC)
    assert clocks.now("w").utcoffset() == timedelta(0)


def test_the_clock_of_another_world_is_not_moved(clocks: WorldClocks) -> None:
    clocks.advance("w", LATER)
    assert clocks.now("other") == T


def test_another_server_over_the_same_storage_finds_the_clock_as_it_was_set(
    clocks: WorldClocks, storage: Storage, wall: HandClock
) -> None:
    clocks.advance("w", LATER)
    assert WorldClocks(storage, wall).now("w") == T + LATER


def test_after_a_reset_the_world_shows_real_time_again(clocks: WorldClocks, storage: Storage) -> None:
    clocks.advance("w", LATER)
    storage.restore_pristine("w")
    clocks.forget("w")
    assert clocks.now("w") == T


def test_a_world_that_is_gone_has_no_clock(clocks: WorldClocks, storage: Storage) -> None:
    clocks.now("w")
    storage.drop_world("w")
    clocks.forget("w")
    with pytest.raises(NotFound):
        clocks.now("w")
    with pytest.raises(NotFound):
        clocks.advance("w", LATER)


def test_a_change_that_is_rolled_back_is_not_shown(clocks: WorldClocks, storage: Storage) -> None:
    def fail() -> None:
        with storage.unit_of_work("w"):
            clocks.advance("w", LATER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    clocks.forget("w")
    assert clocks.now("w") == T

"""The machine's clock, and the clock of each world on top of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp_sim.ports import WORLD_WIDE, ClockSetting, Storage, WallClock

#: Where a world's clock may go: from the first second that tokens can name to far from the last year there is.
FIRST_YEAR, LAST_YEAR = 1970, 9000

_OUT_OF_RANGE = f"the clock must stay between the years {FIRST_YEAR} and {LAST_YEAR}"


class SystemClock:
    """``ports.WallClock`` of this machine."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def sequence(self) -> int:
        """Nanoseconds, one more than the last number when the clock stood still or went back."""
        with self._guard:
            self._last = max(self._last + 1, time.time_ns())
            return self._last


def world_time(setting: ClockSetting, wall_now: datetime) -> datetime:
    """What a clock with that setting shows when the machine's shows ``wall_now``."""
    return setting.frozen_at if setting.frozen_at is not None else wall_now + setting.offset


def showing(setting: ClockSetting, instant: datetime, wall_now: datetime) -> ClockSetting:
    """The setting that shows ``instant`` at ``wall_now``: standing there if it stood, else running on.

    ValueError for a time without an offset or out of range.
    """
    if instant.tzinfo is None:
        raise ValueError("a time needs its offset, such as Z for UTC")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(_OUT_OF_RANGE)
    instant = instant.astimezone(UTC)
    if setting.frozen_at is not None:
        return replace(setting, frozen_at=instant)
    return replace(setting, offset=instant - wall_now)


def advanced(setting: ClockSetting, by: timedelta, wall_now: datetime) -> ClockSetting:
    """The setting moved by a duration. ValueError when there is no such time."""
    try:
        return showing(setting, world_time(setting, wall_now) + by, wall_now)
    except OverflowError as error:
        raise ValueError(_OUT_OF_RANGE) from error


def stopped(setting: ClockSetting, frozen: bool, wall_now: datetime) -> ClockSetting:
    """The setting that stands where it is now, or runs on from there; as it is if it does so already."""
    if frozen == (setting.frozen_at is not None):
        return setting
    shown = world_time(setting, wall_now)
    if frozen:
        return replace(setting, frozen_at=shown)
    return replace(setting, frozen_at=None, offset=shown - wall_now)


class WorldClocks:
    """``ports.Clocks``: settings lie in the world's storage and are remembered here, being read on every request."""

    def __init__(self, storage: Storage, wall: WallClock) -> None:
        self._storage = storage
        self._wall = wall
        self._settings: dict[str, ClockSetting] = {}
        self._changes = 0
        self._guard = threading.Lock()  # never held while storage is asked

    def now(self, world: str) -> datetime:
        """Aware, UTC, by the world's own clock; NotFound."""
        return world_time(self.setting(world), self._wall.now())

    def sequence(self) -> int:
        """Orders what happened across tenants, whatever the world's clock says."""
        return self._wall.sequence()

    def setting(self, world: str) -> ClockSetting:
        """How the world's clock runs; NotFound."""
        known = self._settings.get(world)
        if known is not None:
            return known
        changes = self._changes
        read = self._stored(world)
        with self._guard:
            # What was read is remembered only if nobody has set or forgotten a clock meanwhile.
            return self._settings.setdefault(world, read) if changes == self._changes else read

    def set(self, world: str, instant: datetime) -> None:
        """Let the world's clock show ``instant`` now; it runs on, or stands if it stood."""
        self._change(world, lambda setting, wall_now: showing(setting, instant, wall_now))

    def advance(self, world: str, by: timedelta) -> None:
        """Move the world's clock, running or standing. ValueError out of range."""
        self._change(world, lambda setting, wall_now: advanced(setting, by, wall_now))

    def freeze(self, world: str, frozen: bool) -> None:
        """Stop the world's clock where it is, or let it run on from there."""
        self._change(world, lambda setting, wall_now: stopped(setting, frozen, wall_now))

    def forget(self, world: str) -> None:
        """Read the world's setting anew next time."""
        with self._guard:
            self._changes += 1
            self._settings.pop(world, None)

    def _stored(self, world: str) -> ClockSetting:
        found = self._storage.find(world, WORLD_WIDE, ClockSetting, limit=1)
        return found[0] if found else ClockSetting()

    def _change(self, world: str, change: Callable[[ClockSetting, datetime], ClockSetting]) -> None:
        try:
            with self._storage.unit_of_work(world):
                new = change(self._stored(world), self._wall.now())
                self._storage.put(world, WORLD_WIDE, new)
                with self._guard:
                    self._changes += 1
                    self._settings[world] = new
        except BaseException:  # nothing was written, whatever is remembered already
            self.forget(world)
            raise

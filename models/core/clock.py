"""The house's one clock: nobody else asks the operating system for the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def system_s() -> float:
    """Return the system's time in seconds since 1970, which anybody may have set."""
    return time.time()


@dataclass
class Clock:
    """A clock that may run ahead of the real one (the example mall) or faster (the demo).

    `source` tells real time in seconds since 1970: the system's, or that of models/core/steady.py.
    `ahead` is added to real time; from the instant the rate was set, each real
    second counts as `rate` seconds. A rate of 1 and an `ahead` of zero is real time.
    """

    ahead: timedelta = timedelta()
    rate: float = 1.0
    source: Callable[[], float] = system_s
    _anchor_s: float = 0.0

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        real_s = self.source()
        if self.rate == 1.0:
            return datetime.fromtimestamp(real_s, UTC) + self.ahead
        extra_s = (real_s - self._anchor_s) * (self.rate - 1.0)
        return datetime.fromtimestamp(real_s + extra_s, UTC) + self.ahead

    def run_at(self, rate: float) -> None:
        """Let time run `rate` times as fast as real time from now on, without a jump."""
        if rate <= 0:
            raise ValueError("time cannot stand still or run backwards")
        here = self.now()
        self._anchor_s = self.source()
        self.rate = rate
        self.ahead = here - datetime.fromtimestamp(self._anchor_s, UTC)

    def jump_to(self, instant: datetime) -> None:
        """Put the clock forward to `instant`; ValueError if that lies in its past."""
        here = self.now()
        if instant < here:
            raise ValueError("a clock is never put back: the journal would lie")
        self.ahead += instant - here


def local_day(at: datetime, time_zone: str) -> date:
    """Return the calendar day of the instant `at` in the IANA zone `time_zone`."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def local_instant(day: date, minutes: int, time_zone: str) -> datetime:
    """Return the UTC instant that is `minutes` after midnight of the local `day`."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone))
    # Wall-clock arithmetic: Indonesia has no daylight saving, other zones keep the clock's word.
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)

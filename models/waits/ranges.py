"""The range in which a wait is told, and how it stands to what the service promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil, floor
from typing import Final

STEP_M: Final = 5
_STEP: Final = timedelta(minutes=STEP_M)
# Playing the rule forward with means missed by a quarter of the wait in our simulations
# (mean error 6.4 of 25.8 minutes), seldom on the early side: the range is wider upwards.
EARLY, LATE, LATE_M = 0.75, 1.3, 2.0


class Promise(StrEnum):
    """How a wait stands to the wait that the service promises the public."""

    KEPT = "kept"
    AT_RISK = "at_risk"
    BROKEN = "broken"


@dataclass(frozen=True)
class Range:
    """A wait from now: between `low` and `high`, both in whole steps of 5 minutes.

    The steps count from when desks serve: from now, or from when they begin or go on.
    """

    low: timedelta
    high: timedelta

    def against(self, promise: timedelta) -> Promise:
        """Compare the wait with what the service promises."""
        if self.high <= promise:
            return Promise.KEPT
        return Promise.BROKEN if self.low > promise else Promise.AT_RISK

    def by_the_clock(
        self, at: datetime, *, opens_at: datetime | None = None
    ) -> tuple[datetime, datetime]:
        """Return between which instants a wait from `at` is told to end, to five minutes.

        This is what a citizen reads: at least five minutes wide, and never in the past or before
        `opens_at`, while desks are still to open. No wait at all begins now, for who is told a
        later minute may not be there for the call.
        """
        now = opens_at or at.replace(second=0, microsecond=0)
        begins = max(_to_five_minutes(at + self.low), now) if self.low else now
        return begins, max(_to_five_minutes(at + self.high), begins + _STEP)


def rounded(wait: timedelta | None, idle: timedelta = timedelta()) -> Range | None:
    """Turn a played wait into the range that is announced; no wait at all stays exactly zero.

    For the time `idle` from now no desk serves: it is known by the clock, and no range begins
    in it.
    """
    if wait is None:
        return None
    minutes = (wait - idle).total_seconds() / 60
    if minutes <= 0:
        return Range(idle, idle)
    low = STEP_M * floor(minutes * EARLY / STEP_M)
    high = STEP_M * ceil((minutes * LATE + LATE_M) / STEP_M)
    return Range(idle + timedelta(minutes=low), idle + timedelta(minutes=high))


def _to_five_minutes(at: datetime) -> datetime:
    five_s = _STEP.total_seconds()
    # A half rounds up, as it does on the screens.
    return datetime.fromtimestamp(floor(at.timestamp() / five_s + 0.5) * five_s, UTC)

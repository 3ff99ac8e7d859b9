"""The range in which a wait is told, and how it stands to what the service promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import ceil, floor
from typing import Final

STEP_M: Final = 5
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

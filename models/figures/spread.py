"""How long things took: lengths of time in whole seconds, and their percentiles."""

from __future__ import annotations

from array import array
from datetime import timedelta

SECOND = timedelta(seconds=1)
LONGEST_S = 2**31 - 1


class Spread:
    """Lengths of time, kept as whole seconds of four bytes each: a month's waits need 100 kB.

    Seconds that have only begun do not count, so 30 minutes and 0.4 seconds are 30 minutes.
    `n` is how many there are, `within` how many of them did not exceed the `limit`, and
    `overran` how many that never came to an end had exceeded it when they broke off.
    """

    def __init__(self, limit: timedelta = timedelta.max) -> None:
        self._limit = limit // SECOND
        self._seconds = array("i")
        self.within = 0
        self.overran = 0

    @property
    def n(self) -> int:
        """How many lengths there are."""
        return len(self._seconds)

    def add(self, length: timedelta) -> None:
        """Count one length more; one that a corrected clock made negative counts as none."""
        seconds = min(max(length // SECOND, 0), LONGEST_S)
        self._seconds.append(seconds)
        self.within += seconds <= self._limit

    def add_unended(self, length: timedelta) -> None:
        """Note one that broke off after `length`: it is no length, but may be past its limit."""
        self.overran += length // SECOND > self._limit

    def merge(self, other: Spread) -> None:
        """Count all that `other` has counted, too; each length keeps to the limit it had."""
        self._seconds.extend(other._seconds)
        self.within += other.within
        self.overran += other.overran

    def percentile(self, percent: int) -> timedelta | None:
        """Return the length that `percent` of 100 did not exceed; None of nothing.

        By nearest rank: the smallest counted length that at least so many share or stay
        below. It is always one that somebody had, so "8 of 10 waited at most 24 minutes" is
        true to the letter, which a value between two people's would not be.
        """
        if not self._seconds:
            return None
        rank = max(-(-self.n * percent // 100), 1)
        return timedelta(seconds=sorted(self._seconds)[rank - 1])

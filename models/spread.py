"""How long things took: lengths of time counted by whole seconds, and their percentiles."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

SECOND = timedelta(seconds=1)


class Spread:
    """Lengths of time, kept as how often each number of whole seconds came up.

    A year's waits need hardly more room than a day's: nobody waits longer than the hall is open.
    Seconds that have only begun do not count, so 30 minutes and 0.4 seconds are 30 minutes.
    `n` is how many there are, `within` how many of them did not exceed the `limit`.
    """

    def __init__(self, limit: timedelta = timedelta.max) -> None:
        self._limit = limit // SECOND
        self._seconds: Counter[int] = Counter()
        self.n = 0
        self.within = 0

    def add(self, length: timedelta) -> None:
        """Count one length more; one that a corrected clock made negative counts as none."""
        seconds = max(length // SECOND, 0)
        self._seconds[seconds] += 1
        self.n += 1
        self.within += seconds <= self._limit

    def merge(self, other: Spread) -> None:
        """Count all that `other` has counted, too; each length keeps to the limit it had."""
        self._seconds.update(other._seconds)
        self.n += other.n
        self.within += other.within

    def percentile(self, percent: int) -> timedelta | None:
        """Return the length that `percent` of 100 did not exceed; None of nothing.

        By nearest rank: the smallest counted length that at least so many share or stay
        below. It is always one that somebody had, so "8 of 10 waited at most 24 minutes" is
        true to the letter, which a value between two people's would not be.
        """
        rank = max(-(-self.n * percent // 100), 1)
        for seconds in sorted(self._seconds):
            rank -= self._seconds[seconds]
            if rank <= 0:
                return timedelta(seconds=seconds)
        return None

"""How long things took: lengths of time counted by whole seconds, and their percentiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

SECOND = timedelta(seconds=1)


class Spread:
    """Lengths of time, kept as how often each number of whole seconds came up.

    A year's waits need hardly more room than a day's: nobody waits longer than the hall is open.
    Seconds that have begun do not count, so 30 minutes and 0.4 seconds are 30 minutes.
    """

    def __init__(self, lengths: Iterable[timedelta] = ()) -> None:
        self._seconds: Counter[int] = Counter()
        self.n = 0
        for length in lengths:
            self.add(length)

    def add(self, length: timedelta) -> None:
        """Count one length more; a clock that was put right may have made it negative: zero."""
        self._seconds[max(length // SECOND, 0)] += 1
        self.n += 1

    def merge(self, other: Spread) -> None:
        """Count all that `other` has counted, too."""
        self._seconds.update(other._seconds)
        self.n += other.n

    def percentile(self, percent: int) -> timedelta | None:
        """Return the length that `percent` of 100 did not exceed; None of nothing.

        By nearest rank: the smallest counted length that at least so many share or stay
        below. It is always one that somebody had, so "8 of 10 waited at most 24 minutes" is
        true to the letter, which a value between two people's would not be.
        """
        if self.n == 0:
            return None
        rank = max(-(-self.n * percent // 100), 1)
        for seconds in sorted(self._seconds):
            rank -= self._seconds[seconds]
            if rank <= 0:
                return timedelta(seconds=seconds)
        raise AssertionError("a rank beyond the last length")

    def within(self, limit: timedelta) -> int:
        """Return how many lengths do not exceed `limit`."""
        most = limit // SECOND
        return sum(times for seconds, times in self._seconds.items() if seconds <= most)

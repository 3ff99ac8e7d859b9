"""Counts what one address did lately, so that nobody can try secrets by the thousand."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

# An attacker with many addresses must not fill the memory; the oldest are forgotten.
MOST_KEYS = 10_000


class Throttle:
    """Lets each key do something `most` times within `within`; counted by this process alone.

    What guards an account is in the database and holds for all processes. This one only
    keeps a single address from trying many accounts or codes, so each process may count
    for itself, and the house's clock (not the machine's) lets tests play hours at once.
    """

    def __init__(self, most: int, within: timedelta) -> None:
        self._most = most
        self._within = within
        self._done: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, at: datetime) -> timedelta:
        """Return how long `key` must wait before it may go on; zero when it may now."""
        with self._lock:
            done = self._recent(key, at)
            if len(done) < self._most:
                return timedelta()
            return done[0] + self._within - at

    def count(self, key: str, at: datetime) -> None:
        """Note that `key` did it once more at `at`."""
        with self._lock:
            self._recent(key, at).append(at)
            self._done.move_to_end(key)
            while len(self._done) > MOST_KEYS:
                self._done.popitem(last=False)

    def done(self, key: str, at: datetime) -> int:
        """Return how often `key` did it lately."""
        with self._lock:
            return len(self._recent(key, at))

    def forget(self, key: str) -> None:
        """Let `key` begin anew."""
        with self._lock:
            self._done.pop(key, None)

    def _recent(self, key: str, at: datetime) -> deque[datetime]:
        done = self._done.setdefault(key, deque(maxlen=self._most))
        while done and done[0] <= at - self._within:
            done.popleft()
        return done

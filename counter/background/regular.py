"""Work that is done again and again: the one loop of all that looks around now and then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from counter.background.background import Work

log = logging.getLogger(__name__)


def regularly(
    name: str,
    do: Callable[[], None],
    *,
    every: timedelta,
    first_after: timedelta = timedelta(),
    once: bool = True,
) -> Work:
    """Return the work of doing one thing every so often, first at the start or `first_after`."""
    loop = _Loop(name, do, every, first_after)
    return Work(name, loop.start, loop.stop, once=once)


class _Loop:
    """Does one thing every so often on a thread of its own, between `start` and `stop`."""

    def __init__(
        self, name: str, do: Callable[[], None], every: timedelta, first_after: timedelta
    ) -> None:
        self._name, self._do = name, do
        self._every_s = every.total_seconds()
        self._first_after_s = first_after.total_seconds()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what is done at the start is done when this returns, and raises what it raises."""
        self._stopping.clear()
        if not self._first_after_s:
            self._do()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it and wait for its end."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        wait_s = self._first_after_s or self._every_s
        while not self._stopping.wait(wait_s):
            wait_s = self._every_s
            try:
                self._do()
            except Exception:
                # The outermost door of the thread: the database may be away for a while.
                log.exception("%s: it could not be done, and is tried again", self._name)

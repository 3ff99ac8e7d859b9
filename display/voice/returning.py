"""After a restart the screens come back before anything is shouted, or nobody would hear it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

# How often it is asked whether a zone's screens are back.
_ASK_S: Final = 0.2


class Returning:
    """Knows from when on a zone can be shouted to.

    That is `settle` after a start; thrice as long where nobody has `followed` its topic by then.
    """

    def __init__(
        self,
        followed: Callable[[str], bool] = lambda _topic: True,
        settle: timedelta = timedelta(),
    ) -> None:
        """`followed` tells whether a screen follows a topic."""
        self._followed = followed
        self._settle_s = settle.total_seconds()
        self._settled_s = 0.0

    def begin(self, now_s: float) -> None:
        """Expect the screens back from `now_s` of the monotonic clock on."""
        self._settled_s = now_s + self._settle_s

    def due_s(self, topic: str, now_s: float) -> float:
        """Return the instant of the monotonic clock at which to shout, or to ask again."""
        late_s = self._settled_s + 2 * self._settle_s
        if now_s < late_s and not self._followed(topic):
            return max(self._settled_s, now_s + _ASK_S)
        return self._settled_s

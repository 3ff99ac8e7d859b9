"""Full collections of garbage, each of which holds up everybody, seldom and at set times.

Most garbage goes by itself, and nearly all the rest while it is young. To look for what is left
the interpreter walks through everything that there is: with a thousand phones a tenth of a second,
and left to itself it does so every other second while they join.
"""

from __future__ import annotations

import gc
from datetime import timedelta
from typing import Final

from counter.background.background import Work
from counter.background.regular import regularly

# What is lost to sight in this time is some kilobytes for each line that ended in it.
EVERY: Final = timedelta(minutes=5)
# How many more objects there are before the youngest are looked through, and how many times that
# is done before those that stayed are looked through as well: a millisecond at most.
_YOUNG: Final = 2000
_YOUNGER: Final = 10
_NEVER: Final = 1_000_000_000


def sweep_seldom() -> Work:
    """Let no full collection come by itself; return the work of doing them every `EVERY`.

    What the house is built of stays until the end, and is walked through no more.
    """
    gc.set_threshold(_YOUNG, _YOUNGER, _NEVER)
    gc.collect()
    gc.freeze()
    return regularly("sweeping", _sweep, every=EVERY, first_after=EVERY, once=False)


def _sweep() -> None:
    gc.collect()

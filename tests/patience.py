"""Patience with what other processes do: ask until it is so, or tell what it was at the end.

A screen shows what it knows; that its press has been written down is for the database to say.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

# More than a busy machine needs: only who waits in vain waits so long.
ENOUGH_S: Final = 30.0
_PAUSE_S: Final = 0.02


def until(ask: Callable[[], object], wanted: object = True, *, within_s: float = ENOUGH_S) -> float:
    """Ask until the answer is `wanted`; return how many seconds that took.

    Raises AssertionError, with the last answer, when it does not become so within `within_s`.
    """
    __tracebackhide__ = True
    began_s, pause = time.monotonic(), threading.Event()
    while (told := ask()) != wanted:
        if time.monotonic() - began_s > within_s:
            raise AssertionError(f"After {within_s:g} s it is still {told!r}, not {wanted!r}.")
        pause.wait(_PAUSE_S)
    return time.monotonic() - began_s

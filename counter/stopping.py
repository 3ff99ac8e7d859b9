"""Being asked to stop: heard whatever the program is doing, and obeyed within seconds, always.

What is cut short then is cut as a power cut would: no press is answered that is not kept, and a
paper in a printer's hands is doubtful at the next start.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any, Final

from gevent import get_hub
from gevent.monkey import get_original

# Whoever stands before a program that does not stop pulls the plug soon after.
ENDS_WITHIN_S: Final = 4.5
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_LATE: Final = b"Balai was asked to stop, could not in time, and ends in the middle of something.\n"


def heed_signals(stop: Callable[[], object], within_s: float = ENDS_WITHIN_S) -> None:
    """Call `stop` on the loop at SIGTERM or SIGINT; end the program `within_s` later, if need be.

    A thread of the system's own hears them: the loop itself may stand in a library that waits
    for a lock on a file, and a green thread that is to end may wait for a network that is gone.
    More signals change nothing. To be called once, in the main thread.
    """
    hears, wakes = os.pipe()
    os.set_blocking(wakes, False)
    waker: Any = get_hub().loop.async_()
    waker.start(stop)
    for number in _SIGNALS:
        signal.signal(number, _noted)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    os.register_at_fork(after_in_child=_heed_no_more)
    get_original("_thread", "start_new_thread")(_watch, (hears, waker, within_s))


def _watch(hears: int, waker: Any, within_s: float) -> None:
    os.read(hears, 1)
    waker.send()
    get_original("time", "sleep")(within_s)
    os.write(2, _LATE)
    os._exit(0)


def _noted(*_: object) -> None:
    """Do nothing: that the signal came stands in the pipe already."""


def _heed_no_more() -> None:
    """Let a child of this program be stopped by itself, and not stop its parent instead."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)

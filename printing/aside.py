"""Work that would hold up all other threads where they are green: done beside them.

Paper goes to USB printers so, and the house above checks its passwords the same way. It stands in
this room because the ground below knows no green threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent import get_hub, monkey

T = TypeVar("T")


def off_the_loop(work: Callable[[], T]) -> T:
    """Do `work` in a real thread and return its result; other green threads run meanwhile.

    Where threads are real, as in the print agent, commands and tests, it simply runs here.
    """
    if not monkey.is_module_patched("threading"):
        return work()
    result: T = get_hub().threadpool.apply(work)
    return result

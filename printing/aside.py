"""Work that would hold up all other threads where they are green: done beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent import get_hub, monkey

T = TypeVar("T")


def off_the_loop(work: Callable[[], T]) -> T:
    """Do `work` and return its result; other green threads run meanwhile.

    Where threads are real, as in the print agent, it simply runs here.
    """
    if not monkey.is_module_patched("threading"):
        return work()
    result: T = get_hub().threadpool.apply(work)
    return result

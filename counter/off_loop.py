"""Work that would hold up every screen: done in a thread of gevent's pool, beside the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent import get_hub, monkey

T = TypeVar("T")


def off_the_loop(work: Callable[[], T]) -> T:
    """Run `work` in another thread and return its result; others are answered meanwhile.

    Without gevent's patches, as in commands and tests, it simply runs here.
    """
    if not monkey.is_module_patched("socket"):
        return work()
    result: T = get_hub().threadpool.apply(work)
    return result

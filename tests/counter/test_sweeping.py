"""No full collection holds up the hall by itself, and the set one finds what was lost to sight."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from counter.background.background import Work
from counter.sweeping import sweep_seldom


class Loop:
    """Garbage that nothing but a collection finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def sweeping() -> Iterator[Work]:
    before = gc.get_threshold()
    yield sweep_seldom()
    gc.set_threshold(*before)


def full_collections() -> int:
    return int(gc.get_stats()[2]["collections"])


def test_however_much_there_is_no_full_collection_comes_by_itself(sweeping: Work) -> None:
    assert sweeping.name == "sweeping"
    before = full_collections()
    phones = [[phone] for phone in range(200_000)]
    assert full_collections() == before
    assert len(phones) == 200_000


def test_each_process_sweeps_for_itself_and_not_at_its_start(sweeping: Work) -> None:
    assert not sweeping.once
    before = full_collections()
    sweeping.start()
    sweeping.stop()
    assert full_collections() == before


def test_what_has_grown_old_goes_with_the_sweeping(sweeping: Work) -> None:
    loop = Loop()
    gone = weakref.ref(loop)
    gc.collect(1)
    gc.collect(1)
    del loop
    sweep_seldom()
    assert gone() is None

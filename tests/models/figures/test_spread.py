from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.figures.spread import Spread

LENGTHS = st.lists(st.integers(0, 20_000), min_size=1, max_size=80)
SECOND = timedelta(seconds=1)


def spread(seconds: list[int], limit: timedelta = timedelta.max) -> Spread:
    made = Spread(limit)
    for one in seconds:
        made.add(one * SECOND)
    return made


@given(LENGTHS, st.integers(1, 100))
def test_percentile_is_the_nearest_rank_of_a_sorted_list(seconds: list[int], percent: int) -> None:
    rank = max(math.ceil(len(seconds) * percent / 100), 1)
    assert spread(seconds).percentile(percent) == sorted(seconds)[rank - 1] * SECOND


@given(LENGTHS, st.integers(1, 100))
def test_so_many_stay_within_a_percentile_and_no_smaller_length_will_do(
    seconds: list[int], percent: int
) -> None:
    told = spread(seconds).percentile(percent)
    assert told is not None
    assert sum(one * SECOND <= told for one in seconds) * 100 >= percent * len(seconds)
    assert sum(one * SECOND < told for one in seconds) * 100 < percent * len(seconds)


@given(LENGTHS, LENGTHS, st.integers(0, 20_000))
def test_merged_spreads_are_one_of_all_lengths(
    some: list[int], others: list[int], limit_s: int
) -> None:
    merged, whole = spread(some, limit_s * SECOND), spread(some + others, limit_s * SECOND)
    merged.merge(spread(others, limit_s * SECOND))
    assert (merged.n, merged.within) == (whole.n, whole.within)
    assert whole.within == sum(one <= limit_s for one in some + others)
    assert [merged.percentile(p) for p in (1, 50, 80, 100)] == [
        whole.percentile(p) for p in (1, 50, 80, 100)
    ]


def test_seconds_that_have_only_begun_do_not_break_a_promise() -> None:
    made = Spread(timedelta(minutes=30))
    made.add(timedelta(minutes=30, milliseconds=400))
    assert (made.percentile(50), made.within) == (timedelta(minutes=30), 1)


def test_corrected_clock_makes_no_negative_length() -> None:
    made = Spread()
    made.add(timedelta(seconds=-3))
    assert made.percentile(50) == timedelta()


@pytest.mark.parametrize("percent", [1, 50, 100])
def test_nothing_has_no_percentile(percent: int) -> None:
    assert Spread().percentile(percent) is None

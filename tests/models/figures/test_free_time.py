from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.figures.free_time import Span, free_spans, free_time
from tests.builders import MINUTE, MONDAY

MINUTES = st.integers(-30, 300)
LENGTHS = st.integers(0, 200)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begins_at = MONDAY + draw(MINUTES) * MINUTE
    length = draw(st.none() | LENGTHS)
    return begins_at, None if length is None else begins_at + length * MINUTE


BUSY = st.lists(spans(), max_size=6)


@given(MINUTES, LENGTHS, BUSY)
def test_free_time_is_never_longer_than_the_span(
    begins_m: int, length_m: int, busy: list[Span]
) -> None:
    from_at = MONDAY + begins_m * MINUTE
    free = free_time(from_at, from_at + length_m * MINUTE, busy)
    assert timedelta() <= free <= length_m * MINUTE
    assert free_time(from_at, from_at + length_m * MINUTE, []) == length_m * MINUTE


@given(LENGTHS, BUSY, spans())
def test_who_is_busy_for_longer_waits_no_longer(
    length_m: int, busy: list[Span], more: Span
) -> None:
    until_at = MONDAY + length_m * MINUTE
    assert free_time(MONDAY, until_at, [*busy, more]) <= free_time(MONDAY, until_at, busy)


@given(LENGTHS, LENGTHS, BUSY)
def test_two_waits_one_after_the_other_are_one(some_m: int, more_m: int, busy: list[Span]) -> None:
    middle = MONDAY + some_m * MINUTE
    until_at = middle + more_m * MINUTE
    halves = free_time(MONDAY, middle, busy) + free_time(middle, until_at, busy)
    assert halves == free_time(MONDAY, until_at, busy)


@given(LENGTHS, BUSY)
def test_order_of_what_kept_somebody_busy_does_not_matter(length_m: int, busy: list[Span]) -> None:
    until_at = MONDAY + length_m * MINUTE
    told = list(free_spans(MONDAY, until_at, busy))
    assert told == list(free_spans(MONDAY, until_at, reversed(busy)))
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(told))


@given(LENGTHS, BUSY)
def test_every_minute_is_counted_by_itself(length_m: int, busy: list[Span]) -> None:
    def is_free(minute: int) -> bool:
        at = MONDAY + minute * MINUTE
        return not any(begins <= at and (ends is None or at < ends) for begins, ends in busy)

    until_at = MONDAY + length_m * MINUTE
    counted = sum(is_free(minute) for minute in range(length_m))
    assert free_time(MONDAY, until_at, busy) == counted * MINUTE

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.core.clock import Clock, local_day, local_instant

INDONESIAN = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


def test_a_clock_tells_real_time_in_utc() -> None:
    before = datetime.now(UTC)  # noqa: TID251  # the clock itself is what is tested
    told = Clock().now()
    after = datetime.now(UTC)  # noqa: TID251  # the clock itself is what is tested
    # The clock's seconds are a float; it may round by a microsecond.
    assert before - timedelta(microseconds=2) <= told <= after + timedelta(microseconds=2)
    assert told.tzinfo is UTC


def test_a_clock_that_is_put_forward_goes_on_from_there() -> None:
    clock = Clock()
    there = clock.now() + timedelta(days=3)
    clock.jump_to(there)
    assert timedelta() <= clock.now() - there < timedelta(minutes=5)


def test_a_clock_is_never_put_back() -> None:
    clock = Clock(ahead=timedelta(hours=1))
    with pytest.raises(ValueError, match="never put back"):
        clock.jump_to(clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_time_neither_stands_still_nor_runs_backwards(rate: float) -> None:
    with pytest.raises(ValueError, match="stand still"):
        Clock().run_at(rate)


def test_a_new_rate_makes_no_jump_and_time_never_goes_back() -> None:
    clock = Clock(ahead=timedelta(days=1))
    told = [clock.now()]
    for rate in (3_600.0, 0.5, 60.0, 1.0):
        clock.run_at(rate)
        told += [clock.now(), clock.now()]
    assert told == sorted(told)
    # Even at an hour a second, this test did not take a whole virtual day.
    assert told[-1] - told[0] < timedelta(days=1)


def test_a_fast_clock_runs_as_many_times_as_fast_as_its_rate() -> None:
    real, fast = Clock(), Clock()
    fast.run_at(1_000.0)
    real_from, fast_from = real.now(), fast.now()
    while real.now() - real_from < timedelta(milliseconds=20):
        pass
    fast_to, real_to = fast.now(), real.now()
    passed = (fast_to - fast_from) / 1_000
    assert timedelta(milliseconds=19) <= passed <= real_to - real_from + timedelta(milliseconds=1)


@given(
    day=some.dates(date(2020, 1, 1), date(2040, 12, 31)),
    minutes=some.integers(0, 24 * 60 - 1),
    time_zone=some.sampled_from(INDONESIAN),
)
def test_a_local_instant_lies_on_its_local_day(day: date, minutes: int, time_zone: str) -> None:
    at = local_instant(day, minutes, time_zone)
    assert local_day(at, time_zone) == day
    assert at - local_instant(day, 0, time_zone) == timedelta(minutes=minutes)


def test_the_three_indonesian_zones_have_their_own_midnights() -> None:
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert [local_day(at, zone).day for zone in INDONESIAN] == [23, 23, 24]

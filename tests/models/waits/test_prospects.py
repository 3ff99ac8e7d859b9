"""What is told of a wait before closing: never an instant that no open desk will see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from models.core.clock import local_instant
from models.waits.forecast import announce, outlook
from models.waits.prospects import Chance, Prospect
from models.waits.ranges import Promise, Range
from tests.builders import MINUTE, MONDAY, agency, desk, hours, mall, serve_next, service, ticket

CLOSES = MONDAY + 6 * 60 * MINUTE  # 15.00
AT_14_20 = CLOSES - 40 * MINUTE

five_minutes = some.integers(0, 60).map(lambda steps: timedelta(minutes=5 * steps))
ranges = some.tuples(five_minutes, five_minutes).map(lambda ends: Range(min(ends), max(ends)))
instants = some.integers(-8 * 3600, 2 * 3600).map(lambda s: CLOSES + timedelta(seconds=s))
closings = some.one_of(some.none(), some.integers(0, 59).map(lambda m: CLOSES + m * MINUTE))


def told(low_m: int, high_m: int, at: datetime = AT_14_20) -> Prospect:
    return Prospect(Range(low_m * MINUTE, high_m * MINUTE), at, CLOSES)


@given(ranges, instants, closings)
def test_no_instant_after_closing_is_ever_told(
    wait: Range, at: datetime, closes_at: datetime | None
) -> None:
    prospect = Prospect(wait, at, closes_at)
    instants = [*(prospect.expected or ()), *filter(None, [prospect.not_before])]
    assert all(closes_at is not None and one <= closes_at for one in instants)
    assert (prospect.expected is not None) == (prospect.chance is Chance.SURE)
    if prospect.expected is not None:
        begins, ends = prospect.expected
        assert at.replace(second=0, microsecond=0) <= begins <= ends


@given(ranges, instants)
def test_a_range_on_the_clock_is_five_minutes_wide_and_no_wait_begins_now(
    wait: Range, at: datetime
) -> None:
    begins, ends = wait.by_the_clock(at)
    assert ends - begins >= 5 * MINUTE
    assert begins >= at.replace(second=0, microsecond=0)
    assert wait.low or begins <= at < ends


@given(ranges, instants, closings, five_minutes)
def test_waiting_longer_never_makes_a_call_more_likely(
    wait: Range, at: datetime, closes_at: datetime | None, more: timedelta
) -> None:
    order = list(Chance)
    longer = Prospect(Range(wait.low + more, wait.high + more), at, closes_at)
    assert order.index(Prospect(wait, at, closes_at).chance) <= order.index(longer.chance)


@given(ranges, five_minutes)
def test_a_wait_is_compared_with_the_promise_of_its_service(
    wait: Range, promise: timedelta
) -> None:
    kept, broken = wait.high <= promise, wait.low > promise
    expected = Promise.KEPT if kept else Promise.BROKEN if broken else Promise.AT_RISK
    assert wait.against(promise) is expected


@pytest.mark.parametrize(
    ("low_m", "high_m", "chance"),
    [
        (0, 0, Chance.SURE),
        (10, 35, Chance.SURE),
        (10, 40, Chance.DOUBTFUL),  # at closing is too late
        (35, 60, Chance.DOUBTFUL),
        (40, 60, Chance.UNLIKELY),
        (180, 315, Chance.UNLIKELY),
    ],
)
def test_the_range_is_held_against_closing(low_m: int, high_m: int, chance: Chance) -> None:
    assert told(low_m, high_m).chance is chance


def test_a_doubtful_call_has_an_earliest_instant_and_no_latest() -> None:
    doubtful = told(20, 60)
    assert doubtful.expected is None
    assert doubtful.not_before == CLOSES - 20 * MINUTE
    assert told(40, 60).not_before is None


def test_who_is_called_at_once_a_minute_before_closing_is_told_until_closing() -> None:
    last = told(0, 0, CLOSES - MINUTE)
    assert last.chance is Chance.SURE
    assert last.expected == (CLOSES - MINUTE, CLOSES)


def test_after_closing_the_next_one_may_still_be_taken_and_nobody_promises_it() -> None:
    assert told(0, 0, CLOSES + MINUTE).chance is Chance.DOUBTFUL
    assert told(5, 20, CLOSES + MINUTE).chance is Chance.UNLIKELY


def test_twenty_before_one_desk_at_14_20_are_told_of_closing_and_of_no_instant(
    session: Session,
) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=12)
    where = desk(session, made, [wanted])
    visits = [ticket(session, made, wanted, at=AT_14_20 - 30 * MINUTE) for _ in range(20)]
    serve_next(session, where, at=AT_14_20)
    ahead = outlook(session, made, AT_14_20)
    newcomer = ahead.prospect_of_service(wanted.id)
    assert newcomer is not None
    assert newcomer.chance is Chance.UNLIKELY
    assert newcomer.closes_at == CLOSES
    for visit in visits[1:]:
        announce(session, visit, AT_14_20)
    stored = [(v.steps[0].announced_low_s, v.steps[0].announced_high_s) for v in visits[1:]]
    assert stored[0] == (5 * 60, 20 * 60)
    assert all(high is None or high < 40 * 60 for _, high in stored)
    assert stored[-1] == (None, None)


def test_an_agency_and_a_desk_with_hours_of_their_own_have_their_own_closing(
    session: Session,
) -> None:
    made = mall(session)
    early = agency(session, made, code="bpjs")
    noon, own = service(session, made, "N"), service(session, made, "O")
    noon.agency = early
    hours(session, made, 0, 8 * 60, 12 * 60, agency=early)
    desk(session, made, [noon])
    short = desk(session, made, [own], open_since=None)
    hours(session, made, 0, 8 * 60, 13 * 60, desk=short)
    session.flush()
    ahead = outlook(session, made, MONDAY)
    day = MONDAY.date()
    assert ahead.closes_at(noon.id) == local_instant(day, 12 * 60, made.time_zone)
    assert ahead.closes_at(own.id) == local_instant(day, 13 * 60, made.time_zone)

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models.keeping.schema import metadata
from models.mall.arrangement import arrangement_of
from models.mall.hours import HORIZON_DAYS, IntakePhase, Timetable
from models.mall.mall import Holiday, Mall
from tests import builders
from tests.builders import FRIDAY, MINUTE, MONDAY, mall

DAY = timedelta(days=1)
DAYS = some.integers(0, HORIZON_DAYS // 2).map(lambda ahead: date(2026, 11, 23) + ahead * DAY)


@pytest.fixture(scope="module")
def paper_mall() -> Iterator[Session]:
    """A session on a database in memory: a timetable only reads."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@some.composite
def timetables(draw: some.DrawFn) -> tuple[dict[int, tuple[int, int]], list[tuple[int, int, int]]]:
    """Draw hours for some weekdays, and breaks inside them that may touch or overlap."""
    hours = draw(
        some.dictionaries(
            some.integers(0, 6),
            some.tuples(some.integers(0, 700), some.integers(760, 1440)),
            min_size=1,
        )
    )
    breaks = []
    for weekday, (opens_m, closes_m) in hours.items():
        for _ in range(draw(some.integers(0, 2))):
            # The last minute before the cut-off stays open, so that each day gives numbers.
            starts_m = draw(some.integers(opens_m, closes_m - 32))
            breaks.append((weekday, starts_m, draw(some.integers(starts_m + 1, closes_m - 31))))
    return hours, breaks


def _read(
    session: Session,
    hours: dict[int, tuple[int, int]],
    breaks: list[tuple[int, int, int]],
    holidays: set[date],
    time_zone: str,
    ahead_m: int,
) -> Timetable:
    made = Mall(
        code="x",
        name="x",
        region="x",
        time_zone=time_zone,
        public_url="x",
        intake_ahead_m=ahead_m,
    )
    session.add(made)
    session.flush()
    for weekday, (opens_m, closes_m) in hours.items():
        own = [pause[1:] for pause in breaks if pause[0] == weekday]
        builders.hours(session, made, weekday, opens_m, closes_m, breaks=own)
    session.add_all(Holiday(mall_id=made.id, day=day, name="Libur") for day in holidays)
    session.flush()
    return arrangement_of(session, made).timetable


@given(
    drawn=timetables(),
    holidays=some.sets(DAYS, max_size=5),
    time_zone=some.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
    minutes=some.integers(0, 14 * 24 * 60),
    ahead_m=some.sampled_from([0, 15, 1440]),
)
def test_numbers_are_given_at_the_promised_instant_and_not_before(
    paper_mall: Session,
    drawn: tuple[dict[int, tuple[int, int]], list[tuple[int, int, int]]],
    holidays: set[date],
    time_zone: str,
    minutes: int,
    ahead_m: int,
) -> None:
    hours, breaks = drawn
    paper_mall.rollback()  # the mall of the example before
    timetable = _read(paper_mall, hours, breaks, holidays, time_zone, ahead_m)
    at = MONDAY + minutes * MINUTE
    intake = timetable.intake(at)
    assert (intake.phase is IntakePhase.OPEN) == (intake.next_at is None)
    if intake.next_at is None:
        return
    assert intake.next_at > at
    assert intake.serves_at is not None
    assert intake.next_at <= intake.serves_at
    assert timetable.intake(intake.next_at).phase is IntakePhase.OPEN
    between = at
    while between < intake.next_at:
        assert timetable.intake(between).phase is not IntakePhase.OPEN
        between += max(MINUTE, (intake.next_at - at) / 50)


def _phase(session: Session, made: Mall, at: datetime) -> tuple[str, datetime | None]:
    intake = arrangement_of(session, made).timetable.intake(at)
    return intake.phase, intake.next_at


def test_a_break_that_lasts_until_the_cut_off_ends_the_intake(session: Session) -> None:
    made = mall(session, intake_cutoff_m=120)
    opens_tomorrow = MONDAY + 7 * DAY - 60 * MINUTE
    assert _phase(session, made, FRIDAY + 180 * MINUTE) == ("cut_off", opens_tomorrow)
    assert _phase(session, made, FRIDAY + 60 * MINUTE) == ("open", None)


def test_the_day_after_is_the_next_with_hours(session: Session) -> None:
    made = mall(session)
    assert (
        arrangement_of(session, made).timetable.next_day(FRIDAY) == MONDAY + 7 * DAY - 60 * MINUTE
    )


def test_the_hours_of_a_closed_day_are_not_told(session: Session) -> None:
    intake = arrangement_of(session, mall(session)).timetable.intake(FRIDAY + DAY)
    assert (intake.opens_at, intake.cut_off_at, intake.closes_at) == (None, None, None)
    open_day = arrangement_of(session, mall(session, code="lain")).timetable.intake(MONDAY)
    assert open_day.opens_at == MONDAY - 60 * MINUTE
    assert open_day.cut_off_at == MONDAY + 330 * MINUTE
    assert open_day.closes_at == MONDAY + 360 * MINUTE


def test_a_single_day_goes_before_its_weekday_and_a_holiday_before_both(session: Session) -> None:
    made = mall(session)
    builders.hours(session, made, None, 9 * 60, 12 * 60, day=date(2026, 11, 23))
    day = arrangement_of(session, made).timetable.intake(MONDAY)
    assert (day.opens_at, day.closes_at) == (MONDAY, MONDAY + 180 * MINUTE)
    session.add(Holiday(mall_id=made.id, day=date(2026, 11, 23), name="Hari Contoh"))
    session.flush()
    closed = arrangement_of(session, made).timetable.intake(MONDAY)
    assert (closed.phase, closed.opens_at, closed.holiday) == ("closed", None, "Hari Contoh")


def test_hours_hold_from_their_first_to_their_last_day(session: Session) -> None:
    made = mall(session)
    saturday = builders.hours(session, made, 5)
    saturday.first_day, saturday.last_day = date(2026, 12, 1), date(2026, 12, 6)
    session.flush()
    timetable = arrangement_of(session, made).timetable
    opened = [timetable.intake(MONDAY + days * DAY).phase for days in (5, 12, 19)]
    assert opened == ["closed", "open", "closed"]


def test_numbers_before_the_desks_are_told_apart_from_the_opening(session: Session) -> None:
    made = mall(session, intake_ahead_m=15)
    opens_at = MONDAY - 60 * MINUTE
    intake = arrangement_of(session, made).timetable.intake(opens_at - 30 * MINUTE)
    assert (intake.next_at, intake.serves_at) == (opens_at - 15 * MINUTE, opens_at)
    assert _phase(session, made, opens_at - 15 * MINUTE) == ("open", None)


def test_the_break_of_a_closed_or_shorter_day_is_none(session: Session) -> None:
    made = mall(session)
    builders.hours(session, made, None, 8 * 60, 11 * 60, day=date(2026, 11, 27))
    assert arrangement_of(session, made).timetable.breaks_on(date(2026, 11, 27)) == ()

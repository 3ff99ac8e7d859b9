from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import NobodyWaiting, TicketClosed
from models.core.presses import AnsweredPress
from models.journal.events import ServiceDayClosed
from models.keeping.days import close_old_days
from models.mall.mall import ServingHours, new_arrangement
from models.queue.calling import call_next, call_number
from models.queue.serving import finish, hold, start
from models.queue.shifts import held_by, officer_at, shift_at
from models.queue.tickets import OPEN_STATES, Outcome, Step, StepState
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    desk,
    mall,
    serve_next,
    small_mall,
    take_recorded,
    ticket,
)

DAY = timedelta(days=1)
TUESDAY_MIDNIGHT = datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_midnight_closes_what_was_left_open_and_a_second_run_finds_nothing(
    session: Session,
) -> None:
    hall = small_mall(session)
    served = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    held = ticket(session, hall.mall, hall.a)
    serve_next(session, hall.desk_ab, at=MONDAY)
    hold(session, hall.desk_ab, reason="", by=CITIZEN, at=MONDAY)
    waiting = ticket(session, hall.mall, hall.b)
    take_recorded(session)

    assert close_old_days(session, hall.mall, at=TUESDAY_MIDNIGHT - MINUTE) == 0
    assert take_recorded(session) == []
    assert close_old_days(session, hall.mall, at=TUESDAY_MIDNIGHT) == 3
    events = take_recorded(session)
    assert [type(event).__name__ for event in events] == (
        ["TicketExpired"] * 3 + ["ShiftEnded"] * 3 + ["ServiceDayClosed"]
    )
    assert isinstance(events[-1], ServiceDayClosed)
    assert events[-1].expired == 3
    for visit in (served, held, waiting):
        assert (visit.closed_at, visit.desk_id) == (TUESDAY_MIDNIGHT, None)
        assert {step.state for step in visit.steps} == {StepState.EXPIRED}
    assert held_by(session, hall.desk_a) is None
    assert shift_at(session, hall.desk_a.id) is None

    assert close_old_days(session, hall.mall, at=TUESDAY_MIDNIGHT) == 0
    assert take_recorded(session) == []


def test_each_mall_has_its_own_midnight(session: Session) -> None:
    west = small_mall(session)
    east = small_mall(session, mall(session, code="timur", time_zone="Asia/Jayapura"))
    at = datetime(2026, 11, 23, 4, tzinfo=UTC)
    for hall in (west, east):
        ticket(session, hall.mall, hall.a, at=at)
    two_hours_earlier = TUESDAY_MIDNIGHT - timedelta(hours=2)
    assert close_old_days(session, west.mall, at=two_hours_earlier) == 0
    assert close_old_days(session, east.mall, at=two_hours_earlier) == 1
    still_open = session.scalars(select(Step).where(Step.state.in_(OPEN_STATES))).all()
    assert [step.mall_id for step in still_open] == [west.mall.id]


def test_nobody_calls_a_number_of_yesterday_before_its_day_is_closed(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a)
    with pytest.raises(NobodyWaiting):
        call_next(session, hall.desk_a, by=CITIZEN, at=TUESDAY_MIDNIGHT)
    with pytest.raises(TicketClosed):
        call_number(session, hall.desk_a, visit, reason="hadir", by=CITIZEN, at=TUESDAY_MIDNIGHT)
    just_before = TUESDAY_MIDNIGHT - timedelta(microseconds=1)
    assert call_next(session, hall.desk_a, by=CITIZEN, at=just_before).ticket is visit


def test_a_shift_of_today_goes_on(session: Session) -> None:
    hall = small_mall(session)
    late = desk(session, hall.mall, [hall.a], open_since=MONDAY + DAY)
    close_old_days(session, hall.mall, at=MONDAY + DAY + MINUTE)
    assert shift_at(session, late.id) is not None
    assert shift_at(session, hall.desk_a.id) is None


def test_who_called_in_the_first_second_after_midnight_is_still_at_the_desk(
    session: Session,
) -> None:
    hall = small_mall(session)
    for hours in session.scalars(select(ServingHours).where(ServingHours.mall_id == hall.mall.id)):
        hours.opens_m, hours.closes_m = 0, 24 * 60
    hall.mall.arrangement = new_arrangement()
    session.flush()
    ticket(session, hall.mall, hall.b)  # yesterday's, at nobody's desk
    second = TUESDAY_MIDNIGHT + timedelta(milliseconds=300)
    today = ticket(session, hall.mall, hall.a, at=TUESDAY_MIDNIGHT)
    call_next(session, hall.desk_a, by=CITIZEN, at=second)
    officer = officer_at(session, hall.desk_a)
    take_recorded(session)

    assert close_old_days(session, hall.mall, at=second + timedelta(milliseconds=400)) == 1
    assert held_by(session, hall.desk_a) is today
    assert officer_at(session, hall.desk_a) == officer is not None
    assert shift_at(session, hall.desk_ab.id) is None
    kinds = [type(one).__name__ for one in take_recorded(session) if one.desk_id == hall.desk_a.id]
    assert kinds == ["ShiftEnded", "ShiftBegan"]
    # Later in the day nothing of it counts as yesterday's any more.
    start(session, hall.desk_a, by=CITIZEN, at=second + MINUTE)
    finish(session, hall.desk_a, outcome=Outcome.ISSUED, by=CITIZEN, at=second + MINUTE)
    close_old_days(session, hall.mall, at=second + 2 * MINUTE)
    assert officer_at(session, hall.desk_a) == officer


def test_old_presses_are_forgotten_and_young_ones_kept(session: Session) -> None:
    hall = small_mall(session)
    for name, age in (("old", timedelta(days=3)), ("young", timedelta(days=1))):
        session.add(AnsweredPress(id=name, act="x", at=MONDAY - age, answer={}))
    session.flush()
    close_old_days(session, hall.mall, at=MONDAY)
    assert session.scalars(select(AnsweredPress.id)).all() == ["young"]


def test_the_name_of_the_database_outlives_all_presses(session: Session) -> None:
    hall = small_mall(session)
    session.add(AnsweredPress(id="live.epoch", act="live.epoch", at=MONDAY, answer={"epoch": "e"}))
    session.flush()
    close_old_days(session, hall.mall, at=MONDAY + 3 * DAY)
    assert session.scalars(select(AnsweredPress.act)).all() == ["live.epoch"]

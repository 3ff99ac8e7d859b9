"""What each desk does at one instant, since when, and whom a leader finds there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.figures.desks_now import IDLE_AFTER, DeskNow, Doing, desks_now, short_name
from models.figures.figures import Period
from models.figures.reckoning import figures
from models.figures.waits_now import people_finished
from models.journal.record import write_recorded
from models.mall.mall import Desk
from models.queue.calling import call_next
from models.queue.serving import finish, hold, resume, start
from models.queue.shifts import begin_break
from models.queue.tickets import Outcome
from tests.builders import (
    CITIZEN,
    FRIDAY,
    MINUTE,
    MONDAY,
    SmallMall,
    desk,
    serve_next,
    small_mall,
    ticket,
)
from tests.counted_day import NIGHT, counted_day


@pytest.fixture
def hall(session: Session) -> SmallMall:
    return small_mall(session)


def at_desk(session: Session, hall: SmallMall, where: Desk, minutes: float) -> DeskNow:
    write_recorded(session)
    now = desks_now(session, hall.mall, MONDAY + minutes * MINUTE)
    return next(one for one in now if one.desk.id == where.id)


def test_a_call_and_then_serving_without_its_holds(session: Session, hall: SmallMall) -> None:
    taken = ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    called = at_desk(session, hall, hall.desk_a, 2)
    assert (called.doing, called.since_at) == (Doing.CALLING, MONDAY + MINUTE)
    assert called.step is not None
    assert called.step.spoken == taken.spoken
    start(session, hall.desk_a, by=CITIZEN, at=MONDAY + 2 * MINUTE)
    hold(session, hall.desk_a, reason="fotokopi", by=CITIZEN, at=MONDAY + 5 * MINUTE)
    assert at_desk(session, hall, hall.desk_a, 6).doing is Doing.READY
    resume(session, hall.desk_a, taken, by=CITIZEN, at=MONDAY + 25 * MINUTE)
    served = at_desk(session, hall, hall.desk_a, 30)
    assert (served.doing, served.since_at) == (Doing.SERVING, MONDAY + 22 * MINUTE)


def test_a_ready_desk_is_idle_only_while_somebody_waits_for_it(
    session: Session, hall: SmallMall
) -> None:
    assert at_desk(session, hall, hall.desk_a, 20).doing is Doing.READY
    ticket(session, hall.mall, hall.a, at=MONDAY + 20 * MINUTE)
    assert at_desk(session, hall, hall.desk_a, 24).doing is Doing.READY
    idle = at_desk(session, hall, hall.desk_a, 25)
    # Not before somebody came for it, however long it was ready.
    assert (idle.doing, idle.since_at, idle.waiting) == (Doing.IDLE, MONDAY + 20 * MINUTE, 1)
    assert at_desk(session, hall, hall.desk_b, 25).doing is Doing.READY


def test_who_was_at_another_desk_could_not_be_called_meanwhile(
    session: Session, hall: SmallMall
) -> None:
    ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY + MINUTE)
    finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=MONDAY + 30 * MINUTE)
    assert at_desk(session, hall, hall.desk_b, 33).doing is Doing.READY
    idle = at_desk(session, hall, hall.desk_b, 30 + IDLE_AFTER / MINUTE)
    assert (idle.doing, idle.since_at) == (Doing.IDLE, MONDAY + 30 * MINUTE)


def test_nobody_is_idle_for_the_break_of_the_whole_hall(session: Session, hall: SmallMall) -> None:
    ticket(session, hall.mall, hall.a, at=FRIDAY)
    lunch = 4 * 24 * 60 + 180  # Friday at noon
    assert at_desk(session, hall, hall.desk_a, lunch).doing is Doing.BREAK
    # It goes on at 13.00; four minutes later nobody has been idle.
    assert at_desk(session, hall, hall.desk_a, lunch + 64).doing is Doing.READY
    assert at_desk(session, hall, hall.desk_a, lunch + 66).doing is Doing.IDLE


def test_a_break_says_until_when_and_a_closed_desk_nothing(
    session: Session, hall: SmallMall
) -> None:
    without = desk(session, hall.mall, [hall.a], open_since=None)
    until_at = MONDAY + 15 * MINUTE
    begin_break(session, hall.desk_a, until_at=until_at, by=CITIZEN, at=MONDAY)
    paused = at_desk(session, hall, hall.desk_a, 5)
    assert (paused.doing, paused.since_at, paused.until_at) == (Doing.BREAK, MONDAY, until_at)
    shut = at_desk(session, hall, without, 5)
    assert (shut.doing, shut.since_at, shut.officer) == (Doing.CLOSED, None, "")


def test_a_name_fits_on_a_desk() -> None:
    assert [short_name(one) for one in ("Rina Kusumawati", "Sukarno", "Ni Made Ayu", "")] == [
        "Rina K.",
        "Sukarno",
        "Ni A.",
        "",
    ]


def test_who_was_served_today_is_counted_as_in_the_report(session: Session) -> None:
    made = counted_day(session)
    write_recorded(session)
    reported = figures(session, made.hall.mall, Period.of_day(date(2026, 11, 23)), at=NIGHT)
    evening = NIGHT - timedelta(hours=1)
    assert people_finished(session, made.hall.mall, evening) == reported.served == 4
    assert people_finished(session, made.hall.mall, NIGHT) == 0

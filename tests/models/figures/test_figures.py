from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.event import About
from models.figures import desk_hours, visits
from models.figures.figures import Figures, Period, Steps
from models.figures.reckoning import figures
from models.journal.events import KINDS
from models.journal.record import write_recorded
from models.keeping.days import close_old_days
from models.paper.printers import PrinterState
from models.queue.calling import call_next
from models.queue.missing import miss, welcome_back
from models.queue.serving import cancel, finish, start
from models.queue.tickets import Outcome
from tests.builders import CITIZEN, MINUTE, MONDAY, SmallMall, mall, small_mall, ticket
from tests.counted_day import NIGHT, counted_day, o_clock

DAY = date(2026, 11, 23)


def kinds_that_move_a_queue(about: About) -> set[str]:
    return {name for name, kind in KINDS.items() if kind.moves_queue and kind.about is about}


def test_a_visit_retells_all_that_moves_a_ticket() -> None:
    # That a number was taken is told by its first step.
    assert kinds_that_move_a_queue(About.TICKET) - {"TicketTaken"} == visits.TOLD


def test_a_desks_hours_retell_all_that_opens_and_closes_it() -> None:
    assert kinds_that_move_a_queue(About.DESK) == desk_hours.TOLD


@pytest.fixture
def told(session: Session) -> Figures:
    made = counted_day(session)
    return figures(session, made.hall.mall, Period.of_day(DAY), at=NIGHT)


def service(told: Figures, name: str) -> Steps:
    return next(one.of for one in told.services if one.name_id == name)


def test_visits_are_people_and_steps_are_work(told: Figures) -> None:
    assert (told.headline.visits, told.priority, told.served) == (6, 1, 4)
    assert (told.headline.left, told.open) == (2, 0)
    assert told.total.steps == 8
    assert {one.name_id: one.of.steps for one in told.services} == {"Layanan A": 6, "Layanan B": 2}


def test_waits_are_the_time_in_which_somebody_was_free_to_be_called(told: Figures) -> None:
    waits = told.total.waits
    assert (waits.n, waits.median, waits.eight_of_ten) == (6, 30 * MINUTE, 55 * MINUTE)
    assert (waits.within, waits.judged, told.total.never_called) == (5, 6, 2)
    of_a, of_b = service(told, "Layanan A").waits, service(told, "Layanan B").waits
    assert (of_a.n, of_a.median, of_a.eight_of_ten) == (4, 30 * MINUTE, 65 * MINUTE)
    assert (of_a.within, of_a.kept) == (3, 0.75)
    # The 15 minutes at desk A are not held against who serves B.
    assert (of_b.n, of_b.median, of_b.eight_of_ten) == (2, 10 * MINUTE, 55 * MINUTE)
    assert (of_b.within, of_b.kept) == (2, 1.0)


def test_who_waits_in_vain_until_closing_breaks_the_promise(session: Session) -> None:
    hall = small_mall(session)
    hall.a.promise_m = 30
    for minute in range(10):
        ticket(session, hall.mall, hall.a, at=o_clock(9, minute))
        _serve(session, hall, o_clock(9, minute + 5))
    for minute in range(10):
        ticket(session, hall.mall, hall.a, at=o_clock(10, minute))
    close_old_days(session, hall.mall, at=NIGHT)
    write_recorded(session)
    total = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT).total
    assert (total.waits.eight_of_ten, total.waits.n) == (5 * MINUTE, 10)
    assert (total.never_called, total.waits.judged, total.waits.kept) == (10, 20, 0.5)


@pytest.mark.parametrize(("stayed_m", "judged"), [(29, 0), (30, 0), (31, 1)])
def test_who_leaves_is_judged_once_the_promise_has_run_out(
    session: Session, stayed_m: int, judged: int
) -> None:
    hall = small_mall(session)
    hall.a.promise_m = 30
    gone = ticket(session, hall.mall, hall.a, at=o_clock(9))
    cancel(session, gone, reason="", by=CITIZEN, at=o_clock(9, stayed_m))
    write_recorded(session)
    total = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT).total
    assert (total.never_called, total.waits.judged, total.waits.within) == (1, judged, 0)


def test_who_still_waits_is_judged_once_the_promise_has_run_out(session: Session) -> None:
    hall = small_mall(session)
    hall.a.promise_m = 30
    ticket(session, hall.mall, hall.a, at=o_clock(9))
    write_recorded(session)
    for minute, judged in ((30, 0), (31, 1)):
        at = o_clock(9, minute)
        total = figures(session, hall.mall, Period.of_day(DAY), at=at).total
        assert (total.never_called, total.open, total.waits.judged) == (0, 1, judged)


def test_who_is_put_aside_or_does_not_come_elsewhere_waits_for_nobody(session: Session) -> None:
    hall = small_mall(session)
    both = ticket(session, hall.mall, hall.a, hall.b, at=o_clock(9))
    both.steps[1].announced_low_s, both.steps[1].announced_high_s = 0, 5 * 60
    call_next(session, hall.desk_a, by=CITIZEN, at=o_clock(9, 4))
    miss(session, hall.desk_a, by=CITIZEN, at=o_clock(9, 6))
    welcome_back(session, both, by=CITIZEN, at=o_clock(9, 20))
    _serve(session, hall, o_clock(9, 21), minutes=0)
    call_next(session, hall.desk_b, by=CITIZEN, at=o_clock(9, 24))
    write_recorded(session)
    told = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT)
    # Free from 9.00 to 9.04, from 9.20 to 9.21, and from 9.21 on.
    assert service(told, "Layanan B").waits.median == 8 * MINUTE
    # Nobody could foresee that they would be away, so the range is not compared.
    assert told.total.announced == 0


def test_a_range_told_in_vain_is_a_false_one(session: Session) -> None:
    hall = small_mall(session)
    for high_m in (30, 90):
        told = ticket(session, hall.mall, hall.a, at=o_clock(14))
        told.steps[0].announced_low_s, told.steps[0].announced_high_s = 60, high_m * 60
    close_old_days(session, hall.mall, at=NIGHT)
    write_recorded(session)
    total = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT).total
    # The hall closed at 15.00: the second range had not run out by then.
    assert (total.announced, total.later) == (1, 1)


@pytest.mark.parametrize(
    ("called_after_s", "earlier", "later"), [(1, 0, 0), (60, 0, 0), (300, 0, 0), (500, 0, 1)]
)
@pytest.mark.parametrize("taken_s", [0, 170])
def test_no_wait_is_compared_with_the_minutes_that_were_told(
    session: Session, taken_s: int, called_after_s: int, earlier: int, later: int
) -> None:
    hall = small_mall(session)
    at = o_clock(9) + timedelta(seconds=taken_s)
    told = ticket(session, hall.mall, hall.a, at=at)
    told.steps[0].announced_low_s = told.steps[0].announced_high_s = 0
    # Told 9.00-9.05, or 9.02-9.07: a clock shows no seconds.
    called_at = at.replace(second=0) + timedelta(seconds=max(called_after_s, taken_s % 60))
    _serve(session, hall, called_at)
    write_recorded(session)
    total = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT).total
    assert (total.announced, total.earlier, total.later) == (1, earlier, later)


def _serve(session: Session, hall: SmallMall, at: datetime, minutes: int = 1) -> None:
    call_next(session, hall.desk_a, by=CITIZEN, at=at)
    start(session, hall.desk_a, by=CITIZEN, at=at)
    finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=at + minutes * MINUTE)


def test_service_times_leave_out_holds_and_what_was_handed_on(told: Figures) -> None:
    serving = told.total.serving
    assert (serving.n, serving.median, serving.eight_of_ten) == (5, 10 * MINUTE, 15 * MINUTE)
    assert serving.within == 3


def test_each_step_ends_in_one_way(told: Figures) -> None:
    total = told.total
    assert total.outcomes == {
        Outcome.ISSUED: 2,
        Outcome.ACCEPTED: 1,
        Outcome.RETURNED: 1,
        Outcome.CONSULTED: 1,
    }
    assert (total.transferred, total.cancelled, total.expired, total.open) == (1, 1, 1, 0)
    assert (total.missed, total.came_back) == (1, 1)


def test_announced_ranges_are_compared_with_what_came_true(told: Figures) -> None:
    assert (told.total.announced, told.total.earlier, told.total.later) == (3, 1, 1)
    assert told.total.range_held == pytest.approx(1 / 3)


def test_a_range_told_to_who_came_back_is_not_compared_with_the_wait_before(told: Figures) -> None:
    assert service(told, "Layanan A").came_back == 1
    assert (service(told, "Layanan A").announced, service(told, "Layanan A").later) == (1, 0)


def test_hours_show_arrivals_calls_and_the_mean_number_who_waited(told: Figures) -> None:
    hours = {one.hour: (one.arrivals, one.calls, one.waiting) for one in told.hours}
    assert hours == {
        9: (4, 2, 1.0),
        10: (1, 3, pytest.approx(50 / 60)),
        11: (0, 1, pytest.approx(50 / 60)),
        12: (0, 1, pytest.approx(25 / 60)),
        13: (0, 0, 0),
        14: (1, 0, 1.0),
    }


def test_desks_have_hours_breaks_and_service(told: Figures) -> None:
    desks = [(one.manned, one.breaks, one.serving, one.calls, one.finished) for one in told.desks]
    hour = 60 * MINUTE
    assert desks == [
        (6 * hour, hour, 30 * MINUTE, 4, 3),
        (6 * hour, timedelta(), 20 * MINUTE, 2, 1),  # nobody signed off: until closing
        (4 * hour, timedelta(), 15 * MINUTE, 1, 1),
    ]
    assert told.desks[0].busy == pytest.approx(0.1)


def test_refusals_and_outages_are_told(told: Figures) -> None:
    assert told.refusals == {"intake_closed": 1, "quota_used_up": 2}
    assert service(told, "Layanan B").quota_refused == 2
    assert [(one.printer, one.state, one.from_at, one.until_at) for one in told.outages] == [
        ("kiosk-2", PrinterState.AWAY, o_clock(0), o_clock(24)),
        ("kiosk-1", PrinterState.PAPER_OUT, o_clock(9, 30), o_clock(9, 50)),
    ]


def test_agency_and_mall_are_the_sums_of_their_services(told: Figures) -> None:
    (agency,) = told.agencies
    assert agency.of == told.total
    assert sum(one.of.steps for one in agency.services) == told.total.steps


def test_month_is_the_sum_of_its_days(session: Session) -> None:
    hall = counted_day(session).hall
    tuesday = MONDAY + timedelta(days=1)
    ticket(session, hall.mall, hall.b, at=tuesday)
    write_recorded(session)
    month = figures(session, hall.mall, Period.of_month(DAY), at=tuesday + 30 * MINUTE)
    assert month.headline.visits == 7
    # Tuesday is half an hour old: it has visits, but no part in what a day has on average.
    assert (month.headline.full_days, month.headline.visits_a_day) == (1, 6)
    assert (month.open, month.total.open) == (1, 1)
    visits = {one.day.day: one.visits for one in month.days}
    assert visits[23] == 6
    assert visits[24] == 1
    assert visits[20] == 0  # a Friday that was open and to which nobody came
    assert 22 not in visits  # a Sunday
    assert month.total.waits.median == 30 * MINUTE
    assert month.going_on
    assert [(one.hour, one.arrivals) for one in month.hours][:2] == [(9, 4), (10, 1)]


def test_a_day_that_goes_on_pulls_no_mean_down(session: Session) -> None:
    hall = counted_day(session).hall
    tuesday = MONDAY + timedelta(days=1)
    ticket(session, hall.mall, hall.b, at=tuesday)
    write_recorded(session)

    def told(period: Period, at: datetime) -> Figures:
        return figures(session, hall.mall, period, at=at)

    def arrivals(at: datetime) -> list[float]:
        return [one.arrivals for one in told(Period.of_week(DAY), at).hours]

    # 9-10 has passed on both days; 10-11 and what follows on Monday alone.
    assert arrivals(tuesday + 60 * MINUTE) == [2.5, 1, 0, 0, 0, 1]
    assert arrivals(tuesday + 6 * 60 * MINUTE) == [2.5, 0.5, 0, 0, 0, 0.5]
    before, closed = tuesday + 359 * MINUTE, tuesday + 360 * MINUTE
    assert told(Period.of_week(DAY), before).headline.visits_a_day == 6
    assert told(Period.of_week(DAY), closed).headline.visits_a_day == 3.5
    # Of a single day nothing is a mean, so that hour is told from its first minute on.
    today = told(Period.of_day(tuesday.date()), tuesday + MINUTE)
    assert [(one.hour, one.arrivals) for one in today.hours] == [(9, 1)]
    assert today.headline.visits_a_day is None


def test_a_period_that_has_only_begun_has_no_means(session: Session) -> None:
    hall = small_mall(session)
    ticket(session, hall.mall, hall.b, at=MONDAY)
    write_recorded(session)
    week = figures(session, hall.mall, Period.of_week(DAY), at=MONDAY + MINUTE)
    assert (week.headline.visits, week.headline.visits_a_day, week.hours) == (1, None, ())


def test_day_is_compared_with_the_same_weekday_a_week_ago(session: Session) -> None:
    hall = counted_day(session).hall
    monday = Period.of_day(DAY + timedelta(days=7))
    later = figures(session, hall.mall, monday, at=MONDAY + timedelta(days=7))
    assert later.before is not None
    assert (later.before.visits, later.before.left) == (6, 2)
    assert later.before.left_share == pytest.approx(1 / 3)


def test_day_without_anybody_has_figures_without_values(session: Session) -> None:
    made = small_mall(session).mall
    told = figures(session, made, Period.of_day(DAY), at=MONDAY - timedelta(minutes=30))
    assert told.headline.visits == 0
    assert told.before is None
    assert (told.total.waits.median, told.total.waits.kept, told.total.range_held) == (None,) * 3
    assert (told.hours, told.agencies, told.services) == ((), (), [])
    assert told.going_on


def test_other_malls_are_not_counted(session: Session) -> None:
    counted_day(session)
    other = mall(session, code="lain")
    assert figures(session, other, Period.of_month(DAY), at=NIGHT).headline.visits == 0


def test_days_are_those_of_the_malls_own_zone(session: Session) -> None:
    east = small_mall(session, mall(session, time_zone="Asia/Jayapura"))
    ticket(session, east.mall, east.a, at=o_clock(6, 30))  # 08.30 in Jayapura
    write_recorded(session)
    told = figures(session, east.mall, Period.of_day(DAY), at=o_clock(7))
    assert [(one.hour, one.arrivals, one.waiting) for one in told.hours] == [(8, 1, 0.5)]


def test_periods_know_what_came_before() -> None:
    january = Period.of_month(date(2027, 1, 17))
    assert (january.first, january.last) == (date(2027, 1, 1), date(2027, 1, 31))
    assert january.before == Period.of_month(date(2026, 12, 5))
    assert Period.of_day(date(2027, 1, 4)).before == Period.of_day(date(2026, 12, 28))
    assert [day.day for day in Period.of_month(date(2028, 2, 1)).days][-1] == 29

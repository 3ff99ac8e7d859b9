"""A Monday played by the real rules, small enough that its figures are counted by hand.

Six visits, all times in Jakarta, waits and service times in minutes:

| visit | wants | waits | served | ends |
|---|---|---|---|---|
| 1 | A | 5 | 10 at desk A | issued |
| 2, priority | B | 10 | 5 + 5 around a hold at desk B | issued |
| 3 | A | 30, then missed and back | 5 at desk A | papers returned |
| 4 | A | – | – | cancelled at 09.55 |
| 5 | A and B | 30, 30 + 25 around A, 65 once handed on | 15 at A, 10 at B, 15 at AB | finished |
| 6 | A | until closing | – | expired at night |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.journal.events import TicketRefused
from models.journal.record import record, write_recorded
from models.keeping.days import close_old_days
from models.mall.mall import Desk, Mall
from models.paper.printers import PrinterState, note_printer
from models.queue.calling import call_next
from models.queue.missing import miss, welcome_back
from models.queue.serving import cancel, finish, hold, resume, start
from models.queue.shifts import begin_break, end_break, sign_off
from models.queue.tickets import Outcome, Ticket
from models.queue.transferring import transfer
from tests.builders import CITIZEN, MONDAY, SmallMall, small_mall, ticket

HOLD = "menunggu fotokopi"
NIGHT = MONDAY + timedelta(hours=15, minutes=5)


@dataclass(frozen=True)
class CountedDay:
    """The mall of that Monday, after it."""

    hall: SmallMall
    tickets: tuple[Ticket, ...]


def o_clock(hour: int, minute: int = 0) -> datetime:
    """The instant of that Monday in Jakarta."""
    return MONDAY + timedelta(hours=hour - 9, minutes=minute)


def counted_day(session: Session, within: Mall | None = None) -> CountedDay:
    """Play the day and the night after it."""
    hall = small_mall(session, within)
    _printers(session, hall.mall)
    first = _first_visit(session, hall)
    second = _held_visit(session, hall)
    gone = ticket(session, hall.mall, hall.a, at=o_clock(9, 40))
    cancel(session, gone, reason="", by=CITIZEN, at=o_clock(9, 55))
    third, fifth = _third_and_fifth(session, hall)
    last = ticket(session, hall.mall, hall.a, at=o_clock(14))
    _refusals(session, hall)
    sign_off(session, hall.desk_a, by=CITIZEN, at=o_clock(15))
    close_old_days(session, hall.mall, at=NIGHT)
    session.flush()
    write_recorded(session)
    return CountedDay(hall, (first, second, third, gone, fifth, last))


def _first_visit(session: Session, hall: SmallMall) -> Ticket:
    first = ticket(session, hall.mall, hall.a, at=o_clock(9))
    _announce(first, 0, 10)
    _serve(session, hall.desk_a, o_clock(9, 5), start_at=o_clock(9, 6))
    finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=o_clock(9, 16))
    return first


def _held_visit(session: Session, hall: SmallMall) -> Ticket:
    second = ticket(session, hall.mall, hall.b, at=o_clock(9, 10), priority=True)
    _announce(second, 15, 20)
    _serve(session, hall.desk_b, o_clock(9, 20))
    hold(session, hall.desk_b, reason=HOLD, by=CITIZEN, at=o_clock(9, 25))
    resume(session, hall.desk_b, second, by=CITIZEN, at=o_clock(9, 35))
    finish(session, hall.desk_b, Outcome.ISSUED, by=CITIZEN, at=o_clock(9, 40))
    return second


def _third_and_fifth(session: Session, hall: SmallMall) -> tuple[Ticket, Ticket]:
    third = ticket(session, hall.mall, hall.a, at=o_clock(9, 30))
    _announce(third, 20, 40)
    call_next(session, hall.desk_a, by=CITIZEN, at=o_clock(10))
    fifth = ticket(session, hall.mall, hall.a, hall.b, at=o_clock(10))
    miss(session, hall.desk_a, by=CITIZEN, at=o_clock(10, 2))
    welcome_back(session, third, by=CITIZEN, at=o_clock(10, 10))
    _announce(third, 0, 10)
    _serve(session, hall.desk_a, o_clock(10, 15), start_at=o_clock(10, 16))
    finish(session, hall.desk_a, Outcome.RETURNED, missing=["KTP"], by=CITIZEN, at=o_clock(10, 21))
    _serve(session, hall.desk_a, o_clock(10, 30))
    finish(session, hall.desk_a, Outcome.ACCEPTED, by=CITIZEN, at=o_clock(10, 45))
    _serve(session, hall.desk_b, o_clock(11, 10))
    fifth.steps[1].announced_low_s, fifth.steps[1].announced_high_s = 30 * 60, 60 * 60
    transfer(session, hall.desk_b, to_service=hall.a, by=CITIZEN, at=o_clock(11, 20))
    begin_break(session, hall.desk_a, until_at=o_clock(13), by=CITIZEN, at=o_clock(12))
    _serve(session, hall.desk_ab, o_clock(12, 25))
    finish(session, hall.desk_ab, Outcome.CONSULTED, by=CITIZEN, at=o_clock(12, 40))
    end_break(session, hall.desk_a, by=CITIZEN, at=o_clock(13))
    sign_off(session, hall.desk_ab, by=CITIZEN, at=o_clock(13))
    return third, fifth


def _serve(
    session: Session, desk: Desk, called_at: datetime, *, start_at: datetime | None = None
) -> None:
    call_next(session, desk, by=CITIZEN, at=called_at)
    start(session, desk, by=CITIZEN, at=start_at or called_at)


def _announce(ticket: Ticket, low_m: int, high_m: int) -> None:
    (step,) = ticket.steps
    step.announced_low_s, step.announced_high_s = low_m * 60, high_m * 60


def _refusals(session: Session, hall: SmallMall) -> None:
    for code, service in (
        ("quota_used_up", hall.b),
        ("quota_used_up", hall.b),
        ("intake_closed", hall.a),
    ):
        refused = TicketRefused(
            mall_id=hall.mall.id, at=o_clock(14, 40), service_id=service.id, code=code
        )
        record(session, refused)


def _printers(session: Session, mall: Mall) -> None:
    """One is out of paper for 20 minutes; the other has been away since Sunday evening."""
    sunday_evening = o_clock(20) - timedelta(days=1)
    for printer, state, at in (
        ("kiosk-2", PrinterState.ONLINE, sunday_evening - timedelta(hours=1)),
        ("kiosk-2", PrinterState.AWAY, sunday_evening),
        ("kiosk-1", PrinterState.ONLINE, o_clock(8)),
        ("kiosk-1", PrinterState.PAPER_OUT, o_clock(9, 30)),
        ("kiosk-1", PrinterState.COVER_OPEN, o_clock(9, 45)),
        ("kiosk-1", PrinterState.ONLINE, o_clock(9, 50)),
    ):
        note_printer(session, mall.id, printer, state, at=at)

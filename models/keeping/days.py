"""Midnight: yesterday's open tickets and shifts are closed as what they are, never deleted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.core.presses import old_presses
from models.journal.actors import Actor
from models.journal.events import ServiceDayClosed, ShiftBegan, ShiftEnded, TicketExpired
from models.journal.record import record
from models.mall.mall import Mall
from models.queue.shifts import Shift, held_by, lock_desk
from models.queue.tickets import OPEN_STATES, StepState, Ticket
from models.queue.waiting import lock_ticket

# A press is retried within seconds; two days leave room for any clock and any cable.
PRESSES_KEPT = timedelta(days=2)


def close_old_days(session: Session, mall: Mall, *, at: datetime) -> int:
    """Close what earlier local days left open at the instant `at`; return how many tickets.

    Runs any number of times: a second run finds nothing.
    """
    today = local_day(at, mall.time_zone)
    # All desks first, as every other rule does: nobody calls, sends or signs off meanwhile.
    lock_desk(session, *mall.desks)
    left_open = session.scalars(
        select(Ticket)
        .where(Ticket.mall_id == mall.id, Ticket.service_day < today, Ticket.closed_at.is_(None))
        .order_by(Ticket.id)
    ).all()
    time_itself = Actor(mall_id=mall.id)
    expired = sum(_expire(session, ticket, by=time_itself, at=at) for ticket in left_open)
    for shift in session.scalars(
        select(Shift).where(Shift.mall_id == mall.id, Shift.ended_at.is_(None))
    ).all():
        if local_day(shift.began_at, mall.time_zone) < today:
            _end(session, shift, today, by=time_itself, at=at)
    session.execute(old_presses(before=at - PRESSES_KEPT))
    if expired:
        event_ = ServiceDayClosed(mall_id=mall.id, at=at, expired=expired)
        record(session, event_, time_itself)
    return expired


def _end(session: Session, shift: Shift, today: date, *, by: Actor, at: datetime) -> None:
    """End a shift of an earlier day; who has called a number of today already goes on in a new one.

    A hall that never closes calls in the first second after midnight, before anything is closed.
    """
    shift.ended_at = at
    session.flush()
    record(session, ShiftEnded(mall_id=shift.mall_id, at=at, desk_id=shift.desk_id), by)
    called = held_by(session, shift.desk)
    if called is None or called.service_day < today:
        return
    own = Shift(mall_id=shift.mall_id, desk_id=shift.desk_id, user_id=shift.user_id, began_at=at)
    session.add(own)
    session.flush()
    record(session, ShiftBegan(mall_id=own.mall_id, at=at, desk_id=own.desk_id), by)


def _expire(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> bool:
    """Close one ticket; False when somebody did so since it was looked up."""
    lock_ticket(session, ticket)
    if ticket.closed_at is not None:
        return False
    for step in ticket.steps:
        if step.state in OPEN_STATES:
            step.move(StepState.EXPIRED)
            step.ended_at = at
    ticket.desk_id = None
    ticket.closed_at = at
    event = TicketExpired(mall_id=ticket.mall_id, at=at, ticket_id=ticket.id)
    record(session, event, by)
    return True

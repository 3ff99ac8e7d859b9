"""Midnight: yesterday's open tickets and shifts are closed as what they are, never deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.clock import local_day
from models.database import Press
from models.events import ServiceDayClosed, ShiftEnded, TicketExpired, record
from models.mall import Mall
from models.people import Actor
from models.shifts import Shift
from models.tickets import OPEN_STATES, StepState, Ticket
from models.waiting import lock_ticket

# A press is retried within seconds; two days leave room for any clock and any cable.
PRESSES_KEPT = timedelta(days=2)


def close_old_days(session: Session, mall: Mall, *, at: datetime) -> int:
    """Close what earlier local days left open at the instant `at`; return how many tickets.

    Runs any number of times: a second run finds nothing.
    """
    today = local_day(at, mall.time_zone)
    left_open = session.scalars(
        select(Ticket).where(
            Ticket.mall_id == mall.id, Ticket.service_day < today, Ticket.closed_at.is_(None)
        )
    ).all()
    time_itself = Actor(mall_id=mall.id)
    for ticket in left_open:
        _expire(session, ticket, by=time_itself, at=at)
    for shift in session.scalars(
        select(Shift).where(Shift.mall_id == mall.id, Shift.ended_at.is_(None))
    ):
        if local_day(shift.began_at, mall.time_zone) < today:
            shift.ended_at = at
            event = ShiftEnded(mall_id=mall.id, at=at, desk_id=shift.desk_id)
            record(session, event, time_itself)
    session.execute(delete(Press).where(Press.at < at - PRESSES_KEPT))
    if left_open:
        event_ = ServiceDayClosed(mall_id=mall.id, at=at, expired=len(left_open))
        record(session, event_, time_itself)
    return len(left_open)


def _expire(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    lock_ticket(session, ticket)
    for step in ticket.steps:
        if step.state in OPEN_STATES:
            step.move(StepState.EXPIRED)
            step.ended_at = at
    ticket.desk_id = None
    ticket.closed_at = at
    event = TicketExpired(mall_id=ticket.mall_id, at=at, ticket_id=ticket.id)
    record(session, event, by)

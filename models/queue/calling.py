"""Calling: the next in turn, a particular number with a reason, and once more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

from models.core.clock import local_day
from models.core.errors import (
    DeskEmpty,
    NobodyWaiting,
    NotAllowed,
    NotServedHere,
    ReasonNeeded,
    TicketClosed,
    TicketElsewhere,
)
from models.core.rows import insert_row, set_loaded, update_row
from models.journal.actors import Actor
from models.journal.events import TicketCalled, TicketCalledAgain, TicketWelcomedBack
from models.mall.mall import Desk
from models.queue.recording import record_step
from models.queue.seating import seat_of
from models.queue.shifts import held_by, lock_desk, require_free
from models.queue.tickets import Call, Step, StepState, Ticket
from models.queue.waiting import callable_by, lock_ticket, offered_by, settle

_DUE_FIRST: Final = (
    select(Step.id, Step.ticket_id)
    .join(Step.ticket)
    .where(
        callable_by(bindparam("desk_id"), bindparam("services", expanding=True)),
        Ticket.service_day == bindparam("day"),
        Ticket.desk_id.is_(None),
        Ticket.closed_at.is_(None),
    )
    .order_by(Step.due_at, Step.id)
    .limit(1)
    .with_for_update(of=Ticket, skip_locked=True, key_share=True)
)
_VISIT: Final = (
    select(Step)
    .join(Step.ticket)
    .options(contains_eager(Step.ticket))
    .where(Step.ticket_id == bindparam("ticket_id"))
    .order_by(Step.position)
)


def call_next(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Call:
    """Call the ticket that is due first among the services `desk` offers.

    `at` is an aware UTC instant. Raises DeskClosed, DeskOnBreak, DeskBusy while the
    desk holds a ticket, and NobodyWaiting when its queue is empty.
    """
    lock_desk(session, desk)
    require_free(session, desk)
    services = offered_by(session, desk)
    while (step := _due_first(session, desk, services, at)) is not None:
        # Between the look and the lock another process may have called and put back the ticket.
        if step.state is StepState.WAITING and step.ticket.desk_id is None:
            return _invite(session, desk, step, reason="", by=by, at=at)
    raise NobodyWaiting


def call_number(
    session: Session, desk: Desk, ticket: Ticket, *, reason: str, by: Actor, at: datetime
) -> Call:
    """Call one ticket out of its turn; `reason` goes into the journal.

    Takes the step that is due first among those this desk may serve; a missed one counts
    as back. Raises ReasonNeeded, TicketClosed, TicketElsewhere, NotServedHere and what
    call_next raises.
    """
    if not reason.strip():
        raise ReasonNeeded
    lock_desk(session, desk)
    require_free(session, desk)
    lock_ticket(session, ticket)
    # Between midnight and its closing yesterday's ticket is as good as closed.
    if ticket.closed_at is not None or ticket.service_day != _today(desk, at):
        raise TicketClosed(number=ticket.spoken)
    if ticket.desk_id is not None:
        raise TicketElsewhere(number=ticket.spoken)
    services = offered_by(session, desk)
    wanted = [
        step
        for step in ticket.steps
        if step.state in (StepState.WAITING, StepState.MISSED)
        and step.service_id in services
        and step.only_desk_id in (None, desk.id)
    ]
    if not wanted:
        raise NotServedHere(number=ticket.spoken)
    step = min(wanted, key=lambda step: (step.state is StepState.WAITING, step.due_at, step.id))
    if step.state is StepState.MISSED:
        _note_return(session, step, by=by, at=at)
    return _invite(session, desk, step, reason=reason.strip(), by=by, at=at)


def call_again(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Call:
    """Repeat the invitation of the ticket at the desk. Raises DeskEmpty or NotAllowed."""
    lock_desk(session, desk)
    ticket = held_by(session, desk)
    if ticket is None:
        raise DeskEmpty
    lock_ticket(session, ticket)
    step = ticket.current
    if step is None or step.state is not StepState.CALLED:
        state = None if step is None else step.state
        raise NotAllowed(number=ticket.spoken, state=state, wanted=StepState.CALLED)
    step.calls += 1
    call = _call(session, desk, step, reason="", at=at)
    record_step(session, step, TicketCalledAgain, at, by, call_id=call.id, round=call.round)
    return call


def _note_return(session: Session, step: Step, *, by: Actor, at: datetime) -> None:
    """Let a missed step wait again; the officer sees the citizen, so no grace is asked for."""
    step.move(StepState.WAITING)
    step.began_waiting_at, step.ended_at = at, None
    record_step(session, step, TicketWelcomedBack, at, by)


def _due_first(session: Session, desk: Desk, services: list[int], at: datetime) -> Step | None:
    """Return the due step with its ticket locked, passing over tickets others hold locked.

    Only today's numbers are called: yesterday's are about to be closed as such.
    """
    wanted = {"desk_id": desk.id, "services": services, "day": _today(desk, at)}
    due = session.execute(_DUE_FIRST, wanted).first()
    if due is None:
        return None
    steps = session.scalars(_VISIT, {"ticket_id": due.ticket_id}).all()
    set_loaded(steps[0].ticket, steps=list(steps))
    lock_ticket(session, steps[0].ticket)
    return next(step for step in steps if step.id == due.id)


def _today(desk: Desk, at: datetime) -> date:
    return local_day(at, desk.mall.time_zone)


def _invite(
    session: Session, desk: Desk, step: Step, *, reason: str, by: Actor, at: datetime
) -> Call:
    ticket = step.ticket
    step.require_way_to(StepState.CALLED)
    update_row(session, step, state=StepState.CALLED, desk_id=desk.id, called_at=at, calls=1)
    update_row(session, ticket, desk_id=desk.id)
    settle(ticket)
    call = _call(session, desk, step, reason=reason, at=at)
    record_step(session, step, TicketCalled, at, by, call_id=call.id, picked=bool(reason))
    return call


def _call(session: Session, desk: Desk, step: Step, *, reason: str, at: datetime) -> Call:
    seat = seat_of(session, step.ticket, at)
    call = insert_row(
        session,
        Call(
            mall_id=desk.mall_id,
            ticket_id=step.ticket_id,
            step_id=step.id,
            desk_id=desk.id,
            zone_id=desk.zone_id,
            told_zone_id=None if seat == desk.zone_id else seat,
            round=step.calls,
            at=at,
            reason=reason,
        ),
    )
    set_loaded(call, ticket=step.ticket, desk=desk, step=step)
    return call

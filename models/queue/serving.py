"""At the desk: start, finish, hold, resume, miss; and the way back, or out, from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import (
    DeskBusy,
    DeskEmpty,
    NotAllowed,
    NotServedHere,
    ReasonNeeded,
    TicketClosed,
    TicketElsewhere,
)
from models.journal.actors import Actor
from models.journal.events import (
    RequirementsChecked,
    StepCaseSet,
    StepFinished,
    StepHeld,
    StepResumed,
    StepStarted,
    TicketCancelled,
    TicketCompleted,
)
from models.journal.record import record
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import ServiceCase, needed_for
from models.mall.mall import Desk
from models.queue.recording import record_step
from models.queue.shifts import held_by, lock_desk, require_serving
from models.queue.tickets import OPEN_STATES, Outcome, Step, StepState, Ticket, among
from models.queue.waiting import lock_ticket, offered_by, settle


def start(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Step:
    """Begin to serve the ticket that was called. Raises DeskEmpty or NotAllowed."""
    step = step_at(session, desk)
    step.move(StepState.SERVING)
    step.started_at = at
    record_step(session, step, StepStarted, at, by)
    return step


def check_requirements(
    session: Session, desk: Desk, requirement_ids: Sequence[int], *, by: Actor, at: datetime
) -> Step:
    """Note which papers the officer has seen, replacing the earlier note. Raises DeskEmpty."""
    step = step_at(session, desk)
    known = {requirement.id for requirement in step.service.requirements}
    step.checked = [id_ for id_ in requirement_ids if id_ in known]
    record_step(session, step, RequirementsChecked, at, by)
    return step


def set_case(session: Session, desk: Desk, case_id: int, *, by: Actor, at: datetime) -> Step:
    """Say why the service at the desk is needed, or correct it.

    Of the papers that were seen those stay noted which the reason asks for. Raises DeskEmpty,
    and BadInput for a case that is none of this service's.
    """
    step = step_at(session, desk)
    arrangement_of(session, desk.mall).services[step.service_id].require_case(case_id)
    step.case = session.get_one(ServiceCase, case_id)
    asked = {requirement.id for requirement in needed_for(step.service, step.case)}
    step.checked = [id_ for id_ in step.checked if id_ in asked]
    record_step(session, step, StepCaseSet, at, by, case_id=case_id)
    return step


def finish(
    session: Session,
    desk: Desk,
    outcome: Outcome,
    *,
    missing: Sequence[str] = (),
    note: str = "",
    by: Actor,
    at: datetime,
) -> Step:
    """End serving with `outcome`; the ticket is free for its other steps.

    Papers returned need what is missing or a note (ReasonNeeded). A service with a private
    outcome keeps only done or returned, and nothing of why: UU 27/2022 art. 4 counts
    criminal records and children's data as specific. Raises DeskEmpty or NotAllowed.
    """
    step = step_at(session, desk)
    private = step.service.private_outcome
    if outcome is Outcome.RETURNED and not private and not missing and not note.strip():
        raise ReasonNeeded
    step.move(StepState.DONE)
    step.ended_at = at
    if private:
        step.outcome = outcome if outcome is Outcome.RETURNED else Outcome.ISSUED
        step.note = ""  # what a hold or a transfer noted says why, too
    else:
        step.outcome, step.missing, step.note = outcome, list(missing), note.strip()
    leave_desk(step.ticket)
    record_step(session, step, StepFinished, at, by, outcome=step.outcome)
    _close_if_done(session, step.ticket, by, at)
    return step


def hold(session: Session, desk: Desk, *, reason: str, by: Actor, at: datetime) -> Step:
    """Put serving aside, the desk is free. Raises DeskEmpty or NotAllowed."""
    step = step_at(session, desk)
    step.move(StepState.HELD)
    step.note = reason.strip()
    leave_desk(step.ticket)
    record_step(session, step, StepHeld, at, by, reason=step.note)
    return step


def resume(session: Session, desk: Desk, ticket: Ticket, *, by: Actor, at: datetime) -> Step:
    """Go on serving a held ticket at `desk`, which offers its service.

    Raises DeskBusy, DeskClosed, DeskOnBreak, NotServedHere or NotAllowed.
    """
    lock_desk(session, desk)
    require_serving(session, desk)
    if (other := held_by(session, desk)) is not None:
        raise DeskBusy(number=other.spoken)
    lock_ticket(session, ticket)
    step = current_step(ticket, StepState.SERVING)
    if step.state is not StepState.HELD:
        raise NotAllowed(number=ticket.spoken, state=step.state, wanted=StepState.SERVING)
    if step.service_id not in offered_by(session, desk):
        raise NotServedHere(number=ticket.spoken)
    step.move(StepState.SERVING)
    step.desk_id = ticket.desk_id = desk.id
    session.flush()
    record_step(session, step, StepResumed, at, by)
    return step


def cancel(session: Session, ticket: Ticket, *, reason: str, by: Actor, at: datetime) -> None:
    """Give the number up: all open steps are cancelled and the desk, if any, is free.

    Raises TicketClosed when it has ended, NotAllowed while it is being served.
    """
    if ticket.desk is not None:
        lock_desk(session, ticket.desk)
    lock_ticket(session, ticket)
    if ticket.closed_at is not None:
        raise TicketClosed(number=ticket.spoken)
    for step in ticket.steps:
        if step.state in OPEN_STATES:
            step.move(StepState.CANCELLED)
            step.ended_at = at
    desk_id, ticket.desk_id = ticket.desk_id, None
    ticket.closed_at = at
    session.flush()
    record(
        session,
        TicketCancelled(
            mall_id=ticket.mall_id,
            at=at,
            ticket_id=ticket.id,
            desk_id=desk_id,
            reason=reason.strip(),
        ),
        by,
    )


def set_aside(session: Session, desk: Desk) -> list[Step]:
    """Return the held and missed steps that this desk called last, longest away first."""
    return list(
        session.scalars(
            select(Step)
            .where(Step.desk_id == desk.id, among([StepState.HELD, StepState.MISSED]))
            .order_by(Step.called_at)
        )
    )


def step_at(session: Session, desk: Desk) -> Step:
    """Return the step that is at the desk, locked; raise DeskEmpty."""
    lock_desk(session, desk)
    ticket = held_by(session, desk)
    if ticket is None:
        raise DeskEmpty
    lock_ticket(session, ticket)
    if ticket.desk_id != desk.id or ticket.current is None:
        raise TicketElsewhere(number=ticket.spoken)
    return ticket.current


def current_step(ticket: Ticket, wanted: StepState) -> Step:
    """Return the step that is called, served, held or missed; raise TicketClosed, NotAllowed."""
    step = ticket.current
    if ticket.closed_at is not None:
        raise TicketClosed(number=ticket.spoken)
    if step is None:
        raise NotAllowed(number=ticket.spoken, state=StepState.WAITING, wanted=wanted)
    return step


def leave_desk(ticket: Ticket) -> None:
    """Free the desk, and let the ticket's other steps wait again if they may."""
    ticket.desk_id = None
    settle(ticket)


def _close_if_done(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    if any(step.state in OPEN_STATES for step in ticket.steps):
        return
    ticket.closed_at = at
    session.flush()
    event = TicketCompleted(mall_id=ticket.mall_id, at=at, ticket_id=ticket.id)
    record(session, event, by)

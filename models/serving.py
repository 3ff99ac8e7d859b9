"""At the desk: start, finish, hold, resume, transfer, miss; and the ways off it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import Service
from models.errors import (
    DeskBusy,
    DeskClosed,
    DeskEmpty,
    GraceOver,
    NotAllowed,
    NotServedHere,
    ReasonNeeded,
    ServiceNotOffered,
    TicketClosed,
    TicketElsewhere,
    TooEarly,
)
from models.events import (
    Event,
    RequirementsChecked,
    StepFinished,
    StepHeld,
    StepResumed,
    StepStarted,
    StepTransferred,
    TicketCancelled,
    TicketCompleted,
    TicketMissed,
    TicketWelcomedBack,
    record,
)
from models.mall import Desk
from models.people import Actor
from models.shifts import held_by, lock_desk, require_serving, shift_at
from models.tickets import OPEN_STATES, Outcome, Standing, Step, StepState, Ticket
from models.waiting import head_start, lock_ticket, offered_by, settle


def start(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Step:
    """Begin to serve the ticket that was called. Raises DeskEmpty or NotAllowed."""
    step = _at(session, desk)
    step.move(StepState.SERVING)
    step.started_at = at
    _tell(session, step, StepStarted, at, by)
    return step


def check_requirements(
    session: Session, desk: Desk, requirement_ids: Sequence[int], *, by: Actor, at: datetime
) -> Step:
    """Note which papers the officer has seen, replacing the earlier note. Raises DeskEmpty."""
    step = _at(session, desk)
    known = {requirement.id for requirement in step.service.requirements}
    step.checked = [id_ for id_ in requirement_ids if id_ in known]
    _tell(session, step, RequirementsChecked, at, by)
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
    step = _at(session, desk)
    if outcome is Outcome.RETURNED and not missing and not note.strip():
        raise ReasonNeeded
    step.move(StepState.DONE)
    step.ended_at = at
    if step.service.private_outcome:
        step.outcome = outcome if outcome is Outcome.RETURNED else Outcome.ISSUED
        step.note = ""  # what a hold or a transfer noted says why, too
    else:
        step.outcome, step.missing, step.note = outcome, list(missing), note.strip()
    _leave(step.ticket)
    _tell(session, step, StepFinished, at, by, outcome=step.outcome)
    _close_if_done(session, step.ticket, by, at)
    return step


def hold(session: Session, desk: Desk, *, reason: str, by: Actor, at: datetime) -> Step:
    """Put serving aside, the desk is free. Raises DeskEmpty or NotAllowed."""
    step = _at(session, desk)
    step.move(StepState.HELD)
    step.note = reason.strip()
    _leave(step.ticket)
    _tell(session, step, StepHeld, at, by, reason=step.note)
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
    step = _current(ticket, StepState.SERVING)
    if step.state is not StepState.HELD:
        raise NotAllowed(number=ticket.spoken, state=step.state, wanted=StepState.SERVING)
    if step.service_id not in offered_by(session, desk):
        raise NotServedHere(number=ticket.spoken)
    step.move(StepState.SERVING)
    step.desk_id = ticket.desk_id = desk.id
    session.flush()
    _tell(session, step, StepResumed, at, by)
    return step


def transfer(
    session: Session,
    desk: Desk,
    *,
    to_service: Service | None = None,
    to_desk: Desk | None = None,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Step:
    """Close the step here and open its successor, for another service, one desk, or both.

    Returns the new step, which waits with the head start of a transfer. Raises DeskEmpty,
    ServiceNotOffered, DeskClosed for a desk without an officer, NotServedHere for a desk
    that does not offer the service, and NotAllowed.
    """
    step = _at(session, desk)
    ticket = step.ticket
    service = to_service or step.service
    _require_target(session, ticket, step, service, to_desk)
    step.move(StepState.TRANSFERRED)
    step.ended_at = at
    _leave(ticket)
    same = service.id == step.service_id
    standing = max(
        (Standing.TRANSFERRED, Standing.PRIORITY) if ticket.priority else (Standing.TRANSFERRED,),
        key=lambda standing: head_start(ticket.mall, standing),
    )
    successor = Step(
        mall_id=ticket.mall_id,
        service_id=service.id,
        case_id=step.case_id if same else None,
        position=len(ticket.steps) + 1,
        state=StepState.WAITING,  # the default comes with the flush, too late for settle()
        standing=standing,
        began_waiting_at=at,
        due_at=at - head_start(ticket.mall, standing),
        only_desk_id=None if to_desk is None else to_desk.id,
        checked=step.checked if same else [],
        note=reason.strip(),
    )
    successor.service = service
    ticket.steps.append(successor)
    settle(ticket)
    session.flush()
    _tell(
        session,
        step,
        StepTransferred,
        at,
        by,
        to_step_id=successor.id,
        to_service_id=successor.service_id,
        to_desk_id=successor.only_desk_id,
        reason=successor.note,
    )
    return successor


def miss(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Step:
    """Note that nobody came. Raises TooEarly before the mall's time, DeskEmpty, NotAllowed."""
    step = _at(session, desk)
    if step.state is not StepState.CALLED or step.called_at is None:
        raise NotAllowed(number=step.ticket.spoken, state=step.state, wanted=StepState.MISSED)
    from_at = step.called_at + timedelta(seconds=step.ticket.mall.miss_after_s)
    if at < from_at:
        raise TooEarly(number=step.ticket.spoken, from_at=from_at)
    step.move(StepState.MISSED)
    step.ended_at = at
    _leave(step.ticket)
    _tell(session, step, TicketMissed, at, by)
    return step


def welcome_back(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> Step:
    """Let a missed ticket wait again with the head start of a return.

    Raises GraceOver when the mall's grace since the miss is over, NotAllowed otherwise.
    """
    lock_ticket(session, ticket)
    step = _current(ticket, StepState.WAITING)
    if step.state is not StepState.MISSED or step.ended_at is None:
        raise NotAllowed(number=ticket.spoken, state=step.state, wanted=StepState.WAITING)
    if at > step.ended_at + timedelta(minutes=ticket.mall.return_grace_m):
        raise GraceOver(number=ticket.spoken)
    step.move(StepState.WAITING)
    standings = [Standing.RETURNED, Standing.PRIORITY] if ticket.priority else [Standing.RETURNED]
    step.standing = max(standings, key=lambda standing: head_start(ticket.mall, standing))
    step.began_waiting_at, step.ended_at = at, None
    step.due_at = at - head_start(ticket.mall, step.standing)
    settle(ticket)
    session.flush()
    _tell(session, step, TicketWelcomedBack, at, by)
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
            .where(Step.desk_id == desk.id, Step.state.in_([StepState.HELD, StepState.MISSED]))
            .order_by(Step.called_at)
        )
    )


def _at(session: Session, desk: Desk) -> Step:
    """Return the step that is at the desk, locked; raise DeskEmpty."""
    lock_desk(session, desk)
    ticket = held_by(session, desk)
    if ticket is None:
        raise DeskEmpty
    lock_ticket(session, ticket)
    if ticket.desk_id != desk.id or ticket.current is None:
        raise TicketElsewhere(number=ticket.spoken)
    return ticket.current


def _current(ticket: Ticket, wanted: StepState) -> Step:
    step = ticket.current
    if ticket.closed_at is not None:
        raise TicketClosed(number=ticket.spoken)
    if step is None:
        raise NotAllowed(number=ticket.spoken, state=StepState.WAITING, wanted=wanted)
    return step


def _require_target(
    session: Session, ticket: Ticket, step: Step, service: Service, to_desk: Desk | None
) -> None:
    if not service.in_use or service.mall_id != ticket.mall_id:
        raise ServiceNotOffered(service=service.name_id)
    twin = any(
        other.service_id == service.id and other.state in OPEN_STATES and other is not step
        for other in ticket.steps
    )
    if twin or (to_desk is None and service.id == step.service_id):
        raise NotAllowed(number=ticket.spoken, state=step.state, wanted=StepState.TRANSFERRED)
    if to_desk is None:
        return
    # Until the commit nobody signs off there, or the ticket would wait for an empty desk.
    if shift_at(session, to_desk.id, keep=True) is None:
        raise DeskClosed(desk=to_desk.number)
    if service.id not in offered_by(session, to_desk):
        raise NotServedHere(number=ticket.spoken)


def _leave(ticket: Ticket) -> None:
    ticket.desk_id = None
    settle(ticket)


def _close_if_done(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    if any(step.state in OPEN_STATES for step in ticket.steps):
        return
    ticket.closed_at = at
    session.flush()
    event = TicketCompleted(mall_id=ticket.mall_id, at=at, ticket_id=ticket.id)
    record(session, event, by)


def _tell(
    session: Session, step: Step, kind: type[Event], at: datetime, by: Actor, **data: object
) -> None:
    session.flush()
    event = kind(
        mall_id=step.mall_id,
        at=at,
        ticket_id=step.ticket_id,
        step_id=step.id,
        service_id=step.service_id,
        desk_id=step.desk_id,
        **data,  # type: ignore[arg-type]  # each kind's own fields, checked by its constructor
    )
    record(session, event, by)

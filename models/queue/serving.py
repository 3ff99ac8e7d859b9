"""At the desk: start, finish, hold, resume, miss; and the way back, or out, from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, or_, select
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
    StepContinued,
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
from models.queue.quota import give_back
from models.queue.recording import record_step
from models.queue.seating import stay_or_go, tell_zone
from models.queue.shifts import held_by, lock_desk, require_serving
from models.queue.tickets import OPEN_STATES, Outcome, Step, StepState, Ticket, among
from models.queue.waiting import lock_ticket, offered_by, settle


def start(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Step:
    """Begin to serve the ticket that was called. Raises DeskEmpty or NotAllowed."""
    step = step_at(session, desk)
    step.move(StepState.SERVING)
    step.started_at = at
    tell_zone(session, step.ticket, desk.zone_id)
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

    A need that this desk serves, too, and that nothing holds back, is served at once: who sits
    there already is not called again. Papers returned need what is missing or a note
    (ReasonNeeded). A service with a private outcome keeps only done or returned, and nothing
    of why: UU 27/2022 art. 4 counts criminal records and children's data as specific. Raises
    DeskEmpty or NotAllowed.
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
    stay_or_go(session, step.ticket, desk)
    record_step(session, step, StepFinished, at, by, outcome=step.outcome)
    _close_if_done(session, step.ticket, by, at)
    _go_on(session, desk, step.ticket, by, at)
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
    tell_zone(session, ticket, desk.zone_id)
    session.flush()
    record_step(session, step, StepResumed, at, by)
    return step


def cancel(
    session: Session,
    ticket: Ticket,
    *,
    reason: str,
    from_desk: Desk | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Give the number up: all open steps are cancelled and the desk, if any, is free.

    `from_desk` is where it was pressed for a number that is at no desk. Raises TicketClosed
    when it has ended, NotAllowed while it is being served.
    What was not served yet gives its place in the service's quota back.

    Raises TicketClosed when it has ended, NotAllowed while it is being served.
    """
    if ticket.desk is not None:
        lock_desk(session, ticket.desk)
    lock_ticket(session, ticket)
    if ticket.closed_at is not None:
        raise TicketClosed(number=ticket.spoken)
    open_steps = [step for step in ticket.steps if step.state in OPEN_STATES]
    for step in open_steps:
        step.move(StepState.CANCELLED)
        step.ended_at = at
    unserved = [step.service_id for step in open_steps if step.started_at is None]
    give_back(session, unserved, ticket.service_day)
    desk_id, ticket.desk_id = ticket.desk_id, None
    if desk_id is None and from_desk is not None:
        desk_id = from_desk.id
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
    """Return the held and missed steps that `desk` may take up: its own first, longest away first.

    Any desk that offers the service may: the one that put them aside may have closed since.
    """
    mine = Step.desk_id == desk.id
    return list(
        session.scalars(
            select(Step)
            .where(
                among([StepState.HELD, StepState.MISSED]),
                or_(mine, Step.service_id.in_(offered_by(session, desk))),
            )
            .order_by(case((mine, 0), else_=1), Step.called_at, Step.id)
        )
    )


def next_need(session: Session, desk: Desk, ticket: Ticket) -> Step | None:
    """Return what the visit goes on with at `desk` once its present need is done, if anything."""
    services = offered_by(session, desk)
    ahead = [step for step in ticket.steps if step.state in (StepState.WAITING, StepState.PAUSED)]
    wanted = {step.service_id for step in ahead}
    here = [
        step
        for step in ahead
        if step.service_id in services
        and step.only_desk_id in (None, desk.id)
        and step.service.after_id not in wanted
    ]
    return min(here, key=lambda step: (step.due_at, step.id), default=None)


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


def _go_on(session: Session, desk: Desk, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Serve the visit's next need at `desk`, if it offers one."""
    step = next_need(session, desk, ticket)
    if step is None:
        return
    step.move(StepState.SERVING)
    step.desk_id = ticket.desk_id = desk.id
    step.called_at = step.started_at = at
    step.calls = 0
    settle(ticket)
    record_step(session, step, StepContinued, at, by)


def _close_if_done(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    if any(step.state in OPEN_STATES for step in ticket.steps):
        return
    ticket.closed_at = at
    session.flush()
    event = TicketCompleted(mall_id=ticket.mall_id, at=at, ticket_id=ticket.id)
    record(session, event, by)

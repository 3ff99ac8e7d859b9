"""Nobody came: from when that may be said, until when they may come back, and their way back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.core.errors import (
    GraceOver,
    NotAllowed,
    TooEarly,
)
from models.journal.actors import Actor
from models.journal.events import (
    TicketMissed,
    TicketWelcomedBack,
)
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk
from models.queue.announcing import Announcement, announcement_of
from models.queue.recording import record_step
from models.queue.serving import current_step, leave_desk, step_at
from models.queue.tickets import Standing, Step, StepState, Ticket
from models.queue.waiting import head_start, lock_ticket, settle


def miss(session: Session, desk: Desk, *, by: Actor, at: datetime) -> Step:
    """Note that nobody came. Raises TooEarly before the mall's time, DeskEmpty, NotAllowed."""
    step = step_at(session, desk)
    from_at = may_miss_from(session, step)
    if from_at is None:
        raise NotAllowed(number=step.ticket.spoken, state=step.state, wanted=StepState.MISSED)
    if at < from_at:
        raise TooEarly(number=step.ticket.spoken, from_at=from_at)
    step.move(StepState.MISSED)
    step.ended_at = at
    leave_desk(step.ticket)
    record_step(session, step, TicketMissed, at, by)
    return step


def may_miss_from(session: Session, step: Step) -> datetime | None:
    """Return from when on nobody's coming may be noted of a called step; None of any other.

    The mall's time counts from when the call was announced, and from the press where no wall
    answers. While it waits for its turn at the walls, this is the earliest that it can become.
    """
    if step.state is not StepState.CALLED or step.called_at is None:
        return None
    rules = arrangement_of(session, step.ticket.mall).rules
    announcement = announcement_of(session, step) or Announcement(step.called_at)
    return announcement.may_miss_from(timedelta(seconds=rules.miss_after_s))


def may_return_until(session: Session, step: Step) -> datetime | None:
    """Return until when a missed step may be welcomed back; None of any other."""
    if step.state is not StepState.MISSED or step.ended_at is None:
        return None
    rules = arrangement_of(session, step.ticket.mall).rules
    return step.ended_at + timedelta(minutes=rules.return_grace_m)


def welcome_back(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> Step:
    """Let a missed ticket wait again with the head start of a return.

    Raises GraceOver when the mall's grace since the miss is over, NotAllowed otherwise.
    """
    lock_ticket(session, ticket)
    step = current_step(ticket, StepState.WAITING)
    until_at = may_return_until(session, step)
    if until_at is None:
        raise NotAllowed(number=ticket.spoken, state=step.state, wanted=StepState.WAITING)
    if at > until_at:
        raise GraceOver(number=ticket.spoken)
    step.move(StepState.WAITING)
    standings = [Standing.RETURNED, Standing.PRIORITY] if ticket.priority else [Standing.RETURNED]
    rules = arrangement_of(session, ticket.mall).rules
    step.standing = max(standings, key=lambda standing: head_start(rules, standing))
    step.began_waiting_at, step.ended_at = at, None
    step.announced_low_s = step.announced_high_s = None
    step.due_at = at - head_start(rules, step.standing)
    settle(ticket)
    session.flush()
    record_step(session, step, TicketWelcomedBack, at, by)
    return step

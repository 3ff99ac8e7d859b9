"""Whether a press still fits: who is at the desk now, officer and citizen, read under its lock."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from models.core.errors import DeskClosed, DeskTaken, NotFound, Outdated
from models.core.roles import LEADERS
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.mall.people import User
from models.queue.shifts import held_by, lock_desk, officer_at
from models.queue.tickets import ENGAGED, Step, Ticket
from models.queue.waiting import offered_by

# Every press asks for its desk's mall, too.
_DESK: Final = select(Desk).where(Desk.id == bindparam("desk_id")).options(joinedload(Desk.mall))


def the_desk(session: Session, actor: Actor, desk_id: int) -> Desk:
    """Return the desk of the actor's mall, locked until the press is done. Raises NotFound."""
    desk = session.scalars(_DESK, {"desk_id": desk_id}).first()
    if desk is None or desk.mall_id != actor.mall_id:
        raise NotFound
    lock_desk(session, desk)
    return desk


def require_officer(session: Session, desk: Desk, actor: Actor) -> None:
    """Let pass the officer signed on at `desk` and who may stand in for one.

    Raises DeskClosed when nobody is signed on and DeskTaken when somebody else is.
    """
    if actor.role in LEADERS:
        return
    officer_id = officer_at(session, desk)
    if officer_id is None:
        raise DeskClosed(desk=desk.number)
    if officer_id != actor.user_id:
        raise DeskTaken(desk=desk.number, officer=session.get_one(User, officer_id).name)


def step_at_desk(session: Session, desk: Desk, step_id: int) -> Step:
    """Return the step that is at `desk`, which must be the one that the press meant.

    Raises Outdated when another browser, or the citizen, was faster.
    """
    ticket = held_by(session, desk)
    if ticket is None or ticket.current is None or ticket.current.id != step_id:
        raise Outdated(number=_spoken(session, step_id))
    return ticket.current


def visit_of(session: Session, desk: Desk, step_id: int) -> Ticket:
    """Return the ticket whose step is called at `desk`, or set aside where it may take it up.

    Raises NotFound for a step that is no business of the desk and Outdated for one that has
    moved on, perhaps to another desk.
    """
    step = session.get(Step, step_id)
    if step is None or step.mall_id != desk.mall_id:
        raise NotFound
    if step.desk_id != desk.id and step.service_id not in offered_by(session, desk):
        raise NotFound
    if step.state not in ENGAGED or step.ticket.desk_id not in (None, desk.id):
        raise Outdated(number=step.ticket.spoken)
    return step.ticket


def the_service(session: Session, desk: Desk, service_id: int) -> Service:
    """Return a service of the desk's mall. Raises NotFound."""
    service = session.get(Service, service_id)
    if service is None or service.mall_id != desk.mall_id:
        raise NotFound
    return service


def _spoken(session: Session, step_id: int) -> str:
    step = session.get(Step, step_id)
    return "" if step is None else step.ticket.spoken

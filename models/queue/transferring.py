"""Handing on: a step is closed at one desk and its successor waits for another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.core.errors import DeskClosed, NotAllowed, NotServedHere, ServiceNotOffered
from models.journal.actors import Actor
from models.journal.events import StepTransferred
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.queue.intake import require_served
from models.queue.quota import give_back, take_place
from models.queue.recording import record_step
from models.queue.seating import stay_or_go, tell_zone
from models.queue.serving import leave_desk, step_at
from models.queue.shifts import shift_at
from models.queue.tickets import OPEN_STATES, Standing, Step, StepState, Ticket
from models.queue.waiting import head_start, offered_by, settle


def transfer(
    session: Session,
    desk: Desk,
    *,
    to_service: Service | None = None,
    to_desk: Desk | None = None,
    case_id: int | None = None,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Step:
    """Close the step here and open its successor, for another service, one desk, or both.

    `case_id` is why the other service is needed; the same service keeps its own. Returns the
    new step, which waits with the head start of a transfer; it counts towards the quota of its
    service, which stops no officer. Raises DeskEmpty, ServiceNotOffered, ServiceClosedToday for
    a service that nobody serves yet today, DeskClosed for a desk without an officer,
    NotServedHere for a desk that does not offer the service, BadInput for a case that is none
    of the service's, and NotAllowed.
    """
    step = step_at(session, desk)
    ticket = step.ticket
    service = to_service or step.service
    _require_target(session, ticket, step, service, to_desk, at)
    arrangement = arrangement_of(session, ticket.mall)
    arrangement.services[service.id].require_case(case_id)
    step.move(StepState.TRANSFERRED)
    step.ended_at = at
    leave_desk(ticket)
    same = service.id == step.service_id
    rules = arrangement.rules
    standing = max(
        (Standing.TRANSFERRED, Standing.PRIORITY) if ticket.priority else (Standing.TRANSFERRED,),
        key=lambda standing: head_start(rules, standing),
    )
    successor = Step(
        mall_id=ticket.mall_id,
        service_id=service.id,
        case_id=step.case_id if same else case_id,
        position=len(ticket.steps) + 1,
        state=StepState.WAITING,  # the default comes with the flush, too late for settle()
        standing=standing,
        began_waiting_at=at,
        due_at=at - head_start(rules, standing),
        only_desk_id=None if to_desk is None else to_desk.id,
        checked=step.checked if same else [],
        note=reason.strip(),
    )
    successor.service = service
    ticket.steps.append(successor)
    settle(ticket)
    if to_desk is None:
        stay_or_go(session, ticket, desk, then=successor)
    else:
        tell_zone(session, ticket, to_desk.zone_id)
    session.flush()
    if not same:
        _hand_on_place(session, ticket, step.service_id, service.id)
    record_step(
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


def _hand_on_place(session: Session, ticket: Ticket, from_: int, to: int) -> None:
    for service_id in sorted((from_, to)):
        if service_id == to:
            take_place(session, to, ticket.service_day)
        else:
            give_back(session, [from_], ticket.service_day)


def _require_target(
    session: Session,
    ticket: Ticket,
    step: Step,
    service: Service,
    to_desk: Desk | None,
    at: datetime,
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
        facts = arrangement_of(session, ticket.mall).services[service.id]
        require_served(session, ticket.mall, facts, at)
        return
    # Until the commit nobody signs off there, or the ticket would wait for an empty desk.
    if shift_at(session, to_desk.id, keep=True) is None:
        raise DeskClosed(desk=to_desk.number)
    if service.id not in offered_by(session, to_desk):
        raise NotServedHere(number=ticket.spoken)

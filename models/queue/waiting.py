"""Whose turn it is: head starts, the queue a desk sees, and who of a ticket's steps may wait."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.core.base import alone
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk
from models.mall.rules import CallingRules
from models.queue.tickets import ENGAGED, OPEN_STATES, Standing, Step, StepState, Ticket


def head_start(rules: CallingRules, standing: Standing) -> timedelta:
    """Return how much earlier than its turn a step of this standing is due."""
    minutes = {
        Standing.REGULAR: 0,
        Standing.PRIORITY: rules.priority_head_start_m,
        Standing.BOOKED: rules.booked_head_start_m,
        Standing.RETURNED: rules.returned_head_start_m,
        Standing.TRANSFERRED: rules.transferred_head_start_m,
    }
    return timedelta(minutes=minutes[standing])


def offered_by(session: Session, desk: Desk) -> list[int]:
    """Return the ids of the services the desk offers."""
    return sorted(arrangement_of(session, desk.mall).desks[desk.id].services)


def callable_at(desk: Desk, services: list[int]) -> ColumnElement[bool]:
    """Return the condition for a step that `desk`, offering `services`, may call next."""
    return callable_by(desk.id, services)


def callable_by(
    desk_id: int | BindParameter[int], services: list[int] | BindParameter[list[int]]
) -> ColumnElement[bool]:
    """Return the condition of callable_at(), also for a statement that is made once for all."""
    return and_(
        Step.state == StepState.WAITING,
        Step.service_id.in_(services),
        or_(Step.only_desk_id.is_(None), Step.only_desk_id == desk_id),
    )


def lock_ticket(session: Session, ticket: Ticket) -> None:
    """Make every other act on this ticket wait, and read it and its steps as they are now."""
    if alone(session):
        return
    session.scalars(
        select(Ticket)
        .where(Ticket.id == ticket.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    session.scalars(
        select(Step).where(Step.ticket_id == ticket.id).execution_options(populate_existing=True)
    ).all()


def settle(ticket: Ticket) -> None:
    """Let each open step wait or pause as it should after something changed on the ticket.

    Steps pause while another step is at a desk, held or missed, and while a service that
    the catalogue puts first is still open. Their place (`due_at`) is untouched.
    """
    engaged = any(step.state in ENGAGED for step in ticket.steps)
    open_services = {step.service_id for step in ticket.steps if step.state in OPEN_STATES}
    for step in ticket.steps:
        if step.state not in (StepState.WAITING, StepState.PAUSED):
            continue
        # A ticket's only service waits for no other, and need not be looked up to know it.
        several = len(open_services) > 1
        blocked = engaged or (several and step.service.after_id in open_services)
        wanted = StepState.PAUSED if blocked else StepState.WAITING
        if step.state is not wanted:
            step.move(wanted)

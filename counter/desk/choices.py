"""What an officer chooses from: free desks, where to transfer, which number to call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from counter.desk.figures import waits_of
from counter.desk.ticket import cases_of, names
from models.mall.catalogue import Agency, Service
from models.mall.mall import Desk, DeskService
from models.queue.shifts import Shift
from models.queue.tickets import Step, StepState, Ticket
from models.queue.waiting import offered_by


def desk_rows(session: Session, mall_id: int) -> list[dict[str, Any]]:
    """Return every desk in use with its services and who is there, by number."""
    desks = session.scalars(
        select(Desk)
        .where(Desk.mall_id == mall_id, Desk.in_use)
        .options(joinedload(Desk.zone))
        .order_by(Desk.sorts_as)
    ).all()
    officers = {
        shift.desk_id: shift
        for shift in session.scalars(
            select(Shift)
            .where(Shift.mall_id == mall_id, Shift.ended_at.is_(None))
            .options(joinedload(Shift.user))
        )
    }
    offered = _offered(session, mall_id)
    return [
        {
            "id": desk.id,
            "number": desk.number,
            "zone": desk.zone.bare_name,
            "flower": desk.zone.flower,
            "officer": officers[desk.id].user.name if desk.id in officers else None,
            "on_break": desk.id in officers and officers[desk.id].break_began_at is not None,
            "services": offered.get(desk.id, []),
        }
        for desk in desks
    ]


def transfer_services(session: Session, mall_id: int) -> list[dict[str, Any]]:
    """Return every service in use with the number of open desks that offer it."""
    found = session.scalars(
        select(Service)
        .join(Service.agency)
        .where(Service.mall_id == mall_id, Service.in_use)
        .options(joinedload(Service.agency), joinedload(Service.cases))
        .order_by(Agency.position, Service.position)
    ).unique()
    open_desks: dict[int, list[str]] = {}
    rows = session.execute(
        select(DeskService.service_id, Desk.number)
        .join(Desk, Desk.id == DeskService.desk_id)
        .join(Shift, Shift.desk_id == Desk.id)
        .where(Desk.mall_id == mall_id, Shift.ended_at.is_(None))
        .order_by(Desk.sorts_as)
    )
    for service_id, number in rows:
        open_desks.setdefault(service_id, []).append(number)
    return [
        {
            "id": service.id,
            "name": names(service),
            "agency": service.agency.short_name,
            "desks": open_desks.get(service.id, []),
            "private": service.private_outcome,
            "cases": cases_of(service),
        }
        for service in found
    ]


def callable_numbers(session: Session, desk: Desk, at: datetime) -> list[dict[str, Any]]:
    """Return the tickets that `desk` may call out of turn: waiting or missed, due first.

    `waited_s` counts whole seconds up to the aware instant `at`.
    """
    steps = session.scalars(
        select(Step)
        .join(Step.ticket)
        .where(
            Step.state.in_([StepState.WAITING, StepState.MISSED]),
            Step.service_id.in_(offered_by(session, desk)),
            or_(Step.only_desk_id.is_(None), Step.only_desk_id == desk.id),
            Ticket.desk_id.is_(None),
        )
        .options(joinedload(Step.ticket).selectinload(Ticket.steps), joinedload(Step.service))
        .order_by(Step.due_at, Step.id)
    )
    first: dict[int, Step] = {}
    for step in steps:
        first.setdefault(step.ticket_id, step)
    waits = waits_of(session, first.values(), at)
    return [
        {
            "ticket_id": step.ticket_id,
            "number": step.ticket.spoken,
            "service": names(step.service),
            "state": step.state,
            "waited_s": int(waits[step.id].total_seconds()),
        }
        for step in first.values()
    ]


def _offered(session: Session, mall_id: int) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(DeskService.desk_id, Service)
        .join(Service, Service.id == DeskService.service_id)
        .where(Service.mall_id == mall_id, Service.in_use)
        .options(joinedload(Service.agency))
        .order_by(Service.agency_id, Service.position)
    )
    offered: dict[int, list[dict[str, Any]]] = {}
    for desk_id, service in rows:
        about = {"id": service.id, "name": names(service), "agency": service.agency.short_name}
        offered.setdefault(desk_id, []).append(about)
    return offered

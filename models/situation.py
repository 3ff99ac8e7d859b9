"""The hall as it stands at one instant, as plain values that a forecast can play forward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import Service
from models.clock import local_day, local_instant
from models.mall import Desk, DeskService, HallBreak, Mall
from models.shifts import Shift
from models.tickets import AT_DESK, Step, StepState, Ticket, among

# Somebody who is served longer than the mean needs, as far as we know, a fifth of it more.
LEAST_REST = 0.2


@dataclass(frozen=True)
class WaitingStep:
    """A step that waits, or will once its ticket is free (`free_at`)."""

    id: int
    ticket_id: int
    service_id: int
    due_at: datetime
    only_desk_id: int | None
    after_service_id: int | None


@dataclass(frozen=True)
class OpenDesk:
    """A desk with an officer, what it offers, and when it will be free."""

    id: int
    services: frozenset[int]
    free_at: datetime


@dataclass(frozen=True)
class Situation:
    """Everything the calling rule looks at; instants aware UTC, handling times as lengths."""

    at: datetime
    desks: tuple[OpenDesk, ...]
    steps: tuple[WaitingStep, ...]
    busy_tickets: dict[int, datetime]
    handling: dict[int, timedelta]
    pauses: tuple[tuple[datetime, datetime], ...]
    # The services that share a desk, open or not, with each service, itself included.
    neighbours: dict[int, frozenset[int]]


def read_situation(session: Session, mall: Mall, at: datetime) -> Situation:
    """Read who waits, who is served since when, and which desks are open at `at`."""
    services = session.execute(
        select(Service.id, Service.handling_m).where(Service.mall_id == mall.id)
    )
    handling = {id_: timedelta(minutes=minutes) for id_, minutes in services}
    desk_free_at, busy_tickets = _served_now(session, mall, handling, at)
    offered = _offered(session, mall)
    return Situation(
        at=at,
        desks=_open_desks(session, mall, offered, desk_free_at, at),
        steps=_waiting(session, mall, at),
        busy_tickets=busy_tickets,
        handling=handling,
        pauses=_pauses(session, mall, at),
        neighbours=_neighbours(offered),
    )


def _served_now(
    session: Session, mall: Mall, handling: dict[int, timedelta], at: datetime
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    rows = session.execute(
        select(Step.ticket_id, Step.desk_id, Step.service_id, Step.started_at).where(
            Step.mall_id == mall.id, among(AT_DESK)
        )
    )
    by_desk: dict[int, datetime] = {}
    by_ticket: dict[int, datetime] = {}
    for ticket_id, desk_id, service_id, started_at in rows:
        mean = handling[service_id]
        rest = mean if started_at is None else mean - (at - started_at)
        free_at = at + max(rest, mean * LEAST_REST)
        by_ticket[ticket_id] = free_at
        if desk_id is not None:
            by_desk[desk_id] = free_at
    return by_desk, by_ticket


def _offered(session: Session, mall: Mall) -> dict[int, set[int]]:
    """Return what each desk in use offers."""
    offered: dict[int, set[int]] = {}
    for desk_id, service_id in session.execute(
        select(DeskService.desk_id, DeskService.service_id)
        .join(Desk, Desk.id == DeskService.desk_id)
        .where(Desk.mall_id == mall.id, Desk.in_use)
    ):
        offered.setdefault(desk_id, set()).add(service_id)
    return offered


def _neighbours(offered: dict[int, set[int]]) -> dict[int, frozenset[int]]:
    together: dict[int, set[int]] = {}
    for services in offered.values():
        for service_id in services:
            together.setdefault(service_id, set()).update(services)
    return {service_id: frozenset(services) for service_id, services in together.items()}


def _open_desks(
    session: Session,
    mall: Mall,
    offered: dict[int, set[int]],
    free_at: dict[int, datetime],
    at: datetime,
) -> tuple[OpenDesk, ...]:
    shifts = session.execute(
        select(Shift.desk_id, Shift.break_until_at).where(
            Shift.mall_id == mall.id, Shift.ended_at.is_(None)
        )
    )
    return tuple(
        OpenDesk(
            id=desk_id,
            services=frozenset(offered.get(desk_id, ())),
            free_at=max(at, free_at.get(desk_id, at), break_until_at or at),
        )
        for desk_id, break_until_at in shifts
    )


def _waiting(session: Session, mall: Mall, at: datetime) -> tuple[WaitingStep, ...]:
    rows = session.execute(
        select(
            Step.id,
            Step.ticket_id,
            Step.service_id,
            Step.due_at,
            Step.only_desk_id,
            Service.after_id,
        )
        .join(Ticket, Ticket.id == Step.ticket_id)
        .join(Service, Service.id == Step.service_id)
        .where(
            Ticket.mall_id == mall.id,
            Ticket.service_day == local_day(at, mall.time_zone),
            Ticket.closed_at.is_(None),
            Step.state.in_([StepState.WAITING, StepState.PAUSED]),
            # Whoever is away, held or missed, is called nowhere until they are back.
            Step.ticket_id.not_in(
                select(Step.ticket_id).where(
                    Step.mall_id == mall.id, among([StepState.HELD, StepState.MISSED])
                )
            ),
        )
        .order_by(Step.due_at, Step.id)
    )
    return tuple(WaitingStep(*row) for row in rows)


def _pauses(session: Session, mall: Mall, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    day = local_day(at, mall.time_zone)
    rows = session.scalars(
        select(HallBreak)
        .where(HallBreak.mall_id == mall.id, HallBreak.weekday == day.weekday())
        .order_by(HallBreak.starts_m)
    )
    return tuple(
        (
            local_instant(day, row.starts_m, mall.time_zone),
            local_instant(day, row.ends_m, mall.time_zone),
        )
        for row in rows
    )

"""Giving numbers: who may get one now, which number it is, and what it waits for."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base, table_of
from models.core.clock import local_day
from models.core.errors import (
    BadInput,
    HallClosed,
    HallOnBreak,
    IntakeClosed,
    QuotaUsedUp,
    ServiceNotOffered,
    ServiceTwice,
    TicketClosed,
    TooManyServices,
)
from models.core.rows import insert_row, set_loaded
from models.journal.actors import Actor
from models.journal.events import StepAdded, TicketTaken
from models.journal.record import record
from models.mall.arrangement import arrangement_of
from models.mall.facts import ServiceFacts
from models.mall.hours import IntakePhase
from models.mall.mall import Mall
from models.queue.codes import new_code
from models.queue.intake import require_numbers, require_served
from models.queue.quota import take_place
from models.queue.recording import record_step
from models.queue.tickets import OPEN_STATES, TOKEN_BYTES, Standing, Step, Ticket
from models.queue.waiting import head_start, lock_ticket, settle


class NumberRoll(Base):
    """The last number given for a prefix on a service day."""

    __tablename__ = "number_roll"

    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"), primary_key=True)
    service_day: Mapped[date] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


# One statement each, so that no number is lost between a look and a change; the dialects alone
# know ON CONFLICT.
_INSERTS: Final[dict[str, type[sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.Insert,
    "postgresql": postgresql.Insert,
}
_NEXT_NUMBER: Final = {
    dialect: insert(table_of(NumberRoll))
    .on_conflict_do_update(
        index_elements=["mall_id", "service_day", "prefix"], set_={"last": NumberRoll.last + 1}
    )
    .returning(NumberRoll.last)
    for dialect, insert in _INSERTS.items()
}


@dataclass(frozen=True)
class Wish:
    """One service that a citizen asks for, and why."""

    service_id: int
    case_id: int | None = None


def take(
    session: Session,
    mall: Mall,
    wishes: Sequence[Wish],
    *,
    priority: bool = False,
    language: str = "id",
    by: Actor,
    at: datetime,
) -> Ticket:
    """Give one number for all `wishes`, called by the prefix of the first.

    Raises a NoNumber with the instant when it makes sense to come again, or BadInput
    for a wish that names no service of this mall.
    """
    _require_intake(session, mall, at)
    services = _services(session, mall, wishes)
    require_numbers(session, mall, services, at)
    day = local_day(at, mall.time_zone)
    for service in sorted(services, key=lambda service: service.id):
        _count_towards_quota(session, mall, service, day, at)
    prefix = services[0].prefix
    ticket = insert_row(
        session,
        Ticket(
            mall_id=mall.id,
            service_day=day,
            prefix=prefix,
            number=_next_number(session, mall.id, day, prefix),
            token=secrets.token_hex(TOKEN_BYTES),
            code=new_code(),
            priority=priority,
            language=language,
            taken_at=at,
            taken_by_device_id=by.device_id,
            taken_by_user_id=by.user_id,
        ),
    )
    set_loaded(ticket, mall=mall, steps=[])
    for wish in wishes:
        _want(session, ticket, wish, at)
    settle(ticket)
    record(session, TicketTaken(mall_id=mall.id, at=at, ticket_id=ticket.id, priority=priority), by)
    for step in ticket.steps:
        record_step(session, step, StepAdded, at, by, position=step.position)
    return ticket


def add_service(session: Session, ticket: Ticket, wish: Wish, *, by: Actor, at: datetime) -> Step:
    """Let the ticket want one service more; it begins to wait for it now.

    Raises TicketClosed, ServiceTwice, TooManyServices, QuotaUsedUp, ServiceClosedToday or
    ServiceNotOffered. A visitor who is in the mall may add a service after the intake cut-off,
    but none that nobody serves yet today.
    """
    lock_ticket(session, ticket)
    if ticket.closed_at is not None:
        raise TicketClosed(number=ticket.spoken)
    wanted = [step for step in ticket.steps if step.state in OPEN_STATES]
    most = arrangement_of(session, ticket.mall).rules.most_services
    if len(wanted) >= most:
        raise TooManyServices(most=most)
    (service,) = _services(session, ticket.mall, [wish])
    if any(step.service_id == service.id for step in wanted):
        raise ServiceTwice(service=service.name_id)
    require_served(session, ticket.mall, service, at)
    _count_towards_quota(session, ticket.mall, service, ticket.service_day, at)
    step = _want(session, ticket, wish, at)
    settle(ticket)
    record_step(session, step, StepAdded, at, by, position=step.position)
    return step


def _require_intake(session: Session, mall: Mall, at: datetime) -> None:
    intake = arrangement_of(session, mall).timetable.intake(at)
    again = {"next_at": intake.next_at, "serves_at": intake.serves_at}
    if intake.phase is IntakePhase.CLOSED:
        raise HallClosed(**again, holiday=intake.holiday)
    if intake.phase is IntakePhase.CUT_OFF:
        raise IntakeClosed(**again, closes_at=intake.closes_at)
    if intake.phase is IntakePhase.BREAK:
        raise HallOnBreak(**again)


def _services(session: Session, mall: Mall, wishes: Sequence[Wish]) -> list[ServiceFacts]:
    if not wishes:
        raise BadInput(field="services")
    arrangement = arrangement_of(session, mall)
    if len(wishes) > arrangement.rules.most_services:
        raise TooManyServices(most=arrangement.rules.most_services)
    services: list[ServiceFacts] = []
    for wish in wishes:
        service = arrangement.services.get(wish.service_id)
        if service is None:
            raise BadInput(field="services")
        if not service.in_use:
            raise ServiceNotOffered(service=service.name_id)
        if service in services:
            raise ServiceTwice(service=service.name_id)
        service.require_case(wish.case_id)
        services.append(service)
    return services


def _want(session: Session, ticket: Ticket, wish: Wish, at: datetime) -> Step:
    """Let the ticket wait for what is wished, behind its other steps."""
    standing = Standing.PRIORITY if ticket.priority else Standing.REGULAR
    rules = arrangement_of(session, ticket.mall).rules
    step = insert_row(
        session,
        Step(
            mall_id=ticket.mall_id,
            ticket_id=ticket.id,
            service_id=wish.service_id,
            case_id=wish.case_id,
            position=len(ticket.steps) + 1,
            standing=standing,
            began_waiting_at=at,
            due_at=at - head_start(rules, standing),
        ),
    )
    set_loaded(step, ticket=ticket)
    set_loaded(ticket, steps=[*ticket.steps, step])
    return step


def _next_number(session: Session, mall_id: int, day: date, prefix: str) -> int:
    """Turn the roll by one; the row stays locked until the commit, so no number is lost."""
    turned = _NEXT_NUMBER[session.get_bind().dialect.name]
    values = {"mall_id": mall_id, "service_day": day, "prefix": prefix, "last": 1}
    return session.execute(turned, values).scalar_one()


def _count_towards_quota(
    session: Session, mall: Mall, service: ServiceFacts, day: date, at: datetime
) -> None:
    taken = take_place(session, service.id, day)
    if service.daily_quota is not None and taken > service.daily_quota:
        again = arrangement_of(session, mall).next_day(service.id, at)
        raise QuotaUsedUp(
            service=service.name_id,
            quota=service.daily_quota,
            next_at=again.next_at,
            serves_at=again.serves_at,
        )

"""The hall as it stands at one instant, as plain values that a forecast can play forward."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from models.core.clock import local_day
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.mall import Mall
from models.queue.open_steps import open_steps
from models.queue.shifts import Shift
from models.queue.tickets import AT_DESK, Step, StepState, Ticket

# Somebody who is served longer than the mean needs, as far as we know, a fifth of it more.
LEAST_REST: Final = 0.2

_VISIT: Final = attrgetter(
    "id",
    "ticket_id",
    "service_id",
    "due_at",
    "only_desk_id",
    "state",
    "desk_id",
    "started_at",
)
_WANTED = aliased(Step)
# However full the hall is, a number asks after its own corner of it alone.
_OPEN_VISITS_NEAR: Final = (
    select(*_VISIT(Step))
    .join(Step.ticket)
    .where(
        Ticket.mall_id == bindparam("mall_id"),
        Ticket.service_day == bindparam("day"),
        Ticket.closed_at.is_(None),
        exists().where(
            _WANTED.ticket_id == Ticket.id,
            _WANTED.service_id.in_(bindparam("services", expanding=True)),
        ),
    )
    .order_by(Step.due_at, Step.id)
)
_OPEN_SHIFTS: Final = select(Shift.desk_id, Shift.break_until_at).where(
    Shift.mall_id == bindparam("mall_id"), Shift.ended_at.is_(None)
)


@dataclass(frozen=True)
class WaitingStep:
    """A step that waits, or will once its ticket is free (`free_at`)."""

    id: int
    ticket_id: int
    service_id: int
    due_at: datetime
    only_desk_id: int | None


@dataclass(frozen=True)
class OpenDesk:
    """A desk with an officer, what it offers, when it will be free, and whose ticket is there."""

    id: int
    services: frozenset[int]
    free_at: datetime
    ticket_id: int | None = None


@dataclass(frozen=True)
class Situation:
    """Everything the calling rule looks at; instants aware UTC."""

    at: datetime
    arrangement: Arrangement
    desks: tuple[OpenDesk, ...]
    steps: tuple[WaitingStep, ...]  # in calling order
    busy_tickets: dict[int, datetime]  # when each will be free, as far as we know
    pauses: tuple[tuple[datetime, datetime], ...]

    def near(self, services: Iterable[int]) -> Situation:
        """Return the part of the hall that can touch who waits for `services`.

        Desks tie together the services that they offer, and tickets those that they want.
        What is tied to none of them plays on its own.
        """
        tied = self.arrangement.tied_to(services)
        wanted: dict[int, set[int]] = {}
        for step in self.steps:
            wanted.setdefault(step.ticket_id, set()).add(step.service_id)
        several = [services for services in wanted.values() if len(services) > 1]
        while grown := [one for one in several if not tied.isdisjoint(one) and not tied >= one]:
            tied |= self.arrangement.tied_to(frozenset().union(*grown))
        return replace(
            self,
            desks=tuple(desk for desk in self.desks if not tied.isdisjoint(desk.services)),
            steps=tuple(step for step in self.steps if step.service_id in tied),
        )


def situation_near(
    session: Session, mall: Mall, services: Iterable[int], at: datetime
) -> Situation:
    """Read the part of the hall that can touch who waits for `services`, as it is at `at`."""
    services = frozenset(services)
    arrangement = arrangement_of(session, mall)
    tied = arrangement.tied_to(services)
    day = local_day(at, mall.time_zone)
    which = {"mall_id": mall.id, "day": day, "services": sorted(tied)}
    seen = _situation(session, mall, at, session.execute(_OPEN_VISITS_NEAR, which))
    if all(step.service_id in tied for step in seen.steps):
        return seen.near(services)
    # Somebody there also waits elsewhere, and is called here the later for it.
    return read_situation(session, mall, at).near(services)


def read_situation(session: Session, mall: Mall, at: datetime) -> Situation:
    """Read who waits, who is served since when, and which desks are open at `at`."""
    day = local_day(at, mall.time_zone)
    today = (one for one in open_steps(session, mall.id, at).steps if one.service_day == day)
    return _situation(session, mall, at, map(_VISIT, today))


def _situation(
    session: Session,
    mall: Mall,
    at: datetime,
    open_visits: Iterable[Any],
) -> Situation:
    arrangement = arrangement_of(session, mall)
    day = local_day(at, mall.time_zone)
    waiting: list[WaitingStep] = []
    away: set[int] = set()
    busy_desks: dict[int | None, datetime] = {}
    at_desks: dict[int | None, int] = {}
    busy_tickets: dict[int, datetime] = {}
    for id_, ticket_id, service_id, due_at, only_desk_id, state, desk_id, started_at in open_visits:
        if state in AT_DESK:
            free_at = _free_at(arrangement, service_id, started_at, at)
            busy_desks[desk_id] = busy_tickets[ticket_id] = free_at
            at_desks[desk_id] = ticket_id
        elif state in (StepState.WAITING, StepState.PAUSED):
            waiting.append(WaitingStep(id_, ticket_id, service_id, due_at, only_desk_id))
        elif state in (StepState.HELD, StepState.MISSED):
            away.add(ticket_id)
    return Situation(
        at=at,
        arrangement=arrangement,
        desks=tuple(
            replace(
                desk,
                free_at=max(desk.free_at, busy_desks.get(desk.id, at)),
                ticket_id=at_desks.get(desk.id),
            )
            for desk in open_desks(session, mall, at)
        ),
        # Whoever is away, held or missed, is called nowhere until they are back.
        steps=tuple(step for step in waiting if step.ticket_id not in away),
        busy_tickets=busy_tickets,
        pauses=arrangement.timetable.breaks_on(day),
    )


def open_desks(session: Session, mall: Mall, at: datetime) -> tuple[OpenDesk, ...]:
    """Return the desks with an officer, each free as soon as it serves, whoever is there now."""
    arrangement = arrangement_of(session, mall)
    day = local_day(at, mall.time_zone)
    return tuple(
        OpenDesk(
            id=desk_id,
            services=arrangement.desks[desk_id].offers,
            # Who calls early is a surprise for the better: nobody is told to count on it.
            free_at=max(at, break_until_at or at, arrangement.opens_at(desk_id, day) or at),
        )
        for desk_id, break_until_at in session.execute(_OPEN_SHIFTS, {"mall_id": mall.id})
    )


def _free_at(
    arrangement: Arrangement, service_id: int, started_at: datetime | None, at: datetime
) -> datetime:
    mean = arrangement.services[service_id].handling
    rest = mean if started_at is None else mean - (at - started_at)
    return at + max(rest, mean * LEAST_REST)

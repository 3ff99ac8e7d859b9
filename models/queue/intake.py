"""Whether a number is given for a service now: served, used up, ended, closed, or not yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.core.errors import (
    ServiceClosedToday,
    ServiceIntakeClosed,
    ServiceNotOffered,
    ServiceNotYet,
)
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.facts import ServiceFacts
from models.mall.hours import ServingDay
from models.mall.mall import Mall
from models.queue.quota import places_taken
from models.queue.shifts import Shift

# From so many places on, the last ones are told: before they are gone, and not all day long.
FEW_LEFT: Final = 10


class ServiceState(StrEnum):
    """Whether numbers for a service are given, or why not."""

    OPEN = "open"
    NOT_YET = "not_yet"  # later today: before its hours, or in a break of the whole mall
    USED_UP = "used_up"
    ENDED = "ended"  # its desks serve on, without new numbers
    OVER = "over"  # no desk serves it any more today
    CLOSED = "closed"  # no desk serves it today


@dataclass(frozen=True)
class ServiceIntake:
    """What somebody who asks for the service at one instant is told; instants aware UTC.

    `next_at` is when numbers for it are given again, on a day that serves it: None while they are,
    or beyond the horizon. `serves_at` is when desks serve it then, or, while numbers are given
    before them, today; None while they do. `until_at` is when numbers end today. `left` counts
    the places of today's quota, None without one.
    """

    state: ServiceState
    next_at: datetime | None
    serves_at: datetime | None
    until_at: datetime | None
    left: int | None

    @property
    def few(self) -> bool:
        """Whether so few places are left that people should know."""
        open_ = self.state is ServiceState.OPEN
        return open_ and self.left is not None and self.left <= FEW_LEFT


def intakes(
    session: Session, mall: Mall, at: datetime, services: Iterable[int] | None = None
) -> Mapping[int, ServiceIntake]:
    """Tell of each of `services`, or of all in use, whether numbers are given at `at`."""
    arrangement = arrangement_of(session, mall)
    asked = [
        one
        for one in arrangement.services.values()
        if (one.in_use if services is None else one.id in services)
    ]
    day = local_day(at, mall.time_zone)
    limited = [one.id for one in asked if one.daily_quota is not None]
    taken = places_taken(session, limited, day) if limited else {}
    present = _with_officers(session, arrangement, asked)
    found: dict[int, ServiceIntake] = {}
    for one in asked:
        quota = one.daily_quota
        left = None if quota is None else max(0, quota - taken.get(one.id, 0))
        found[one.id] = _intake(arrangement, one, present, left, at)
    return found


def require_numbers(
    session: Session, mall: Mall, services: Sequence[ServiceFacts], at: datetime
) -> None:
    """Raise a NoNumber unless numbers for all of `services` are given.

    It is ServiceNotYet, ServiceIntakeClosed or ServiceClosedToday; ServiceNotOffered for what no
    desk is known to serve at all. Quotas are for whoever counts.
    """
    arrangement = arrangement_of(session, mall)
    present = _with_officers(session, arrangement, services)
    for service in services:
        day = _today(arrangement, service, present, at)
        opening = None if day is None else day.opening(at)
        if opening is None:
            _refuse(arrangement, service, day, at)
        elif opening.next_at != at:
            raise ServiceNotYet(
                service=service.name_id, next_at=opening.next_at, serves_at=opening.serves_at
            )


def require_served(session: Session, mall: Mall, service: ServiceFacts, at: datetime) -> None:
    """Raise ServiceClosedToday unless somebody serves it yet today; for who is in the mall already.

    They need no more numbers to be given: it is enough that its desks are not past their hours,
    or that an officer is signed on at one of them.
    """
    arrangement = arrangement_of(session, mall)
    present = _with_officers(session, arrangement, [service])
    day = _today(arrangement, service, present, at)
    if day is not None and at < day.closes_at:
        return
    desks = [desk.id for desk in arrangement.desks_for(service.id)]
    signed_on = select(Shift.id).where(Shift.desk_id.in_(desks), Shift.ended_at.is_(None))
    if session.scalars(signed_on.limit(1)).first() is None:
        _refuse(arrangement, service, day, at)


def _with_officers(
    session: Session, arrangement: Arrangement, services: Iterable[ServiceFacts]
) -> frozenset[int]:
    """Return the desks for `services` whose own hours do not count, because an officer is there."""
    keeping = {
        desk.id
        for service in services
        for desk in arrangement.desks_for(service.id)
        if desk.id in arrangement.timetable.desks
    }
    if not keeping:
        return frozenset()  # as nearly always: no look-up for a number that needs none
    signed_on = select(Shift.desk_id).where(Shift.desk_id.in_(keeping), Shift.ended_at.is_(None))
    return frozenset(session.scalars(signed_on))


def _refuse(
    arrangement: Arrangement, service: ServiceFacts, day: ServingDay | None, at: datetime
) -> None:
    """Say of a service without numbers today whether its `day` goes on, and when to come."""
    name, again = service.name_id, arrangement.next_day(service.id, at)
    if day is not None and at < day.closes_at:
        raise ServiceIntakeClosed(
            service=name,
            next_at=again.next_at,
            serves_at=again.serves_at,
            closes_at=day.closes_at,
        )
    if again.next_at is None:
        raise ServiceNotOffered(service=name)
    raise ServiceClosedToday(service=name, next_at=again.next_at, serves_at=again.serves_at)


def _intake(
    arrangement: Arrangement,
    service: ServiceFacts,
    present: frozenset[int],
    left: int | None,
    at: datetime,
) -> ServiceIntake:
    day = _today(arrangement, service, present, at)
    opening = None if day is None else day.opening(at)
    if day is None or opening is None or left == 0:
        again = arrangement.next_day(service.id, at)
        state = _over(day, at) if opening is None else ServiceState.USED_UP
        return ServiceIntake(state, again.next_at, again.serves_at, None, left)
    given_at, serves_at = opening.next_at, opening.serves_at
    if given_at != at:
        return ServiceIntake(ServiceState.NOT_YET, given_at, serves_at, day.cut_off_at, left)
    ahead = None if serves_at == at else serves_at
    return ServiceIntake(ServiceState.OPEN, None, ahead, day.cut_off_at, left)


def _over(day: ServingDay | None, at: datetime) -> ServiceState:
    if day is None:
        return ServiceState.CLOSED
    return ServiceState.ENDED if at < day.closes_at else ServiceState.OVER


def _today(
    arrangement: Arrangement, service: ServiceFacts, present: frozenset[int], at: datetime
) -> ServingDay | None:
    today = local_day(at, arrangement.timetable.time_zone)
    return arrangement.serving_day(service.id, today, present=present)

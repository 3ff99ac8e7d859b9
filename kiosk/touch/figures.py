"""What the kiosk says about this minute: open or not, who waits, how long it would take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.touch.offer import kiosk_of_mall, mall_of
from models.core.event import Event
from models.journal.topics import Topic
from models.mall.arrangement import Arrangement, DeskState, arrangement_of
from models.mall.mall import Mall
from models.queue.intake import ServiceIntake, ServiceState, intakes
from models.queue.shifts import Shift
from models.waits.forecast import Outlook, outlook

_SERVED_BY_NOBODY = (ServiceState.OVER, ServiceState.CLOSED)


def services_topic() -> Topic:
    """The topic `services/<mall_id>`: intake, people waiting and waits of each service."""
    return Topic("services", services_state, _touched, kiosk_of_mall, ticks=True)


def services_state(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
    """Return the live figures of the mall with the id `key`; minutes are whole numbers."""
    mall = mall_of(session, key)
    if mall is None:
        return None
    arrangement = arrangement_of(session, mall)
    intake = arrangement.timetable.intake(at)
    ahead = outlook(session, mall, at)
    given = intakes(session, mall, at)
    return {
        "phase": intake.phase.value,
        "next_at": _iso(intake.next_at),
        "serves_at": _iso(intake.serves_at),
        "opens_at": _iso(intake.opens_at),
        "cut_off_at": _iso(intake.cut_off_at),
        "closes_at": _iso(intake.closes_at),
        "pauses_until": _iso(intake.pauses_until),
        "holiday": intake.holiday,
        "waiting": ahead.waiting,
        "desks_open": _desks_open(session, arrangement, mall, at, given),
        "services": {
            str(id_): _service(arrangement, ahead, id_, one) for id_, one in given.items()
        },
    }


def _touched(_session: Session, event: Event) -> Iterable[str]:
    return [str(event.mall_id)] if event.moves_queue else []


def _service(
    arrangement: Arrangement, ahead: Outlook, service_id: int, given: ServiceIntake
) -> dict[str, Any]:
    promise = arrangement.services[service_id].promise
    return {
        "state": given.state.value,
        "next_at": _iso(given.next_at),
        "serves_at": _iso(given.serves_at),
        "until_at": _iso(given.until_at),
        "few_left": given.left if given.few else None,
        "waiting": ahead.waiting_for(service_id),
        "regular": _newcomer(ahead, service_id, promise, priority=False),
        "priority": _newcomer(ahead, service_id, promise, priority=True),
    }


def _newcomer(
    ahead: Outlook, service_id: int, promise: timedelta, *, priority: bool
) -> dict[str, Any] | None:
    """What somebody who asks now is told; None while no open desk offers the service."""
    told = ahead.prospect_of_service(service_id, priority=priority)
    if told is None:
        return None
    return {
        "low_m": int(told.wait.low.total_seconds()) // 60,
        "high_m": int(told.wait.high.total_seconds()) // 60,
        "promise": told.wait.against(promise).value,
        "chance": told.chance.value,
        "not_before": _iso(told.not_before),
        "closes_at": _iso(told.closes_at),
        "opens_at": _iso(told.opens_at),
        "ahead": ahead.ahead_of_service(service_id, priority=priority),
    }


def _desks_open(
    session: Session,
    arrangement: Arrangement,
    mall: Mall,
    at: datetime,
    given: Mapping[int, ServiceIntake],
) -> int:
    """Count the desks that serve now: with an officer, in no break, and within the hours.

    Whoever stays when all that the desk offers is over serves nobody who comes now.
    """
    staffed = select(Shift.desk_id).where(
        Shift.mall_id == mall.id, Shift.ended_at.is_(None), Shift.break_began_at.is_(None)
    )
    served = {id_ for id_, one in given.items() if one.state not in _SERVED_BY_NOBODY}
    return sum(
        arrangement.desk_state(desk_id, at)[0] is DeskState.READY
        and not served.isdisjoint(arrangement.desks[desk_id].offers)
        for desk_id in session.scalars(staffed)
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()

"""What the kiosk says about this minute: open or not, who waits, how long it would take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.touch.offer import kiosk_of_mall, mall_of
from models.core.clock import local_day
from models.core.event import Event
from models.journal.topics import Topic
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.queue.issuing import QuotaRoll
from models.queue.shifts import Shift
from models.waits.forecast import Outlook, Range, outlook


def services_topic() -> Topic:
    """The topic `services/<mall_id>`: intake, people waiting and waits of each service."""
    return Topic("services", services_state, _touched, kiosk_of_mall, ticks=True)


def services_state(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
    """Return the live figures of the mall with the id `key`; minutes are whole numbers."""
    mall = mall_of(session, key)
    if mall is None:
        return None
    timetable = arrangement_of(session, mall).timetable
    intake = timetable.intake(at)
    ahead = outlook(session, mall, at)
    left = _numbers_left(session, mall, at)
    return {
        "phase": intake.phase.value,
        "next_at": _iso(intake.next_at),
        "next_day_at": _iso(timetable.next_day(at)),
        "opens_at": _iso(intake.opens_at),
        "closes_at": _iso(intake.closes_at),
        "waiting": ahead.waiting,
        "desks_open": _desks_open(session, mall),
        "services": {str(id_): _service(ahead, id_, numbers) for id_, numbers in left.items()},
    }


def _touched(_session: Session, event: Event) -> Iterable[str]:
    return [str(event.mall_id)] if event.moves_queue else []


def _service(ahead: Outlook, service_id: int, left: int | None) -> dict[str, Any]:
    return {
        "waiting": ahead.waiting_for(service_id),
        "left": left,
        "regular": _newcomer(ahead, service_id, priority=False),
        "priority": _newcomer(ahead, service_id, priority=True),
    }


def _newcomer(ahead: Outlook, service_id: int, *, priority: bool) -> dict[str, Any] | None:
    """What somebody who asks now is told; None while no open desk offers the service."""
    wait: Range | None = ahead.of_service(service_id, priority=priority)
    if wait is None:
        return None
    return {
        "low_m": int(wait.low.total_seconds()) // 60,
        "high_m": int(wait.high.total_seconds()) // 60,
        "ahead": ahead.ahead_of_service(service_id, priority=priority),
    }


def _numbers_left(session: Session, mall: Mall, at: datetime) -> dict[int, int | None]:
    """Return today's numbers that are left of each service in use; None without a quota."""
    day = local_day(at, mall.time_zone)
    rows = session.execute(
        select(Service.id, Service.daily_quota, func.coalesce(QuotaRoll.taken, 0))
        .outerjoin(
            QuotaRoll,
            (QuotaRoll.service_id == Service.id) & (QuotaRoll.service_day == day),
        )
        .where(Service.mall_id == mall.id, Service.in_use)
    )
    return {id_: None if quota is None else max(0, quota - taken) for id_, quota, taken in rows}


def _desks_open(session: Session, mall: Mall) -> int:
    serving = select(func.count()).where(
        Shift.mall_id == mall.id, Shift.ended_at.is_(None), Shift.break_began_at.is_(None)
    )
    return session.scalar(serving) or 0


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()

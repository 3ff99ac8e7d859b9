"""What needs a hand at one instant: the rules by which a leader is called, the heaviest first.

An alert proposes and does nothing by itself. Each has its limit here, with the reason for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.figures.desks_now import Doing, desks_now
from models.figures.waits_now import waits_now
from models.journal.events import StepHeld
from models.journal.record import JournalEntry
from models.mall.arrangement import arrangement_of
from models.mall.devices import is_silent
from models.mall.facts import DeskFacts, ServiceFacts
from models.mall.hours import IntakePhase
from models.mall.mall import Mall
from models.mall.pairing import paired_devices
from models.paper.printers import PRINTING_STATES, PrinterState, printer_states
from models.queue.open_steps import open_steps
from models.queue.quota import places_taken
from models.queue.tickets import Step, StepState, Ticket
from models.waits.forecast import outlook
from models.waits.ranges import Promise

# Whoever comes back from a break walks through the hall first.
BREAK_GRACE: Final = timedelta(minutes=2)
# A copy or a stamp from across the street is fetched sooner; later the citizen may have left.
HELD_TOO_LONG: Final = timedelta(minutes=30)
# Half again is a usual case with a question; twice the mean is one that may be stuck.
SERVING_FACTOR: Final = 2
# Three calls and the way to a desk take less; whoever has not come by then is not coming.
CALLING_TOO_LONG: Final = timedelta(minutes=10)
# Of a service of three minutes twice the mean is no news: so much longer it has to be, too.
SERVING_MORE: Final = timedelta(minutes=5)
# So small a share of a day's numbers is gone before a leader who hears of it later can act.
QUOTA_LEFT: Final = 0.1


class AlertKind(StrEnum):
    """What is wrong, from the heaviest on.

    First what touches all who wait for a service, then what gives them their numbers and tells
    them where to go, then what holds up one desk or one citizen, and last what is only coming.
    """

    NO_DESK = "no_desk"
    OVER_PROMISE = "over_promise"
    PRINTER = "printer"
    DEVICE = "device"
    DESK_IDLE = "desk_idle"
    BREAK_OVER = "break_over"
    HELD_LONG = "held_long"
    CALLING_LONG = "calling_long"
    SERVING_LONG = "serving_long"
    QUOTA_LOW = "quota_low"


_WEIGHT: Final = {kind: place for place, kind in enumerate(AlertKind)}


@dataclass(frozen=True)
class Alert:
    """One thing that needs a hand, since the aware UTC instant `since_at`.

    The facts that its kind has: `count` people wait or numbers are left, `length` is how long it
    lasts and `limit` what was promised, planned or is usual, `thing` the printer or the device.
    """

    kind: AlertKind
    since_at: datetime
    service: ServiceFacts | None = None
    desk: DeskFacts | None = None
    ticket: str = ""
    count: int = 0
    length: timedelta = timedelta()
    limit: timedelta = timedelta()
    thing: str = ""
    state: PrinterState | None = None

    @property
    def by_weight(self) -> tuple[int, datetime]:
        """What puts it before others: its kind, and then who has needed a hand for longer."""
        return _WEIGHT[self.kind], self.since_at


def alerts(
    session: Session,
    mall: Mall,
    at: datetime,
    *,
    printers: Mapping[str, str] | None = None,
    rate: float = 1.0,
) -> tuple[Alert, ...]:
    """Return what needs a hand in `mall` at the instant `at`, the heaviest first.

    `printers` names those in use by their code; of others, gone from config.toml, an old state
    may still be known. `rate` is how fast the hall's time runs, for screens live in real time.
    """
    found = [
        *_of_services(session, mall, at),
        *_of_desks(session, mall, at),
        *_of_held(session, mall, at),
    ]
    # In the night screens and printers are switched off, and that is right.
    if _hall_is_open(session, mall, at):
        found += _of_printers(session, mall, printers or {})
        found += _of_devices(session, mall, at, rate)
        found += _of_quotas(session, mall, at)
    return tuple(sorted(found, key=lambda one: one.by_weight))


def _of_services(session: Session, mall: Mall, at: datetime) -> Iterator[Alert]:
    ahead = outlook(session, mall, at)
    for one in waits_now(session, mall, at).waited_for:
        longest = one.longest or timedelta()
        # Who waits before the desks begin waits for the hour, and for nobody's hand.
        if one.stranded and ahead.opens_at(one.service.id) is None:
            yield Alert(
                AlertKind.NO_DESK, at - longest, one.service, count=one.waiting, length=longest
            )
        elif one.promise is Promise.BROKEN:
            yield Alert(
                AlertKind.OVER_PROMISE,
                at - (longest - one.service.promise),
                one.service,
                count=one.waiting,
                length=longest,
                limit=one.service.promise,
            )


def _of_desks(session: Session, mall: Mall, at: datetime) -> Iterator[Alert]:
    services = arrangement_of(session, mall).services
    for now in desks_now(session, mall, at):
        if now.since_at is None:
            continue
        lasts = at - now.since_at
        if now.doing is Doing.IDLE:
            yield Alert(
                AlertKind.DESK_IDLE, now.since_at, desk=now.desk, count=now.waiting, length=lasts
            )
        elif now.doing is Doing.BREAK and now.until_at and at - now.until_at >= BREAK_GRACE:
            over = at - now.until_at
            yield Alert(AlertKind.BREAK_OVER, now.until_at, desk=now.desk, length=over)
        elif now.doing is Doing.CALLING and now.step is not None and lasts >= CALLING_TOO_LONG:
            service = services[now.step.service_id]
            yield Alert(
                AlertKind.CALLING_LONG,
                now.since_at,
                service,
                now.desk,
                now.step.spoken,
                length=lasts,
            )
        elif now.doing is Doing.SERVING and now.step is not None:
            service = services[now.step.service_id]
            usual = service.handling
            if lasts >= max(SERVING_FACTOR * usual, usual + SERVING_MORE):
                yield Alert(
                    AlertKind.SERVING_LONG,
                    now.since_at,
                    service,
                    now.desk,
                    now.step.spoken,
                    length=lasts,
                    limit=usual,
                )


def _of_held(session: Session, mall: Mall, at: datetime) -> Iterator[Alert]:
    arrangement = arrangement_of(session, mall)
    aside = open_steps(session, mall.id, at).aside
    held = {step.id: step for step in aside if step.state is StepState.HELD}
    if not held:
        return
    told = session.execute(
        select(JournalEntry.step_id, func.max(JournalEntry.at).label("at"))
        .where(
            JournalEntry.ticket_id.in_(sorted({step.ticket_id for step in held.values()})),
            JournalEntry.step_id.in_(sorted(held)),
            JournalEntry.kind == StepHeld.__name__,
        )
        .group_by(JournalEntry.step_id)
    )
    for row in told:
        step = held[row.step_id or 0]
        if at - row.at >= HELD_TOO_LONG:
            desk = arrangement.desks.get(step.desk_id or 0)
            service = arrangement.services[step.service_id]
            yield Alert(AlertKind.HELD_LONG, row.at, service, desk, step.spoken, length=at - row.at)


def _of_printers(session: Session, mall: Mall, names: Mapping[str, str]) -> Iterator[Alert]:
    for code, status in printer_states(session, mall.id).items():
        if code in names and status.state not in PRINTING_STATES:
            yield Alert(AlertKind.PRINTER, status.since_at, thing=names[code], state=status.state)


def _of_devices(session: Session, mall: Mall, at: datetime, rate: float) -> Iterator[Alert]:
    for device in paired_devices(session, mall.id):
        if is_silent(device, at, rate=rate):
            seen_at = device.last_seen_at or device.paired_at or device.created_at
            yield Alert(AlertKind.DEVICE, seen_at, thing=device.name)


def _of_quotas(session: Session, mall: Mall, at: datetime) -> Iterator[Alert]:
    day = local_day(at, mall.time_zone)
    limited = {
        one.id: one for one in arrangement_of(session, mall).services.values() if one.daily_quota
    }
    for service_id, taken in places_taken(session, limited, day).items():
        service = limited[service_id]
        quota = service.daily_quota or 0
        few = quota - int(quota * QUOTA_LEFT)  # so many are taken when few are left
        if taken >= few:
            since_at = _taken_at(session, mall, service_id, day, few) or at
            left = max(quota - taken, 0)
            yield Alert(AlertKind.QUOTA_LOW, since_at, service, count=left)


def _taken_at(
    session: Session, mall: Mall, service_id: int, day: date, place: int
) -> datetime | None:
    """Return when that many needs for the service had been asked for on `day`."""
    return session.scalar(
        select(Step.began_waiting_at)
        .join(Step.ticket)
        .where(Ticket.mall_id == mall.id, Ticket.service_day == day, Step.service_id == service_id)
        .order_by(Step.id)
        .offset(place - 1)
        .limit(1)
    )


def _hall_is_open(session: Session, mall: Mall, at: datetime) -> bool:
    intake = arrangement_of(session, mall).timetable.intake(at)
    return intake.phase is not IntakePhase.CLOSED

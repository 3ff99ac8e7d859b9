"""One ticket as its citizen sees it on the phone: where it stands and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kiosk.given import called_first, clock_span, numbers, zone_of
from kiosk.offer import both
from models.arrangement import Arrangement, ZoneFacts, arrangement_of
from models.forecast import outlook
from models.tickets import ENGAGED, Step, StepState, Ticket

_S = StepState
_KIND_OF_STEP = {
    _S.CALLED: "called",
    _S.SERVING: "serving",
    _S.HELD: "held",
    _S.MISSED: "missed",
}
# What the citizen still hears of; a step that was handed on lives on in its successor.
_SHOWN = frozenset(StepState) - {_S.TRANSFERRED}


@dataclass(frozen=True)
class Errand:
    """One service of the visit: its name by language, where, and how it stands."""

    name: dict[str, str]
    case: dict[str, str] | None
    desks: str
    zone: str
    state: str


@dataclass(frozen=True)
class Visit:
    """All that the phone shows; instants aware UTC, None where they do not apply."""

    kind: str  # waiting, called, serving, held, missed, done, cancelled, expired
    number: str
    token: str
    zone: ZoneFacts
    desk: int | None
    errands: tuple[Errand, ...]
    bring: tuple[dict[str, str], ...]
    ahead: int
    expected: tuple[datetime, datetime] | None
    until_at: datetime | None  # how long the officer, or the number, waits
    called_at: datetime | None
    taken_at: datetime
    now: datetime
    press_id: str  # the same for every look at one situation: two taps are one press


def visit_of(session: Session, ticket: Ticket, at: datetime) -> Visit:
    """Look at `ticket` at the instant `at`."""
    current = ticket.current
    arrangement = arrangement_of(session, ticket.mall)
    ahead = outlook(session, ticket.mall, at)
    first = current or called_first(arrangement, ticket, ahead)
    desk = None if current is None else arrangement.desks.get(current.desk_id or 0)
    zone = arrangement.zones[desk.zone_id] if desk else zone_of(arrangement, first)
    wait = ahead.of_step(first.id)
    return Visit(
        kind=_kind(ticket),
        number=ticket.spoken,
        token=ticket.token,
        zone=zone,
        desk=desk.number if desk else None,
        errands=tuple(_errand(arrangement, step) for step in ticket.steps if step.state in _SHOWN),
        bring=_bring(arrangement, ticket),
        ahead=ahead.ahead_of_step(first.id),
        expected=None if wait is None else clock_span(at, wait.low, wait.high),
        until_at=_until(ticket, current),
        called_at=None if current is None else current.called_at,
        taken_at=ticket.taken_at,
        now=at,
        press_id=f"phone-{first.id}-{first.calls}-{int(first.began_waiting_at.timestamp())}",
    )


def _kind(ticket: Ticket) -> str:
    if ticket.current is not None:
        return _KIND_OF_STEP[ticket.current.state]
    if ticket.closed_at is None:
        return "waiting"
    ended = {step.state for step in ticket.steps}
    for state in (_S.EXPIRED, _S.CANCELLED):
        if state in ended:
            return state.value
    return "done"


def _errand(arrangement: Arrangement, step: Step) -> Errand:
    zone = zone_of(arrangement, step)
    return Errand(
        name=both(arrangement.services[step.service_id], "name"),
        case=None if step.case is None else both(step.case, "name"),
        desks=numbers(arrangement.desks_in(zone, step.service_id)),
        zone=zone.name,
        state="now" if step.state in ENGAGED else step.state.value,
    )


def _bring(arrangement: Arrangement, ticket: Ticket) -> tuple[dict[str, str], ...]:
    return tuple(
        both(requirement, "text")
        for step in ticket.steps
        if step.state in (StepState.WAITING, StepState.PAUSED, StepState.CALLED)
        for requirement in arrangement.services[step.service_id].needed_for(step.case_id)
    )


def _until(ticket: Ticket, current: Step | None) -> datetime | None:
    if current is None:
        return None
    if current.state is StepState.CALLED and current.called_at is not None:
        return current.called_at + timedelta(seconds=ticket.mall.miss_after_s)
    if current.state is StepState.MISSED and current.ended_at is not None:
        return current.ended_at + timedelta(minutes=ticket.mall.return_grace_m)
    return None

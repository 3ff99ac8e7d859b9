"""One ticket as its citizen sees it on the phone: where it stands and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kiosk.doubts import Doubt, doubt_of
from kiosk.given import called_first, zone_of
from kiosk.needs import Need, need_of
from kiosk.phone.taken_up import Place, TakenUp, taken_up
from kiosk.texts import Both, both, text_of
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.facts import ZoneFacts
from models.mall.fees import FeeKind
from models.mall.signs import listed
from models.queue.missing import may_miss_from, may_return_until
from models.queue.tickets import AT_DESK, ENGAGED, OPEN_STATES, Outcome, Step, StepState, Ticket
from models.waits.forecast import Outlook, outlook

_S = StepState
_KIND_OF_STEP = {
    _S.CALLED: "called",
    _S.SERVING: "serving",
    _S.HELD: "held",
    _S.MISSED: "missed",
}
# Where such a step is or was, it is or was at one desk and no other.
_SETTLED = AT_DESK | {_S.HELD, _S.DONE}
# What the citizen still hears of; a step that was handed on lives on in its successor.
_SHOWN = frozenset(StepState) - {_S.TRANSFERRED}


@dataclass(frozen=True)
class Errand:
    """One service of the visit: what it needs, where, and how it stands."""

    need: Need
    open: bool  # what to bring for it and what it costs matters still
    desks: str
    zone: str
    state: str  # of a step, or: now, next, returned
    missing: tuple[Both, ...]  # papers for want of which it was returned
    doubt: Doubt | None  # it may not be served today


@dataclass(frozen=True)
class Visit:
    """All that the phone shows; instants aware UTC, None where they do not apply."""

    kind: str  # waiting, called, serving, held, missed, lapsed, done, returned, cancelled, expired
    number: str
    token: str
    zone: ZoneFacts
    desk: str | None
    again: TakenUp | None  # of what was set aside, held or missed
    again_at: datetime | None  # when a break ends before it
    opens_at: datetime | None  # when the desks begin today, while that is still to come
    errands: tuple[Errand, ...]
    ahead: int
    expected: tuple[datetime, datetime] | None
    doubt: Doubt | None  # the next service may not be served today
    until_at: datetime | None  # how long the officer, or the number, waits
    called_at: datetime | None
    calls: int  # how often the officer has called, each call being one to hear
    taken_at: datetime
    now: datetime
    help_desk: Both
    press_id: str  # the same for every look at one situation: two taps are one press

    @property
    def open(self) -> list[Need]:
        """The needs that have not ended."""
        return [errand.need for errand in self.errands if errand.open]

    @property
    def brings(self) -> list[Need]:
        """The open needs for which something is to be brought, or may be."""
        return [need for need in self.open if need.papers or need.lacks_reason]

    @property
    def all_free(self) -> bool:
        """Whether nothing at all is to be paid for what is open."""
        return all(need.fee.kind is FeeKind.FREE for need in self.open)


def visit_of(session: Session, ticket: Ticket, at: datetime) -> Visit:
    """Look at `ticket` at the instant `at`."""
    current = ticket.current
    arrangement = arrangement_of(session, ticket.mall)
    ahead = outlook(session, ticket.mall, at)
    first = current or called_first(arrangement, ticket, ahead)
    again = taken_up(session, arrangement, first, at)
    place = again.place if again else _place(arrangement, first)
    zone = _seat(arrangement, ticket) or place[0]
    until_at = _until(session, current)
    prospect = ahead.prospect_of_step(first.id)
    return Visit(
        kind=_kind(ticket, until_at, at),
        number=ticket.spoken,
        token=ticket.token,
        zone=zone,
        desk=listed(place[1]) if current else None,
        again=again.who if again else None,
        again_at=again.from_at if again else None,
        opens_at=ahead.opens_at(first.service_id),
        errands=tuple(
            _errand(arrangement, ahead, step, first, place if step is first else None)
            for step in ticket.steps
            if step.state in _SHOWN
        ),
        ahead=ahead.ahead_of_step(first.id),
        expected=None if prospect is None else prospect.expected,
        doubt=doubt_of(arrangement.services[first.service_id], prospect),
        until_at=until_at,
        called_at=None if current is None else current.called_at,
        calls=0 if current is None else current.calls,
        taken_at=ticket.taken_at,
        now=at,
        help_desk={
            language: text_of(ticket.mall, f"help_desk_{language}") for language in ("id", "en")
        },
        press_id=f"phone-{first.id}-{first.calls}-{int(first.began_waiting_at.timestamp())}",
    )


def _kind(ticket: Ticket, until_at: datetime | None, at: datetime) -> str:
    if ticket.current is not None:
        kind = _KIND_OF_STEP[ticket.current.state]
        over = until_at is not None and at > until_at
        return "lapsed" if kind == "missed" and over else kind
    if ticket.closed_at is None:
        return "waiting"
    ended = {step.state for step in ticket.steps}
    for state in (_S.EXPIRED, _S.CANCELLED):
        if state in ended:
            return state.value
    return "returned" if any(map(_returned, ticket.steps)) else "done"


def _returned(step: Step) -> bool:
    return step.state is StepState.DONE and step.outcome is Outcome.RETURNED


def _place(arrangement: Arrangement, step: Step) -> Place:
    """Return where the step is served: at its own desk, if it has one, else at any of a zone."""
    own = (step.desk_id if step.state in _SETTLED else None) or step.only_desk_id
    if own is not None:
        desk = arrangement.desks[own]
        return arrangement.zones[desk.zone_id], (desk.number,)
    zone = zone_of(arrangement, step)
    return zone, arrangement.desks_in(zone, step.service_id)


def _seat(arrangement: Arrangement, ticket: Ticket) -> ZoneFacts | None:
    """Return where a ticket that waits was told to wait: its call is heard there, too."""
    if ticket.current is not None or ticket.told_zone_id is None:
        return None
    return arrangement.zones.get(ticket.told_zone_id)


def _errand(
    arrangement: Arrangement, ahead: Outlook, step: Step, first: Step, place: Place | None
) -> Errand:
    zone, desks = place or _place(arrangement, step)
    state = "next" if step is first and step.state is StepState.WAITING else step.state.value
    if step.state in ENGAGED:
        state = "now"
    if _returned(step):
        state = "returned"
    service = arrangement.services[step.service_id]
    return Errand(
        need=need_of(service, step.case_id),
        open=step.state in OPEN_STATES,
        desks=listed(desks),
        zone=zone.bare_name,
        state=state,
        missing=_missing(step) if state == "returned" else (),
        doubt=doubt_of(service, ahead.prospect_of_step(step.id)),
    )


def _missing(step: Step) -> tuple[Both, ...]:
    """Return the papers that the officer missed; they are kept by their Indonesian names."""
    known = {paper.text_id: both(paper, "text") for paper in step.service.requirements}
    return tuple(known.get(text, {"id": text, "en": text}) for text in step.missing)


def _until(session: Session, current: Step | None) -> datetime | None:
    if current is None:
        return None
    return may_miss_from(session, current) or may_return_until(session, current)

"""What one waiting area shows: who is called where, which desks serve, who comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.core.clock import local_day, local_instant
from models.core.event import About, Event
from models.core.roles import BOARDS, LEADERS
from models.journal.actors import Actor
from models.journal.topics import Topic, id_in
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.catalogue import Agency, Service
from models.mall.mall import Desk, DeskService, Zone
from models.queue.open_steps import OpenSteps, open_steps
from models.queue.shifts import Shift
from models.queue.tickets import Call, Step, StepState, Ticket, heard_in

CALLS_SHOWN: Final = 4
NEXT_SHOWN: Final = 4
# A ticket that was called again stands in the list of calls more than once.
_CALLS_READ: Final = 5 * CALLS_SHOWN
WATCHERS: Final = BOARDS | LEADERS

State = dict[str, Any]


def state_of_zone(session: Session, key: str, at: datetime) -> State | None:
    """Return the whole state of the zone with the id `key` at the aware UTC instant `at`."""
    zone = session.get(Zone, id_in(key))
    if zone is None:
        return None
    desks = list(
        session.scalars(
            select(Desk).where(Desk.zone_id == zone.id, Desk.in_use).order_by(Desk.sorts_as)
        )
    )
    shifts = _shifts(session, desks)
    arrangement = arrangement_of(session, zone.mall)
    intake = arrangement.timetable.intake(at)
    seen = open_steps(session, zone.mall_id, at)
    return {
        "zone": describe_zone(zone),
        "phase": intake.phase,
        "opens_at": _iso(intake.opens_at),
        "closes_at": _iso(intake.closes_at),
        "next_at": _iso(intake.next_at),
        "serves_at": _iso(intake.serves_at),
        "holiday": intake.holiday,
        "desks": _desks(session, seen, desks, shifts, at),
        "calls": _calls(session, zone, at),
        "awaited": _awaited(session, zone, at),
        **_queue(arrangement, seen, [desk for desk in desks if desk.id in shifts]),
    }


def describe_zone(zone: Zone) -> State:
    """Return what a screen needs to name the zone and to draw it."""
    return {
        "id": zone.id,
        "name": zone.name,
        "bare_name": zone.bare_name,
        "flower": zone.flower,
        "place": {"id": zone.place_id, "en": zone.place_en},
    }


def needs_of_desks(session: Session, desks: Iterable[Desk]) -> dict[int, list[State]]:
    """Return, by desk id, the needs a desk serves in the citizen's words, in the mall's order."""
    rows = session.execute(
        select(DeskService.desk_id, Agency.need_id, Agency.need_en)
        .join(Service, Service.id == DeskService.service_id)
        .join(Agency, Agency.id == Service.agency_id)
        .where(DeskService.desk_id.in_([desk.id for desk in desks]), Service.in_use)
        .group_by(DeskService.desk_id, Agency.id, Agency.need_id, Agency.need_en, Agency.position)
        .order_by(Agency.position)
    )
    needs: dict[int, list[State]] = {}
    for desk_id, need_id, need_en in rows:
        needs.setdefault(desk_id, []).append({"id": need_id, "en": need_en})
    return needs


def _shifts(session: Session, desks: Iterable[Desk]) -> dict[int, Shift]:
    open_shifts = select(Shift).where(
        Shift.desk_id.in_([desk.id for desk in desks]), Shift.ended_at.is_(None)
    )
    return {shift.desk_id: shift for shift in session.scalars(open_shifts)}


def _desks(
    session: Session,
    seen: OpenSteps,
    desks: list[Desk],
    shifts: dict[int, Shift],
    at: datetime,
) -> list[State]:
    """Return what each desk shows; one that is free is ready only while it serves by the hours."""
    needs = needs_of_desks(session, desks)
    shown = []
    for desk in desks:
        shift = shifts.get(desk.id)
        step = seen.at_desks.get(desk.id)
        ticket, state = ("", "") if step is None else (step.spoken, step.state.value)
        until_at = None
        if not ticket:
            state = "ready" if shift else "closed"
        if shift and shift.break_began_at is not None:
            state, until_at = "break", shift.break_until_at
        elif state == "ready":
            state, until_at = arrangement_of(session, desk.mall).desk_state(desk.id, at)
        shown.append(
            {
                "number": desk.number,
                "state": state,
                "ticket": ticket,
                "until_at": _iso(until_at),
                "needs": needs.get(desk.id, []),
            }
        )
    return shown


def _calls(session: Session, zone: Zone, at: datetime) -> list[State]:
    """Return the newest call of each ticket today, newest first."""
    newest: dict[int, State] = {}
    for call in session.scalars(
        select(Call)
        .where(_called_today(zone, at))
        .options(joinedload(Call.ticket), joinedload(Call.desk))
        .order_by(Call.id.desc())
        .limit(_CALLS_READ)
    ):
        newest.setdefault(call.ticket_id, _shown(call))
    return list(newest.values())[:CALLS_SHOWN]


def _called_today(zone: Zone, at: datetime) -> ColumnElement[bool]:
    time_zone = zone.mall.time_zone
    midnight = local_instant(local_day(at, time_zone), 0, time_zone)
    return and_(heard_in(zone.id), Call.at >= midnight)


def _awaited(session: Session, zone: Zone, at: datetime) -> list[State]:
    """Return the calls whose citizen is awaited still, the one called first first."""
    newest: dict[int, State] = {}
    for call in session.scalars(
        select(Call)
        .join(Call.step)
        .join(Call.ticket)
        .where(
            _called_today(zone, at),
            Step.state == StepState.CALLED,
            Ticket.desk_id == Call.desk_id,
            Call.round == Step.calls,
            # A step that came back after a miss has older calls of the same round.
            Call.at >= Step.called_at,
        )
        .options(contains_eager(Call.ticket), joinedload(Call.desk))
        .order_by(Call.id)
    ):
        newest[call.ticket_id] = _shown(call)
    return list(newest.values())


def _shown(call: Call) -> State:
    """Return a call as a screen shows it; `zone_id` is where its desk stands."""
    return {
        "call_id": call.id,
        "ticket": call.ticket.spoken,
        "desk": call.desk.number,
        "zone_id": call.zone_id,
        "round": call.round,
        "at": _iso(call.at),
    }


def _queue(arrangement: Arrangement, seen: OpenSteps, desks: Iterable[Desk]) -> State:
    """Return who comes next at the `desks` that are open, and how many wait for them."""
    serving = {desk.id for desk in desks}
    services = set[int]().union(*(arrangement.desks[desk_id].services for desk_id in serving))
    next_ = {
        step.ticket_id: step.spoken
        for step in seen.waiting_for(services)
        if step.only_desk_id is None or step.only_desk_id in serving
    }
    return {"next": list(next_.values())[:NEXT_SHOWN], "waiting": len(next_)}


def zones_touched(session: Session, event: Event) -> Iterable[str]:
    """Return the ids of the zones whose screens `event` may change.

    A ticket touches the zone of its desk and every zone that serves one of its steps: a step
    elsewhere pauses when the ticket is called here. And it touches where it was called.
    """
    match event.about:
        case About.MALL:
            return _keys(session, Zone.mall_id == event.mall_id)
        case About.DESK | About.TICKET:
            services = select(Step.service_id).where(Step.ticket_id == event.ticket_id)
            offering = select(DeskService.desk_id).where(DeskService.service_id.in_(services))
            touched = or_(Desk.id == event.desk_id, Desk.id.in_(offering))
            told = select(Call.told_zone_id).where(Call.ticket_id == event.ticket_id)
            serving = select(Desk.zone_id).where(touched)
            return _keys(session, or_(Zone.id.in_(serving), Zone.id.in_(told)))
        case About.CALL | About.PAPER | About.DEVICE | About.ACCOUNT:
            return []
        case About.CLOCK | About.JOURNAL:
            return []


def _keys(session: Session, condition: Any) -> list[str]:
    return [str(zone_id) for zone_id in session.scalars(select(Zone.id).where(condition))]


def may_watch(session: Session, actor: Actor, key: str) -> bool:
    """Tell whether `actor` may follow the zone: the mall's own boards and those who run it."""
    zone = session.get(Zone, id_in(key))
    return zone is not None and actor.role in WATCHERS and actor.mall_id == zone.mall_id


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


ZONE = Topic(
    name="zone",
    state=state_of_zone,
    touched=zones_touched,
    may_follow=may_watch,
    # The hall opens, pauses and closes without anybody pressing anything.
    ticks=True,
)

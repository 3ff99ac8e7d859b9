"""What the officer's console shows: one desk, whole, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from counter.desk.figures import figures, waits_of
from counter.desk.ticket import aside_row, names, ticket_at_desk
from models.core.event import About, Event
from models.journal.events import (
    CallShown,
    CallSpoken,
    StepFinished,
    TicketCancelled,
    TicketMissed,
)
from models.journal.topics import id_in
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Service
from models.mall.mall import Desk, DeskService
from models.queue.serving import set_aside
from models.queue.shifts import Shift, held_by, shift_at
from models.queue.tickets import Call, Step, StepState, Ticket, heard_in
from models.queue.undoing import overtaken_at, undoable_at
from models.queue.waiting import callable_at, offered_by

# As many rows as the tallest supported screen shows; the number of all is told beside them.
QUEUE_SHOWN = 16
# The acts that may be undone, by their events.
_UNDONE_AS = {
    StepFinished.__name__: "finish",
    TicketMissed.__name__: "miss",
    TicketCancelled.__name__: "cancel",
}
# A call that is older waits for no wall any more.
STALE = timedelta(minutes=30)


class Phase(StrEnum):
    """What the console is for at this moment; decides the one dominant action."""

    CLOSED = "closed"
    BREAK = "break"
    EMPTY = "empty"
    READY = "ready"
    CALLED = "called"
    SERVING = "serving"


def desk_state(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
    """Return the whole state of the desk whose id is `key`, at the aware UTC instant `at`."""
    desk = session.get(Desk, id_in(key))
    if desk is None:
        return None
    shift = shift_at(session, desk.id)
    ticket = held_by(session, desk)
    services = offered_by(session, desk)
    waiting, longest_since = _waiting(session, desk, services, at)
    return {
        "desk": {
            "id": desk.id,
            "number": desk.number,
            "zone": desk.zone.bare_name,
            "flower": desk.zone.flower,
        },
        "phase": _phase(shift, ticket, waiting),
        "officer": None if shift is None else {"id": shift.user_id, "name": shift.user.name},
        "break": _break(shift),
        "current": None if ticket is None else ticket_at_desk(session, ticket, desk),
        "waiting": waiting,
        "longest_since": longest_since,
        "queue": _queue(session, desk, services, at),
        "aside": [aside_row(session, step, desk) for step in set_aside(session, desk)],
        "undo": _undo(session, desk, at),
        "overtaken": _overtaken(session, desk, at),
        "neighbours": _neighbours(session, desk, services),
        "today": figures(session, desk, None if shift is None else shift.user_id, at),
    }


def _phase(shift: Shift | None, ticket: Ticket | None, waiting: int) -> Phase:
    if shift is None:
        return Phase.CLOSED
    if shift.break_began_at is not None:
        return Phase.BREAK
    if ticket is not None and ticket.current is not None:
        return Phase.SERVING if ticket.current.state is StepState.SERVING else Phase.CALLED
    return Phase.READY if waiting else Phase.EMPTY


def _break(shift: Shift | None) -> dict[str, str | None] | None:
    if shift is None or shift.break_began_at is None:
        return None
    until_at = shift.break_until_at
    return {
        "began_at": shift.break_began_at.isoformat(),
        "until_at": None if until_at is None else until_at.isoformat(),
    }


def _waiting(
    session: Session, desk: Desk, services: list[int], at: datetime
) -> tuple[int, str | None]:
    """Return how many people wait, and since when who has waited longest would if they were free.

    Time at other desks is no wait for this one.
    """
    mine = callable_at(desk, services)
    waiting = session.scalar(select(func.count(Step.ticket_id.distinct())).where(mine)) or 0
    other = aliased(Step)
    called = exists().where(other.ticket_id == Step.ticket_id, other.called_at.is_not(None))
    began = [session.scalar(select(func.min(Step.began_waiting_at)).where(mine, ~called))]
    elsewhere = session.scalars(
        select(Step).where(mine, called).options(joinedload(Step.ticket).selectinload(Ticket.steps))
    ).all()
    began += [at - waited for waited in waits_of(session, elsewhere, at).values()]
    since = min((one for one in began if one is not None), default=None)
    return waiting, None if since is None else since.isoformat()


def _queue(session: Session, desk: Desk, services: list[int], at: datetime) -> list[dict[str, Any]]:
    steps = _first(session, desk, services)
    waits = waits_of(session, steps, at)
    return [_queue_row(step, services, at - waits[step.id]) for step in steps]


def _first(session: Session, desk: Desk, services: list[int]) -> list[Step]:
    """Return who is due first, each number once, with the need for which it is called."""
    most = arrangement_of(session, desk.mall).rules.most_services
    due_first = session.execute(
        select(Step.ticket_id, Step.id)
        .where(callable_at(desk, services))
        .order_by(Step.due_at, Step.id)
        .limit(QUEUE_SHOWN * most)
    )
    first: dict[int, int] = {}
    for ticket_id, step_id in due_first:
        first.setdefault(ticket_id, step_id)
    return list(
        session.scalars(
            select(Step)
            .where(Step.id.in_(list(first.values())[:QUEUE_SHOWN]))
            .options(
                joinedload(Step.ticket).selectinload(Ticket.steps).joinedload(Step.service),
                joinedload(Step.service),
                joinedload(Step.case),
                selectinload(Step.ticket, Ticket.steps, Step.service, Service.agency),
            )
            .order_by(Step.due_at, Step.id)
        )
    )


def _queue_row(step: Step, services: list[int], free_since: datetime) -> dict[str, Any]:
    """Return a row with the reason for its place, so that the order can be explained.

    `free_since` is from when its wait counts, time at other desks left out.
    """
    others = [
        other
        for other in step.ticket.steps
        if other is not step and other.state is StepState.WAITING
    ]
    elsewhere = {
        other.service.agency.short_name
        for other in others
        if other.service_id not in services and other.service.agency_id != step.service.agency_id
    }
    return {
        "step_id": step.id,
        "ticket_id": step.ticket_id,
        "number": step.ticket.spoken,
        "service": names(step.service),
        "case": None if step.case is None else names(step.case),
        "standing": step.standing,
        "only_here": step.only_desk_id is not None,
        "then": [names(other.service) for other in others if other.service_id in services],
        "also": sorted(elsewhere),
        "since": step.began_waiting_at.isoformat(),
        "free_since": free_since.isoformat(),
        "due_at": step.due_at.isoformat(),
        "promise_s": step.service.promise_m * 60,
    }


def _undo(session: Session, desk: Desk, at: datetime) -> dict[str, Any] | None:
    """Return the desk's newest act while it may be undone."""
    undoable = undoable_at(session, desk, at)
    if undoable is None:
        return None
    service = session.get(Service, undoable.service_id) if undoable.service_id else None
    return {
        "entry": undoable.entry,
        "act": _UNDONE_AS[undoable.kind],
        "number": undoable.number,
        "step_id": undoable.step_id,
        "service": None if service is None else names(service),
        "until_at": undoable.until_at.isoformat(),
    }


def _overtaken(session: Session, desk: Desk, at: datetime) -> dict[str, str] | None:
    """Return the number that can be undone no more because the desk has called the next."""
    act = overtaken_at(session, desk, at)
    if act is None:
        return None
    return {"number": act.number, "until_at": act.until_at.isoformat()}


def _neighbours(session: Session, desk: Desk, services: list[int]) -> list[str]:
    """Return the numbers of the other desks that serve now and share a service with `desk`."""
    return list(
        session.scalars(
            select(Desk.number)
            .join(Shift, Shift.desk_id == Desk.id)
            .join(DeskService, DeskService.desk_id == Desk.id)
            .where(
                Shift.ended_at.is_(None),
                Shift.break_began_at.is_(None),
                DeskService.service_id.in_(services),
                Desk.id != desk.id,
            )
            .group_by(Desk.number, Desk.sorts_as)
            .order_by(Desk.sorts_as)
        )
    )


def touched(session: Session, event: Event) -> Iterable[str]:
    """Return the ids of the desks whose console an event changed."""
    match event.about:
        case About.MALL:
            return _keys(session.scalars(select(Desk.id).where(Desk.mall_id == event.mall_id)))
        case About.DESK:
            # Who shares a service with this desk shows it as a neighbour, or gets its numbers back.
            shared = select(DeskService.service_id).where(DeskService.desk_id == event.desk_id)
            return _own(event) | _offering(session, shared)
        case About.TICKET:
            # An act on one step pauses or frees the ticket's other steps.
            wanted = select(Step.service_id).where(Step.ticket_id == event.ticket_id)
            return _own(event) | _offering(session, wanted)
        case About.CALL:
            return _own(event) | _keys(session.scalars(_awaiting(event)))
        case About.PAPER | About.DEVICE | About.ACCOUNT | About.CLOCK | About.JOURNAL:
            return set()


def _awaiting(event: Event) -> Select[int]:
    """Select the desks that await a number called in the zone whose wall has just answered.

    Each of them learns that the wall answers, and that its own call only waits for its turn.
    """
    zone_id = event.zone_id if isinstance(event, CallShown | CallSpoken) else None
    return (
        select(Call.desk_id)
        .join(Call.step)
        .where(
            heard_in(zone_id or 0),
            Step.state == StepState.CALLED,
            Call.at > event.at - STALE,
        )
    )


def _own(event: Event) -> set[str]:
    return set() if event.desk_id is None else {str(event.desk_id)}


def _offering(session: Session, services: Select[int]) -> set[str]:
    desks = select(DeskService.desk_id).where(DeskService.service_id.in_(services)).distinct()
    return _keys(session.scalars(desks))


def _keys(ids: Iterable[int]) -> set[str]:
    return {str(id_) for id_ in ids}

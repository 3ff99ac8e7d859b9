"""What the officer's console shows: one desk, whole, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from counter.desk.figures import figures
from counter.desk.queue import queue_of
from counter.desk.ticket import aside_row, names, ticket_at_desk
from models.core.event import About, Event
from models.journal.events import (
    CallShown,
    CallSpoken,
    StepFinished,
    TicketCancelled,
    TicketMissed,
)
from models.journal.record import once
from models.journal.topics import id_in
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Service
from models.mall.mall import Desk, DeskService
from models.queue.open_steps import OpenSteps, open_steps
from models.queue.serving import set_aside
from models.queue.shifts import Shift, held_by, shift_at
from models.queue.tickets import Call, Step, StepState, Ticket, heard_in
from models.queue.undoing import desks_acted, overtaken_at, undoable_at
from models.queue.waiting import offered_by

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
    seen = open_steps(session, desk.mall_id, at)
    ticket = held_by(session, desk) if desk.id in seen.at_desks else None
    services = offered_by(session, desk)
    queue = queue_of(session, desk, services, at)
    return {
        "desk": {
            "id": desk.id,
            "number": desk.number,
            "zone": desk.zone.bare_name,
            "flower": desk.zone.flower,
        },
        "phase": _phase(shift, ticket, queue["waiting"]),
        "officer": None if shift is None else {"id": shift.user_id, "name": shift.user.name},
        "break": _break(shift),
        "current": None if ticket is None else ticket_at_desk(session, ticket, desk),
        **queue,
        "aside": _aside(session, seen, desk, services),
        **_undo(session, desk, at),
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


def _aside(
    session: Session, seen: OpenSteps, desk: Desk, services: list[int]
) -> list[dict[str, Any]]:
    """Return what the desk may take up again."""
    if not any(step.desk_id == desk.id or step.service_id in services for step in seen.aside):
        return []
    return [aside_row(session, step, desk) for step in set_aside(session, desk)]


def _undo(session: Session, desk: Desk, at: datetime) -> dict[str, Any]:
    """Return the desk's newest act while it may be undone, and the one that no longer can be."""
    if desk.id not in once(session, ("acted", at), lambda: desks_acted(session, desk.mall_id, at)):
        return {"undo": None, "overtaken": None}
    return {"undo": _undoable(session, desk, at), "overtaken": _overtaken(session, desk, at)}


def _undoable(session: Session, desk: Desk, at: datetime) -> dict[str, Any] | None:
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
    """Return the numbers of the other desks that serve any of the same services now."""

    def read() -> set[int]:
        serving = select(Shift.desk_id).where(
            Shift.mall_id == desk.mall_id, Shift.ended_at.is_(None), Shift.break_began_at.is_(None)
        )
        return set(session.scalars(serving))

    serving = once(session, ("serving", desk.mall_id), read)
    return [
        other.number
        for other in arrangement_of(session, desk.mall).desks.values()
        if other.id in serving and other.id != desk.id and not other.services.isdisjoint(services)
    ]


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

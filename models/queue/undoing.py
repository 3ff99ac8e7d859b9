"""Taking back a slip of the finger: finish, *tidak hadir* and cancel, for a few seconds.

The journal keeps both, the act and its undoing; whoever counts leaves both out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import (
    DeskBusy,
    DeskClosed,
    DeskOnBreak,
    NotFound,
    Refusal,
    UndoOver,
    UndoPlaceTaken,
)
from models.core.event import About
from models.journal.actors import Actor
from models.journal.events import (
    KINDS,
    ActUndone,
    StepContinued,
    StepFinished,
    StepHeld,
    TicketCancelled,
    TicketCompleted,
    TicketMissed,
)
from models.journal.record import JournalEntry, once, record
from models.journal.undone import without_undone
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk
from models.queue.quota import places_taken, take_place
from models.queue.retelling import Stood, stood_after
from models.queue.shifts import held_by, lock_desk, require_serving, shift_at
from models.queue.tickets import AT_DESK, Step, StepState, Ticket
from models.queue.waiting import lock_ticket, settle

# Long enough to see the mistake, short enough that nobody has acted on it.
UNDO_WITHIN: Final = timedelta(seconds=20)
# No hand ends more visits within that time, and each is looked into whenever a console is told.
MOST_ACTS: Final = 5
UNDOABLE: Final = frozenset(kind.__name__ for kind in (StepFinished, TicketMissed, TicketCancelled))

_S = StepState
# What a finish brings about in its own press, and no other act does.
_FOLLOWS: Final = frozenset({TicketCompleted.__name__, StepContinued.__name__})


@dataclass(frozen=True)
class Undoable:
    """An act that can still be taken back: its journal entry, its kind, and until when.

    `step_id` and `service_id` are None of an act that is about the whole number.
    """

    entry: int
    kind: str
    number: str
    step_id: int | None
    service_id: int | None
    until_at: datetime


def desks_acted(session: Session, mall_id: int, at: datetime) -> set[int | None]:
    """Return the desks at which anything was pressed lately that could be undone at all."""
    recent = select(JournalEntry.desk_id).where(
        JournalEntry.mall_id == mall_id,
        JournalEntry.at > at - UNDO_WITHIN,
        JournalEntry.kind.in_(sorted(UNDOABLE)),
    )
    return set(session.scalars(recent))


def undoable_at(session: Session, desk: Desk, at: datetime) -> Undoable | None:
    """Return the newest act at `desk` that may be undone at the instant `at`, None without one."""
    return _newest(session, desk, at)[0]


def overtaken_at(session: Session, desk: Desk, at: datetime) -> Undoable | None:
    """Return the newest act that could be undone at `at` had `desk` taken up nobody else since."""
    return _newest(session, desk, at)[1]


def _newest(session: Session, desk: Desk, at: datetime) -> tuple[Undoable | None, Undoable | None]:
    """Return the newest act that may be undone, and the newest that was overtaken."""

    def look() -> tuple[Undoable | None, Undoable | None]:
        undoable = overtaken = None
        for act, entry in _recent(session, desk, at):
            hindrance = _hindrance(session, desk, entry)
            if hindrance is None:
                undoable = undoable or act
            elif isinstance(hindrance, DeskBusy):
                overtaken = overtaken or act
            if undoable and overtaken:
                break
        return undoable, overtaken

    return once(session, ("newest acts", desk.id, at), look)


def _recent(session: Session, desk: Desk, at: datetime) -> Iterator[tuple[Undoable, JournalEntry]]:
    """Yield the acts at `desk`, newest first, on which nothing has been built yet."""
    recent = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.desk_id == desk.id,
            JournalEntry.at > at - UNDO_WITHIN,
            JournalEntry.kind.in_(sorted(UNDOABLE)),
        )
        .order_by(JournalEntry.id.desc())
        .limit(MOST_ACTS)
    )
    for entry in recent:
        if _stands_alone(session, entry):
            act = Undoable(
                entry=entry.id,
                kind=entry.kind,
                number=session.get_one(Ticket, entry.ticket_id).spoken,
                step_id=entry.step_id,
                service_id=entry.service_id,
                until_at=entry.at + UNDO_WITHIN,
            )
            yield act, entry


def finish_taken_back(session: Session, step: Step) -> bool:
    """Tell whether the note of `step` is that of a finish which was taken back."""
    noted = (ActUndone.__name__, StepHeld.__name__)
    last = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.ticket_id == step.ticket_id,
            JournalEntry.step_id == step.id,
            JournalEntry.kind.in_(noted),
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()
    if last is None or last.kind != ActUndone.__name__:
        return False
    undone = session.get(JournalEntry, last.data["undone"])
    return undone is not None and undone.kind == StepFinished.__name__


def undo(session: Session, desk: Desk, entry_id: int, *, by: Actor, at: datetime) -> Ticket:
    """Let the act with the journal's number `entry_id` not have happened.

    Everything of the ticket is again as it was, but for the note: what was typed stays. Raises
    NotFound for what was not pressed at `desk`, UndoOver when it is too late or something
    depends on it by now, DeskClosed or DeskOnBreak while nobody serves there, DeskBusy when its
    citizen would come back to a desk that holds somebody else, and UndoPlaceTaken when the last
    place of the day that it gave back is taken.
    """
    lock_desk(session, desk)
    entry = session.get(JournalEntry, entry_id)
    if entry is None or entry.desk_id != desk.id or entry.kind not in UNDOABLE:
        raise NotFound
    ticket = session.get_one(Ticket, entry.ticket_id)
    lock_ticket(session, ticket)
    if at >= entry.at + UNDO_WITHIN or not _stands_alone(session, entry):
        raise UndoOver(number=ticket.spoken)
    stood = _stood_before(session, entry, ticket)
    _require_room(session, desk, ticket, stood)
    back = _come_back(ticket, stood)
    _take_places(session, ticket, back)
    ticket.desk_id = ticket.closed_at = None
    for step in back:
        step.state = _S.PAUSED  # at no desk, until each is back where it was
    session.flush()
    for step in back:
        _take_back(session, step, stood[step.id])
    settle(ticket)
    session.flush()
    record(
        session,
        ActUndone(
            mall_id=ticket.mall_id,
            at=at,
            ticket_id=ticket.id,
            step_id=entry.step_id,
            service_id=entry.service_id,
            desk_id=desk.id,
            undone=entry.id,
        ),
        by,
    )
    return ticket


def _stands_alone(session: Session, entry: JournalEntry) -> bool:
    """Tell whether nothing has happened to the ticket since the press of `entry`.

    A citizen's own press is theirs to take back, not the desk's.
    """
    if entry.user_id is None:
        return False
    later = session.scalars(
        select(JournalEntry.kind).where(
            JournalEntry.ticket_id == entry.ticket_id, JournalEntry.id > entry.id
        )
    )
    return all(kind in _FOLLOWS or KINDS[kind].about is not About.TICKET for kind in later)


def _stood_before(session: Session, entry: JournalEntry, ticket: Ticket) -> dict[int, Stood]:
    """Return where the ticket's open steps stood before the act of `entry`, by their id."""
    told = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.ticket_id == ticket.id, JournalEntry.id < entry.id)
        .order_by(JournalEntry.id)
    )
    return stood_after(without_undone(told))


def _hindrance(session: Session, desk: Desk, entry: JournalEntry) -> Refusal | None:
    """Return what is against undoing `entry` now, None where nothing is."""
    ticket = session.get_one(Ticket, entry.ticket_id)
    stood = _stood_before(session, entry, ticket)
    try:
        _require_room(session, desk, ticket, stood)
        _require_places(session, ticket, _come_back(ticket, stood))
    except (DeskClosed, DeskOnBreak, DeskBusy, UndoPlaceTaken) as refusal:
        return refusal
    return None


def _require_room(session: Session, desk: Desk, ticket: Ticket, stood: dict[int, Stood]) -> None:
    """Raise DeskClosed, DeskOnBreak or DeskBusy where `desk` cannot have the ticket back."""
    require_serving(session, desk)
    if not any(step.state in AT_DESK for step in stood.values()):
        return
    held = held_by(session, desk)
    if held is not None and held.id != ticket.id:
        raise DeskBusy(number=held.spoken)


def _has_moved(step: Step, stood: Stood) -> bool:
    """Tell whether the step is elsewhere now; waiting or pausing, settle() decides."""
    waits = {_S.WAITING, _S.PAUSED}
    return step.state is not stood.state and not {step.state, stood.state} <= waits


def _come_back(ticket: Ticket, stood: dict[int, Stood]) -> list[Step]:
    """Return the steps that the act moved, and that its undoing moves back."""
    return [step for step in ticket.steps if step.id in stood and _has_moved(step, stood[step.id])]


def _places_given_back(steps: Iterable[Step]) -> list[int]:
    """Return the services in which `steps` gave a place back, one for each step, in order."""
    return sorted(
        step.service_id for step in steps if step.state is _S.CANCELLED and step.started_at is None
    )


def _require_places(session: Session, ticket: Ticket, back: Iterable[Step]) -> None:
    """Raise UndoPlaceTaken where no place is left for what would come back."""
    needed = Counter(_places_given_back(back))
    taken = places_taken(session, needed, ticket.service_day) if needed else {}
    for service_id, places in needed.items():
        _require_quota(session, ticket, service_id, taken.get(service_id, 0) + places)


def _take_places(session: Session, ticket: Ticket, back: Iterable[Step]) -> None:
    """Let the steps count towards their quotas again. Raises UndoPlaceTaken."""
    for service_id in _places_given_back(back):
        taken = take_place(session, service_id, ticket.service_day)
        _require_quota(session, ticket, service_id, taken)


def _require_quota(session: Session, ticket: Ticket, service_id: int, taken: int) -> None:
    service = arrangement_of(session, ticket.mall).services[service_id]
    if service.daily_quota is not None and taken > service.daily_quota:
        raise UndoPlaceTaken(number=ticket.spoken, service=service.name_id)


def _take_back(session: Session, step: Step, stood: Stood) -> None:
    if stood.state is not _S.WAITING:
        step.state = stood.state
    if stood.state in AT_DESK:
        step.ticket.desk_id = stood.desk_id
    step.ended_at = stood.at if stood.state is _S.MISSED else None
    step.desk_id, step.calls = stood.desk_id, stood.calls
    step.called_at, step.started_at = stood.called_at, stood.started_at
    step.outcome, step.missing = None, []
    # Who was sent to one desk alone is free when that desk has closed meanwhile.
    if step.only_desk_id is not None and shift_at(session, step.only_desk_id) is None:
        step.only_desk_id = None

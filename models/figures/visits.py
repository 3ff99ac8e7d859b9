"""A visit retold from the journal: what became of each step, how long it waited and was served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import JSON, Row, case, select, type_coerce
from sqlalchemy.orm import Session

from models.figures.free_time import Engagements, free_spans, free_time
from models.figures.handling import BEGINS, Handling
from models.journal.events import (
    ActUndone,
    StepAdded,
    StepContinued,
    StepFinished,
    StepHeld,
    StepResumed,
    StepStarted,
    StepTransferred,
    TicketCalled,
    TicketCancelled,
    TicketExpired,
    TicketMissed,
    TicketWelcomedBack,
)
from models.journal.record import JournalEntry
from models.journal.undone import without_undone
from models.queue.tickets import Outcome, Step, StepState, Ticket
from models.waits.ranges import Range

ROWS_AT_ONCE = 1000
# Each is told in a way of its own below; a test says which event that moves a ticket is missing.
TOLD: Final = frozenset(
    kind.__name__
    for kind in (
        StepAdded,
        TicketCalled,
        StepContinued,
        StepStarted,
        StepHeld,
        StepResumed,
        StepFinished,
        StepTransferred,
        TicketMissed,
        TicketWelcomedBack,
        TicketCancelled,
        TicketExpired,
        ActUndone,
    )
)
_OF_STEP: Final = TOLD - {kind.__name__ for kind in (TicketCancelled, TicketExpired, ActUndone)}
_UNFINISHED: Final = frozenset({StepState.WAITING, StepState.CANCELLED, StepState.EXPIRED})
_ENDS: Final = frozenset({StepFinished.__name__, StepTransferred.__name__})
# Of the others nothing is asked, and unpacking JSON is a third of the work.
_ASKED: Final = sorted(_ENDS | {ActUndone.__name__})
_DATA = type_coerce(case((JournalEntry.kind.in_(_ASKED), JournalEntry.data)), JSON).label("data")


@dataclass
class StepHistory:
    """One step of a visit, as the journal tells it.

    `called_at` is its first call, or when it was its turn at the desk where the citizen sat
    already; None when neither came. Waiting again after a missed
    call is no second wait: the hall had called in time. `disturbed` says that its citizen was
    put aside at another desk, or did not come there, while it waited.
    `state` is one of DONE, TRANSFERRED, CANCELLED, EXPIRED, or WAITING for all that is open.
    """

    service_id: int
    began_at: datetime
    announced: Range | None = None
    called_at: datetime | None = None
    disturbed: bool = False
    handling: Handling = field(default_factory=Handling)
    started: bool = False
    outcome: Outcome | None = None
    state: StepState = StepState.WAITING
    missed: int = 0
    came_back: int = 0


@dataclass
class Visit:
    """One ticket from its taking to its end.

    `engaged` are the times in which nobody could call its citizen. `cancelled_at` is when the
    number was given up. `served` are the desks with the time each served, `calls` and
    `finishes` the desks with the instant.
    """

    priority: bool
    steps: dict[int, StepHistory] = field(default_factory=dict)
    engaged: Engagements = field(default_factory=Engagements)
    cancelled_at: datetime | None = None
    served: list[tuple[int, timedelta]] = field(default_factory=list)
    calls: list[tuple[int, datetime]] = field(default_factory=list)
    finishes: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def taken_at(self) -> datetime:
        """When the number was taken: its first step was asked for with it."""
        return next(iter(self.steps.values())).began_at

    @property
    def open(self) -> bool:
        """Whether something is left to do."""
        return any(step.state is StepState.WAITING for step in self.steps.values())

    @property
    def left(self) -> bool:
        """Whether the citizen went, or the day ended, before any desk began to serve."""
        return not self.open and not any(step.started for step in self.steps.values())

    def wait_ended_at(self, step: StepHistory, closes_at: datetime) -> datetime:
        """Return when `step` was first called, or given up, or else when the hall closed."""
        return step.called_at or self.cancelled_at or max(closes_at, step.began_at)

    def waited(self, step: StepHistory, closes_at: datetime) -> timedelta:
        """Return how long its citizen was free to be called for `step` until its wait ended."""
        until_at = self.wait_ended_at(step, closes_at)
        return free_time(step.began_at, until_at, self.engaged.spans)

    def waits(self, closes_at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the times in which its citizen sat and waited, for whichever step."""
        if any(step.state in _UNFINISHED for step in self.steps.values()):
            until_at = self.cancelled_at or max(closes_at, self.taken_at)
        else:  # after the last call nobody waited any more
            _, until_at = self.calls[-1]
        return free_spans(self.taken_at, until_at, self.engaged.spans)

    def hear(self, entry: Row[Any], announced: dict[int, Range]) -> None:
        """Go on with the next entry of the journal."""
        if entry.kind in _OF_STEP:
            self._hear_step(entry, announced)
            return
        cancelled = entry.kind == TicketCancelled.__name__
        state = StepState.CANCELLED if cancelled else StepState.EXPIRED
        for step in self.steps.values():
            if step.state is StepState.WAITING:
                step.state = state
        if cancelled:
            self.cancelled_at = entry.at

    def _hear_step(self, entry: Row[Any], announced: dict[int, Range]) -> None:
        kind, at, desk_id = entry.kind, entry.at, entry.desk_id
        self.engaged.hear(kind, at)
        if kind == StepAdded.__name__:
            self._add(entry.step_id, entry.service_id, at, announced)
            return
        step = self.steps[entry.step_id]
        if kind == TicketCalled.__name__:
            self.calls.append((desk_id, at))
            step.called_at = step.called_at or at
        elif kind == TicketMissed.__name__:
            step.missed += 1
            self._disturb_others()
        elif kind == TicketWelcomedBack.__name__:
            step.came_back += 1
        else:
            self._hear_serving(step, entry)
            if kind == StepTransferred.__name__:
                successor = entry.data["to_step_id"]
                self._add(successor, entry.data["to_service_id"], at, announced)

    def _hear_serving(self, step: StepHistory, entry: Row[Any]) -> None:
        kind, at, desk_id = entry.kind, entry.at, entry.desk_id
        if kind == StepContinued.__name__:
            step.called_at = step.called_at or at
        step.started = step.started or kind in BEGINS
        if length := step.handling.hear(kind, at):
            self.served.append((desk_id, length))
        if kind == StepFinished.__name__:
            step.state, step.outcome = StepState.DONE, Outcome(entry.data["outcome"])
            self.finishes.append((desk_id, at))
        elif kind == StepTransferred.__name__:
            step.state = StepState.TRANSFERRED
        elif kind == StepHeld.__name__:
            self._disturb_others()

    def _disturb_others(self) -> None:
        for step in self.steps.values():
            step.disturbed = step.disturbed or step.called_at is None

    def _add(
        self, step_id: int, service_id: int, at: datetime, announced: dict[int, Range]
    ) -> None:
        self.steps[step_id] = StepHistory(service_id, at, announced.get(step_id))


def visits_of(session: Session, mall_id: int, day: date) -> Iterator[Visit]:
    """Retell the visits of one service day one by one, reading the journal as it goes.

    All that belongs to a ticket belongs to its day, also its expiry in the night after.
    """
    announced = _announced(session, mall_id, day)
    told = session.execute(
        select(
            JournalEntry.ticket_id,
            Ticket.priority,
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.at,
            JournalEntry.step_id,
            JournalEntry.service_id,
            JournalEntry.desk_id,
            _DATA,
        )
        .join(JournalEntry, JournalEntry.ticket_id == Ticket.id)
        .where(
            Ticket.mall_id == mall_id,
            Ticket.service_day == day,
            JournalEntry.kind.in_(sorted(TOLD)),
        )
        # The index on a day's numbers gives this order, so no row waits for another to be sorted.
        .order_by(Ticket.prefix, Ticket.number, JournalEntry.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for (_, priority), entries in groupby(told, key=itemgetter(0, 1)):
        visit = Visit(priority)
        for entry in without_undone(entries):
            visit.hear(entry, announced)
        yield visit


def _announced(session: Session, mall_id: int, day: date) -> dict[int, Range]:
    told = session.execute(
        select(Step.id, Step.announced_low_s, Step.announced_high_s)
        .join(Step.ticket)
        .where(
            Ticket.mall_id == mall_id, Ticket.service_day == day, Step.announced_low_s.is_not(None)
        )
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return {
        step_id: Range(timedelta(seconds=low_s), timedelta(seconds=high_s))
        for step_id, low_s, high_s in told
        if low_s is not None and high_s is not None
    }

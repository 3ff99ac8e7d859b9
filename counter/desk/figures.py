"""The figures of a console, folded from the journal: waits, and an officer's own day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.clock import local_day, local_instant
from models.figures.free_time import engagements_of, free_time
from models.figures.handling import BEGINS, ENDS, Handling, handling_times
from models.journal.events import (
    ActUndone,
    BreakBegan,
    BreakEnded,
    StepFinished,
    StepTransferred,
    TicketMissed,
)
from models.journal.record import JournalEntry
from models.journal.undone import without_undone
from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.queue.shifts import Shift
from models.queue.tickets import Outcome, Step

_IN_SHIFT: Final = (
    BEGINS | ENDS | {kind.__name__ for kind in (TicketMissed, BreakBegan, BreakEnded, ActUndone)}
)


def waits_of(session: Session, steps: Iterable[Step], at: datetime) -> dict[int, timedelta]:
    """Return how long each of `steps`, by its id, has waited until the instant `at`.

    As in the report, only the time counts in which its citizen was free to be called.
    """
    steps = list(steps)
    # Whoever was called for nothing else was never busy elsewhere, and that is nearly everybody.
    elsewhere = {
        step.ticket_id
        for step in steps
        if any(other.called_at and other is not step for other in step.ticket.steps)
    }
    engaged = engagements_of(session, elsewhere)
    return {
        step.id: free_time(
            step.began_waiting_at,
            at,
            engaged[step.ticket_id].spans if step.ticket_id in engaged else (),
        )
        for step in steps
    }


def handling_of(session: Session, step: Step) -> Handling | None:
    """Return the service time of one step so far, wherever it was served."""
    told = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.ticket_id == step.ticket_id,
            JournalEntry.step_id == step.id,
            JournalEntry.kind.in_(BEGINS | ENDS | {ActUndone.__name__}),
        )
        .order_by(JournalEntry.id)
    )
    return handling_times(without_undone(told)).get(step.id)


@dataclass(frozen=True)
class ShiftFigures:
    """One shift in figures; `outcomes` counts how serving ended, `breaks` are aware instants."""

    served: int
    mean: timedelta | None
    outcomes: Mapping[str, int]
    missed: int
    transferred: int
    breaks: tuple[tuple[datetime, datetime], ...]

    def to_json(self) -> dict[str, Any]:
        """Return them in JSON's own types, as the paper of a shift bears them."""
        return {
            "served": self.served,
            "mean": None if self.mean is None else self.mean.total_seconds(),
            "outcomes": [
                {"outcome": outcome, "count": count} for outcome, count in self.outcomes.items()
            ],
            "missed": self.missed,
            "transferred": self.transferred,
            "breaks": [[began.isoformat(), ended.isoformat()] for began, ended in self.breaks],
        }


def shift_figures(session: Session, shift: Shift, at: datetime) -> ShiftFigures:
    """Return what the officer of `shift` did from its beginning until the instant `at`."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.desk_id == shift.desk_id,
            JournalEntry.at >= shift.began_at,
            JournalEntry.kind.in_(_IN_SHIFT),
        )
        .order_by(JournalEntry.id)
    )
    told = without_undone(entries)
    own = [entry for entry in told if entry.user_id == shift.user_id]
    times, finished = handling_times(told), [e for e in own if e.kind == StepFinished.__name__]
    spent = [times[entry.step_id].spent for entry in finished if entry.step_id is not None]
    ended = Counter(str(entry.data["outcome"]) for entry in finished)
    kinds = Counter(entry.kind for entry in own)
    return ShiftFigures(
        served=len(finished),
        mean=sum(spent, timedelta()) / len(spent) if spent else None,
        outcomes={one: ended[one] for one in Outcome if ended[one]},
        missed=kinds[TicketMissed.__name__],
        transferred=kinds[StepTransferred.__name__],
        breaks=_breaks(told, at),
    )


def _breaks(told: Sequence[JournalEntry], at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Pair the beginnings of breaks with their ends; one that goes on ends at `at`."""
    began = [entry.at for entry in told if entry.kind == BreakBegan.__name__]
    ended = [entry.at for entry in told if entry.kind == BreakEnded.__name__]
    return tuple(zip_longest(began, ended, fillvalue=at))


class _Acted(NamedTuple):
    """What an entry of the journal says of an officer's day, without being one."""

    id: int
    kind: str
    at: datetime
    ticket_id: int | None
    step_id: int | None
    service_id: int | None
    user_id: int | None
    data: dict[str, Any]


_ACTED: Final = (
    select(*(getattr(JournalEntry, name) for name in _Acted._fields))
    .where(
        JournalEntry.desk_id == bindparam("desk_id"),
        JournalEntry.at >= bindparam("midnight"),
        JournalEntry.kind.in_(sorted(BEGINS | ENDS | {ActUndone.__name__})),
    )
    .order_by(JournalEntry.id)
)


def figures(session: Session, desk: Desk, user_id: int | None, at: datetime) -> dict[str, Any]:
    """Return what the officer finished at `desk` on the local day of `at`.

    The mean is in whole seconds, None before the first; `within` counts those that kept
    to the service's target.
    """
    time_zone = desk.mall.time_zone
    midnight = local_instant(local_day(at, time_zone), 0, time_zone)
    day = session.execute(_ACTED, {"desk_id": desk.id, "midnight": midnight})
    told = without_undone(_Acted._make(row) for row in day)
    times = handling_times(told)
    finished = [
        (times[entry.step_id].spent, entry.service_id)
        for entry in told
        if entry.kind == StepFinished.__name__
        and entry.step_id is not None
        and entry.user_id == user_id
    ]
    targets = _targets(session, {service_id for _, service_id in finished if service_id})
    total = sum((spent for spent, _ in finished), timedelta())
    return {
        "served": len(finished),
        "mean_s": round(total.total_seconds() / len(finished)) if finished else None,
        "within": sum(spent <= targets[service_id] for spent, service_id in finished if service_id),
    }


def _targets(session: Session, services: set[int]) -> dict[int, timedelta]:
    if not services:
        return {}
    rows = session.execute(select(Service.id, Service.target_m).where(Service.id.in_(services)))
    return {service_id: timedelta(minutes=minutes) for service_id, minutes in rows}

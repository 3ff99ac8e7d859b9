"""The figures of a console, folded from the journal: waits, and an officer's own day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day, local_instant
from models.figures.free_time import engagements_of, free_time
from models.figures.handling import BEGINS, ENDS, Handling, handling_times
from models.journal.events import ActUndone, StepFinished
from models.journal.record import JournalEntry
from models.journal.undone import without_undone
from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.queue.tickets import Step


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


def figures(session: Session, desk: Desk, user_id: int | None, at: datetime) -> dict[str, Any]:
    """Return what the officer finished at `desk` on the local day of `at`.

    The mean is in whole seconds, None before the first; `within` counts those that kept
    to the service's target.
    """
    time_zone = desk.mall.time_zone
    midnight = local_instant(local_day(at, time_zone), 0, time_zone)
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.desk_id == desk.id,
            JournalEntry.at >= midnight,
            JournalEntry.kind.in_(BEGINS | ENDS | {ActUndone.__name__}),
        )
        .order_by(JournalEntry.id)
    )
    told = without_undone(entries)
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
    rows = session.execute(select(Service.id, Service.target_m).where(Service.id.in_(services)))
    return {service_id: timedelta(minutes=minutes) for service_id, minutes in rows}

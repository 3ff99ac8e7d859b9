"""Outages of printers: when a paper could not have come out, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.journal.events import PrinterChanged
from models.journal.record import JournalEntry
from models.paper.printers import PRINTING_STATES, PrinterState


@dataclass(frozen=True)
class Outage:
    """One printer that could not print, from an instant to an instant.

    `state` is the one it began with; cut to the time that was asked for. `until_at` is None
    while it goes on.
    """

    printer: str
    state: PrinterState
    from_at: datetime
    until_at: datetime | None

    def length(self, at: datetime) -> timedelta:
        """Return how long it lasted, or has lasted until the instant `at`."""
        return (self.until_at or at) - self.from_at


def outages(
    session: Session, mall_id: int, *, from_at: datetime, until_at: datetime, at: datetime
) -> list[Outage]:
    """Return the outages between two instants, as they are known at `at`, earliest first."""
    down = {
        printer: Outage(printer, state, from_at, None)
        for printer, state in _states_before(session, mall_id, from_at)
        if state not in PRINTING_STATES
    }
    over: list[Outage] = []
    for printer, state, changed_at in _changes(session, mall_id, from_at, until_at):
        if state not in PRINTING_STATES:
            down.setdefault(printer, Outage(printer, state, changed_at, None))
        elif printer in down:
            begun = down.pop(printer)
            over.append(Outage(printer, begun.state, begun.from_at, changed_at))
    end = until_at if until_at <= at else None
    over += [Outage(one.printer, one.state, one.from_at, end) for one in down.values()]
    return sorted(over, key=lambda one: (one.from_at, one.printer))


def _changes(
    session: Session, mall_id: int, from_at: datetime, until_at: datetime
) -> Iterator[tuple[str, PrinterState, datetime]]:
    told = session.execute(
        select(JournalEntry.data, JournalEntry.at)
        .where(
            JournalEntry.mall_id == mall_id,
            JournalEntry.ticket_id.is_(None),
            JournalEntry.at >= from_at,
            JournalEntry.at < until_at,
            JournalEntry.kind == PrinterChanged.__name__,
        )
        .order_by(JournalEntry.id)
    )
    for data, at in told:
        yield data["printer"], PrinterState(data["state"]), at


def _states_before(
    session: Session, mall_id: int, from_at: datetime
) -> Iterator[tuple[str, PrinterState]]:
    """Return the state of each printer at the instant `from_at`, as far as it was known."""
    printer = JournalEntry.data["printer"].as_string()
    last = (
        select(func.max(JournalEntry.id))
        .where(
            JournalEntry.mall_id == mall_id,
            JournalEntry.ticket_id.is_(None),
            JournalEntry.at < from_at,
            JournalEntry.kind == PrinterChanged.__name__,
        )
        .group_by(printer)
    )
    for (data,) in session.execute(select(JournalEntry.data).where(JournalEntry.id.in_(last))):
        yield data["printer"], PrinterState(data["state"])

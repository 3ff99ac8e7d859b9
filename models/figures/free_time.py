"""The wait: the time in which a citizen was free to be called. Every figure takes it from here.

Who is at another desk (called or served), is put aside there (held) or did not come and is away
(missed, until they are back) can be called by nobody, so that time is held against no office for
which the same number also waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.journal.events import (
    ActUndone,
    StepContinued,
    StepFinished,
    StepTransferred,
    TicketCalled,
    TicketWelcomedBack,
)
from models.journal.record import JournalEntry
from models.journal.undone import without_undone

# Until an instant, or still going on.
Span: TypeAlias = tuple[datetime, datetime | None]

ENGAGES: Final = frozenset(kind.__name__ for kind in (TicketCalled, StepContinued))
FREES: Final = frozenset(
    kind.__name__ for kind in (StepFinished, StepTransferred, TicketWelcomedBack)
)


def free_spans(
    from_at: datetime, until_at: datetime, busy: Iterable[Span]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a span that no busy span covers, the earliest first.

    Busy spans may come in any order, touch and overlap; an open one covers all that follows.
    """
    for begins_at, ends_at in sorted(busy, key=_beginning):
        if begins_at >= until_at:
            break
        if begins_at > from_at:
            yield from_at, begins_at
            from_at = begins_at
        from_at = max(from_at, until_at if ends_at is None else ends_at)
    if from_at < until_at:
        yield from_at, until_at


def free_time(from_at: datetime, until_at: datetime, busy: Iterable[Span]) -> timedelta:
    """Return how much of a span no busy span covers."""
    spans = free_spans(from_at, until_at, busy)
    return sum((ends_at - begins_at for begins_at, ends_at in spans), timedelta())


def _beginning(span: Span) -> datetime:
    return span[0]


@dataclass
class Engagements:
    """When the citizen of one ticket was busy or away, and so could be called by nobody."""

    spans: list[Span] = field(default_factory=list)

    def hear(self, kind: str, at: datetime) -> None:
        """Go on with one event of the ticket at the instant `at`."""
        if kind in ENGAGES:
            self.spans.append((at, None))
        elif kind in FREES and self.spans and self.spans[-1][1] is None:
            self.spans[-1] = (self.spans[-1][0], at)


def engagements_of(session: Session, ticket_ids: Collection[int]) -> dict[int, Engagements]:
    """Retell from the journal when the citizens of these tickets could not be called."""
    told: dict[int, Engagements] = {ticket_id: Engagements() for ticket_id in ticket_ids}
    if not told:
        return told
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.ticket_id.in_(sorted(told)),
            JournalEntry.kind.in_(sorted({ActUndone.__name__, *ENGAGES, *FREES})),
        )
        .order_by(JournalEntry.id)
    )
    for entry in without_undone(entries):
        if entry.ticket_id is not None:
            told[entry.ticket_id].hear(entry.kind, entry.at)
    return told

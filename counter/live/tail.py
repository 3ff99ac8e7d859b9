"""Reads what others wrote into the journal: other processes, and presses whose listener failed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.event import COMMON, Event
from models.journal.events import KINDS
from models.journal.record import JournalEntry, last_seq

# PostgreSQL hands out numbers before it commits: a lower one may appear a moment later.
LOOK_BACK = 200
MOST_AT_ONCE = 1000


def event_of(entry: JournalEntry) -> Event:
    """Return the event that a journal entry recorded."""
    common = {name: getattr(entry, name) for name in COMMON}
    return KINDS[entry.kind](**common, **entry.data, seq=entry.id)


def events_after(session: Session, seq: int) -> list[Event]:
    """Return what happened after `seq`, oldest first."""
    later = select(JournalEntry).where(JournalEntry.id > seq).order_by(JournalEntry.id)
    return [event_of(entry) for entry in session.scalars(later)]


class Tail:
    """Remembers which entries of the journal this process has heard of."""

    def __init__(self) -> None:
        self._from: int | None = None
        self._heard: set[int] = set()

    def heard(self, events: Iterable[Event]) -> None:
        """Note events that came the short way, from this process's own presses."""
        self._heard.update(event.seq for event in events)

    def unheard(self, session: Session) -> list[Event]:
        """Return the events that this process has not heard of, oldest first.

        The first reading only takes its place at the journal's end.
        """
        last = last_seq(session)
        if self._from is None or last < self._from - LOOK_BACK:
            # A new journal, or one put back from a backup: all screens are read anew anyway.
            self._from = last
            self._heard = set(range(last - LOOK_BACK, last + 1))
            return []
        self._from = max(self._from, last - MOST_AT_ONCE)
        recent = session.scalars(
            select(JournalEntry.id).where(JournalEntry.id > self._from - LOOK_BACK)
        )
        missed = set(recent) - self._heard
        if not missed:
            return []
        entries = session.scalars(
            select(JournalEntry).where(JournalEntry.id.in_(missed)).order_by(JournalEntry.id)
        ).all()
        self._heard |= missed
        self._from = max(self._from, last)
        self._heard = {seq for seq in self._heard if seq > self._from - LOOK_BACK}
        return [event_of(entry) for entry in entries]

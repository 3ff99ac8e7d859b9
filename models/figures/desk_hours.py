"""The desks' hours of a day: how long officers were signed on there, and how long on a break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.journal.events import BreakBegan, BreakEnded, ShiftBegan, ShiftEnded
from models.journal.record import JournalEntry

# A test says when a desk can open or close in a way that is not among them.
TOLD: Final = frozenset(kind.__name__ for kind in (ShiftBegan, ShiftEnded, BreakBegan, BreakEnded))


@dataclass
class DeskTime:
    """How long a desk was manned, breaks included, and how much of that were breaks."""

    manned: timedelta = field(default_factory=timedelta)
    breaks: timedelta = field(default_factory=timedelta)
    _manned_since: datetime | None = None
    _break_since: datetime | None = None

    def hear(self, kind: str, at: datetime) -> None:
        """Go on with one event of the desk at the instant `at`."""
        if kind == ShiftBegan.__name__:
            self._manned_since = at
        elif kind == BreakBegan.__name__:
            self._break_since = at
        elif kind == BreakEnded.__name__:
            self._end_break(at)
        else:
            self.end(at)

    def end(self, at: datetime) -> None:
        """Let what still goes on end at the instant `at`."""
        self._end_break(at)
        if self._manned_since is not None:
            self.manned += max(at - self._manned_since, timedelta())
            self._manned_since = None

    def _end_break(self, at: datetime) -> None:
        if self._break_since is not None:
            self.breaks += max(at - self._break_since, timedelta())
            self._break_since = None


def desk_hours(
    session: Session,
    mall_id: int,
    *,
    from_at: datetime,
    until_at: datetime,
    ends_at: datetime,
    last_acts: Mapping[int, datetime],
) -> dict[int, DeskTime]:
    """Return the hours of each desk between two instants of one local day.

    Who forgot to sign off is counted until `ends_at`, when the hall closes (or until now on
    a day that goes on), or until the desk's last act if that was later: the night, in which
    the shift is ended for them, is nobody's working time.
    """
    told = session.execute(
        select(JournalEntry.desk_id, JournalEntry.kind, JournalEntry.at)
        .where(
            JournalEntry.mall_id == mall_id,
            JournalEntry.ticket_id.is_(None),
            JournalEntry.at >= from_at,
            JournalEntry.at < until_at,
            JournalEntry.kind.in_(sorted(TOLD)),
        )
        .order_by(JournalEntry.id)
    )
    desks: dict[int, DeskTime] = {}
    for desk_id, kind, at in told:
        if desk_id is not None:
            desks.setdefault(desk_id, DeskTime()).hear(kind, at)
    for desk_id, time in desks.items():
        time.end(max(ends_at, last_acts.get(desk_id, ends_at)))
    return {desk_id: time for desk_id, time in desks.items() if time.manned}

"""The desks at one instant: what each does, since when, who is at it, and which ones need a hand.

These are the only figures that name an officer: a leader walks up to somebody. Nothing of it is
kept, and no report is made from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.core.clock import local_day, local_instant
from models.core.event import About
from models.figures.free_time import Engagements, engagements_of
from models.figures.handling import BEGINS, ENDS, Handling, handling_times
from models.journal.events import KINDS, ActUndone
from models.journal.record import JournalEntry, once
from models.journal.undone import without_undone
from models.mall.arrangement import Arrangement, DeskState, arrangement_of
from models.mall.facts import DeskFacts, ZoneFacts
from models.mall.mall import Mall
from models.queue.open_steps import OpenStep, OpenSteps, open_steps
from models.queue.shifts import Shift
from models.queue.tickets import StepState

# Between two citizens an officer files papers and fetches forms; that takes less than this.
IDLE_AFTER: Final = timedelta(minutes=5)
# A receipt of a wall or a voice is no act of the officer.
_ACTS: Final = sorted(name for name, kind in KINDS.items() if kind.about is not About.CALL)


class Doing(StrEnum):
    """What a desk does at this instant."""

    SERVING = "serving"
    CALLING = "calling"
    READY = "ready"
    IDLE = "idle"  # ready for some time, while somebody waits for it
    BREAK = "break"
    NOT_YET = "not_yet"  # an officer is there before the hours of the desk's agencies
    CLOSED = "closed"


_BY_HOURS: Final = {
    DeskState.BREAK: Doing.BREAK,
    DeskState.NOT_YET: Doing.NOT_YET,
    DeskState.CLOSED: Doing.CLOSED,
}


@dataclass(frozen=True)
class DeskNow:
    """One desk; instants aware UTC, `officer` in the short form, "" where nobody is signed on.

    `since_at` is when the call was made, when serving would have begun without holds, since when
    the desk is ready (of an idle one: ready and waited for), or when its break began; None of a
    closed desk. `until_at` is the planned end of a break, or when the desk's agencies begin.
    """

    desk: DeskFacts
    zone: ZoneFacts
    doing: Doing = Doing.CLOSED
    since_at: datetime | None = None
    until_at: datetime | None = None
    officer: str = ""
    step: OpenStep | None = None
    waiting: int = 0  # people whom it may call now


def desks_now(session: Session, mall: Mall, at: datetime) -> tuple[DeskNow, ...]:
    """Return the desks of `mall` that are in use as they stand at `at`, by number."""
    return once(session, ("desks now", mall.id, at), lambda: _look(session, mall, at))


def _look(session: Session, mall: Mall, at: datetime) -> tuple[DeskNow, ...]:
    arrangement, seen = arrangement_of(session, mall), open_steps(session, mall.id, at)
    shifts = _shifts(session, mall)
    served = serving_times(session, seen)
    ready = [desk_id for desk_id in shifts if desk_id not in seen.at_desks]
    day = local_day(at, mall.time_zone)
    acts = _last_acts(session, ready, local_instant(day, 0, mall.time_zone))
    away = engagements_of(session, seen.called_elsewhere)
    look = _Look(arrangement, seen, served, acts, away, day, at)
    return tuple(
        look.at_desk(desk, shifts.get(desk.id))
        for desk in arrangement.desks.values()
        if desk.in_use
    )


def serving_times(session: Session, seen: OpenSteps) -> Mapping[int, Handling]:
    """Return the service time so far of each step that is served now, and of each that is held."""
    steps = [one for one in seen.steps if one.state in (StepState.SERVING, StepState.HELD)]
    told = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.ticket_id.in_(sorted({one.ticket_id for one in steps})),
            JournalEntry.kind.in_(sorted(BEGINS | ENDS | {ActUndone.__name__})),
        )
        .order_by(JournalEntry.id)
    )
    return handling_times(without_undone(told)) if steps else {}


def short_name(name: str) -> str:
    """Return a person's name as it fits on a desk: "Rina Kusumawati" is "Rina K."."""
    first, *rest = name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


@dataclass(frozen=True)
class _Look:
    """All that is looked at, so that each desk costs no question of its own."""

    arrangement: Arrangement
    seen: OpenSteps
    served: Mapping[int, Handling]
    acts: Mapping[int, datetime]
    away: Mapping[int, Engagements]
    day: date
    at: datetime

    def at_desk(self, desk: DeskFacts, shift: Shift | None) -> DeskNow:
        zone = self.arrangement.zones[desk.zone_id]
        waiting = self.seen.callable_by(desk.id, desk.offers)
        now = DeskNow(desk, zone, waiting=len({step.ticket_id for step in waiting}))
        if shift is None:
            return now
        now = replace(now, officer=short_name(shift.user.name))
        step = self.seen.at_desks.get(desk.id)
        if step is not None:
            calling = step.state is StepState.CALLED
            since_at = step.called_at if calling else self._served_since(step)
            doing = Doing.CALLING if calling else Doing.SERVING
            return replace(now, doing=doing, since_at=since_at, step=step)
        if shift.break_began_at is not None:
            until_at = shift.break_until_at
            return replace(now, doing=Doing.BREAK, since_at=shift.break_began_at, until_at=until_at)
        state, until_at = self.arrangement.desk_state(desk.id, self.at)
        if state is not DeskState.READY:
            return replace(now, doing=_BY_HOURS[state], until_at=until_at)
        return self._ready(now, shift, waiting)

    def _ready(self, now: DeskNow, shift: Shift, waiting: Iterable[OpenStep]) -> DeskNow:
        ready_at = self._ready_since(now.desk, shift)
        asked_at = min((self._free_since(step) for step in waiting), default=None)
        if asked_at is not None and self.at - max(ready_at, asked_at) >= IDLE_AFTER:
            return replace(now, doing=Doing.IDLE, since_at=max(ready_at, asked_at))
        return replace(now, doing=Doing.READY, since_at=ready_at)

    def _ready_since(self, desk: DeskFacts, shift: Shift) -> datetime:
        """Return since when the officer could call: after their last act, and no pause in it."""
        pauses = (ends_at for _, ends_at in self.arrangement.pauses_on(desk.id, self.day))
        begun = (self.acts.get(desk.id), self.arrangement.opens_at(desk.id, self.day), *pauses)
        return max(one for one in (shift.began_at, *begun) if one is not None and one <= self.at)

    def _free_since(self, step: OpenStep) -> datetime:
        """Return since when the waiting step could be called: its citizen may have been away."""
        away = self.away.get(step.ticket_id)
        ends = [ends_at for _, ends_at in away.spans if ends_at is not None] if away else []
        return max((step.began_waiting_at, *ends))

    def _served_since(self, step: OpenStep) -> datetime | None:
        handling = self.served.get(step.id)
        if handling is None or handling.since is None:
            return step.started_at
        return handling.since - handling.spent


def _shifts(session: Session, mall: Mall) -> dict[int, Shift]:
    open_ones = (
        select(Shift)
        .where(Shift.mall_id == mall.id, Shift.ended_at.is_(None))
        .options(joinedload(Shift.user))
    )
    return {shift.desk_id: shift for shift in session.scalars(open_ones)}


def _last_acts(
    session: Session, desk_ids: Collection[int], from_at: datetime
) -> dict[int, datetime]:
    """Return when something was last done at each of the desks, since the instant `from_at`."""
    if not desk_ids:
        return {}
    told = session.execute(
        select(JournalEntry.desk_id, func.max(JournalEntry.at).label("at"))
        .where(
            JournalEntry.desk_id.in_(sorted(desk_ids)),
            JournalEntry.at >= from_at,
            JournalEntry.kind.in_(_ACTS),
        )
        .group_by(JournalEntry.desk_id)
    )
    return {row.desk_id: row.at for row in told if row.desk_id is not None}

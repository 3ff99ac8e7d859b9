"""The wait that is announced: the real calling rule played forward with mean handling times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.events import JournalEntry
from models.mall import Mall
from models.playing import Played, Probe, play
from models.situation import read_situation
from models.tickets import Standing, StepState, Ticket
from models.waiting import head_start

STEP_M = 5
# Playing the rule forward with means missed by a quarter of the wait in our simulations
# (mean error 6.4 of 25.8 minutes), seldom on the early side: the range is wider upwards.
EARLY, LATE, LATE_M = 0.75, 1.3, 2.0


@dataclass(frozen=True)
class Range:
    """A wait from now: between `low` and `high`, both whole multiples of 5 minutes."""

    low: timedelta
    high: timedelta


class Outlook:
    """What the next hour looks like for everybody who waits, or would begin to wait now."""

    def __init__(self, played: Played, waiting: dict[int, int], tickets: int) -> None:
        self._played = played
        self._waiting = waiting
        self.waiting = tickets

    def of_step(self, step_id: int) -> Range | None:
        """Return when the waiting step will be called; None when no open desk may take it."""
        return rounded(self._played.steps.get(step_id))

    def of_service(self, service_id: int, *, priority: bool = False) -> Range | None:
        """Return the wait of somebody who asks for the service now; None without an open desk."""
        return rounded(self._played.probes.get(Probe(service_id, priority)))

    def ahead_of_step(self, step_id: int) -> int:
        """Return how many people are called before the step by desks that might take it."""
        return self._played.ahead_of_step(step_id)

    def ahead_of_service(self, service_id: int, *, priority: bool = False) -> int:
        """Return how many people would be called before a newcomer to the service."""
        return self._played.ahead_of_probe(Probe(service_id, priority))

    def waiting_for(self, service_id: int) -> int:
        """Return how many steps wait for the service."""
        return self._waiting.get(service_id, 0)


def outlook(session: Session, mall: Mall, at: datetime) -> Outlook:
    """Look ahead from the instant `at`; one look serves a session until something happens."""
    last = session.scalar(select(func.max(JournalEntry.id)))
    key = ("outlook", mall.id)
    seen = session.info.get(key)
    if seen is not None and seen[0] == (last, at):
        kept: Outlook = seen[1]
        return kept
    situation = read_situation(session, mall, at)
    probes = {
        False: at - head_start(mall, Standing.REGULAR),
        True: at - head_start(mall, Standing.PRIORITY),
    }
    waiting: dict[int, int] = {}
    for step in situation.steps:
        waiting[step.service_id] = waiting.get(step.service_id, 0) + 1
    tickets = len({step.ticket_id for step in situation.steps})
    made = Outlook(play(situation, probes), waiting, tickets)
    session.info[key] = ((last, at), made)
    return made


def announce(session: Session, ticket: Ticket, at: datetime) -> None:
    """Store with each waiting step of `ticket` the range that its citizen is told now."""
    ahead = outlook(session, ticket.mall, at)
    for step in ticket.steps:
        if step.state is not StepState.WAITING:
            continue
        told = ahead.of_step(step.id)
        if told is not None:
            step.announced_low_s = int(told.low.total_seconds())
            step.announced_high_s = int(told.high.total_seconds())


def rounded(wait: timedelta | None) -> Range | None:
    """Turn a played wait into the range that is announced; no wait at all stays exactly zero."""
    if wait is None:
        return None
    minutes = wait.total_seconds() / 60
    if minutes <= 0:
        return Range(timedelta(), timedelta())
    low = STEP_M * floor(minutes * EARLY / STEP_M)
    high = STEP_M * ceil((minutes * LATE + LATE_M) / STEP_M)
    return Range(timedelta(minutes=low), timedelta(minutes=high))

"""The service time of a step: how long it was really served, its holds left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from models.journal.events import (
    StepContinued,
    StepFinished,
    StepHeld,
    StepResumed,
    StepStarted,
    StepTransferred,
)

BEGINS = frozenset({StepStarted.__name__, StepResumed.__name__, StepContinued.__name__})
ENDS = frozenset({StepHeld.__name__, StepFinished.__name__, StepTransferred.__name__})


@dataclass
class Handling:
    """How long a step has been served without its holds, and since when it is served again."""

    spent: timedelta = field(default_factory=timedelta)
    since: datetime | None = None

    def hear(self, kind: str, at: datetime) -> timedelta:
        """Go on with one event of the step at the instant `at`; return the time served up to it."""
        served = timedelta()
        if kind in BEGINS:
            self.since = at
        elif self.since is not None:
            served = at - self.since
            self.spent += served
            self.since = None
        return served


class Timed(Protocol):
    """An entry of the journal, or a row with as much of one."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def step_id(self) -> int | None: ...


def handling_times(entries: Iterable[Timed]) -> dict[int, Handling]:
    """Fold journal entries, oldest first, into the service time of each step they name."""
    times: dict[int, Handling] = {}
    for entry in entries:
        if entry.step_id is not None:
            times.setdefault(entry.step_id, Handling()).hear(entry.kind, entry.at)
    return times

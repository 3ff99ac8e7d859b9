"""Where the open steps of a ticket stood, as the journal retells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.journal.events import (
    StepAdded,
    StepContinued,
    StepFinished,
    StepHeld,
    StepResumed,
    StepStarted,
    StepTransferred,
    TicketCalled,
    TicketCalledAgain,
    TicketMissed,
    TicketWelcomedBack,
)
from models.journal.record import JournalEntry
from models.queue.tickets import ENGAGED, StepState

_S = StepState
# What each entry makes of its step, as far as a step can be taken back to it.
_MADE: Final = {
    StepAdded.__name__: _S.WAITING,
    TicketCalled.__name__: _S.CALLED,
    StepStarted.__name__: _S.SERVING,
    StepContinued.__name__: _S.SERVING,
    StepHeld.__name__: _S.HELD,
    StepResumed.__name__: _S.SERVING,
    TicketMissed.__name__: _S.MISSED,
    TicketWelcomedBack.__name__: _S.WAITING,
}
_INVITES: Final = frozenset({TicketCalled.__name__, StepContinued.__name__})
_BEGINS: Final = frozenset({StepStarted.__name__, StepContinued.__name__})
_ENDS: Final = frozenset({StepFinished.__name__, StepTransferred.__name__})


@dataclass
class Stood:
    """Where an open step stood before the act: its state, and when it came there."""

    state: StepState
    at: datetime
    desk_id: int | None = None  # of the last call or what took its place
    called_at: datetime | None = None
    started_at: datetime | None = None
    calls: int = 0

    def hear(self, entry: JournalEntry) -> None:
        self.state, self.at = _MADE.get(entry.kind, self.state), entry.at
        if entry.kind in _INVITES:
            self.called_at, self.started_at = entry.at, None
            self.calls = int(entry.kind == TicketCalled.__name__)
        if entry.kind in _BEGINS:
            self.started_at = entry.at
        if entry.kind == TicketCalledAgain.__name__:
            self.calls += 1
        if self.state in ENGAGED:
            self.desk_id = entry.desk_id


def stood_after(entries: Iterable[JournalEntry]) -> dict[int, Stood]:
    """Return the steps that are open after `entries` of one ticket, oldest first, by their id."""
    open_steps: dict[int, Stood] = {}
    for entry in entries:
        kind, step_id = entry.kind, entry.step_id
        if step_id is None:
            continue
        if kind == StepAdded.__name__:
            open_steps[step_id] = Stood(_S.WAITING, entry.at)
        elif kind in _ENDS:
            open_steps.pop(step_id, None)
        elif step_id in open_steps:
            open_steps[step_id].hear(entry)
        if kind == StepTransferred.__name__:
            open_steps[entry.data["to_step_id"]] = Stood(_S.WAITING, entry.at)
    return open_steps

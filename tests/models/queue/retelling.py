"""The hall as the journal alone tells it, to be compared with the hall as it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.journal.record import JournalEntry
from models.queue.tickets import StepState

_S = StepState
AWAY = {_S.CALLED, _S.SERVING, _S.HELD, _S.MISSED}
OPEN = {_S.WAITING, _S.PAUSED, *AWAY}
# What an event makes of its step; a waiting step may turn out to be paused in the end.
MADE = {
    "StepAdded": _S.WAITING,
    "TicketCalled": _S.CALLED,
    "StepStarted": _S.SERVING,
    "StepContinued": _S.SERVING,
    "StepFinished": _S.DONE,
    "StepHeld": _S.HELD,
    "StepResumed": _S.SERVING,
    "StepTransferred": _S.TRANSFERRED,
    "TicketMissed": _S.MISSED,
    "TicketWelcomedBack": _S.WAITING,
}
ENDED = {"TicketCancelled": _S.CANCELLED, "TicketExpired": _S.EXPIRED, "TicketCompleted": None}


@dataclass
class Retold:
    """What the journal says; services and tickets of the steps beside their states."""

    states: dict[int, StepState] = field(default_factory=dict)
    service_of: dict[int, int] = field(default_factory=dict)
    ticket_of: dict[int, int] = field(default_factory=dict)
    desk_of: dict[int, int | None] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    open_desks: set[int] = field(default_factory=set)
    pausing_desks: set[int] = field(default_factory=set)

    def steps_of(self, ticket_id: int) -> list[int]:
        return [step for step, ticket in self.ticket_of.items() if ticket == ticket_id]


def retell(entries: Iterable[JournalEntry], after: Mapping[int, int | None]) -> Retold:
    """Play the journal from its beginning; `after` names what must be done before a service."""
    told = Retold()
    for entry in _standing(entries):
        _hear(told, entry)
    for ticket_id in told.desk_of:
        _pause(told, ticket_id, after)
    return told


def _standing(entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """Cross out what was undone: all of the ticket from the entry named on."""
    all_of_them = list(entries)
    crossed: set[int] = set()
    for undoing in all_of_them:
        if undoing.kind == "ActUndone":
            crossed |= {
                one.id
                for one in all_of_them
                if one.ticket_id == undoing.ticket_id
                and undoing.data["undone"] <= one.id <= undoing.id
            }
    return [one for one in all_of_them if one.id not in crossed]


def _hear(told: Retold, entry: JournalEntry) -> None:
    kind, ticket_id, step_id = entry.kind, entry.ticket_id, entry.step_id
    if kind in {"ShiftBegan", "ShiftEnded", "BreakBegan", "BreakEnded"}:
        _hear_shift(told, kind, entry.desk_id)
    if ticket_id is None:
        return
    if kind == "TicketTaken":
        told.desk_of[ticket_id] = None
    if kind in ENDED:
        _end(told, ticket_id, ENDED[kind])
    if kind == "StepTransferred":
        _open(told, entry.data["to_step_id"], ticket_id, entry.data["to_service_id"])
    if kind not in MADE or step_id is None:
        return
    if kind == "StepAdded":
        assert entry.service_id is not None
        _open(told, step_id, ticket_id, entry.service_id)
    told.states[step_id] = MADE[kind]
    at_desk = MADE[kind] in {_S.CALLED, _S.SERVING}
    if kind != "StepAdded":
        told.desk_of[ticket_id] = entry.desk_id if at_desk else None


def _hear_shift(told: Retold, kind: str, desk_id: int | None) -> None:
    assert desk_id is not None
    if kind == "ShiftBegan":
        told.open_desks.add(desk_id)
    elif kind == "ShiftEnded":
        told.open_desks.discard(desk_id)
    if kind == "BreakBegan":
        told.pausing_desks.add(desk_id)
    else:
        told.pausing_desks.discard(desk_id)


def _open(told: Retold, step_id: int, ticket_id: int, service_id: int) -> None:
    told.states[step_id] = _S.WAITING
    told.service_of[step_id] = service_id
    told.ticket_of[step_id] = ticket_id


def _end(told: Retold, ticket_id: int, made: StepState | None) -> None:
    told.closed.add(ticket_id)
    told.desk_of[ticket_id] = None
    for step_id in told.steps_of(ticket_id):
        if told.states[step_id] in OPEN:
            assert made is not None, "a completed ticket has an open step"
            told.states[step_id] = made


def _pause(told: Retold, ticket_id: int, after: Mapping[int, int | None]) -> None:
    steps = told.steps_of(ticket_id)
    away = any(told.states[step] in AWAY for step in steps)
    wanted = {told.service_of[step] for step in steps if told.states[step] in OPEN}
    for step in steps:
        if told.states[step] is _S.WAITING and (away or after[told.service_of[step]] in wanted):
            told.states[step] = _S.PAUSED

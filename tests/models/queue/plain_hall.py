"""The hall kept in plain lists: what each act must do, said once more without a database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from typing_extensions import override

from models.core.errors import (
    DeskBusy,
    DeskClosed,
    DeskEmpty,
    DeskOnBreak,
    GraceOver,
    NobodyWaiting,
    NotAllowed,
    NotFound,
    NotServedHere,
    Refusal,
    ServiceTwice,
    TicketClosed,
    TicketElsewhere,
    TooEarly,
    TooManyServices,
)
from models.queue.tickets import StepState
from tests.models.queue.retelling import AWAY, OPEN

_S = StepState
MINUTE = timedelta(minutes=1)
Refused = type[Refusal] | None


@dataclass
class PlainStep:
    id: int
    service: str
    due_at: datetime
    state: StepState = _S.WAITING
    only_desk: int | None = None
    called_at: datetime | None = None
    missed_at: datetime | None = None


@dataclass(repr=False)
class PlainTicket:
    id: int
    day: date
    prefix: str
    number: int
    priority: bool
    desk: int | None = None
    closed: bool = False
    steps: list[PlainStep] = field(default_factory=list)

    @override
    def __repr__(self) -> str:
        return f"{self.prefix}-{self.number:03d}"

    @property
    def away(self) -> PlainStep | None:
        return next((step for step in self.steps if step.state in AWAY), None)

    @property
    def wanted(self) -> list[PlainStep]:
        return [step for step in self.steps if step.state in OPEN]


@dataclass
class PlainDesk:
    offers: frozenset[str]
    open: bool = True
    on_break: bool = False


class PlainHall:
    """Desks by number of the row, services by letter; `after` says what must come first."""

    def __init__(self, desks: dict[int, PlainDesk], after: dict[str, str], most: int) -> None:
        self.desks = desks
        self.after = after
        self.most = most
        self.tickets: dict[int, PlainTicket] = {}
        # What may be undone: the desk where it was pressed, and the ticket as it was before.
        self.last: tuple[int, PlainTicket] | None = None

    def at_desk(self, desk: int) -> PlainTicket | None:
        return next((ticket for ticket in self.tickets.values() if ticket.desk == desk), None)

    def queue(self, desk: int) -> list[tuple[PlainStep, PlainTicket]]:
        """Return whom the desk may call, the one whose turn it is first."""
        waiting = [
            (step, ticket)
            for ticket in self.tickets.values()
            for step in ticket.steps
            if step.state is _S.WAITING
            and step.service in self.desks[desk].offers
            and step.only_desk in (None, desk)
        ]
        return sorted(waiting, key=lambda pair: (pair[0].due_at, pair[0].id))

    def settle(self, ticket: PlainTicket) -> None:
        services = {step.service for step in ticket.wanted}
        for step in ticket.wanted:
            if step.state in {_S.WAITING, _S.PAUSED}:
                blocked = ticket.away is not None or self.after.get(step.service) in services
                step.state = _S.PAUSED if blocked else _S.WAITING

    def leave(self, ticket: PlainTicket) -> None:
        ticket.desk = None
        ticket.closed = not ticket.wanted
        self.settle(ticket)

    def go_on(self, ticket: PlainTicket, desk: int) -> None:
        """Let the citizen who has just been served at the desk have the next need served there."""
        here = [step for step, whose in self.queue(desk) if whose is ticket]
        if here:
            here[0].state, ticket.desk = _S.SERVING, desk
            self.settle(ticket)

    def close(self, ticket: PlainTicket, state: StepState) -> None:
        for step in ticket.wanted:
            step.state = state
        ticket.desk, ticket.closed = None, True

    # Whether an act must be refused, and as what.

    def refuses_sign_off(self, desk: int) -> Refused:
        if not self.desks[desk].open:
            return DeskClosed
        return DeskBusy if self.at_desk(desk) else None

    def refuses_end_of_break(self, desk: int) -> Refused:
        return None if self.desks[desk].open else DeskClosed

    def refuses_call(self, desk: int) -> Refused:
        if not self.desks[desk].open:
            return DeskClosed
        if self.desks[desk].on_break:
            return DeskOnBreak
        return DeskBusy if self.at_desk(desk) else None

    def refuses_next(self, desk: int) -> Refused:
        return self.refuses_call(desk) or (None if self.queue(desk) else NobodyWaiting)

    def picked(self, desk: int, ticket: PlainTicket) -> PlainStep | None:
        """Return the step that calling the number takes: a missed one, else the due one."""
        offers = self.desks[desk].offers
        fit = [
            step
            for step in ticket.steps
            if step.state in {_S.WAITING, _S.MISSED}
            and step.service in offers
            and step.only_desk in (None, desk)
        ]
        missed = [step for step in fit if step.state is _S.MISSED]
        return min(missed or fit, key=lambda step: (step.due_at, step.id), default=None)

    def refuses_number(self, desk: int, ticket: PlainTicket) -> Refused:
        if refused := self.refuses_call(desk):
            return refused
        if ticket.closed:
            return TicketClosed
        if ticket.desk is not None:
            return TicketElsewhere
        return None if self.picked(desk, ticket) else NotServedHere

    def refuses_act(self, desk: int, states: Collection[StepState]) -> Refused:
        ticket = self.at_desk(desk)
        if ticket is None or ticket.away is None:
            return DeskEmpty
        return None if ticket.away.state in states else NotAllowed

    def refuses_miss(self, desk: int, at: datetime) -> Refused:
        if refused := self.refuses_act(desk, (_S.CALLED,)):
            return refused
        ticket = self.at_desk(desk)
        assert ticket is not None
        assert ticket.away is not None
        assert ticket.away.called_at is not None
        return TooEarly if at < ticket.away.called_at + 2 * MINUTE else None

    def refuses_resume(self, desk: int, ticket: PlainTicket) -> Refused:
        return self.refuses_call(desk) or self._refuses_away(
            ticket, _S.HELD, lambda step: self._not_here(desk, step)
        )

    def refuses_welcome(self, ticket: PlainTicket, at: datetime) -> Refused:
        return self._refuses_away(ticket, _S.MISSED, lambda step: self._too_late(step, at))

    def refuses_transfer(self, desk: int, to_service: str | None, to_desk: int | None) -> Refused:
        if refused := self.refuses_act(desk, (_S.CALLED, _S.SERVING)):
            return refused
        ticket = self.at_desk(desk)
        assert ticket is not None
        assert ticket.away is not None
        service = to_service or ticket.away.service
        twins = [step for step in ticket.wanted if step.service == service]
        if [step for step in twins if step is not ticket.away]:
            return NotAllowed
        if to_desk is None:
            return NotAllowed if service == ticket.away.service else None
        if not self.desks[to_desk].open:
            return DeskClosed
        return None if service in self.desks[to_desk].offers else NotServedHere

    def refuses_cancel(self, ticket: PlainTicket) -> Refused:
        if ticket.closed:
            return TicketClosed
        served = any(step.state is _S.SERVING for step in ticket.steps)
        return NotAllowed if served else None

    def refuses_undo(self) -> Refused:
        """Say what is against undoing the last thing that happened."""
        if self.last is None:
            return NotFound
        desk, before = self.last
        if before.desk is None:
            return None
        if not self.desks[desk].open:
            return DeskClosed
        return DeskOnBreak if self.desks[desk].on_break else None

    def refuses_service(self, ticket: PlainTicket, service: str) -> Refused:
        if ticket.closed:
            return TicketClosed
        if len(ticket.wanted) >= self.most:
            return TooManyServices
        return ServiceTwice if service in {step.service for step in ticket.wanted} else None

    def _refuses_away(
        self, ticket: PlainTicket, state: StepState, then: Callable[[PlainStep], Refused]
    ) -> Refused:
        if ticket.closed:
            return TicketClosed
        if ticket.away is None or ticket.away.state is not state:
            return NotAllowed
        return then(ticket.away)

    def _not_here(self, desk: int, step: PlainStep) -> Refused:
        return None if step.service in self.desks[desk].offers else NotServedHere

    @staticmethod
    def _too_late(step: PlainStep, at: datetime) -> Refused:
        assert step.missed_at is not None
        return GraceOver if at > step.missed_at + 60 * MINUTE else None

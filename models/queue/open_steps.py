"""All that is open in a mall, read once as plain values for everybody who looks at one picture.

A console, a wall and a forecast each look at the steps of the tickets that have not ended. To
load them as objects for each would cost more than the presses that they are told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.journal.record import once
from models.queue.tickets import AT_DESK, Standing, Step, StepState, Ticket, spoken

_IN_TURN: Final = attrgetter("due_at", "id")


class OpenStep(NamedTuple):
    """A step of a ticket that has not ended; the step itself may have."""

    id: int
    ticket_id: int
    service_id: int
    case_id: int | None
    position: int
    state: StepState
    standing: Standing
    desk_id: int | None
    only_desk_id: int | None
    due_at: datetime
    began_waiting_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    prefix: str
    number: int
    service_day: date

    @property
    def spoken(self) -> str:
        """The number of its ticket as it is written and called."""
        return spoken(self.prefix, self.number)


_OPEN: Final = (
    select(
        *(getattr(Step, name) for name in OpenStep._fields[:-3]),
        Ticket.prefix,
        Ticket.number,
        Ticket.service_day,
    )
    .join(Step.ticket)
    .where(Ticket.mall_id == bindparam("mall_id"), Ticket.closed_at.is_(None))
    .order_by(Step.due_at, Step.id)
)


@dataclass(frozen=True)
class OpenSteps:
    """The steps of all open tickets, the first due first."""

    steps: Sequence[OpenStep]

    @cached_property
    def waiting(self) -> dict[int, list[OpenStep]]:
        """Those that wait to be called, by their service."""
        found: dict[int, list[OpenStep]] = {}
        for step in self.steps:
            if step.state is StepState.WAITING:
                found.setdefault(step.service_id, []).append(step)
        return found

    @cached_property
    def of_ticket(self) -> dict[int, list[OpenStep]]:
        """All steps by their ticket, in the order of the visit."""
        found: dict[int, list[OpenStep]] = {}
        for step in sorted(self.steps, key=attrgetter("position")):
            found.setdefault(step.ticket_id, []).append(step)
        return found

    @cached_property
    def called_elsewhere(self) -> frozenset[int]:
        """Tickets that wait for something and were called for something else."""
        return frozenset(
            step.ticket_id
            for step in chain.from_iterable(self.waiting.values())
            if any(
                other.called_at is not None and other.id != step.id
                for other in self.of_ticket[step.ticket_id]
            )
        )

    @cached_property
    def aside(self) -> list[OpenStep]:
        """Those that were held or missed."""
        return [one for one in self.steps if one.state in (StepState.HELD, StepState.MISSED)]

    @cached_property
    def at_desks(self) -> dict[int | None, OpenStep]:
        """The step that is at a desk, by the desk."""
        return {step.desk_id: step for step in self.steps if step.state in AT_DESK}

    def waiting_for(self, services: Iterable[int]) -> list[OpenStep]:
        """Return those that wait for any of `services`, the first due first."""
        found = chain.from_iterable(self.waiting.get(service, ()) for service in services)
        return sorted(found, key=_IN_TURN)

    def callable_by(self, desk_id: int, services: Iterable[int]) -> list[OpenStep]:
        """Return what the desk, offering `services`, may call next, the first due first."""
        waiting = self.waiting_for(services)
        return [step for step in waiting if step.only_desk_id in (None, desk_id)]


def open_steps(session: Session, mall_id: int, at: datetime) -> OpenSteps:
    """Read all that is open in the mall, once for all who look through `session` at `at`."""

    def read() -> OpenSteps:
        rows = session.execute(_OPEN, {"mall_id": mall_id})
        return OpenSteps([OpenStep._make(row) for row in rows])

    return once(session, ("open steps", mall_id, at), read)

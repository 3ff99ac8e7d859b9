"""A desk of the demo: what its officer sees there, and presses that leave people's desks alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.demo.citizens import Day, Fate
from counter.desk.presence import require_officer, step_at_desk
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.mall import Desk, DeskService
from models.queue.shifts import Shift, held_by, lock_desk, shift_at
from models.queue.tickets import Step, StepState

T = TypeVar("T")
Act = Callable[[datetime], None]


class Stage(Protocol):
    """What those at a desk need of the play around them."""

    day: Day
    mall_id: int

    def later(self, at: datetime, act: Act) -> None:
        """Do `act` when the hall's clock shows `at`."""

    def press(self, rule: Callable[[Session], T]) -> T | None:
        """Carry out `rule`, which returns something, in a transaction; None when it is refused."""

    def look(self, glance: Callable[[Session], T]) -> T:
        """Read something."""

    def fate_of(self, ticket_id: int) -> Fate:
        """Tell what the citizen behind the number does."""

    def back_later(self, ticket_id: int) -> None:
        """Let a citizen who was missed come when called the next time."""


@dataclass(frozen=True)
class Sight:
    """What an officer sees at the desk; `theirs`: a person sits there, or plays the officer."""

    theirs: bool
    signed_on: bool
    break_until: datetime | None
    step_id: int | None
    state: StepState | None


class PlayedDesk:
    """One desk with the officer who plays there; `dice` decide what is left to chance."""

    def __init__(self, stage: Stage, desk_id: int, user_id: int, dice: Random) -> None:
        self.stage = stage
        self.desk_id = desk_id
        self.user_id = user_id
        self.dice = dice
        self.by = Actor(role=Role.OFFICER, mall_id=stage.mall_id, user_id=user_id)
        self.services: frozenset[int] = stage.look(self._offered)

    def later(self, at: datetime, seconds: float, act: Act) -> None:
        """Do `act` so many seconds after `at`."""
        self.stage.later(at + timedelta(seconds=seconds), act)

    def press(self, rule: Callable[[Session, Desk], T], *, signing_on: bool = False) -> T | None:
        """Press as this desk's officer; None when it is refused."""

        def whole(session: Session) -> T:
            desk = session.get_one(Desk, self.desk_id)
            lock_desk(session, desk)
            if not signing_on:
                require_officer(session, desk, self.by)
            return rule(session, desk)

        return self.stage.press(whole)

    def press_for(self, step_id: int, rule: Callable[[Session, Desk, Step], T]) -> T | None:
        """Press for the step that is meant; a supervisor may have acted here meanwhile."""
        return self.press(
            lambda session, desk: rule(session, desk, step_at_desk(session, desk, step_id))
        )

    def sight(self) -> Sight:
        """Look at the desk as it is now."""
        return self.stage.look(self._sight)

    def _offered(self, session: Session) -> frozenset[int]:
        offered = select(DeskService.service_id).where(DeskService.desk_id == self.desk_id)
        return frozenset(session.scalars(offered))

    def _sight(self, session: Session) -> Sight:
        here = shift_at(session, self.desk_id)
        elsewhere = session.scalars(
            select(Shift.id).where(
                Shift.user_id == self.user_id,
                Shift.ended_at.is_(None),
                Shift.desk_id != self.desk_id,
            )
        ).first()
        ticket = held_by(session, session.get_one(Desk, self.desk_id))
        step = None if ticket is None else ticket.current
        return Sight(
            theirs=elsewhere is not None or (here is not None and here.user_id != self.user_id),
            signed_on=here is not None,
            break_until=(
                None if here is None or here.break_began_at is None else here.break_until_at
            ),
            step_id=None if step is None else step.id,
            state=None if step is None else step.state,
        )

"""An officer of the demo: signs on, calls, pauses, goes home, and leaves desks of people alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from counter.demo.desk import PlayedDesk
from counter.demo.visits import Called, Visits
from models.mall.mall import Desk
from models.mall.people import User
from models.queue import calling, serving, shifts
from models.queue.tickets import StepState, Ticket

PAUSE = timedelta(minutes=30)
# Who still waits at closing time is served, but not all night.
AFTER_CLOSING = timedelta(minutes=45)


class Officer:
    """Plays one officer at one desk; `turn` decides what comes next and plans the turn after."""

    def __init__(self, desk: PlayedDesk, pause_at: datetime | None) -> None:
        """`pause_at` is when the noon break may begin; None for no break of one's own."""
        self.desk = desk
        self.idle = False
        self.gone = False
        self._dice = desk.dice
        self._pause_at = pause_at
        self._visits = Visits(desk, self.turn)

    def turn(self, at: datetime) -> None:
        """Look at the desk and do what is next there."""
        self.idle = False
        sight = self.desk.sight()
        if sight.theirs:
            self._again(at, 180)
        elif not sight.signed_on:
            self._sign_on(at)
        elif sight.step_id is not None:
            self._go_on(sight.step_id, sight.state, at)
        elif sight.break_until is not None:
            self._on_break(sight.break_until, at)
        else:
            self._free(at)

    def due(self, at: datetime, waiting: frozenset[int]) -> bool:
        """Tell whether an idle officer has something to do, `waiting` being services in demand."""
        return (
            bool(self.desk.services & waiting)
            or self._wants_pause(at)
            or at >= self.desk.stage.day.closes_at
        )

    def _sign_on(self, at: datetime) -> None:
        if at >= self.desk.stage.day.closes_at:
            self.gone = True
            return
        self.desk.press(
            lambda session, desk: shifts.sign_on(
                session, desk, session.get_one(User, self.desk.user_id), by=self.desk.by, at=at
            ),
            signing_on=True,
        )
        self._again(at, self._dice.uniform(20, 90))

    def _on_break(self, until: datetime, at: datetime) -> None:
        if at < until:
            self.desk.stage.later(until, self.turn)
            return
        self.desk.press(
            lambda session, desk: shifts.end_break(session, desk, by=self.desk.by, at=at)
        )
        self._again(at, self._dice.uniform(5, 40))

    def _free(self, at: datetime) -> None:
        """Nobody is at the desk: pause, go home, or ask for the next."""
        day = self.desk.stage.day
        if self._wants_pause(at):
            until = next((ends for starts, ends in day.breaks if starts <= at < ends), at + PAUSE)
            self._pause_at = None
            self.desk.press(
                lambda session, desk: shifts.begin_break(
                    session, desk, until_at=until, by=self.desk.by, at=at
                )
            )
            self.desk.stage.later(until, self.turn)
            return
        if self._visits.held and self._resume(self._visits.held.pop(0), at):
            return
        called = None if at >= day.closes_at + AFTER_CLOSING else self._call(at)
        if called is not None:
            self._visits.begin(called, at)
        elif at >= day.closes_at:
            self._go_home(at)
        else:
            self.idle = True

    def _go_home(self, at: datetime) -> None:
        def rule(session: Session, desk: Desk) -> bool:
            shifts.sign_off(session, desk, by=self.desk.by, at=at)
            return True

        self.desk.press(rule)
        self.gone = True

    def _wants_pause(self, at: datetime) -> bool:
        if self.desk.stage.day.on_break(at):
            return True
        return self._pause_at is not None and at >= self._pause_at

    def _call(self, at: datetime) -> Called | None:
        def rule(session: Session, desk: Desk) -> Called:
            call = calling.call_next(session, desk, by=self.desk.by, at=at)
            return Called(call.step_id, call.ticket_id)

        return self.desk.press(rule)

    def _resume(self, ticket_id: int, at: datetime) -> bool:
        def rule(session: Session, desk: Desk) -> int:
            ticket = session.get_one(Ticket, ticket_id)
            return serving.resume(session, desk, ticket, by=self.desk.by, at=at).id

        step_id = self.desk.press(rule)
        if step_id is None:
            return False
        self.desk.later(
            at, self._dice.uniform(120, 400), lambda when: self._visits.end(step_id, when)
        )
        return True

    def _go_on(self, step_id: int, state: StepState | None, at: datetime) -> None:
        """Take up what is at the desk, be it from before the demo was stopped."""
        if state is StepState.CALLED:
            self._visits.start(step_id, at)
        else:
            self._visits.end(step_id, at)

    def _again(self, at: datetime, seconds: float) -> None:
        self.desk.later(at, seconds, self.turn)

"""A citizen at a desk of the demo: comes or not, is served, held, sent on, and done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from counter.demo.citizens import Fate
from counter.demo.desk import Act, PlayedDesk
from models.mall.catalogue import Requirement, Service, needed_for
from models.mall.mall import Desk
from models.queue import calling, missing, serving, transferring
from models.queue.tickets import Outcome, Step, Ticket
from models.waits.forecast import announce

# Serving times vary by half their mean, as they do at real desks.
VARIATION = 0.5
HOLD, TRANSFER = 0.02, 0.025
OUTCOMES = {
    Outcome.ISSUED: 0.55,
    Outcome.ACCEPTED: 0.25,
    Outcome.RETURNED: 0.12,
    Outcome.CONSULTED: 0.08,
}


@dataclass(frozen=True)
class Called:
    """A step that was called to the desk, and its ticket."""

    step_id: int
    ticket_id: int


@dataclass(frozen=True)
class Served:
    """A step that is served: how many seconds that takes on the whole, and its papers."""

    step_id: int
    mean_s: float
    papers: list[int]


def _served(step: Step) -> Served:
    papers = [one.id for one in needed_for(step.service, step.case)]
    return Served(step.id, step.service.handling_m * 60, papers)


class Visits:
    """Plays what becomes of each citizen at one desk; then it is the officer's `turn`.

    `held` are tickets that were put aside and whose citizens are back.
    """

    def __init__(self, desk: PlayedDesk, turn: Act) -> None:
        self.held: list[int] = []
        self._desk = desk
        self._turn = turn
        self._pace = desk.dice.uniform(0.85, 1.15)

    def begin(self, called: Called, at: datetime) -> None:
        """Wait for the citizen to walk over, call again, or note that nobody came."""
        fate = self._desk.stage.fate_of(called.ticket_id)
        again_s = self._desk.dice.uniform(45, 75)
        if fate in (Fate.MISSES, Fate.RETURNS):
            self._desk.later(at, again_s, lambda when: self._call_again(called.step_id, when))
            self._desk.later(
                at, self._desk.dice.uniform(130, 220), lambda when: self._miss(called, fate, when)
            )
        elif fate is Fate.LATE:
            self._desk.later(at, again_s, lambda when: self._call_again(called.step_id, when))
            self._desk.later(
                at,
                again_s + self._desk.dice.uniform(10, 40),
                lambda when: self.start(called.step_id, when),
            )
        else:
            self._desk.later(
                at, self._desk.dice.uniform(12, 50), lambda when: self.start(called.step_id, when)
            )

    def _call_again(self, step_id: int, at: datetime) -> None:
        self._desk.press_for(
            step_id,
            lambda session, desk, _: calling.call_again(session, desk, by=self._desk.by, at=at),
        )

    def _miss(self, called: Called, fate: Fate, at: datetime) -> None:
        from_at = self._desk.stage.look(
            lambda session: missing.may_miss_from(session, session.get_one(Step, called.step_id))
        )
        if from_at is not None and at < from_at:
            # Called again, or announced late: an officer waits as long as anybody's would.
            self._desk.later(from_at, 1, lambda when: self._miss(called, fate, when))
            return
        missed = self._desk.press_for(
            called.step_id,
            lambda session, desk, _: missing.miss(session, desk, by=self._desk.by, at=at),
        )
        self._again(at, self._desk.dice.uniform(3, 12))
        if missed is None or fate is Fate.MISSES:
            return
        self._desk.stage.back_later(called.ticket_id)
        self._desk.later(
            at,
            self._desk.dice.uniform(240, 1200),
            lambda when: self._welcome_back(called.ticket_id, when),
        )

    def _welcome_back(self, ticket_id: int, at: datetime) -> None:
        def rule(session: Session) -> bool:
            ticket = session.get_one(Ticket, ticket_id)
            missing.welcome_back(session, ticket, by=self._desk.by, at=at)
            announce(session, ticket, at)
            return True

        self._desk.stage.press(rule)

    def start(self, step_id: int, at: datetime) -> None:
        """Begin to serve, and plan how it goes on."""

        def rule(session: Session, desk: Desk, step: Step) -> Served:
            serving.start(session, desk, by=self._desk.by, at=at)
            return _served(step)

        started = self._desk.press_for(step_id, rule)
        if started is None:
            self._again(at, 30)
        else:
            self._serve(started, at)

    def _serve(self, served: Served, at: datetime) -> None:
        step_id, lasts_s = served.step_id, self._lasts_s(served.mean_s)
        if served.papers:
            self._desk.later(
                at, lasts_s * 0.2, lambda when: self._check(step_id, served.papers, when)
            )
        if self._desk.dice.random() < HOLD:
            self._desk.later(at, lasts_s * 0.5, lambda when: self._hold(step_id, when))
        elif self._desk.dice.random() < TRANSFER:
            self._desk.later(at, lasts_s * 0.4, lambda when: self._transfer(step_id, when))
        else:
            self._desk.later(at, lasts_s, lambda when: self.end(step_id, when))

    def _check(self, step_id: int, papers: list[int], at: datetime) -> None:
        self._desk.press_for(
            step_id,
            lambda session, desk, _: serving.check_requirements(
                session, desk, papers, by=self._desk.by, at=at
            ),
        )

    def _hold(self, step_id: int, at: datetime) -> None:
        ticket_id = self._desk.press_for(
            step_id,
            lambda session, desk, _: (
                serving.hold(session, desk, reason="", by=self._desk.by, at=at).ticket_id
            ),
        )
        if ticket_id is not None:
            self._desk.later(
                at, self._desk.dice.uniform(240, 900), lambda _: self.held.append(ticket_id)
            )
        self._again(at, self._desk.dice.uniform(5, 20))

    def _transfer(self, step_id: int, at: datetime) -> None:
        def rule(session: Session, desk: Desk, step: Step) -> bool:
            others = [id_ for id_ in sorted(self._desk.services) if id_ != step.service_id]
            if not others:
                return bool(
                    serving.finish(session, desk, Outcome.CONSULTED, by=self._desk.by, at=at)
                )
            target = session.get_one(Service, self._desk.dice.choice(others))
            transferring.transfer(session, desk, to_service=target, by=self._desk.by, at=at)
            announce(session, step.ticket, at)
            return True

        if self._desk.press_for(step_id, rule) is None:
            # The citizen wants that service already, so it ends here.
            self.end(step_id, at)
            return
        self._again(at, self._desk.dice.uniform(5, 30))

    def end(self, step_id: int, at: datetime) -> None:
        """Finish with one of the usual outcomes."""
        (outcome,) = self._desk.dice.choices(list(OUTCOMES), list(OUTCOMES.values()))

        def rule(session: Session, desk: Desk, step: Step) -> Served | bool:
            needed: list[Requirement] = needed_for(step.service, step.case)
            missing = [self._desk.dice.choice(needed).text_id] if needed else []
            returned = outcome is Outcome.RETURNED
            serving.finish(
                session,
                desk,
                Outcome.CONSULTED if returned and not missing else outcome,
                missing=missing if returned else (),
                by=self._desk.by,
                at=at,
            )
            goes_on = step.ticket.current
            return goes_on is None or _served(goes_on)

        ended = self._desk.press_for(step_id, rule)
        if isinstance(ended, Served):
            self._serve(ended, at)
        else:
            self._again(at, self._desk.dice.uniform(5, 40))

    def _lasts_s(self, mean_s: float) -> float:
        spread = math.log(1 + VARIATION**2)
        drawn = self._desk.dice.lognormvariate(math.log(mean_s) - spread / 2, math.sqrt(spread))
        return max(45.0, drawn * self._pace)

    def _again(self, at: datetime, seconds: float) -> None:
        self._desk.later(at, seconds, self._turn)

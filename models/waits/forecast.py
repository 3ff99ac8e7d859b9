"""The wait that is announced: the real calling rule played forward with mean handling times."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from sys import maxsize
from typing import Final

from sqlalchemy.orm import Session
from typing_extensions import override

from models.core.clock import local_day
from models.core.rows import update_row
from models.journal.record import once
from models.mall.arrangement import arrangement_of
from models.mall.hours import ServingDay
from models.mall.mall import Mall
from models.queue.tickets import Standing, StepState, Ticket
from models.queue.waiting import head_start
from models.waits.crowd import crowd_before, people_before
from models.waits.playing import Played, Probe, play
from models.waits.prospects import Chance, Prospect
from models.waits.ranges import Range, rounded
from models.waits.situation import Situation, WaitingStep, read_situation, situation_near

# Where so few numbers were given, a play is done sooner than a count.
_FEW: Final = 50


class Outlook:
    """What the next hour looks like for everybody who waits, or would begin to wait now."""

    def __init__(self, situation: Situation, probes: dict[bool, datetime]) -> None:
        """Play `situation` forward, with newcomers that are due as `probes` says."""
        self._situation = situation
        self._probes = probes
        self._waiting: dict[int, list[WaitingStep]] = {}
        for step in situation.steps:
            self._waiting.setdefault(step.service_id, []).append(step)
        self._steps = {step.id: step for step in situation.steps}
        self.waiting = len({step.ticket_id for step in situation.steps})
        self._days: dict[int, ServingDay | None] = {}

    @cached_property
    def _played(self) -> Played:
        """What comes of it; who asks of somebody at a desk only need not wait for it."""
        return play(self._situation, self._probes)

    def of_step(self, step_id: int) -> Range | None:
        """Return when the waiting step will be called; None when no open desk may take it."""
        step = self._steps.get(step_id)
        if step is None:
            return None
        return rounded(self._played.steps.get(step_id), self._idle(step.service_id))

    def of_service(self, service_id: int, *, priority: bool = False) -> Range | None:
        """Return the wait of somebody who asks for the service now; None without an open desk."""
        wait = self._played.probes.get(Probe(service_id, priority))
        return rounded(wait, self._idle(service_id))

    def prospect_of_step(self, step_id: int) -> Prospect | None:
        """Return what may be told of the waiting step; None when no open desk may take it."""
        step = self._steps.get(step_id)
        return None if step is None else self._prospect(step.service_id, self.of_step(step_id))

    def prospect_of_service(self, service_id: int, *, priority: bool = False) -> Prospect | None:
        """Return what may be told to somebody who asks for the service now."""
        return self._prospect(service_id, self.of_service(service_id, priority=priority))

    def closes_at(self, service_id: int) -> datetime | None:
        """Return when the desks of the service close today; None on a day without service."""
        day = self._day(service_id)
        return None if day is None else day.closes_at

    def opens_at(self, service_id: int) -> datetime | None:
        """Return when the desks of the service begin today, while that is still to come."""
        day = self._day(service_id)
        return day.opens_at if day is not None and self._situation.at < day.opens_at else None

    def ahead_of_step(self, step_id: int) -> int:
        """Return how many people are called before the step by desks that might take it."""
        step = self._steps.get(step_id)
        if step is None:
            return 0
        if _is_played(self.prospect_of_step(step_id)):
            return self._played.ahead_of_step(step_id)
        people = self._due_before(step.service_id, (step.due_at, step.id))
        return len(people - {step.ticket_id})

    def ahead_of_service(self, service_id: int, *, priority: bool = False) -> int:
        """Return how many people would be called before a newcomer to the service."""
        probe = Probe(service_id, priority)
        if _is_played(self.prospect_of_service(service_id, priority=priority)):
            return self._played.ahead_of_probe(probe)
        return len(self._due_before(service_id, (self._probes[priority], maxsize)))

    @property
    def waiting_steps(self) -> tuple[WaitingStep, ...]:
        """All that waits, in calling order; without who is away."""
        return self._situation.steps

    def waiting_for(self, service_id: int) -> int:
        """Return how many steps wait for the service."""
        return len(self._waiting.get(service_id, ()))

    def _prospect(self, service_id: int, wait: Range | None) -> Prospect | None:
        if wait is None:
            return None
        closes_at, opens_at = self.closes_at(service_id), self.opens_at(service_id)
        return Prospect(wait, self._situation.at, closes_at, opens_at)

    def _idle(self, service_id: int) -> timedelta:
        """Return for how long from now nobody serves the service: before opening, in a break."""
        day, at = self._day(service_id), self._situation.at
        return timedelta() if day is None else day.serves_from(at) - at

    def _day(self, service_id: int) -> ServingDay | None:
        if service_id not in self._days:
            arrangement, at = self._situation.arrangement, self._situation.at
            today = local_day(at, arrangement.timetable.time_zone)
            open_desks = [desk.id for desk in self._situation.desks]
            self._days[service_id] = arrangement.serving_day(service_id, today, present=open_desks)
        return self._days[service_id]

    def _due_before(self, service_id: int, turn: tuple[datetime, int]) -> set[int]:
        """Return the tickets due before `turn` that share the service's desks.

        What counts as ahead while no open desk could call anybody, or none will before closing.
        """
        return {
            step.ticket_id
            for neighbour in self._situation.arrangement.neighbours(service_id)
            for step in self._waiting.get(neighbour, ())
            if (step.due_at, step.id) < turn
        }


def _is_played(prospect: Prospect | None) -> bool:
    """Tell whether somebody is called at a moment that means something: before closing."""
    return prospect is not None and prospect.chance is not Chance.UNLIKELY


class OutlookOfOne(Outlook):
    """What is to be said of one step that is surely not called before closing, if at all."""

    def __init__(self, situation: Situation, step: WaitingStep, wait: timedelta | None) -> None:
        """Take `situation` without anybody who waits; `wait` is the least, None without a desk."""
        super().__init__(situation, probes={})
        self._steps = {step.id: step}
        self._people = 0
        if wait is not None:
            self._played.steps[step.id] = wait

    def stands_behind(self, people: int) -> OutlookOfOne:
        """Note how many people are due before it."""
        self._people = people
        return self

    @override
    def ahead_of_step(self, step_id: int) -> int:
        return self._people


def outlook(session: Session, mall: Mall, at: datetime) -> Outlook:
    """Look ahead from the instant `at`; one look serves a session until something happens."""
    return once(session, ("outlook", mall.id, at), lambda: _look(session, mall, at))


def _look(session: Session, mall: Mall, at: datetime) -> Outlook:
    rules = arrangement_of(session, mall).rules
    probes = {
        False: at - head_start(rules, Standing.REGULAR),
        True: at - head_start(rules, Standing.PRIORITY),
    }
    return Outlook(read_situation(session, mall, at), probes)


def announce(session: Session, ticket: Ticket, at: datetime) -> Outlook:
    """Store with each newly waiting step of `ticket` the range that its citizen is told now.

    What was announced before stays: a promise is measured against its first word. A range that
    reaches past closing is told to nobody, and so not stored. Returns the outlook that it was
    read from, which knows only what can touch this ticket, and nothing of newcomers.
    """
    ahead = _beyond_closing(session, ticket, at)
    if ahead is not None:
        return ahead
    wanted = [step.service_id for step in ticket.steps]
    ahead = Outlook(situation_near(session, ticket.mall, wanted, at), probes={})
    for step in ticket.steps:
        if step.state is not StepState.WAITING or step.announced_low_s is not None:
            continue
        told = ahead.prospect_of_step(step.id)
        if told is not None and told.chance is Chance.SURE:
            update_row(
                session,
                step,
                announced_low_s=int(told.wait.low.total_seconds()),
                announced_high_s=int(told.wait.high.total_seconds()),
            )
    return ahead


def _beyond_closing(session: Session, ticket: Ticket, at: datetime) -> Outlook | None:
    """Return what is to be told where the crowd alone reaches past closing; None where a play
    must say.

    The play goes through all who wait, and what it found would be told to nobody.
    """
    if len(ticket.steps) != 1 or ticket.steps[0].state is not StepState.WAITING:
        return None
    if ticket.number < _FEW:
        return None
    (step,) = ticket.steps
    crowd = crowd_before(session, step, at)
    if crowd is None:
        return None
    arrangement = arrangement_of(session, ticket.mall)
    waiting = WaitingStep(step.id, ticket.id, step.service_id, step.due_at, None)
    ahead = OutlookOfOne(crowd.situation(arrangement, at), waiting, crowd.wait)
    told = ahead.prospect_of_step(step.id)
    if told is not None and told.chance is not Chance.UNLIKELY:
        return None
    return ahead.stands_behind(people_before(session, step))

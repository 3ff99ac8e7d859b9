"""Running counts over visits: what is added up visit by visit before it becomes figures."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.figures.spread import Spread
from models.figures.visits import StepHistory, Visit
from models.queue.tickets import Outcome, StepState

HOURS = 24
NO_LIMITS = (timedelta.max, timedelta.max)
# The promised wait and the target of service time of each service, by its id.
Limits = Mapping[int, tuple[timedelta, timedelta]]


@dataclass
class StepTally:
    """Counts over the steps of one service, or of many."""

    steps: int = 0
    priority: int = 0
    ends: Counter[StepState] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    missed: int = 0
    came_back: int = 0
    never_called: int = 0
    announced: int = 0
    earlier: int = 0
    later: int = 0
    waits: Spread = field(default_factory=Spread)
    serving: Spread = field(default_factory=Spread)
    quota_refused: int = 0

    def add(self, visit: Visit, step: StepHistory, closes_at: datetime) -> None:
        """Count one step more of `visit`, on a day that ends at `closes_at`."""
        self.steps += 1
        self.priority += visit.priority
        self.ends[step.state] += 1
        self.missed += step.missed
        self.came_back += step.came_back
        waited = visit.waited(step, closes_at)
        if step.called_at is None:
            self.waits.add_unended(waited)
            self.never_called += step.state is not StepState.WAITING
        else:
            self.waits.add(waited)
        self._compare(step, visit.wait_ended_at(step, closes_at))
        if step.outcome is not None:
            self.outcomes[step.outcome] += 1
            self.serving.add(step.handling.spent)

    def merge(self, other: StepTally) -> None:
        """Count all that `other` has counted, too."""
        self.steps += other.steps
        self.priority += other.priority
        self.ends.update(other.ends)
        self.outcomes.update(other.outcomes)
        self.missed += other.missed
        self.came_back += other.came_back
        self.never_called += other.never_called
        self.announced += other.announced
        self.earlier += other.earlier
        self.later += other.later
        self.waits.merge(other.waits)
        self.serving.merge(other.serving)
        self.quota_refused += other.quota_refused

    def _compare(self, step: StepHistory, ended_at: datetime) -> None:
        """Compare a range with what came true, by the clock on which its citizen read it.

        A range tells when somebody will be called, desks in between included, so it is held
        against the instant at which the wait ended, whatever filled it. Not compared is what
        nobody could foresee: the range of who was put aside or did not come elsewhere
        meanwhile, and of who came back, for they were told anew. Without a call a range is only
        false once it has passed.
        """
        if step.announced is None or step.came_back or step.disturbed:
            return
        begins, ends = step.announced.by_the_clock(step.began_at)
        if step.called_at is None and ended_at <= ends:
            return
        self.announced += 1
        self.earlier += ended_at < begins
        self.later += ended_at > ends


@dataclass
class DeskTally:
    """Counts over what one desk did."""

    calls: int = 0
    finished: int = 0
    serving: timedelta = field(default_factory=timedelta)
    manned: timedelta = field(default_factory=timedelta)
    breaks: timedelta = field(default_factory=timedelta)
    last_act_at: datetime | None = None

    def act(self, at: datetime) -> None:
        """Note that something happened there at the instant `at`."""
        self.last_act_at = at if self.last_act_at is None else max(self.last_act_at, at)


@dataclass
class HourTally:
    """Counts over one hour of the clock, on so many `days`."""

    days: int = 0
    arrivals: int = 0
    calls: int = 0
    waiting: timedelta = field(default_factory=timedelta)


@dataclass
class Tally:
    """Counts over the visits of one day or of many, measured against the services' `limits`."""

    limits: Limits
    visits: int = 0
    priority: int = 0
    served: int = 0
    left: int = 0
    open: int = 0
    services: dict[int, StepTally] = field(default_factory=dict)
    desks: dict[int, DeskTally] = field(default_factory=dict)
    hours: list[HourTally] = field(default_factory=lambda: [HourTally() for _ in range(HOURS)])
    refusals: Counter[str] = field(default_factory=Counter)

    def service(self, service_id: int) -> StepTally:
        """Return the counts of one service, begun when there are none."""
        if service_id not in self.services:
            promise, target = self.limits.get(service_id, NO_LIMITS)
            tally = StepTally(waits=Spread(promise), serving=Spread(target))
            self.services[service_id] = tally
        return self.services[service_id]

    def desk(self, desk_id: int) -> DeskTally:
        """Return the counts of one desk, begun when there are none."""
        return self.desks.setdefault(desk_id, DeskTally())

    def add(self, visit: Visit, marks: Sequence[datetime], ends_at: datetime) -> None:
        """Count one visit more, of the day whose hours begin at `marks`.

        Whoever still waits at `ends_at`, or expired waiting, is counted as waiting until then.
        """
        self.visits += 1
        self.priority += visit.priority
        self.served += bool(visit.finishes)
        self.left += visit.left
        self.open += visit.open
        for step in visit.steps.values():
            self.service(step.service_id).add(visit, step, ends_at)
        self._add_to_desks(visit)
        self.hours[_hour(marks, visit.taken_at)].arrivals += 1
        for _, at in visit.calls:
            self.hours[_hour(marks, at)].calls += 1
        for from_at, until_at in visit.waits(ends_at):
            self._add_wait(marks, from_at, until_at)

    def keep_hours(self, count: int) -> None:
        """Keep the first `count` hours of this one day, and let go of those after them."""
        self.hours[count:] = [HourTally() for _ in range(HOURS - count)]
        for hour in self.hours[:count]:
            hour.days = 1

    def merge(self, other: Tally) -> None:
        """Count all that `other` has counted, too; what desks did keeps no last act."""
        self.visits += other.visits
        self.priority += other.priority
        self.served += other.served
        self.left += other.left
        self.open += other.open
        self.refusals.update(other.refusals)
        for service_id, steps in other.services.items():
            self.service(service_id).merge(steps)
        for desk_id, theirs in other.desks.items():
            ours = self.desk(desk_id)
            ours.calls += theirs.calls
            ours.finished += theirs.finished
            ours.serving += theirs.serving
            ours.manned += theirs.manned
            ours.breaks += theirs.breaks
        for hour, others in zip(self.hours, other.hours, strict=True):
            hour.days += others.days
            hour.arrivals += others.arrivals
            hour.calls += others.calls
            hour.waiting += others.waiting

    def _add_to_desks(self, visit: Visit) -> None:
        for desk_id, at in visit.calls:
            desk = self.desk(desk_id)
            desk.calls += 1
            desk.act(at)
        for desk_id, at in visit.finishes:
            desk = self.desk(desk_id)
            desk.finished += 1
            desk.act(at)
        for desk_id, length in visit.served:
            self.desk(desk_id).serving += length

    def _add_wait(self, marks: Sequence[datetime], from_at: datetime, until_at: datetime) -> None:
        while from_at < until_at:
            hour = _hour(marks, from_at)
            ends_at = min(until_at, marks[hour + 1]) if hour < HOURS - 1 else until_at
            self.hours[hour].waiting += ends_at - from_at
            from_at = ends_at


def _hour(marks: Sequence[datetime], at: datetime) -> int:
    return min(max(bisect_right(marks, at) - 1, 0), HOURS - 1)

"""The figures of a day or more: what reports, screens and files tell, computed here alone.

People are counted as visits (one ticket each), work as steps (one service that a ticket
wants). A wait is the time in which its citizen was free to be called, from when a step began to
wait until its first call; a service time runs from start to finish without holds. Both are whole
seconds, their percentiles nearest ranks.
Officers are never named: desks work, people rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.paper.jobs import JobState
from models.paper.outages import Outage
from models.queue.tickets import Outcome

WEEK = timedelta(days=7)


class Length(StrEnum):
    """How long a period is, by the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    RANGE = "range"


@dataclass(frozen=True)
class Period:
    """Local calendar days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def of_day(cls, day: date) -> Period:
        """Return the period of one day."""
        return cls(day, day)

    @classmethod
    def of_week(cls, day: date) -> Period:
        """Return the week from Monday to Sunday in which `day` lies."""
        first = day - timedelta(days=day.weekday())
        return cls(first, first + WEEK - timedelta(days=1))

    @classmethod
    def of_month(cls, month: date) -> Period:
        """Return the whole month in which `month` lies."""
        first = month.replace(day=1)
        return cls(first, _next_month(first) - timedelta(days=1))

    @property
    def length(self) -> Length:
        """Return what the calendar calls it, however it was asked for."""
        if self.first == self.last:
            return Length.DAY
        if self == Period.of_week(self.first):
            return Length.WEEK
        return Length.MONTH if self == Period.of_month(self.first) else Length.RANGE

    @property
    def is_day(self) -> bool:
        """Whether it is a single day."""
        return self.length is Length.DAY

    @property
    def days(self) -> list[date]:
        """Every calendar day in it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Period:
        """What it is compared with: the month before, or the same weekdays just before."""
        if self.length is Length.MONTH:
            return Period.of_month(self.first - timedelta(days=1))
        weeks = -(-len(self.days) // WEEK.days)
        return Period(self.first - weeks * WEEK, self.last - weeks * WEEK)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def share(part: int, whole: int) -> float | None:
    """Return `part` by `whole`, None of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Times:
    """How long `n` steps took: half of them at most `median`, 8 of 10 at most `eight_of_ten`.

    `within` counts those that kept to the catalogue's limit as it stands now: the promised
    wait or the target of service time. `judged` is of how many that is known: of all that
    took so long, and of those that waited past the promise and were never called. Who left
    before the promise had run out gave the hall no time to keep it, and is not judged.
    The lengths are None of nothing.
    """

    n: int
    median: timedelta | None
    eight_of_ten: timedelta | None
    within: int
    judged: int

    @property
    def kept(self) -> float | None:
        """The share within the limit."""
        return share(self.within, self.judged)


@dataclass(frozen=True)
class Steps:
    """What became of the steps of one service, one agency or the whole mall.

    steps = the sum of `outcomes` + transferred + cancelled + expired + open. A transfer makes
    a step of its own, so it counts here once more. `missed` counts calls to which nobody
    came, `came_back` those who waited again after one. `never_called` are those of the
    cancelled and expired that no desk had ever called. `quota_refused` counts numbers that
    were not given because the day's were gone (of a ticket's first service).
    """

    steps: int
    priority: int
    waits: Times
    serving: Times
    outcomes: Mapping[Outcome, int]
    transferred: int
    cancelled: int
    expired: int
    open: int
    missed: int
    came_back: int
    never_called: int
    announced: int  # ranges that can be compared: called, or not called until the range was over
    earlier: int  # called before the range began
    later: int  # called after the range had ended, or not at all
    quota_refused: int

    @property
    def finished(self) -> int:
        """How many were served to the end, whatever the outcome."""
        return sum(self.outcomes.values())

    @property
    def range_held(self) -> float | None:
        """The share of announced waits that came true: called inside the range."""
        return share(self.announced - self.earlier - self.later, self.announced)


@dataclass(frozen=True)
class ServiceFigures:
    """The steps of one service, with what it promises and aims for."""

    code: str
    name_id: str
    name_en: str
    promise: timedelta
    target: timedelta
    of: Steps


@dataclass(frozen=True)
class AgencyFigures:
    """The steps of one agency, and of each of its services in the catalogue's order."""

    code: str
    name: str
    short_name: str
    of: Steps
    services: tuple[ServiceFigures, ...]


@dataclass(frozen=True)
class HourFigures:
    """One hour of the clock, such as 9: numbers taken, calls, and how many waited on average.

    Over more than a day all three are means of the days with visits on which it has passed.
    """

    hour: int
    arrivals: float
    calls: float
    waiting: float


@dataclass(frozen=True)
class DeskFigures:
    """One desk: how long it was manned, the breaks in that, and how long it really served."""

    number: str
    zone: str
    manned: timedelta
    breaks: timedelta
    serving: timedelta
    calls: int
    finished: int

    @property
    def busy(self) -> float | None:
        """The share of its manned time without breaks in which it served; at most 1."""
        ready = self.manned - self.breaks
        return min(self.serving / ready, 1.0) if ready > timedelta() else None


@dataclass(frozen=True)
class DayFigures:
    """One day of a longer period: its visits, and the waits of its steps."""

    day: date
    over: bool  # the hall has closed
    visits: int
    left: int
    never_called: int
    waits: Times


@dataclass(frozen=True)
class Headline:
    """What a period is compared by.

    `full_days` are those on which anybody came and which are over. A day without anybody is none
    of the hall's: it was closed, or did not keep its queue here yet. A day that goes on would
    pull every mean down.
    """

    period: Period
    full_days: int
    visits_on_full_days: int
    visits: int
    left: int
    waits: Times

    @property
    def visits_a_day(self) -> float | None:
        """The mean number of visits on a full day."""
        return share(self.visits_on_full_days, self.full_days)

    @property
    def left_share(self) -> float | None:
        """The share of visits that ended before any desk began to serve."""
        return share(self.left, self.visits)


@dataclass(frozen=True)
class Figures:
    """All that the hall has to tell about a period.

    `made_at` is an aware UTC instant; `going_on` says that the period had not ended by then.
    `before` is the period it is compared with, None when nobody came in it. Days without
    visits are left out of `days` unless the mall's timetable has them open.
    """

    mall: str
    region: str
    time_zone: str
    period: Period
    made_at: datetime
    going_on: bool
    headline: Headline
    before: Headline | None
    priority: int  # visits of people who are served earlier
    served: int  # visits of whom at least one step was finished
    open: int  # visits with something left to do
    total: Steps
    agencies: tuple[AgencyFigures, ...]
    hours: tuple[HourFigures, ...]
    days: tuple[DayFigures, ...]
    refusals: Mapping[str, int]
    desks: tuple[DeskFigures, ...]
    outages: tuple[Outage, ...]
    papers: Mapping[JobState, int] = field(default_factory=dict)  # by how each ended

    @property
    def services(self) -> list[ServiceFigures]:
        """Services that anybody asked for, most steps first."""
        asked = [one for agency in self.agencies for one in agency.services if one.of.steps]
        return sorted(asked, key=lambda one: (-one.of.steps, one.code))

    @property
    def priority_share(self) -> float | None:
        """The share of visits of people who are served earlier."""
        return share(self.priority, self.headline.visits)

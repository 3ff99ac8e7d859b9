"""When the mall gives numbers: opening hours, breaks, the intake cut-off and holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day, local_instant
from models.mall.mall import HallBreak, Holiday, Mall, OpeningHours

# A holiday decree rarely closes more than two weeks; past that there is no promise to make.
HORIZON_DAYS = 60


class IntakePhase(StrEnum):
    """Whether numbers are given, or why not."""

    OPEN = "open"
    CLOSED = "closed"
    BREAK = "break"
    CUT_OFF = "cut_off"


@dataclass(frozen=True)
class Intake:
    """The state of the intake at one instant; all instants aware UTC.

    `next_at` is when numbers are given again (None while open, or beyond the horizon);
    `opens_at`, `cut_off_at`, `closes_at` belong to the current local day, None on a closed day.
    """

    phase: IntakePhase
    next_at: datetime | None
    opens_at: datetime | None
    cut_off_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class _Day:
    opens_at: datetime
    cut_off_at: datetime
    closes_at: datetime
    breaks: tuple[tuple[datetime, datetime], ...]  # by their start

    def gives_from(self, at: datetime) -> datetime | None:
        """Return the first instant from `at` on when numbers are given; None if none is left."""
        at = max(at, self.opens_at)
        for starts_at, ends_at in self.breaks:
            if starts_at <= at < ends_at:
                at = ends_at
        return at if at < self.cut_off_at else None


@dataclass(frozen=True)
class Timetable:
    """The hours of one mall in its time zone; minutes count from local midnight."""

    time_zone: str
    cut_off: timedelta
    hours: Mapping[int, tuple[int, int]]  # by weekday, from when until when
    breaks: tuple[tuple[int, int, int], ...]  # weekday, from when, until when; by their start
    holidays: frozenset[date]

    def intake(self, at: datetime) -> Intake:
        """Tell whether numbers are given at the instant `at`, or when they will be."""
        today = local_day(at, self.time_zone)
        day = self._day(today)
        if day is None:
            return Intake(IntakePhase.CLOSED, self._next_opening(today), None, None, None)
        phase, next_at = self._phase(day, today, at)
        return Intake(phase, next_at, day.opens_at, day.cut_off_at, day.closes_at)

    def next_day(self, at: datetime) -> datetime | None:
        """Return when numbers are given again on a local day after that of `at`."""
        return self._next_opening(local_day(at, self.time_zone))

    def breaks_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the breaks of the whole mall on the local `day`, by their start."""
        return tuple(
            (
                local_instant(day, starts_m, self.time_zone),
                local_instant(day, ends_m, self.time_zone),
            )
            for weekday, starts_m, ends_m in self.breaks
            if weekday == day.weekday()
        )

    def _phase(self, day: _Day, today: date, at: datetime) -> tuple[IntakePhase, datetime | None]:
        given_at = day.gives_from(at)
        if given_at == at:
            return IntakePhase.OPEN, None
        next_at = given_at or self._next_opening(today)
        if not day.opens_at <= at < day.closes_at:
            return IntakePhase.CLOSED, next_at
        return IntakePhase.CUT_OFF if given_at is None else IntakePhase.BREAK, next_at

    def _next_opening(self, after: date) -> datetime | None:
        for ahead in range(1, HORIZON_DAYS):
            day = self._day(after + timedelta(days=ahead))
            if day is not None and (given_at := day.gives_from(day.opens_at)) is not None:
                return given_at
        return None

    def _day(self, day: date) -> _Day | None:
        hours = self.hours.get(day.weekday())
        if hours is None or day in self.holidays:
            return None
        opens_at, closes_at = (local_instant(day, minutes, self.time_zone) for minutes in hours)
        return _Day(opens_at, closes_at - self.cut_off, closes_at, self.breaks_on(day))


def read_timetable(session: Session, mall: Mall) -> Timetable:
    """Read the hours of `mall`."""
    hours = session.execute(
        select(OpeningHours.weekday, OpeningHours.opens_m, OpeningHours.closes_m).where(
            OpeningHours.mall_id == mall.id
        )
    )
    breaks = session.execute(
        select(HallBreak.weekday, HallBreak.starts_m, HallBreak.ends_m)
        .where(HallBreak.mall_id == mall.id)
        .order_by(HallBreak.starts_m)
    )
    holidays = session.scalars(select(Holiday.day).where(Holiday.mall_id == mall.id))
    return Timetable(
        time_zone=mall.time_zone,
        cut_off=timedelta(minutes=mall.intake_cutoff_m),
        hours={weekday: (opens_m, closes_m) for weekday, opens_m, closes_m in hours},
        breaks=tuple((weekday, starts_m, ends_m) for weekday, starts_m, ends_m in breaks),
        holidays=frozenset(holidays),
    )

"""When the mall, its agencies and its desks serve, and from when until when numbers are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day, local_instant
from models.mall.mall import Holiday, Mall, ServingHours
from models.mall.own_hours import DayHours, HoursRow, OwnHours, Span, Spans

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

    `next_at` is when numbers are given again (None while open, or beyond the horizon), and
    `serves_at` when desks serve again then: later, where numbers are given ahead of them.
    `opens_at`, `cut_off_at`, `closes_at` belong to the current local day, None on a closed day.
    `pauses_until` is when the break ends that the whole mall has now, None without one.
    `holiday` is the name of the day on which the mall stays closed, else empty.
    """

    phase: IntakePhase
    next_at: datetime | None
    opens_at: datetime | None
    cut_off_at: datetime | None
    closes_at: datetime | None
    serves_at: datetime | None = None
    pauses_until: datetime | None = None
    holiday: str = ""


@dataclass(frozen=True)
class Opening:
    """When numbers are given again, and when desks serve then; aware UTC, None if nobody knows."""

    next_at: datetime | None = None
    serves_at: datetime | None = None


@dataclass(frozen=True)
class ServingDay:
    """One day of the mall or of a service; instants aware UTC.

    Numbers are given from `begins_at` until `cut_off_at`, but for the breaks of the whole mall;
    desks serve from `opens_at` until `closes_at`.
    """

    begins_at: datetime
    opens_at: datetime
    cut_off_at: datetime
    closes_at: datetime
    breaks: tuple[tuple[datetime, datetime], ...]  # by their start

    def gives_from(self, at: datetime) -> datetime | None:
        """Return the first instant from `at` on when numbers are given; None if none is left."""
        at = self._past_breaks(max(at, self.begins_at))
        return at if at < self.cut_off_at else None

    def serves_from(self, at: datetime) -> datetime:
        """Return the first instant from `at` on when desks serve, as if they never closed."""
        return self._past_breaks(max(at, self.opens_at))

    def opening(self, at: datetime) -> Opening | None:
        """Return when numbers are given from `at` on, and served; None if none is left."""
        given_at = self.gives_from(at)
        return None if given_at is None else Opening(given_at, self.serves_from(given_at))

    def _past_breaks(self, at: datetime) -> datetime:
        for starts_at, ends_at in self.breaks:
            if starts_at <= at < ends_at:
                at = ends_at
        return at


@dataclass(frozen=True)
class Timetable:
    """The hours of one mall in its time zone, and those that its agencies and desks keep."""

    time_zone: str
    cut_off: timedelta  # before the end
    ahead: timedelta  # before the beginning
    hall: OwnHours
    holidays: Mapping[date, str]
    agencies: Mapping[int, OwnHours] = field(default_factory=dict)
    desks: Mapping[int, OwnHours] = field(default_factory=dict)

    def intake(self, at: datetime) -> Intake:
        """Tell whether the mall gives numbers at the instant `at`, or when it will."""
        today = local_day(at, self.time_zone)
        day = self._day(today)
        breaks = () if day is None else day.breaks
        opening = None if day is None else day.opening(at)
        inside = day is not None and day.opens_at <= at < day.closes_at
        if opening is not None and opening.next_at == at:
            phase, opening = IntakePhase.OPEN, Opening()
        elif opening is not None:
            phase = IntakePhase.BREAK if inside else IntakePhase.CLOSED
        else:
            phase = IntakePhase.CUT_OFF if inside else IntakePhase.CLOSED
            opening = self._next_opening(today)
        return Intake(
            phase=phase,
            next_at=opening.next_at,
            opens_at=None if day is None else day.opens_at,
            cut_off_at=None if day is None else day.cut_off_at,
            closes_at=None if day is None else day.closes_at,
            serves_at=opening.serves_at,
            pauses_until=next((ends for starts, ends in breaks if starts <= at < ends), None),
            holiday=self.holidays.get(today, ""),
        )

    def next_day(self, at: datetime) -> datetime | None:
        """Return when numbers are given again on a local day after that of `at`."""
        return self._next_opening(local_day(at, self.time_zone)).next_at

    def hall_on(self, day: date) -> DayHours | None:
        """Return the hours of the mall on the local `day`, None when it stays closed."""
        return None if day in self.holidays else self.hall.on(day)

    def breaks_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the breaks of the whole mall on the local `day`, by their start."""
        hours = self.hall_on(day)
        return () if hours is None else tuple(self.instants(day, span) for span in hours.breaks)

    def spans(self, day: date, agency_id: int, desk_id: int | None = None) -> Spans:
        """Return when the agency serves on the local `day`, at one desk or at any.

        Whoever keeps hours of their own keeps them inside those of the mall.
        """
        hours = self.hall_on(day)
        spans = () if hours is None else hours.spans
        for own in (self.agencies.get(agency_id), self.desks.get(desk_id or 0)):
            if own is not None and own.says(day):
                kept = own.on(day)
                spans = common(spans, () if kept is None else kept.spans)
        return spans

    def serving_day(self, day: date, begins_m: int, ends_m: int) -> ServingDay:
        """Return the local `day` of desks that serve between these minutes."""
        opens_at, closes_at = self.instants(day, (begins_m, ends_m))
        midnight = local_instant(day, 0, self.time_zone)
        return ServingDay(
            begins_at=max(midnight, opens_at - self.ahead),
            opens_at=opens_at,
            cut_off_at=closes_at - self.cut_off,
            closes_at=closes_at,
            breaks=self.breaks_on(day),
        )

    def instants(self, day: date, span: Span) -> tuple[datetime, datetime]:
        """Return the two ends of a span of the local `day`."""
        begins, ends = (local_instant(day, minutes, self.time_zone) for minutes in span)
        return begins, ends

    def _next_opening(self, after: date) -> Opening:
        for ahead in range(1, HORIZON_DAYS):
            day = self._day(after + timedelta(days=ahead))
            if day is not None and (opening := day.opening(day.begins_at)) is not None:
                return opening
        return Opening()

    def _day(self, day: date) -> ServingDay | None:
        hours = self.hall_on(day)
        return None if hours is None else self.serving_day(day, hours.opens_m, hours.closes_m)


def common(one: Spans, other: Spans) -> Spans:
    """Return the time that lies in both."""
    both = [
        (max(begins, starts), min(ends, stops)) for begins, ends in one for starts, stops in other
    ]
    return tuple(sorted(span for span in both if span[0] < span[1]))


def merged(spans: Iterable[Span]) -> Spans:
    """Return the time that lies in any of `spans`."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)


def read_timetable(session: Session, mall: Mall) -> Timetable:
    """Read the hours of `mall`, and those of its agencies and desks."""
    hall: list[HoursRow] = []
    agencies: dict[int, list[HoursRow]] = {}
    desks: dict[int, list[HoursRow]] = {}
    # Where two rows speak of one day, the one that began last has the word.
    rows = select(ServingHours).where(ServingHours.mall_id == mall.id).order_by(ServingHours.id)
    for row in sorted(session.scalars(rows), key=_begun, reverse=True):
        kept = HoursRow(row.first_day, row.last_day, row.weekday, _hours(row))
        if row.desk_id is not None:
            desks.setdefault(row.desk_id, []).append(kept)
        elif row.agency_id is not None:
            agencies.setdefault(row.agency_id, []).append(kept)
        else:
            hall.append(kept)
    holidays = session.execute(select(Holiday.day, Holiday.name).where(Holiday.mall_id == mall.id))
    return Timetable(
        time_zone=mall.time_zone,
        cut_off=timedelta(minutes=mall.intake_cutoff_m),
        ahead=timedelta(minutes=mall.intake_ahead_m),
        hall=OwnHours(tuple(hall)),
        holidays={row.day: row.name for row in holidays},
        agencies={id_: OwnHours(tuple(kept)) for id_, kept in agencies.items()},
        desks={id_: OwnHours(tuple(kept)) for id_, kept in desks.items()},
    )


def _begun(row: ServingHours) -> date:
    return row.first_day or date.min


def _hours(row: ServingHours) -> DayHours | None:
    if row.opens_m is None or row.closes_m is None:
        return None
    breaks = tuple(sorted((starts, ends) for starts, ends in row.breaks))
    return DayHours(row.opens_m, row.closes_m, breaks)

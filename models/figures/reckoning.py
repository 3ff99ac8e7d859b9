"""From the journal to the figures: each day is read once, added up, and let go of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day, local_instant
from models.core.errors import QuotaUsedUp
from models.figures.desk_hours import desk_hours
from models.figures.figures import (
    AgencyFigures,
    DayFigures,
    DeskFigures,
    Figures,
    Headline,
    HourFigures,
    Period,
    ServiceFigures,
    Steps,
    Times,
)
from models.figures.spread import Spread
from models.figures.tallies import HOURS, StepTally, Tally
from models.figures.visits import visits_of
from models.journal.events import TicketRefused
from models.journal.record import JournalEntry
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Agency, Service
from models.mall.mall import Desk, Mall
from models.paper.counted import papers_by_state
from models.paper.outages import outages
from models.queue.tickets import Outcome, StepState

NOON_M = 12 * 60


def figures(session: Session, mall: Mall, period: Period, *, at: datetime) -> Figures:
    """Compute the figures of `period` as they are known at the instant `at`.

    Reads one day's journal at a time, so a month needs hardly more memory than a day.
    """
    book = _Book(session, mall, at)
    total, days = book.add_up(period)
    before = _headline(period.before, *book.add_up(period.before))
    from_at = local_instant(period.first, 0, mall.time_zone)
    until_at = local_instant(period.last + timedelta(days=1), 0, mall.time_zone)
    return Figures(
        mall=mall.name,
        region=mall.region,
        time_zone=mall.time_zone,
        period=period,
        made_at=at,
        going_on=at < until_at,
        headline=_headline(period, total, days),
        before=before if before.visits else None,
        priority=total.priority,
        served=total.served,
        open=total.open,
        total=_steps(total.services.values()),
        agencies=_agencies(session, mall, total),
        hours=_hours(total),
        days=tuple(day for day in days if day.visits or book.closes_at(day.day) is not None),
        refusals=dict(sorted(total.refusals.items())),
        desks=_desks(session, mall, total),
        outages=tuple(outages(session, mall.id, from_at=from_at, until_at=until_at, at=at)),
        papers=papers_by_state(session, mall.id, from_at=from_at, until_at=until_at),
    )


class _Book:
    """One mall's days, opened at one instant."""

    def __init__(self, session: Session, mall: Mall, at: datetime) -> None:
        self._session, self._mall, self._at = session, mall, at
        self._today = local_day(at, mall.time_zone)
        self._timetable = arrangement_of(session, mall).timetable
        limits = select(Service.id, Service.promise_m, Service.target_m)
        self._limits = {
            id_: (timedelta(minutes=promise_m), timedelta(minutes=target_m))
            for id_, promise_m, target_m in session.execute(limits)
        }

    def add_up(self, period: Period) -> tuple[Tally, list[DayFigures]]:
        """Count all days of `period` that have begun, and keep of each what a month shows."""
        total, days = Tally(self._limits), []
        for day in period.days:
            if day > self._today:
                break
            marks = self._marks(day)
            tally = self._count(day, marks)
            if tally.visits:
                # The hours of a single day are its own, and no means that must wait for an end.
                passed = sum(mark <= self._at for mark in marks[1:])
                tally.keep_hours(HOURS if period.is_day else passed)
            total.merge(tally)
            days.append(self._day(day, tally, marks))
        return total, days

    def _day(self, day: date, tally: Tally, marks: Sequence[datetime]) -> DayFigures:
        steps = _steps(tally.services.values())
        return DayFigures(
            day=day,
            over=(self.closes_at(day) or marks[-1]) <= self._at,
            visits=tally.visits,
            left=tally.left,
            never_called=steps.never_called,
            waits=steps.waits,
        )

    def _marks(self, day: date) -> list[datetime]:
        """Return when each hour of `day` begins, and when its last one ends."""
        return [local_instant(day, hour * 60, self._mall.time_zone) for hour in range(HOURS + 1)]

    def closes_at(self, day: date) -> datetime | None:
        """Return when the mall closes on `day`; None when the timetable has it closed."""
        noon = local_instant(day, NOON_M, self._mall.time_zone)
        return self._timetable.intake(noon).closes_at

    def _count(self, day: date, marks: Sequence[datetime]) -> Tally:
        ends_at = min(self.closes_at(day) or marks[-1], self._at)
        tally = Tally(self._limits)
        for visit in visits_of(self._session, self._mall.id, day):
            tally.add(visit, marks, ends_at)
        self._count_refusals(tally, marks[0], marks[-1])
        hours = desk_hours(
            self._session,
            self._mall.id,
            from_at=marks[0],
            until_at=marks[-1],
            ends_at=ends_at,
            last_acts={
                id_: desk.last_act_at for id_, desk in tally.desks.items() if desk.last_act_at
            },
        )
        for desk_id, time in hours.items():
            tally.desk(desk_id).manned += time.manned
            tally.desk(desk_id).breaks += time.breaks
        return tally

    def _count_refusals(self, tally: Tally, from_at: datetime, until_at: datetime) -> None:
        told = self._session.execute(
            select(JournalEntry.service_id, JournalEntry.data).where(
                JournalEntry.mall_id == self._mall.id,
                JournalEntry.ticket_id.is_(None),
                JournalEntry.at >= from_at,
                JournalEntry.at < until_at,
                JournalEntry.kind == TicketRefused.__name__,
            )
        )
        for service_id, data in told:
            tally.refusals[data["code"]] += 1
            if data["code"] == QuotaUsedUp.code and service_id is not None:
                tally.service(service_id).quota_refused += 1


def _headline(period: Period, total: Tally, days: list[DayFigures]) -> Headline:
    full = [day.visits for day in days if day.visits and day.over]
    return Headline(
        period=period,
        full_days=len(full),
        visits_on_full_days=sum(full),
        visits=total.visits,
        left=total.left,
        waits=_steps(total.services.values()).waits,
    )


def _steps(tallies: Iterable[StepTally]) -> Steps:
    """Put the counts of services together into the figures of all of them."""
    all_ = StepTally()
    for tally in tallies:
        all_.merge(tally)
    return Steps(
        steps=all_.steps,
        priority=all_.priority,
        waits=_times(all_.waits),
        serving=_times(all_.serving),
        outcomes={outcome: all_.outcomes[outcome] for outcome in Outcome},
        transferred=all_.ends[StepState.TRANSFERRED],
        cancelled=all_.ends[StepState.CANCELLED],
        expired=all_.ends[StepState.EXPIRED],
        open=all_.ends[StepState.WAITING],
        missed=all_.missed,
        came_back=all_.came_back,
        never_called=all_.never_called,
        announced=all_.announced,
        earlier=all_.earlier,
        later=all_.later,
        quota_refused=all_.quota_refused,
    )


def _times(spread: Spread) -> Times:
    return Times(
        n=spread.n,
        median=spread.percentile(50),
        eight_of_ten=spread.percentile(80),
        within=spread.within,
        judged=spread.n + spread.overran,
    )


def _agencies(session: Session, mall: Mall, total: Tally) -> tuple[AgencyFigures, ...]:
    """Return the agencies that anybody came for, in the catalogue's order."""
    agencies = []
    for agency in session.scalars(
        select(Agency).where(Agency.mall_id == mall.id).order_by(Agency.position)
    ):
        asked = [service for service in agency.services if service.id in total.services]
        if asked:
            agencies.append(
                AgencyFigures(
                    code=agency.code,
                    name=agency.name,
                    short_name=agency.short_name,
                    of=_steps(total.services[service.id] for service in asked),
                    services=tuple(_service(service, total) for service in asked),
                )
            )
    return tuple(agencies)


def _service(service: Service, total: Tally) -> ServiceFigures:
    return ServiceFigures(
        code=service.code,
        name_id=service.name_id,
        name_en=service.name_en,
        promise=timedelta(minutes=service.promise_m),
        target=timedelta(minutes=service.target_m),
        of=_steps([total.services[service.id]]),
    )


def _hours(total: Tally) -> tuple[HourFigures, ...]:
    """Return the hours from the first to the last in which anything happened.

    Each is divided by the days on which it is told: an hour before it has as many or more.
    """
    busy = [
        number
        for number, hour in enumerate(total.hours)
        if hour.arrivals or hour.calls or hour.waiting
    ]
    if not busy:
        return ()
    return tuple(
        HourFigures(
            hour=number,
            arrivals=hour.arrivals / hour.days,
            calls=hour.calls / hour.days,
            waiting=hour.waiting / timedelta(hours=1) / hour.days,
        )
        for number, hour in enumerate(total.hours[: busy[-1] + 1])
        if number >= busy[0]
    )


def _desks(session: Session, mall: Mall, total: Tally) -> tuple[DeskFigures, ...]:
    desks = select(Desk).where(Desk.mall_id == mall.id).order_by(Desk.sorts_as)
    return tuple(
        DeskFigures(
            number=desk.number,
            zone=desk.zone.name,
            manned=tally.manned,
            breaks=tally.breaks,
            serving=tally.serving,
            calls=tally.calls,
            finished=tally.finished,
        )
        for desk in session.scalars(desks)
        if (tally := total.desks.get(desk.id)) is not None
    )

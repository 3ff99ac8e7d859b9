"""Hours from the files into their rows: the hall's, the agencies' and the desks'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from counter.files.catalogue import AgencyFile
from counter.files.config import Config
from counter.files.hours import WEEKDAYS, Break, DayHours, SpecialDay, minutes_of, time_of
from models.mall.catalogue import Agency
from models.mall.mall import Desk, Mall, ServingHours


def fill_hall_hours(session: Session, mall: Mall, config: Config) -> None:
    """Bring the hours of the hall itself in step with `config`."""
    ours = ServingHours.mall_id == mall.id
    whose = ServingHours.agency_id.is_(None), ServingHours.desk_id.is_(None)
    session.execute(delete(ServingHours).where(ours, *whose))
    session.add_all(_weekly(config.hours.days, mall_id=mall.id))
    for one in config.hours.special_days:
        if one.agency is None and one.desk is None:
            session.add(_special(one, mall))


def fill_agency_hours(session: Session, agency: Agency, file: AgencyFile) -> None:
    """Bring the weekly hours of `agency` in step with its file; its special days stay."""
    session.execute(
        delete(ServingHours).where(
            ServingHours.agency_id == agency.id, ServingHours.weekday.is_not(None)
        )
    )
    session.add_all(_weekly(file.hours, mall_id=agency.mall_id, agency_id=agency.id))


def fill_desk_hours(session: Session, mall: Mall, config: Config) -> None:
    """Bring the hours of the desks, and the special days of desks and agencies, in step."""
    ours = ServingHours.mall_id == mall.id
    session.execute(delete(ServingHours).where(ours, ServingHours.desk_id.is_not(None)))
    session.execute(
        delete(ServingHours).where(
            ours, ServingHours.agency_id.is_not(None), ServingHours.weekday.is_(None)
        )
    )
    numbers = select(Desk.number, Desk.id).where(Desk.mall_id == mall.id)
    desks = {row.number: row.id for row in session.execute(numbers)}
    for desk in config.desks:
        session.add_all(_weekly(desk.hours, mall_id=mall.id, desk_id=desks[desk.number]))
    codes = select(Agency.code, Agency.id).where(Agency.mall_id == mall.id)
    agencies = {row.code: row.id for row in session.execute(codes)}
    for one in config.hours.special_days:
        agency_id, desk_id = agencies.get(one.agency or ""), desks.get(one.desk or 0)
        # The catalogue in the database may have moved on from its files.
        if agency_id is not None or desk_id is not None:
            session.add(_special(one, mall, agency_id=agency_id, desk_id=desk_id))


def hours_of(rows: Iterable[ServingHours]) -> tuple[DayHours, ...]:
    """Return weekly hours as a file says them: weekdays that are alike stand together."""
    alike: dict[tuple[int, int, tuple[tuple[int, int], ...]], list[int]] = {}
    for row in sorted(rows, key=lambda row: row.weekday or 0):
        if row.weekday is not None and row.opens_m is not None and row.closes_m is not None:
            breaks = tuple((starts, ends) for starts, ends in row.breaks)
            alike.setdefault((row.opens_m, row.closes_m, breaks), []).append(row.weekday)
    return tuple(
        DayHours(
            days=tuple(WEEKDAYS[weekday] for weekday in weekdays),
            opens=time_of(opens_m),
            closes=time_of(closes_m),
            breaks=tuple(
                Break(starts=time_of(starts), ends=time_of(ends)) for starts, ends in breaks
            ),
        )
        for (opens_m, closes_m, breaks), weekdays in alike.items()
    )


def _weekly(weekly: Sequence[DayHours], **owner: int) -> list[ServingHours]:
    return [
        ServingHours(
            weekday=WEEKDAYS.index(day),
            opens_m=minutes_of(hours.opens),
            closes_m=minutes_of(hours.closes),
            breaks=_spans(hours.breaks),
            **owner,
        )
        for hours in weekly
        for day in hours.days
    ]


def _special(one: SpecialDay, mall: Mall, **owner: int | None) -> ServingHours:
    return ServingHours(
        mall_id=mall.id,
        first_day=one.date,
        last_day=one.last,
        opens_m=None if one.opens is None else minutes_of(one.opens),
        closes_m=None if one.closes is None else minutes_of(one.closes),
        breaks=_spans(one.breaks),
        **owner,
    )


def _spans(breaks: Sequence[Break]) -> list[list[int]]:
    return [[minutes_of(one.starts), minutes_of(one.ends)] for one in breaks]

"""The tables of a report: what stands in which column, for paper, files and screen alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from models.core.clock import local_day
from models.figures.figures import Figures, ServiceFigures, Steps
from models.paper.outages import Outage
from models.queue.tickets import Outcome
from printing.reports.formats import Formats, Kind, Value
from printing.reports.report import Column, Table

Row: TypeAlias = tuple[Value, ...]
Say: TypeAlias = Callable[[str], str]


def tables_of(figures: Figures, words: Mapping[str, str], formats: Formats) -> tuple[Table, ...]:
    """Return every table that has a row, in the order in which a report shows them."""

    def say(key: str) -> str:
        return words[f"report.{key}"]

    tables = [
        _days(figures, say),
        _hours(figures, say, formats),
        _services(figures, say, formats),
        _agencies(figures, say),
        _outcomes(figures, say, formats),
        _desks(figures, say),
        _refusals(figures, say),
        _outages(figures, say),
    ]
    return tuple(table for table in tables if table.rows)


def _days(figures: Figures, say: Say) -> Table:
    columns = (
        Column(say("day"), Kind.DAY),
        Column(say("visits")),
        Column(say("left_share"), Kind.SHARE),
        Column(say("wait_median"), Kind.MINUTES),
        Column(say("wait_eight"), Kind.MINUTES),
        Column(say("wait_kept"), Kind.SHARE),
        Column(say("never_called")),
    )
    # A day's report need not say its one day again.
    days = () if figures.period.is_day else figures.days
    rows = tuple(
        (
            day.day,
            day.visits,
            day.left / day.visits if day.visits else None,
            day.waits.median,
            day.waits.eight_of_ten,
            day.waits.kept,
            day.never_called,
        )
        for day in days
    )
    return Table("days", say("by_day"), columns, rows, say("minutes_note"))


def _hours(figures: Figures, say: Say, formats: Formats) -> Table:
    one_day = figures.period.is_day
    kind = Kind.COUNT if one_day else Kind.MEAN
    columns = (
        Column(say("hour"), Kind.TEXT),
        Column(say("arrivals"), kind),
        Column(say("calls"), kind),
        Column(say("waiting"), Kind.MEAN),
    )
    rows = tuple(
        (
            formats.hour(one.hour),
            round(one.arrivals) if one_day else one.arrivals,
            round(one.calls) if one_day else one.calls,
            one.waiting,
        )
        for one in figures.hours
    )
    title = say("by_hour" if one_day else "by_hour_mean")
    return Table("hours", title, columns, rows, say("hours_note"))


def _times(of: Steps) -> Row:
    return (of.waits.median, of.waits.eight_of_ten)


def _services(figures: Figures, say: Say, formats: Formats) -> Table:
    columns = (
        Column(say("agency"), Kind.TEXT),
        Column(say("service"), Kind.TEXT),
        Column(say("asked")),
        Column(say("median"), Kind.MINUTES),
        Column(say("eight"), Kind.MINUTES),
        Column(say("promise"), Kind.MINUTES),
        Column(say("kept"), Kind.SHARE),
        Column(say("never")),
        Column(say("serving"), Kind.MINUTES),
        Column(say("target"), Kind.MINUTES),
        Column(say("serving_kept"), Kind.SHARE),
        Column(say("range_held"), Kind.SHARE),
    )
    rows = tuple(
        (
            agency,
            name,
            one.of.steps,
            *_times(one.of),
            one.promise,
            one.of.waits.kept,
            one.of.never_called,
            one.of.serving.median,
            one.target,
            one.of.serving.kept,
            one.of.range_held,
        )
        for agency, name, one in _each_service(figures, formats)
    )
    return Table("services", say("services_full"), columns, rows, say("services_full_note"))


def _agencies(figures: Figures, say: Say) -> Table:
    columns = (
        Column(say("agency"), Kind.TEXT),
        Column(say("asked")),
        Column(say("median"), Kind.MINUTES),
        Column(say("eight"), Kind.MINUTES),
        Column(say("kept"), Kind.SHARE),
        Column(say("never")),
        Column(say("serving"), Kind.MINUTES),
        Column(say("serving_kept"), Kind.SHARE),
        Column(say("range_held"), Kind.SHARE),
    )
    rows = tuple(
        (
            agency.name,
            agency.of.steps,
            *_times(agency.of),
            agency.of.waits.kept,
            agency.of.never_called,
            agency.of.serving.median,
            agency.of.serving.kept,
            agency.of.range_held,
        )
        for agency in figures.agencies
    )
    return Table("agencies", say("agencies"), columns, rows, say("minutes_note"))


def _outcomes(figures: Figures, say: Say, formats: Formats) -> Table:
    counted = (
        *(outcome.value for outcome in Outcome),
        *("transferred", "cancelled", "expired", "open", "missed", "back", "quota"),
    )
    columns = (
        Column(say("service"), Kind.TEXT),
        *(Column(say(key)) for key in counted),
    )
    rows: tuple[Row, ...] = tuple(
        (
            name,
            *(one.of.outcomes[outcome] for outcome in Outcome),
            one.of.transferred,
            one.of.cancelled,
            one.of.expired,
            one.of.open,
            one.of.missed,
            one.of.came_back,
            one.of.quota_refused,
        )
        for _, name, one in _each_service(figures, formats)
    )
    return Table("outcomes", say("outcomes_full"), columns, rows, say("outcomes_note"))


def _desks(figures: Figures, say: Say) -> Table:
    columns = (
        Column(say("desk"), Kind.TEXT),
        Column(say("zone"), Kind.TEXT),
        Column(say("manned"), Kind.HOURS),
        Column(say("breaks"), Kind.HOURS),
        Column(say("busy"), Kind.SHARE),
        Column(say("calls")),
        Column(say("finished")),
    )
    rows = tuple(
        (one.number, one.zone, one.manned, one.breaks, one.busy, one.calls, one.finished)
        for one in figures.desks
    )
    return Table("desks", say("desks"), columns, rows, say("desks_note"))


def _refusals(figures: Figures, say: Say) -> Table:
    columns = (Column(say("refusal"), Kind.TEXT), Column(say("count")))
    most_first = sorted(figures.refusals.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple((say(f"refusal_{code}"), count) for code, count in most_first)
    return Table("refusals", say("refusals"), columns, rows)


def _outages(figures: Figures, say: Say) -> Table:
    def row(outage: Outage) -> Row:
        until = say("going_on") if outage.until_at is None else outage.until_at
        length = outage.length(figures.made_at)
        day = local_day(outage.from_at, figures.time_zone)
        state = say(f"state_{outage.state}")
        return (outage.printer, state, day, outage.from_at, until, length)

    columns = (
        Column(say("printer"), Kind.TEXT),
        Column(say("state"), Kind.TEXT),
        Column(say("day"), Kind.DAY),
        Column(say("from"), Kind.MOMENT),
        Column(say("until"), Kind.MOMENT),
        Column(f"{say('length')}, {say('unit_minutes')}", Kind.MINUTES),
    )
    rows = tuple(row(outage) for outage in figures.outages)
    return Table("outages", say("outages"), columns, rows)


def _each_service(figures: Figures, formats: Formats) -> Iterator[tuple[str, str, ServiceFigures]]:
    for agency in figures.agencies:
        for one in agency.services:
            yield agency.short_name, name_of(one, formats), one


def name_of(service: ServiceFigures, formats: Formats) -> str:
    """Return the service's name in the report's language."""
    return service.name_en if formats.language == "en" else service.name_id

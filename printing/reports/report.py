"""A report in words: facts and tables with their values, before anything is set or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from models.figures.figures import Figures
from printing.reports.formats import HOUR, Formats, Kind, Value

# More days than a month has would write their numbers over one another; a phone has room for six.
MARKED_DAYS, MARKS = 31, 6


@dataclass(frozen=True)
class Fact:
    """One main figure, what it is compared with, and of how many it is told (`basis`).

    `key` names it in every form.
    """

    key: str
    label: str
    kind: Kind
    value: Value
    before: Value = None
    basis: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a table, with the unit that its head names."""

    label: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True)
class Table:
    """Rows of values under the columns that say what they are."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


def shows_hours(figures: Figures) -> bool:
    """Tell whether a chart should show hours: days are only compared where there are some."""
    return len(figures.days) <= 1


@dataclass(frozen=True)
class Report:
    """All that a report says, in one language; screen, PDF, CSV and XLSX take it from here.

    `chart` says in words what the one chart shows, empty without one.
    `tables` come in the order of a file; `notes` say how things are counted. `attention` and
    `notes` may set words bold by <b>. `fingerprint` is the same for the same figures, whenever
    they were made.
    """

    words: Mapping[str, str]
    formats: Formats
    figures: Figures
    title: str
    subject: str
    headline: str
    lead: tuple[str, ...]
    before: str
    made: str
    facts: tuple[Fact, ...]
    chart: str
    tables: tuple[Table, ...]
    attention: tuple[str, ...]
    notes: tuple[str, ...]
    fingerprint: str

    @property
    def by_hours(self) -> bool:
        """Whether the chart shows hours, not days."""
        return shows_hours(self.figures)

    @property
    def day_marks(self) -> list[str]:
        """Return what stands below each day of a chart; of many days, a few at equal distances."""
        days = self.figures.days
        if len(days) <= MARKED_DAYS:
            return [str(one.day.day) for one in days]
        apart = -(-len(days) // MARKS)
        # A mark at the very end would stick out of the chart.
        marked = range(0, len(days) - apart // 2, apart)
        return [
            self.formats.short_day(one.day) if place in marked else ""
            for place, one in enumerate(days)
        ]

    def table(self, key: str) -> Table:
        """Return the table of that key; KeyError without one."""
        return next(iter(one for one in self.tables if one.key == key))

    def fact(self, key: str) -> Fact:
        """Return the fact of that key."""
        return next(iter(one for one in self.facts if one.key == key))

    def told(self, fact: Fact) -> str:
        """Write a fact's value."""
        return self.formats.told(fact.kind, fact.value)

    def parts(self, fact: Fact, value: Value) -> list[tuple[str, str]]:
        """Write a value of a fact for people, each figure with its unit: 1 jam, 20 menit."""
        if fact.kind is Kind.MINUTES and isinstance(value, timedelta):
            return self.formats.length_parts(value, self.word)
        return [(self.formats.told(fact.kind, value), "")]

    def unit(self, fact: Fact) -> str:
        """Return the unit of a fact that is a length of time, as it stands after its value."""
        if fact.kind is Kind.MINUTES and fact.value is not None:
            return self.word("unit_minutes_one" if self.told(fact) == "1" else "unit_minutes")
        return self.word("unit_hours") if fact.kind is Kind.HOURS else ""

    def told_before(self, fact: Fact) -> str:
        """Write what a fact is compared with; its unit stands above, unless it is another."""
        parts = self.parts(fact, fact.before)
        if isinstance(fact.before, timedelta) and fact.before < HOUR:
            return parts[0][0]
        return " ".join(f"{figure} {unit}".strip() for figure, unit in parts)

    def word(self, key: str, **facts: object) -> str:
        """Return a sentence of the report with its facts filled in."""
        return self.words[f"report.{key}"].format_map(facts)

"""A report in words: facts and tables with their values, before anything is set or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.figures.figures import Figures
from printing.reports.formats import Formats, Kind, Value


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


@dataclass(frozen=True)
class Report:
    """All that a report says, in one language; screen, PDF, CSV and XLSX take it from here.

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
    tables: tuple[Table, ...]
    attention: tuple[str, ...]
    notes: tuple[str, ...]
    fingerprint: str

    def table(self, key: str) -> Table:
        """Return the table of that key; KeyError without one."""
        return next(iter(one for one in self.tables if one.key == key))

    def fact(self, key: str) -> Fact:
        """Return the fact of that key."""
        return next(iter(one for one in self.facts if one.key == key))

    def told(self, fact: Fact) -> str:
        """Write a fact's value."""
        return self.formats.told(fact.kind, fact.value)

    def word(self, key: str, **facts: object) -> str:
        """Return a sentence of the report with its facts filled in."""
        return self.words[f"report.{key}"].format_map(facts)

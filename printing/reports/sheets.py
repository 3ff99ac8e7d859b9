"""A report for spreadsheets: CSV that opens with a double click, and XLSX with real numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from printing.reports.formats import FINE_SHARE, HOUR, MINUTE, Kind, Value
from printing.reports.report import Column, Fact, Report, Table

# A cell that begins so is a formula for a spreadsheet, whoever wrote it into the catalogue.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
LENGTHS: Final = {Kind.MINUTES: "minutes", Kind.HOURS: "hours"}
WIDEST: Final = 60


def as_csv(report: Report) -> bytes:
    """Write the report as CSV: the main figures, then one table below the other.

    Spreadsheets in Indonesian take a comma for the decimal sign and so a semicolon between
    cells; in English it is a point and a comma. The mark at the beginning (BOM) is what lets
    Excel read UTF-8. Numbers are as on paper, without signs between thousands.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if report.formats.language == "id" else ",")
    for row in _csv_rows(report):
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _csv_rows(report: Report) -> Iterator[list[str]]:
    figures = report.figures
    yield [report.title]
    yield [figures.mall, figures.region]
    yield [report.made]
    yield [report.word("fingerprint", code=report.fingerprint)]
    yield []
    yield [report.word("facts")]
    yield [*_fact_heads(report)]
    for fact in report.facts:
        yield [fact.label, *(_plain(report, fact.kind, one) for one in _values(report, fact))]
    for table in report.tables:
        yield []
        yield [table.title]
        yield [head_of(report, column) for column in table.columns]
        for row in table.rows:
            cells = zip(table.columns, row, strict=True)
            yield [_plain(report, column.kind, value) for column, value in cells]


def _fact_heads(report: Report) -> list[str]:
    heads = [report.word("figure"), report.word("value")]
    if report.before:
        heads.append(report.before)
    return [*heads, report.word("unit"), report.word("basis")]


def _values(report: Report, fact: Fact) -> list[Value]:
    values = [fact.value, fact.before] if report.before else [fact.value]
    unit = report.word(f"unit_{LENGTHS[fact.kind]}") if fact.kind in LENGTHS else ""
    return [*values, unit, fact.basis]


def head_of(report: Report, column: Column) -> str:
    """Return a column's head with the unit of its lengths of time."""
    unit = LENGTHS.get(column.kind)
    word = "" if unit is None else report.word(f"unit_{unit}")
    return f"{column.label}, {word}" if word and word not in column.label else column.label


def _plain(report: Report, kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return report.formats.told(kind, value, grouped=False)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def as_xlsx(report: Report) -> bytes:
    """Write the report as a workbook: a sheet of main figures and one for each table.

    Cells hold the exact values: shares of 0 to 1, minutes and hours as numbers, instants as
    local time; their formats show them as paper does.
    """
    book = Workbook(write_only=True)
    book.properties.title = report.title
    book.properties.creator = f"{report.figures.mall} {report.figures.region}"
    book.properties.subject = report.subject
    book.properties.language = report.formats.locale.replace("_", "-")
    _fact_sheet(report, book.create_sheet(_sheet_name(report.word("facts"))))
    for table in report.tables:
        _table_sheet(report, table, book.create_sheet(_sheet_name(table.title)))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _sheet_name(title: str) -> str:
    return title.replace("/", "-")[:31]


def _fact_sheet(report: Report, sheet: WriteOnlyWorksheet) -> None:
    _set_width(sheet, 1, 34)
    figures = report.figures
    fingerprint = report.word("fingerprint", code=report.fingerprint)
    told = (report.title, f"{figures.mall} {figures.region}", report.made, fingerprint)
    for number, line in enumerate(told):
        sheet.append([_cell(report, sheet, Kind.TEXT, line, bold=number == 0)])
    sheet.append([])
    _heads(report, sheet, _fact_heads(report))
    for fact in report.facts:
        cells = [_cell(report, sheet, Kind.TEXT, fact.label)]
        cells += [_cell(report, sheet, fact.kind, value) for value in _values(report, fact)]
        sheet.append(cells)


def _table_sheet(report: Report, table: Table, sheet: WriteOnlyWorksheet) -> None:
    heads = [head_of(report, column) for column in table.columns]
    for number, head in enumerate(heads, start=1):
        told = [row[number - 1] for row in table.rows]
        texts = [len(one) for one in told if isinstance(one, str)]
        width = min(max([len(head), 8, *texts]) + 2, WIDEST)
        _set_width(sheet, number, width)
    sheet.freeze_panes = "A2"
    _heads(report, sheet, heads)
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        sheet.append([_cell(report, sheet, column.kind, value) for column, value in cells])


def _set_width(sheet: WriteOnlyWorksheet, column: int, letters: int) -> None:
    columns = sheet.column_dimensions  # type: ignore[attr-defined]  # missing in the stubs alone
    columns[get_column_letter(column)].width = letters


def _heads(report: Report, sheet: WriteOnlyWorksheet, heads: list[str]) -> None:
    sheet.append([_cell(report, sheet, Kind.TEXT, head, bold=True) for head in heads])


def _cell(
    report: Report, sheet: WriteOnlyWorksheet, kind: Kind, value: Value, *, bold: bool = False
) -> Cell:
    if isinstance(value, timedelta):
        value = value / (HOUR if kind is Kind.HOURS else MINUTE)
    elif isinstance(value, datetime):
        # Spreadsheets know no time zones: what the clock on the wall showed.
        value = value.astimezone(report.formats.zone).replace(tzinfo=None)
    elif isinstance(value, date):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 — a day, no instant.
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula
        cell.font = Font(bold=bold)
    else:
        cell.number_format = _number_format(kind, value)
    return cell


def _number_format(kind: Kind, value: Value) -> str:
    fine = isinstance(value, float) and 0 < value < FINE_SHARE
    return {
        Kind.TEXT: "General",
        Kind.COUNT: "#,##0",
        Kind.MEAN: "#,##0.0",
        Kind.MINUTES: "0",
        Kind.HOURS: "0.0",
        Kind.SHARE: "0.0%" if fine else "0%",
        Kind.DAY: "yyyy-mm-dd",
        Kind.MOMENT: "hh:mm",
    }[kind]

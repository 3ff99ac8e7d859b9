"""A report for spreadsheets: CSV with one table a file, and XLSX with real numbers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from printing.reports.formats import HOUR, MINUTE, Kind, Value, share_digits
from printing.reports.report import Column, Fact, Report, Table

# A cell that begins so may be a formula for a spreadsheet, whoever wrote it into the catalogue:
# some drop what cannot be seen before the sign, and some read the signs of full width as well.
FORMULA: Final = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
)
LENGTHS: Final = {Kind.MINUTES: "minutes", Kind.HOURS: "hours"}
WIDEST: Final = 60


def as_zip(report: Report) -> bytes:
    """Write the report as CSV files in one ZIP: what it is, the main figures, then each table.

    A file is one table with its heads in the first row, so that any program reads it as it is.
    The names in the ZIP are plain letters, their time is when the report was made.
    """
    data = io.BytesIO()
    made = report.figures.made_at.astimezone(report.formats.zone)
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, rows in csv_tables(report):
            entry = zipfile.ZipInfo(name, made.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, _csv(report, rows))
    return data.getvalue()


def csv_tables(report: Report) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the name and the rows of each CSV file."""
    tables = [(report.word("about"), _about(report)), (report.word("facts"), _facts(report))]
    tables += [(table.title, _rows(report, table)) for table in report.tables]
    for number, (title, rows) in enumerate(tables):
        yield f"{number:02d}-{_file_name(title)}.csv", rows


def _file_name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _csv(report: Report, rows: list[list[str]]) -> bytes:
    """Write rows so that a double click opens them.

    Spreadsheets in Indonesian take a comma for the decimal sign and so a semicolon between
    cells; in English it is a point and a comma. The mark at the beginning (BOM) is what lets
    Excel read UTF-8. Numbers are as on paper, without signs between thousands.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if report.formats.language == "id" else ",")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _about(report: Report) -> list[list[str]]:
    """Tell what the report is, and how each figure is counted."""
    figures = report.figures
    return [
        [report.word("subject_head"), report.word("explained")],
        [report.word("report_head"), report.title],
        [report.word("mall_head"), f"{figures.mall}, {figures.region}"],
        [report.word("made_head"), report.made],
        [report.word("fingerprint_head"), report.fingerprint],
        *(list(defined(note)) for note in report.notes),
    ]


def defined(note: str) -> tuple[str, str]:
    """Take a definition apart into its term, which is set bold, and what it says."""
    term, _, said = note.removeprefix("<b>").partition("</b>")
    return term, said.strip()


def _facts(report: Report) -> list[list[str]]:
    rows = [_fact_heads(report)]
    for fact in report.facts:
        values = (_plain(report, fact.kind, one) for one in _values(report, fact))
        rows.append([fact.label, *values])
    return rows


def _rows(report: Report, table: Table) -> list[list[str]]:
    heads = [head_of(report, column) for column in table.columns]
    return [heads] + [
        [
            _plain(report, column.kind, value)
            for column, value in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]


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
    return f"'{cell}" if FORMULA.match(cell) else cell


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
    _definition_sheet(report, book.create_sheet(_sheet_name(report.word("definitions"))))
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


def _definition_sheet(report: Report, sheet: WriteOnlyWorksheet) -> None:
    _set_width(sheet, 1, 34)
    for note in report.notes:
        sheet.append([_cell(report, sheet, Kind.TEXT, told) for told in defined(note)])


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
        cell.number_format = _number_format(report, kind, value)
    return cell


def _number_format(report: Report, kind: Kind, value: Value) -> str:
    if kind is Kind.SHARE and isinstance(value, float):
        return _share_format(report, value)
    return {
        Kind.TEXT: "General",
        Kind.COUNT: "#,##0",
        Kind.MEAN: "#,##0.0",
        Kind.MINUTES: "0",
        Kind.HOURS: "0.0",
        Kind.SHARE: "0%",
        Kind.DAY: "yyyy-mm-dd",
        Kind.MOMENT: "hh:mm",
    }[kind]


def _share_format(report: Report, value: float) -> str:
    told = report.formats.share(value)
    if told.startswith(("<", ">")):
        return f'"{told}"'  # the cell keeps the exact value and shows the words
    return "0.0%" if share_digits(value) else "0%"

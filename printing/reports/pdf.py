"""A report as a PDF: a first page that tells all at a glance, then every table in full."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Paragraph

from printing.reports import look
from printing.reports.formats import Kind
from printing.reports.glance import at_a_glance
from printing.reports.look import Faces
from printing.reports.paging import TEXT_WIDTH, Heading, set_pages
from printing.reports.report import Report, Table
from printing.reports.ruling import ruled, widths_of


def as_pdf(report: Report, faces: Faces) -> bytes:
    """Write the report as a PDF file in A4, its fonts embedded."""
    look.use(faces)
    return set_pages(report, [*at_a_glance(report), *_in_full(report)])


def _in_full(report: Report) -> Iterator[Flowable]:
    yield PageBreak()
    for table in report.tables:
        yield from _full_table(report, table)
    yield KeepTogether(
        [
            Heading(report.word("definitions")),
            *(Paragraph(note, look.LINE_ITEM) for note in report.notes),
        ]
    )


def _full_table(report: Report, table: Table) -> Iterator[Flowable]:
    kinds = [column.kind for column in table.columns]
    heads = [column.label for column in table.columns]
    told = report.formats.told
    rows = [
        [told(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in table.rows
    ]
    numbers = {place for place, kind in enumerate(kinds) if kind is not Kind.TEXT}
    widths = widths_of(heads, rows, numbers=numbers, room=TEXT_WIDTH)
    yield CondPageBreak(40 * mm)
    yield Heading(table.title)
    yield ruled(heads, rows, widths, numbers=numbers, named_once=kinds[:2] == [Kind.TEXT] * 2)
    if table.note:
        yield Paragraph(escape(table.note), look.NOTE)

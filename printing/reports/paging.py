"""The pages of a PDF report: head, foot and numbers on each, and what the file says of itself.

The file carries its language, title, subject and an outline of its headings. Tags (PDF/UA), and
with them texts behind drawings, are beyond the library: docs/laporan.md says what to give instead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph
from typing_extensions import override

from printing.ink.silhouettes import petals
from printing.reports import look
from printing.reports.report import Report

WIDTH, HEIGHT = A4
TEXT_WIDTH = WIDTH - look.LEFT - look.RIGHT
_HEAD, _FOOT, _MARK = 17 * mm, 8 * mm, 10 * mm
_SMALL = 8


class Heading(Paragraph):
    """A heading, which the outline of the file names, too."""

    def __init__(self, told: str) -> None:
        super().__init__(escape(told), look.HEADING)
        self._told = told

    @override
    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """Return no parts: a heading stays whole."""
        return []

    @override
    def draw(self) -> None:
        canvas: Any = self.canv
        _, y = canvas.absolutePosition(0, self.height)
        canvas.headings.append((self._told, y))
        super().draw()


def set_pages(report: Report, story: Sequence[Flowable]) -> bytes:
    """Set `story` on A4 pages with the report's head and foot, and return the PDF file."""
    data = io.BytesIO()
    document = BaseDocTemplate(
        data,
        pagesize=A4,
        title=report.title,
        author=f"{report.figures.mall} {report.figures.region}",
        subject=report.subject,
        keywords=[table.title for table in report.tables],
        creator="Balai",
        lang=report.formats.locale.replace("_", "-"),
        initialFontName=look.TEXT,
    )
    frame = Frame(
        look.LEFT,
        look.BOTTOM + _FOOT,
        TEXT_WIDTH,
        HEIGHT - look.TOP - look.BOTTOM - _HEAD - _FOOT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document.addPageTemplates([PageTemplate(id="page", frames=[frame])])
    document.build(list(story), canvasmaker=_numbering(report))
    return data.getvalue()


def _numbering(report: Report) -> type[Canvas]:
    """Return a canvas that draws head and foot once it knows how many pages there are."""
    # The machine's own clock may be hours from the hall's, and an example's days.
    made_at = report.figures.made_at.astimezone(report.formats.zone)
    offset = f"{made_at:%z}"
    made = f"D:{made_at:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"

    class Numbering(Canvas):
        """Keeps pages until their number is known, each with the headings on it."""

        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            self._pages: list[dict[str, Any]] = []
            self.headings: list[tuple[str, float]] = []
            self.setViewerPreference("DisplayDocTitle", "true")
            self.setDateFormatter(lambda *_: made)

        @override
        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self.headings = []
            self._startPage()  # type: ignore[attr-defined]  # missing in the stubs alone

        @override
        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _draw_head(self, report, number, len(self._pages))
                _draw_foot(self, report)
                _outline(self, report, number, self.headings)
                super().showPage()
            super().save()

    return Numbering


def _draw_head(canvas: Canvas, report: Report, number: int, pages: int) -> None:
    top = HEIGHT - look.TOP
    _draw_mark(canvas, look.LEFT, top)
    x = look.LEFT + _MARK + 3 * mm
    canvas.setFillColor(look.INK)
    canvas.setFont(look.BOLD, 11.5)
    canvas.drawString(x, top - 4.3 * mm, report.title)
    canvas.setFont(look.TEXT, 9.6)
    canvas.drawString(x, top - 8.7 * mm, f"{report.figures.mall}, {report.figures.region}")
    canvas.setFont(look.TEXT, 9)
    told = report.word("page", page=number, pages=pages)
    canvas.drawRightString(WIDTH - look.RIGHT, top - 6 * mm, told)
    canvas.setStrokeColor(look.INK)
    canvas.setLineWidth(0.5 * mm)
    canvas.line(look.LEFT, top - _MARK - 3 * mm, WIDTH - look.RIGHT, top - _MARK - 3 * mm)


def _outline(
    canvas: Canvas, report: Report, page: int, headings: Sequence[tuple[str, float]]
) -> None:
    """Enter the page's headings; the first page's stand below the report's own title."""
    entries = [(report.title, HEIGHT, 0)] if page == 1 else []
    entries += [(told, y, 1) for told, y in headings]
    for place, (told, y, level) in enumerate(entries):
        key = f"{page}-{place}"
        canvas.bookmarkHorizontalAbsolute(key, y)
        canvas.addOutlineEntry(told, key, level=level, closed=False)
    canvas.showOutline()


def _draw_mark(canvas: Canvas, x: float, top: float) -> None:
    """Draw the house's mark; the part of its square that is empty all around is cut away."""
    scale = _MARK / 92
    for number, petal in enumerate(petals()):
        path = canvas.beginPath()
        for step, (across, down) in enumerate(petal):
            move = path.lineTo if step else path.moveTo
            move(x + (across - 4) * scale, top - (down - 4) * scale)
        path.close()
        canvas.setFillColor(look.KUNYIT if number == 0 else look.NILA)
        canvas.drawPath(path, stroke=0, fill=1)


def _draw_foot(canvas: Canvas, report: Report) -> None:
    line = look.BOTTOM + 5 * mm
    canvas.setStrokeColor(look.LINE)
    canvas.setLineWidth(0.25 * mm)
    canvas.line(look.LEFT, line, WIDTH - look.RIGHT, line)
    canvas.setFillColor(look.INK_2)
    canvas.setFont(look.TEXT, _SMALL)
    told = report.word("fingerprint", code=report.fingerprint)
    canvas.drawRightString(WIDTH - look.RIGHT, look.BOTTOM, told)
    room = TEXT_WIDTH - canvas.stringWidth(told, look.TEXT, _SMALL) - 6 * mm
    for place, words in enumerate(simpleSplit(report.made, look.TEXT, _SMALL, room)):
        canvas.drawString(look.LEFT, look.BOTTOM - place * (_SMALL + 2), words)

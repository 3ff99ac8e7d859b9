"""The pages of a PDF report: head, foot and numbers on each, and what the file says of itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate
from typing_extensions import override

from printing.ink.silhouettes import petals
from printing.reports import look
from printing.reports.report import Report

WIDTH, HEIGHT = A4
TEXT_WIDTH = WIDTH - look.LEFT - look.RIGHT
_HEAD, _FOOT, _MARK = 17 * mm, 8 * mm, 10 * mm


def set_pages(report: Report, story: Sequence[Flowable]) -> bytes:
    """Set `story` on A4 pages with the report's head and foot, and return the PDF file."""
    data = io.BytesIO()
    document = BaseDocTemplate(
        data,
        pagesize=A4,
        title=report.title,
        author=f"{report.figures.mall} {report.figures.region}",
        subject=report.subject,
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

    class Numbering(Canvas):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            self._pages: list[dict[str, Any]] = []
            self.setViewerPreference("DisplayDocTitle", "true")

        @override
        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # missing in the stubs alone

        @override
        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _draw_head(self, report, number, len(self._pages))
                _draw_foot(self, report)
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
    canvas.setFont(look.TEXT, 8)
    canvas.drawString(look.LEFT, look.BOTTOM, report.made)
    told = report.word("fingerprint", code=report.fingerprint)
    canvas.drawRightString(WIDTH - look.RIGHT, look.BOTTOM, told)

"""The test page: shows on paper what a printer makes of each thing that a slip may ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from printing.ink import drawing
from printing.ink.layout import Look
from printing.papers.writing import BOLD, BOLD_MIDDLE, SMALL_MIDDLE, Content, Writer

_ROW = 16
# What Indonesian and English papers are written with beyond plain letters, as one sentence.
SAMPLE = "Pelayanan publik 08.00–15.00 “cepat” ‘tepat’ — café, à la carte, Ünal, ½ × 2…"


@dataclass(frozen=True, kw_only=True)
class Trial(Content):
    """A test of the printer with the code `printer`; the QR code holds `url`."""

    printer: str
    url: str
    printed_at: AwareDatetime

    @override
    def write(self, writer: Writer) -> None:
        writer.paragraph(writer.said("test.title"), BOLD_MIDDLE)
        writer.title(self.printer)
        writer.paragraph(writer.when(self.printed_at))
        writer.sheet.feed(12)
        self._facts(writer)
        self._width(writer)
        self._looks(writer)
        self._letters(writer)
        writer.code(self.url)
        writer.paragraph(writer.said("test.scan"))
        writer.paragraph(self.url)
        writer.sheet.feed(12)
        writer.foot()
        writer.own_lines()
        writer.paragraph(writer.said(f"test.cut_{writer.paper.cut}"), BOLD_MIDDLE)

    def _facts(self, writer: Writer) -> None:
        paper = writer.paper
        page = f"{paper.code_page} ({paper.code_page_number})"
        by = writer.said("test.by_printer" if paper.native_qr else "test.by_balai")
        drawn = writer.said("test.raster" if paper.raster else "test.text")
        for key, value in (
            ("profile", paper.profile),
            ("columns", str(paper.columns)),
            ("dots", str(paper.dots)),
            ("code_page", page),
            ("qr", by),
            ("drawings", drawn),
        ):
            writer.row(writer.said(f"test.{key}"), value)
        writer.sheet.feed(16)

    def _width(self, writer: Writer) -> None:
        columns = writer.paper.columns
        writer.paragraph(writer.said("test.width"), BOLD)
        tens = "".join(f"{ten:>10}" for ten in range(10, columns + 1, 10))
        writer.sheet.line(tens.ljust(columns))
        writer.sheet.line("".join(str(column % 10) for column in range(1, columns + 1)))
        writer.paragraph(writer.said("test.last"), Look())
        if writer.paper.raster:
            writer.sheet.feed(8)
            writer.sheet.draw(drawing.ruler(writer.paper))
            writer.paragraph(writer.said("test.edges"), Look())
        writer.sheet.feed(16)

    def _looks(self, writer: Writer) -> None:
        writer.paragraph(writer.said("test.looks"), BOLD)
        for size in (1, 2, 3, 4):
            writer.sheet.line(f"{size}x A058", Look(width=size, height=size))
        writer.paragraph(writer.said("test.bold"), BOLD)
        writer.paragraph(writer.said("test.inverted"), Look(invert=True))
        writer.paragraph(writer.said("test.middle"))
        writer.paragraph(writer.said("test.small"), SMALL_MIDDLE)
        writer.sheet.feed(16)

    def _letters(self, writer: Writer) -> None:
        page = writer.paper.code_page
        writer.paragraph(writer.said("test.letters", page=page), BOLD)
        writer.paragraph(SAMPLE, Look())
        gap = " " if writer.paper.columns > 2 * _ROW + 3 else ""
        for first in range(0x20, 0x100, _ROW):
            codes = range(first, first + _ROW)
            letters = [bytes((code,)).decode(page, errors="replace") for code in codes]
            shown = [one if one.isprintable() and one != "\ufffd" else " " for one in letters]
            writer.sheet.line(f"{first:02X} {gap.join(['', *shown])}".rstrip())
        writer.sheet.feed(16)

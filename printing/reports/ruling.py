"""Tables on paper: hairlines between rows, numbers to the right, heads again on each page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle
from typing_extensions import override

from printing.reports import look

PADDING = 2.5 * mm
# A column of text takes no more than this for itself while others need room, too.
WIDEST_TEXT = 62 * mm
LEAST_TEXT = 22 * mm

Rows = Sequence[Sequence[str]]


def ruled(
    heads: Sequence[str],
    rows: Rows,
    widths: Sequence[float],
    *,
    numbers: Collection[int],
    bold: Collection[int] = (),
    named_once: bool = False,
) -> Flowable:
    """Return a table; `numbers` are the columns set to the right, `bold` the rows from 0.

    With `named_once` a row's first cell stays empty where it says the same as the one above,
    but never at the top of a page.
    """
    head = [
        Paragraph(escape(told), look.HEAD_RIGHT if place in numbers and place else look.HEAD)
        for place, told in enumerate(heads)
    ]
    body = [
        [
            told if place in numbers else _text(told, widths[place], bold=number in bold)
            for place, told in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ]
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), look.TEXT, 9, 11),
        ("TEXTCOLOR", (0, 1), (-1, -1), look.INK),
        ("LINEBELOW", (0, 0), (-1, 0), 0.4 * mm, look.INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2 * mm, look.LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.25 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.35 * mm),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "MIDDLE"),
    ]
    commands += [("ALIGN", (place, 1), (place, -1), "RIGHT") for place in numbers if place]
    # Heads that fill their columns must not run into each other.
    commands += [("LEFTPADDING", (place, 0), (place, 0), 1.2 * mm) for place in numbers if place]
    commands += [("FONT", (0, row + 1), (-1, row + 1), look.BOLD, 9, 11) for row in bold]
    # A number in the first column names its row: it stays at the left like any name.
    commands += [("ALIGN", (0, 1), (0, -1), "LEFT")]
    kind = _NamedOnce if named_once else Table
    return kind(
        [head, *body],
        colWidths=list(widths),
        repeatRows=1,
        hAlign="LEFT",
        style=TableStyle(commands),
    )


class _NamedOnce(Table):
    """Leaves out a name under itself, as eyes do; each part of it on a page begins anew."""

    @override
    def draw(self) -> None:
        rows: list[list[Any]] = self._cellvalues  # type: ignore[attr-defined]  # the stubs miss it
        above: str | None = None
        for row in rows[1:]:
            name = _plain(row[0])
            if name == above:
                row[0] = ""
            above = name
        super().draw()


def _plain(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Paragraph):
        return cell.getPlainText()
    return " ".join(_plain(one) for one in cell)


def _text(told: str, width: float, *, bold: bool) -> Flowable | str:
    face, style = (look.BOLD, look.CELL_BOLD) if bold else (look.TEXT, look.CELL)
    if stringWidth(told, face, style.fontSize) <= width:
        return told
    return Paragraph(escape(told), style)


def widths_of(
    heads: Sequence[str], rows: Rows, *, numbers: Collection[int], room: float
) -> list[float]:
    """Return widths that hold every number on one line and share the rest among the texts."""
    wanted = []
    for place, head in enumerate(heads):
        cells = max((stringWidth(row[place], look.TEXT, 9) for row in rows), default=0)
        longest_word = max(stringWidth(word, look.STRONG, 8.2) for word in head.split())
        least = max(cells, longest_word) + PADDING
        wanted.append(least if place in numbers else min(least, WIDEST_TEXT))
    over = sum(wanted) - room
    texts = [place for place in range(len(heads)) if place not in numbers]
    if over > 0 and texts:
        _level(wanted, texts, over)
    elif over < 0:
        # Narrow tables stay narrow enough to be read across, wide ones fill the page.
        spare = -over if len(heads) > 4 else min(-over, room / 3)
        for place in range(len(heads)):
            wanted[place] += spare / len(heads)
    return wanted


def _level(wanted: list[float], texts: Sequence[int], over: float) -> None:
    """Take `over` from the widest texts, until they are equally wide."""
    room = sum(wanted[place] for place in texts) - over
    left = len(texts)
    for place in sorted(texts, key=lambda place: wanted[place]):
        wanted[place] = min(wanted[place], max(room / left, LEAST_TEXT))
        room -= wanted[place]
        left -= 1

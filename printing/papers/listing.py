"""Lists to tick: a heading and its items, in a frame where the printer can draw one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from printing.ink import drawing
from printing.ink.layout import Look, wrap

if TYPE_CHECKING:
    # The printer library writes a temporary file when it is imported: only who prints needs it.
    from printing.ink.typesetting import Sheet

_HEADING = Look(bold=True)
# What the sides of a frame and the white beside them take of a line, and what a box takes.
_FRAME_CELLS = 4
_BOX_CELLS = 3


def framed(sheet: Sheet, heading: str, items: Sequence[str]) -> None:
    """Write the list in a frame: its sides are drawn line by line, for a few bytes each."""
    columns = sheet.paper.columns - _FRAME_CELLS
    sheet.draw(drawing.frame_end(sheet.paper, top=True))
    sheet.solid(1)
    for line in wrap(sheet.fit(heading), columns):
        sheet.framed(line, _HEADING)
    for item in items:
        for index, line in enumerate(wrap(sheet.fit(item), columns - _BOX_CELLS)):
            first = index == 0
            sheet.framed(line if first else " " * _BOX_CELLS + line, box=first)
    sheet.airy()
    sheet.draw(drawing.frame_end(sheet.paper, top=False))


def plain(sheet: Sheet, heading: str, items: Sequence[str]) -> None:
    """Write the list in text alone."""
    for line in wrap(sheet.fit(heading), sheet.paper.columns):
        sheet.line(line, _HEADING)
    for item in items:
        for index, line in enumerate(wrap(sheet.fit(item), sheet.paper.columns - _FRAME_CELLS)):
            if index == 0:
                sheet.box()
            else:
                sheet.words(" " * _BOX_CELLS)
            sheet.line(f" {line}")

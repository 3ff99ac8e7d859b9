"""The look of a report on paper: its faces, colours and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import reportlab
from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT, STRONG, BOLD = "Balai", "Balai-Strong", "Balai-Bold"

# The house's own colours; a test holds them to the pages' tokens.css.
NILA: Final = HexColor("#2E43A2")
NILA_SOFT: Final = HexColor("#A6B3E6")
KUNYIT: Final = HexColor("#FFC629")
TRACK: Final = HexColor("#E9ECF3")
LINE: Final = HexColor("#BCC4D3")
INK: Final = HexColor("#131A29")
INK_2: Final = HexColor("#37425A")

# Without it a table names Helvetica, which no file may count on, even if it sets no letter in it.
BASE: Final = ("FONT", (0, 0), (-1, -1), TEXT)
LEFT, RIGHT, TOP, BOTTOM = 15 * mm, 15 * mm, 14 * mm, 12 * mm


@dataclass(frozen=True)
class Faces:
    """The TrueType files of one weight each: text, the heads of tables, bold."""

    text: Path
    strong: Path
    bold: Path


def builtin_faces() -> Faces:
    """Return the faces that reportlab brings along, for a house without fonts of its own."""
    folder = Path(reportlab.__file__).parent / "fonts"
    return Faces(folder / "Vera.ttf", folder / "VeraBd.ttf", folder / "VeraBd.ttf")


def use(faces: Faces) -> None:
    """Make the faces known to reportlab, which keeps them for the whole process."""
    for name, path in ((TEXT, faces.text), (STRONG, faces.strong), (BOLD, faces.bold)):
        pdfmetrics.registerFont(TTFont(name, str(path)))
    # A drawing begins with its library's own face, which would not be embedded.
    STATE_DEFAULTS["fontName"] = TEXT
    # <b> in a sentence is the bold face; the house has no slanted one.
    pdfmetrics.registerFontFamily(TEXT, normal=TEXT, bold=BOLD, italic=TEXT, boldItalic=BOLD)


def _style(
    face: str,
    size: float,
    leading: float,
    *,
    before: float = 0,
    after: float = 0,
    right: bool = False,
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{face} {size}",
        fontName=face,
        fontSize=size,
        leading=leading,
        textColor=INK,
        spaceBefore=before,
        spaceAfter=after,
        alignment=TA_RIGHT if right else TA_LEFT,
    )


HEADLINE = _style(BOLD, 22, 25, after=2.5 * mm)
LEAD = _style(TEXT, 11, 15.8, after=5 * mm)
HEADING = _style(BOLD, 11.5, 15, before=5.5 * mm, after=1.8 * mm)
NOTE = _style(TEXT, 8.2, 11.4, before=1.4 * mm)
LINE_ITEM = _style(TEXT, 9, 12.6)
CELL = _style(TEXT, 9, 11)
CELL_RIGHT = _style(BOLD, 9, 11, right=True)
CELL_BOLD = _style(BOLD, 9, 11)
HEAD = _style(STRONG, 8.2, 10)
HEAD_RIGHT = _style(STRONG, 8.2, 10, right=True)
LABEL = _style(TEXT, 8.4, 11)
FIGURE = _style(BOLD, 17, 21)

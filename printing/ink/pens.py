"""What drawn parts are made of: blank sheets, type in the house's face, lines set in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from printing.ink.layout import Paper, printable

BLACK, WHITE = 0, 255
# The same everywhere: the finer engine is not part of every build of the library.
_PLAIN_LAYOUT = ImageFont.Layout.BASIC
SEMIBOLD, EXTRABOLD = 600, 800


@dataclass(frozen=True)
class Sizes:
    """Lengths in printer dots (about eight to the millimetre) for one width of paper."""

    mark: int
    head: int
    region: int
    number: int
    block: int
    flower: int
    small: int
    zone: int
    value: int
    radius: int


_WIDE = Sizes(64, 28, 24, 186, 18, 98, 24, 46, 39, 20)
_NARROW = Sizes(52, 22, 20, 132, 14, 76, 20, 34, 27, 16)
WIDE_DOTS = 500
_LEADING = 1.25
# The letters that the house's face is sure to have.
_LETTERS = "cp1252"
# A gap between words that survives the loss of grey, in parts of the size.
_WORD_GAP = 0.35


def sizes_for(paper: Paper) -> Sizes:
    return _WIDE if paper.dots >= WIDE_DOTS else _NARROW


class Pen:
    """Sets text in the house's face, or in a plain one where no face is given."""

    def __init__(self, paper: Paper, size: int, weight: int) -> None:
        self.font = _font(paper.face, size, weight)
        # The plain face has one weight: heavier strokes are made by smearing.
        heavy = paper.face is None and weight == EXTRABOLD
        self.smear = max(1, size // 36) if heavy else 0
        self.leading = round(size * _LEADING)
        self.gap = round(size * _WORD_GAP)

    def width(self, text: str) -> int:
        words = _words(text)
        letters = sum(_length(self.font, word) + 2 * self.smear for word in words)
        return letters + self.gap * (len(words) - 1)

    def lines(self, text: str, width: int) -> list[str]:
        """Break `text` into lines of at most `width` dots, between words where it can."""
        lines: list[str] = []
        for word in printable(text, _LETTERS).split():
            if lines and self.width(f"{lines[-1]} {word}") <= width:
                lines[-1] = f"{lines[-1]} {word}"
            else:
                lines += self._pieces(word, width)
        return lines

    def _pieces(self, word: str, width: int) -> list[str]:
        if self.width(word) <= width:
            return [word]
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.width(pieces[-1] + letter) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def write(self, image: Image.Image, left: int, baseline: int, text: str, ink: int) -> None:
        draw = ImageDraw.Draw(image)
        draw.fontmode = "1"  # Thermal paper knows no grey.
        for word in _words(text):
            at = (left + self.smear, baseline)
            draw.text(at, word, fill=ink, font=self.font, anchor="ls", stroke_width=self.smear)
            left += self.width(word) + self.gap


# Opening a face costs a tenth of a slip, and a slip takes eight of them.
@cache
def _font(face: Path | None, size: int, weight: int) -> ImageFont.FreeTypeFont:
    if face is not None:
        font = ImageFont.truetype(face, size, layout_engine=_PLAIN_LAYOUT)
        font.set_variation_by_axes([weight])
        return font
    plain = files("barcode") / "fonts" / "DejaVuSansMono.ttf"
    with as_file(plain) as path:
        return ImageFont.truetype(path, round(size * 0.86), layout_engine=_PLAIN_LAYOUT)


@lru_cache(maxsize=4096)
def _length(font: ImageFont.FreeTypeFont, word: str) -> int:
    return round(font.getlength(word))


def _words(text: str) -> list[str]:
    return text.split(" ")


def blank(paper: Paper, height: int) -> Image.Image:
    # As wide as the paper, for clones leave a narrower drawing at the left edge.
    return Image.new("L", (paper.dots, height), WHITE)


@dataclass(frozen=True)
class Block:
    """Lines of text under each other, each set with a pen of its own."""

    rows: tuple[tuple[Pen, str], ...]

    @property
    def height(self) -> int:
        return sum(pen.leading for pen, _ in self.rows)

    @property
    def width(self) -> int:
        return max((pen.width(line) for pen, line in self.rows), default=0)

    def write(self, sheet: Image.Image, left: int, top: int, ink: int, width: int = 0) -> None:
        """Write the lines from `left`, `top`; each in the middle of `width` if that is given."""
        for pen, line in self.rows:
            indent = (width - pen.width(line)) // 2 if width else 0
            pen.write(sheet, left + indent, top + round(pen.leading * 0.78), line, ink)
            top += pen.leading


def block_of(width: int, *texts: tuple[Pen, str]) -> Block:
    return Block(tuple((pen, line) for pen, text in texts for line in pen.lines(text, width)))

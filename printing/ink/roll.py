"""A roll of thermal paper while it is being printed: cells, lines, drawings, feeds and cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import as_file, files

from PIL import Image, ImageChops, ImageDraw, ImageFont

from printing.ink import codes
from printing.ink.layout import CELL_DOTS, CELL_HEIGHT_DOTS

# While printing, 255 is a burnt dot: drawings add up.
BLACK, WHITE = 255, 0


@dataclass(frozen=True)
class Line:
    """A printed line of text and how many dots of the paper it takes."""

    text: str
    dots: int


@dataclass(frozen=True)
class Printout:
    """What a printer made of some bytes.

    `image` holds the printable width in mode "L", 255 for a burnt dot. `overflows` counts
    lines and drawings that were wider than the paper; `unknown` the bytes nobody understood.
    """

    image: Image.Image
    lines: tuple[Line, ...]
    qr: tuple[str, ...]
    cuts: tuple[int, ...]
    unknown: tuple[bytes, ...]
    overflows: int


@dataclass(frozen=True)
class Style:
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: int = 0
    invert: bool = False
    small: bool = False
    align: str = "left"
    spacing: int = 34  # a sixth of an inch at 203 dots per inch
    page: str = "cp437"


@dataclass
class Code:
    """What `GS ( k` has been told so far about the next QR code."""

    module: int = 3
    level: str = "L"
    content: bytes = b""


@dataclass
class Roll:
    """The paper while it is being printed."""

    dots: int
    style: Style = field(default_factory=Style)
    code: Code = field(default_factory=Code)
    strips: list[Image.Image] = field(default_factory=list)
    pieces: list[Image.Image] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    qr: list[str] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)
    stored: Image.Image | None = None
    pages: Mapping[int, str] = field(default_factory=dict)
    overflows: int = 0

    def text(self, text: str) -> None:
        for letter in text:
            glyph = _glyph(letter, self.style)
            if self.taken() + glyph.width > self.dots:
                self.overflows += 1
                self.end_line()
            self.letters.append(letter)
            self.pieces.append(glyph)

    def place(self, image: Image.Image, letter: str = "") -> None:
        """Put a drawing into the line, as `ESC *` does."""
        if self.taken() + image.width > self.dots:
            self.overflows += 1
            image = image.crop((0, 0, self.dots - self.taken(), image.height))
        self.pieces.append(image)
        self.letters.append(letter)

    def end_line(self) -> None:
        """Print what the line holds and feed by the line spacing at least."""
        tallest = max((piece.height for piece in self.pieces), default=0)
        height = max(self.style.spacing, tallest)
        strip = Image.new("L", (self.dots, height), WHITE)
        left = self._left(self.taken())
        for piece in self.pieces:
            strip.paste(piece, (left, tallest - piece.height))
            left += piece.width
        if self.letters:
            self.lines.append(Line("".join(self.letters), self.taken()))
        self.strips.append(strip)
        self.pieces, self.letters = [], []

    def drawing(self, image: Image.Image) -> None:
        """Print a drawing of its own height."""
        if self.pieces:
            self.end_line()
        if image.width > self.dots:
            self.overflows += 1
        strip = Image.new("L", (self.dots, image.height), WHITE)
        strip.paste(image, (max(0, self._left(image.width)), 0))
        self.strips.append(strip)

    def feed(self, dots: int) -> None:
        if self.pieces:
            kept, self.style = self.style, replace(self.style, spacing=dots)
            self.end_line()
            self.style = kept
        elif dots:
            self.strips.append(Image.new("L", (self.dots, dots), WHITE))

    def lost(self, raw: bytes) -> None:
        """Show on the paper that something was not understood."""
        self.unknown.append(raw)
        style = self.style
        self.style = Style(invert=True)
        self.text(f"?{raw[:4].hex(' ')}")
        self.style = style

    def height(self) -> int:
        return sum(strip.height for strip in self.strips)

    def finished(self) -> Printout:
        if self.pieces:
            self.end_line()
        image = Image.new("L", (self.dots, max(1, self.height())), WHITE)
        top = 0
        for strip in self.strips:
            image.paste(strip, (0, top))
            top += strip.height
        return Printout(
            image,
            tuple(self.lines),
            tuple(self.qr),
            tuple(self.cuts),
            tuple(self.unknown),
            self.overflows,
        )

    def taken(self) -> int:
        """Return the dots of the line that are used up."""
        return sum(piece.width for piece in self.pieces)

    def _left(self, width: int) -> int:
        return {"left": 0, "center": (self.dots - width) // 2}.get(
            self.style.align, self.dots - width
        )


def qr_code(code: Code) -> Image.Image:
    """Draw the code as a print head does: squares of whole dots, no quiet zone."""
    rows = codes.matrix(code.content, code.level)
    image = Image.new("L", (len(rows), len(rows)), WHITE)
    image.putdata([BLACK if dark else WHITE for row in rows for dark in row])
    return image.resize((len(rows) * code.module,) * 2, Image.Resampling.NEAREST)


@lru_cache(1024)
def _glyph(letter: str, style: Style) -> Image.Image:
    """Draw one character the way a print head enlarges it: dots become squares."""
    width, height = (9, 17) if style.small else (CELL_DOTS, CELL_HEIGHT_DOTS)
    cell = Image.new("L", (width, height), WHITE)
    draw = ImageDraw.Draw(cell)
    draw.fontmode = "1"
    draw.text(
        (width // 2, height - height // 4), letter, fill=BLACK, font=_font(width), anchor="ms"
    )
    if style.bold:
        # A hot head burns each dot a little wider.
        wider = cell.transform(cell.size, Image.Transform.AFFINE, (1, 0, -1, 0, 1, 0))
        cell = ImageChops.lighter(cell, wider)
    if style.underline:
        draw = ImageDraw.Draw(cell)
        draw.rectangle((0, height - style.underline, width, height), fill=BLACK)
    if style.invert:
        cell = ImageChops.invert(cell)
    size = (width * style.width, height * style.height)
    return cell.resize(size, Image.Resampling.NEAREST)


@cache
def _font(cell_width: int) -> ImageFont.FreeTypeFont:
    # The bar code library that python-escpos brings along ships this monospaced face;
    # its characters are 0.602 of its size wide.
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return ImageFont.truetype(path, int(cell_width / 0.602))

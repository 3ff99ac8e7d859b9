"""The parts of a slip that are drawn dot by dot: its head, the big number, the zone, a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files

from PIL import Image, ImageDraw, ImageFont, ImageOps

from printing import codes, silhouettes
from printing.layout import Paper, printable

BLACK, WHITE = 0, 255
# The same everywhere: the finer engine is not part of every build of the library.
_PLAIN_LAYOUT = ImageFont.Layout.BASIC
_SEMIBOLD, _EXTRABOLD = 600, 800


@dataclass(frozen=True)
class _Sizes:
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


_WIDE = _Sizes(64, 28, 24, 186, 18, 98, 24, 46, 39, 20)
_NARROW = _Sizes(52, 22, 20, 132, 14, 76, 20, 34, 27, 16)
_WIDE_DOTS = 500
_LEADING = 1.25
# The letters that the house's face is sure to have.
_LETTERS = "cp1252"
# A gap between words that survives the loss of grey, in parts of the size.
_WORD_GAP = 0.35


def _sizes(paper: Paper) -> _Sizes:
    return _WIDE if paper.dots >= _WIDE_DOTS else _NARROW


class _Pen:
    """Sets text in the house's face, or in a plain one where no face is given."""

    def __init__(self, paper: Paper, size: int, weight: int) -> None:
        self.smear = 0
        if paper.face is not None:
            self.font = ImageFont.truetype(paper.face, size, layout_engine=_PLAIN_LAYOUT)
            self.font.set_variation_by_axes([weight])
        else:
            plain = files("barcode") / "fonts" / "DejaVuSansMono.ttf"
            with as_file(plain) as path:
                self.font = ImageFont.truetype(
                    path, round(size * 0.86), layout_engine=_PLAIN_LAYOUT
                )
            # The plain face has one weight: heavier strokes are made by smearing.
            self.smear = max(1, size // 36) if weight == _EXTRABOLD else 0
        self.leading = round(size * _LEADING)
        self.gap = round(size * _WORD_GAP)

    def width(self, text: str) -> int:
        words = _words(text)
        letters = sum(round(self.font.getlength(word)) + 2 * self.smear for word in words)
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


def _words(text: str) -> list[str]:
    return text.split(" ")


def _sheet(paper: Paper, height: int) -> Image.Image:
    # As wide as the paper, for clones leave a narrower drawing at the left edge.
    return Image.new("L", (paper.dots, height), WHITE)


@dataclass(frozen=True)
class _Block:
    """Lines of text under each other, each set with a pen of its own."""

    rows: tuple[tuple[_Pen, str], ...]

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


def _block(width: int, *texts: tuple[_Pen, str]) -> _Block:
    return _Block(tuple((pen, line) for pen, text in texts for line in pen.lines(text, width)))


def rule(paper: Paper) -> Image.Image:
    """Draw a line across the paper."""
    return Image.new("L", (paper.dots, 4), BLACK)


def head(paper: Paper, name: str, region: str) -> Image.Image:
    """Draw the mark with the mall's `name` and `region` beside it."""
    sizes = _sizes(paper)
    gap = sizes.mark // 4
    block = _block(
        paper.dots - sizes.mark - gap,
        (_Pen(paper, sizes.head, _EXTRABOLD), name),
        (_Pen(paper, sizes.region, _SEMIBOLD), region),
    )
    sheet = _sheet(paper, max(sizes.mark, block.height) + 4)
    left = (paper.dots - sizes.mark - gap - block.width) // 2
    sheet.paste(BLACK, (left, (sheet.height - sizes.mark) // 2), silhouettes.mark(sizes.mark))
    block.write(sheet, left + sizes.mark + gap, (sheet.height - block.height) // 2, BLACK)
    return sheet


def number(paper: Paper, prefix: str, digits: str) -> Image.Image:
    """Draw the ticket's number as wide as the paper allows, with a gap after the letter."""
    sizes = _sizes(paper)
    size, text = sizes.number, f"{prefix} {digits}"
    pen = _Pen(paper, size, _EXTRABOLD)
    pen.gap = size // 7
    while pen.width(text) > paper.dots * 0.94 and size > sizes.zone:
        size -= 4
        pen = _Pen(paper, size, _EXTRABOLD)
        pen.gap = size // 7
    sheet = _sheet(paper, size * 2)
    pen.write(sheet, (paper.dots - pen.width(text)) // 2, size, text, BLACK)
    ink = ImageOps.invert(sheet).getbbox() or (0, 0, paper.dots, 1)
    return sheet.crop((0, ink[1], paper.dots, ink[3]))


def title(paper: Paper, text: str) -> Image.Image:
    """Draw `text` bold and in the middle: what the ticket is for."""
    block = _block(paper.dots, (_Pen(paper, _sizes(paper).head, _EXTRABOLD), text))
    sheet = _sheet(paper, max(1, block.height))
    block.write(sheet, 0, 0, BLACK, paper.dots)
    return sheet


def zone(paper: Paper, flower: str, lead: str, name: str, places: Sequence[str]) -> Image.Image:
    """Draw where to wait, white on black: the flower, a `lead` line, the `name`, the `places`.

    The places share a line where they fit and else keep lines of their own.
    """
    sizes = _sizes(paper)
    petals = silhouettes.flower(flower, sizes.flower)
    indent = sizes.block * 2 + sizes.flower if petals else sizes.block
    room = paper.dots - indent - sizes.block
    small = _Pen(paper, sizes.small, _SEMIBOLD)
    together = ", ".join(places)
    lines = [together] if small.width(together) <= room else list(places)
    block = _block(
        room,
        (small, lead),
        (_Pen(paper, sizes.zone, _EXTRABOLD), name),
        *((small, line) for line in lines),
    )
    height = max(block.height, sizes.flower) + 2 * sizes.block
    sheet = _sheet(paper, height)
    edges = (0, 0, paper.dots - 1, height - 1)
    ImageDraw.Draw(sheet).rounded_rectangle(edges, radius=sizes.radius, fill=BLACK)
    if petals:
        sheet.paste(WHITE, (sizes.block, (height - sizes.flower) // 2), petals)
    block.write(sheet, indent, (height - block.height) // 2, WHITE)
    return sheet


def facts(paper: Paper, named: Sequence[tuple[str, str]]) -> Image.Image:
    """Draw one or two names with their values: side by side, or one to a line on narrow paper."""
    sizes = _sizes(paper)
    small = _Pen(paper, sizes.small, _SEMIBOLD)
    large = _Pen(paper, sizes.value, _EXTRABOLD)
    if paper.dots < _WIDE_DOTS:
        return _listed(paper, small, large, named)
    # The second column holds a range of the clock and needs more room.
    shares = [1.0, 1.25][: len(named)]
    edges = [0]
    for share in shares:
        edges.append(edges[-1] + round(paper.dots * share / sum(shares)))
    blocks = [
        _block(right - left - 20, (small, name), (large, value))
        for (name, value), left, right in zip(named, edges[:-1], edges[1:], strict=True)
    ]
    sheet = _sheet(paper, max(block.height for block in blocks))
    draw = ImageDraw.Draw(sheet)
    for block, left, right in zip(blocks, edges[:-1], edges[1:], strict=True):
        block.write(sheet, left, 0, BLACK, right - left)
        if left:
            draw.rectangle((left - 2, 0, left + 1, sheet.height), fill=BLACK)
    return sheet


def _listed(
    paper: Paper, small: _Pen, large: _Pen, named: Sequence[tuple[str, str]]
) -> Image.Image:
    """Set each name at the left and its value at the right, wrapped where both are too long."""
    rows = []
    for name, value in named:
        room = paper.dots - large.width(value) - small.gap * 2
        rows.append((_block(max(room, 1), (small, name)), _block(paper.dots, (large, value))))
    heights = [max(left.height, right.height) + 4 for left, right in rows]
    sheet = _sheet(paper, sum(heights))
    top = 0
    for (left, right), height in zip(rows, heights, strict=True):
        left.write(sheet, 0, top + (height - left.height) // 2, BLACK)
        right.write(sheet, paper.dots - right.width, top, BLACK)
        top += height
    return sheet


def check_box() -> Image.Image:
    """Draw an empty box to tick, three character cells wide and one high."""
    box = Image.new("L", (36, 24), WHITE)
    ImageDraw.Draw(box).rounded_rectangle((0, 1, 22, 23), radius=4, outline=BLACK, width=3)
    return box


def qr(paper: Paper, content: str, module: int) -> Image.Image:
    """Draw `content` as a QR code of `module` dots a square."""
    rows = codes.matrix(content.encode())
    sheet = _sheet(paper, len(rows) * module)
    draw = ImageDraw.Draw(sheet)
    left = (paper.dots - len(rows) * module) // 2
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                x, y = left + across * module, down * module
                draw.rectangle((x, y, x + module - 1, y + module - 1), fill=BLACK)
    return sheet

"""The parts of a paper that are drawn dot by dot: its head, the big number, the zone, a rule."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

from printing.ink import codes, silhouettes
from printing.ink.layout import CELL_DOTS, CELL_HEIGHT_DOTS, Paper
from printing.ink.logo import logo
from printing.ink.pens import (
    BLACK,
    EXTRABOLD,
    SEMIBOLD,
    WHITE,
    WIDE_DOTS,
    Pen,
    blank,
    block_of,
    sizes_for,
)

_FRAME = 4


def rule(paper: Paper) -> Image.Image:
    """Draw a line across the paper."""
    return Image.new("L", (paper.dots, 4), BLACK)


def ruler(paper: Paper) -> Image.Image:
    """Draw a ruler over the whole width: a stroke each 8 dots, a long and numbered one each 80."""
    pen = Pen(paper, 20, SEMIBOLD)
    sheet = blank(paper, 64)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, paper.dots - 1, 2), fill=BLACK)
    for left in range(0, paper.dots, 8):
        length = 40 if left % 80 == 0 else 14
        draw.rectangle((left, 0, left + 1, length), fill=BLACK)
        if left % 80 == 0 and left + 6 + pen.width(str(left)) < paper.dots - 4:
            pen.write(sheet, left + 6, 38, str(left), BLACK)
    draw.rectangle((paper.dots - 2, 0, paper.dots - 1, 63), fill=BLACK)
    draw.rectangle((0, 0, 1, 63), fill=BLACK)
    return sheet


def head(paper: Paper, name: str, region: str) -> Image.Image:
    """Draw the mall's logo, or the house's mark, with the `name` and `region` beside it."""
    sizes = sizes_for(paper)
    mark = _mark(paper)
    gap = sizes.mark // 4
    block = block_of(
        paper.dots - mark.width - gap,
        (Pen(paper, sizes.head, EXTRABOLD), name),
        (Pen(paper, sizes.region, SEMIBOLD), region),
    )
    sheet = blank(paper, max(mark.height, block.height) + 4)
    left = (paper.dots - mark.width - gap - block.width) // 2
    sheet.paste(BLACK, (left, (sheet.height - mark.height) // 2), mark)
    block.write(sheet, left + mark.width + gap, (sheet.height - block.height) // 2, BLACK)
    return sheet


def _mark(paper: Paper) -> Image.Image:
    size = sizes_for(paper).mark
    own = paper.logo and logo(paper.logo, paper.dots * 2 // 5, size * 3 // 2)
    return own or silhouettes.mark(size)


def number(paper: Paper, prefix: str, digits: str) -> Image.Image:
    """Draw the ticket's number as wide as the paper allows, with a gap after the letter."""
    sizes = sizes_for(paper)
    size, text = sizes.number, f"{prefix} {digits}"
    pen = Pen(paper, size, EXTRABOLD)
    pen.gap = size // 7
    while pen.width(text) > paper.dots * 0.94 and size > sizes.zone:
        size -= 4
        pen = Pen(paper, size, EXTRABOLD)
        pen.gap = size // 7
    sheet = blank(paper, size * 2)
    pen.write(sheet, (paper.dots - pen.width(text)) // 2, size, text, BLACK)
    ink = ImageOps.invert(sheet).getbbox() or (0, 0, paper.dots, 1)
    return sheet.crop((0, ink[1], paper.dots, ink[3]))


def title(paper: Paper, text: str) -> Image.Image:
    """Draw `text` bold and in the middle: what the ticket is for."""
    block = block_of(paper.dots, (Pen(paper, sizes_for(paper).head, EXTRABOLD), text))
    sheet = blank(paper, max(1, block.height))
    block.write(sheet, 0, 0, BLACK, paper.dots)
    return sheet


def zone(paper: Paper, flower: str, lead: str, name: str, places: Sequence[str]) -> Image.Image:
    """Draw where to wait, white on black: the flower, a `lead` line, the `name`, the `places`.

    The places share a line where they fit and else keep lines of their own.
    """
    sizes = sizes_for(paper)
    petals = silhouettes.flower(flower, sizes.flower)
    indent = sizes.block * 2 + sizes.flower if petals else sizes.block
    room = paper.dots - indent - sizes.block
    small = Pen(paper, sizes.small, SEMIBOLD)
    together = ", ".join(places)
    lines = [together] if small.width(together) <= room else list(places)
    block = block_of(
        room,
        (small, lead),
        (Pen(paper, sizes.zone, EXTRABOLD), name),
        *((small, line) for line in lines),
    )
    height = max(block.height, sizes.flower) + 2 * sizes.block
    sheet = blank(paper, height)
    edges = (0, 0, paper.dots - 1, height - 1)
    ImageDraw.Draw(sheet).rounded_rectangle(edges, radius=sizes.radius, fill=BLACK)
    if petals:
        sheet.paste(WHITE, (sizes.block, (height - sizes.flower) // 2), petals)
    block.write(sheet, indent, (height - block.height) // 2, WHITE)
    return sheet


def band(paper: Paper, name: str, lines: Sequence[str]) -> Image.Image:
    """Draw `name` large and the `lines` below it, white on black and in the middle."""
    sizes = sizes_for(paper)
    room = paper.dots - 2 * sizes.block
    small = Pen(paper, sizes.small, SEMIBOLD)
    block = block_of(
        room, (Pen(paper, sizes.value, EXTRABOLD), name), *((small, line) for line in lines)
    )
    sheet = blank(paper, block.height + sizes.block)
    edges = (0, 0, paper.dots - 1, sheet.height - 1)
    ImageDraw.Draw(sheet).rounded_rectangle(edges, radius=sizes.radius, fill=BLACK)
    block.write(sheet, sizes.block, sizes.block // 2, WHITE, room)
    return sheet


def facts(paper: Paper, named: Sequence[tuple[str, str]]) -> Image.Image:
    """Draw one or two names with their values: side by side, or one to a line on narrow paper."""
    sizes = sizes_for(paper)
    small = Pen(paper, sizes.small, SEMIBOLD)
    large = Pen(paper, sizes.value, EXTRABOLD)
    if paper.dots < WIDE_DOTS:
        return _listed(paper, small, large, named)
    # The second column holds a range of the clock and needs more room.
    shares = [1.0, 1.25][: len(named)]
    edges = [0]
    for share in shares:
        edges.append(edges[-1] + round(paper.dots * share / sum(shares)))
    blocks = [
        block_of(right - left - 20, (small, name), (large, value))
        for (name, value), left, right in zip(named, edges[:-1], edges[1:], strict=True)
    ]
    sheet = blank(paper, max(block.height for block in blocks))
    draw = ImageDraw.Draw(sheet)
    for block, left, right in zip(blocks, edges[:-1], edges[1:], strict=True):
        block.write(sheet, left, 0, BLACK, right - left)
        if left:
            draw.rectangle((left - 2, 0, left + 1, sheet.height), fill=BLACK)
    return sheet


def _listed(paper: Paper, small: Pen, large: Pen, named: Sequence[tuple[str, str]]) -> Image.Image:
    """Set each name at the left and its value at the right, wrapped where both are too long."""
    rows = []
    for name, value in named:
        room = paper.dots - large.width(value) - small.gap * 2
        rows.append((block_of(max(room, 1), (small, name)), block_of(paper.dots, (large, value))))
    heights = [max(left.height, right.height) + 4 for left, right in rows]
    sheet = blank(paper, sum(heights))
    top = 0
    for (left, right), height in zip(rows, heights, strict=True):
        left.write(sheet, 0, top + (height - left.height) // 2, BLACK)
        right.write(sheet, paper.dots - right.width, top, BLACK)
        top += height
    return sheet


def frame_side() -> Image.Image:
    """Draw the left side of a frame, one character cell wide and high: lines of it join."""
    side = Image.new("L", (CELL_DOTS, CELL_HEIGHT_DOTS), WHITE)
    ImageDraw.Draw(side).rectangle((0, 0, _FRAME - 1, CELL_HEIGHT_DOTS - 1), fill=BLACK)
    return side


def frame_end(paper: Paper, *, top: bool) -> Image.Image:
    """Draw the upper or the lower end of a frame as wide as the paper, its corners round."""
    radius = sizes_for(paper).radius
    frame = blank(paper, 2 * radius + 2)
    edges = (0, 0, paper.dots - 1, frame.height - 1)
    ImageDraw.Draw(frame).rounded_rectangle(edges, radius=radius, outline=BLACK, width=_FRAME)
    half = frame.crop((0, 0, paper.dots, radius))
    return half if top else ImageOps.flip(half)


def check_box() -> Image.Image:
    """Draw an empty box to tick, three character cells wide and one high.

    White is left above and below, for in a frame the boxes stand close.
    """
    box = Image.new("L", (3 * CELL_DOTS, CELL_HEIGHT_DOTS), WHITE)
    ImageDraw.Draw(box).rounded_rectangle((0, 2, 19, 21), radius=4, outline=BLACK, width=3)
    return box


def qr(paper: Paper, content: str, module: int) -> Image.Image:
    """Draw `content` as a QR code of `module` dots a square."""
    rows = codes.matrix(content.encode())
    sheet = blank(paper, len(rows) * module)
    draw = ImageDraw.Draw(sheet)
    left = (paper.dots - len(rows) * module) // 2
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                x, y = left + across * module, down * module
                draw.rectangle((x, y, x + module - 1, y + module - 1), fill=BLACK)
    return sheet

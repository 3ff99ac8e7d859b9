"""A printer's paper as a picture, drawn from the very bytes that were sent to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType

from PIL import Image, ImageDraw

from printing.ink.commands import Order, Text, Unknown, read
from printing.ink.layout import Paper
from printing.ink.roll import WHITE, Printout, Roll, Style, qr_code

_PAGES: Mapping[int, str] = MappingProxyType(
    {
        0: "cp437",
        2: "cp850",
        3: "cp860",
        4: "cp863",
        5: "cp865",
        16: "cp1252",
        17: "cp866",
        18: "cp852",
        19: "cp858",
    }
)
_ALIGN = ("left", "center", "right")


def printout(data: bytes, dots: int, pages: Mapping[int, str] = _PAGES) -> Printout:
    """Print `data` on paper whose lines are `dots` wide.

    `pages` are Python's names of the code pages by the numbers that the printer gives them.
    """
    roll = Roll(dots, pages=pages)
    for command in read(data):
        if isinstance(command, Text):
            roll.text(command.raw.decode(roll.style.page, errors="replace"))
        elif isinstance(command, Unknown):
            roll.lost(command.raw)
        else:
            _obey(roll, command)
    return roll.finished()


def _obey(roll: Roll, order: Order) -> None:
    if order.name in _STYLES:
        roll.style = _STYLES[order.name](roll.style, order.args)
    elif order.name == "ESC t":
        page = roll.pages.get(order.args[0])
        roll.style = replace(roll.style, page=page or "ascii")
    elif order.name in _ACTS:
        try:
            _ACTS[order.name](roll, order.args)
        except (
            IndexError,
            ValueError,
        ):  # An order of the right length whose inside makes no sense.
            roll.lost(order.name.encode() + order.args[:2])
    elif order.name not in _INVISIBLE and (order.name not in _NEUTRAL or any(order.args)):
        roll.lost(order.name.encode() + order.args[:2])


def _print_mode(style: Style, args: bytes) -> Style:
    mode = args[0]
    return replace(
        style,
        small=bool(mode & 1),
        bold=bool(mode & 8),
        height=2 if mode & 16 else 1,
        width=2 if mode & 32 else 1,
        underline=1 if mode & 128 else 0,
    )


_STYLES: Mapping[str, Callable[[Style, bytes], Style]] = MappingProxyType(
    {
        "ESC @": lambda _style, _args: Style(),
        "ESC !": _print_mode,
        "ESC -": lambda style, args: replace(style, underline=args[0] % 48),
        "ESC E": lambda style, args: replace(style, bold=bool(args[0] & 1)),
        "ESC G": lambda style, args: replace(style, bold=bool(args[0] & 1)),
        "ESC M": lambda style, args: replace(style, small=args[0] % 48 == 1),
        "ESC a": lambda style, args: replace(style, align=_ALIGN[min(2, args[0] % 48)]),
        "ESC 2": lambda style, _args: replace(style, spacing=Style.spacing),
        "ESC 3": lambda style, args: replace(style, spacing=args[0]),
        "GS !": lambda style, args: replace(
            style, width=(args[0] >> 4 & 7) + 1, height=(args[0] & 7) + 1
        ),
        "GS B": lambda style, args: replace(style, invert=bool(args[0] & 1)),
    }
)


def _move_to(roll: Roll, args: bytes) -> None:
    _move(roll, _number(args) - roll.taken())


def _move_on(roll: Roll, args: bytes) -> None:
    _move(roll, int.from_bytes(args, "little", signed=True))


def _move(roll: Roll, dots: int) -> None:
    if dots < 0:
        raise ValueError("this roll does not turn back within a line")
    roll.place(Image.new("L", (dots, 1), WHITE))


def _width(roll: Roll, args: bytes) -> None:
    if _number(args) < roll.dots:
        raise ValueError("a narrower part of the paper is not drawn")


def _lines(roll: Roll, args: bytes) -> None:
    if roll.pieces:
        roll.end_line()
        roll.feed(max(0, args[0] - 1) * roll.style.spacing)
    else:
        roll.feed(args[0] * roll.style.spacing)


def _cut(roll: Roll, args: bytes) -> None:
    if roll.pieces:
        roll.end_line()
    # Only the cuts that feed first carry a second byte.
    if len(args) == 2:
        roll.feed(args[1])
    roll.cuts.append(roll.height())


def _raster(roll: Roll, args: bytes) -> None:
    scale, across, height = args[1], _number(args[2:4]), _number(args[4:6])
    image = _bits(args[6:], across * 8, height)
    wide, tall = 1 + (scale & 1), 1 + (scale >> 1 & 1)
    roll.drawing(image.resize((image.width * wide, image.height * tall)))


def _columns(roll: Roll, args: bytes) -> None:
    mode, width = args[0], _number(args[1:3])
    tall = mode in {32, 33}
    # Columns come first on the wire: read them as rows and turn the picture over.
    image = _bits(args[3:], 24 if tall else 8, width).transpose(Image.Transpose.TRANSPOSE)
    across = 1 if mode in {1, 33} else 2
    roll.place(image.resize((image.width * across, image.height if tall else 24)), "□")


def _graphics(roll: Roll, body: bytes) -> None:
    """Obey the body of `GS ( L` or `GS 8 L`: a raster is stored (112) and then printed (2, 50)."""
    match body[1:2]:
        case b"p":
            width, height = _number(body[6:8]), _number(body[8:10])
            image = _bits(body[10:], (width + 7) // 8 * 8, height).crop((0, 0, width, height))
            roll.stored = image.resize((width * body[3], height * body[4]))
        case b"2" | b"\x02" if roll.stored is not None:
            roll.drawing(roll.stored)
        case _:
            roll.lost(b"\x1d(L" + body[:2])


def _parenthesis(roll: Roll, args: bytes) -> None:
    match args[:1], args[3:5]:
        case b"L", _:
            _graphics(roll, args[3:])
        case b"k", b"1A":
            pass  # The model: every reader knows model 2.
        case b"k", b"1C":
            roll.code.module = args[5]
        case b"k", b"1E":
            roll.code.level = "LMQH"[min(3, args[5] % 48)]
        case b"k", b"1P":
            roll.code.content = args[6:]
        case b"k", b"1Q":
            roll.qr.append(roll.code.content.decode(errors="replace"))
            roll.drawing(qr_code(roll.code))
        case _:
            roll.lost(b"\x1d(" + args[:1] + args[3:5])


_ACTS: Mapping[str, Callable[[Roll, bytes], None]] = MappingProxyType(
    {
        "LF": lambda roll, _args: roll.end_line(),
        "ESC J": lambda roll, args: roll.feed(args[0]),
        "ESC d": _lines,
        "ESC $": _move_to,
        "ESC \\": _move_on,
        "GS W": _width,
        "ESC i": _cut,
        "ESC m": _cut,
        "GS V": _cut,
        "GS v": _raster,
        "ESC *": _columns,
        "GS (": _parenthesis,
        "GS 8": lambda roll, args: _graphics(roll, args[5:]),
    }
)
# Orders that leave no trace on a paper: modes of other alphabets, status, sensors, drawers.
_INVISIBLE = frozenset(
    {"CR", "ESC R", "ESC =", "ESC c", "ESC p", "DLE EOT", "GS a", "GS r", "GS I", "GS b"}
    | {"FS .", "FS -", "FS C", "FS ("}
)
# Orders that leave none while all they say is "none": spacing, turning over, a margin.
_NEUTRAL = frozenset({"ESC SP", "FS S", "ESC {", "GS L"})


def picture(data: bytes, paper: Paper) -> bytes:
    """Return `data`, printed on `paper`, as a PNG of eight dots to the millimetre."""
    own = {paper.code_page_number: paper.code_page.lower()}
    done = printout(data, paper.dots, {**_PAGES, **own})
    # What the head does not reach stays white.
    margin = max(8, (paper.width_mm * 8 - paper.dots) // 2)
    sheet = Image.new("RGB", (paper.dots + 2 * margin, done.image.height + 2 * margin), "#fbfaf6")
    sheet.paste("#1d1b22", (margin, margin), done.image)
    draw = ImageDraw.Draw(sheet)
    for cut in done.cuts[:-1]:
        for x in range(0, sheet.width, 24):
            draw.line((x, margin + cut, x + 12, margin + cut), fill="#b9b4a6", width=2)
    if not done.cuts:
        _tear(draw, sheet)
    file = BytesIO()
    sheet.save(file, "PNG", optimize=True)
    return file.getvalue()


def _tear(draw: ImageDraw.ImageDraw, sheet: Image.Image) -> None:
    """Give a paper that no blade cut the teeth of the tear bar."""
    for x in range(0, sheet.width, 16):
        low = sheet.height
        draw.polygon(((x, low), (x + 8, low - 9), (x + 16, low)), fill="#d9d5ca")


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _bits(raw: bytes, width: int, height: int) -> Image.Image:
    if not width or not height:
        return Image.new("L", (max(1, width), max(1, height)), WHITE)
    return Image.frombytes("1", (width, height), raw).convert("L")

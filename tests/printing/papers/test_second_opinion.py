"""The virtual paper beside a second opinion: a receipt library's bytes and its own picture.

No ESC/POS interpreter is kept well enough to compare with. But receiptline sets one receipt both
as bytes and as SVG: what the virtual printer makes of the bytes must be what the SVG shows.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageDraw

from printing.ink.roll import Printout
from printing.ink.virtual import printout
from tests.printing.papers.slips import HOUSE, URL

# Eight dots wide, so that no kind of drawing has to fill up its last byte.
MODULE = 8
RECEIPT = f"""{{width:*}}
^^^A-058
^^^^^B-7
"Loket 3 tebal |
_Loket 3 garis |
`terbalik`
Loket 3 kiri |
| Loket 3 kanan
Zona Melati
{{code:{URL};option:qrcode,{MODULE},m}}
Loket 3 biasa |
=
"""
CELL, HEIGHT = 12, 24
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Cell:
    """One letter of the SVG: where its cell is on the paper, in dots, and how it looks."""

    letter: str
    box: tuple[int, int, int, int]
    bold: bool
    underlined: bool
    inverted: bool


@dataclass(frozen=True)
class Opinion:
    """What the virtual printer made of the bytes, and what the library drew itself."""

    done: Printout
    cells: tuple[Cell, ...]
    code: Image.Image
    code_at: tuple[int, int]


@pytest.fixture(scope="module", params=["escpos", "generic"])
def opinion(request: pytest.FixtureRequest) -> Opinion:
    node = Path(sys.executable).with_name("node")
    told = subprocess.run(  # noqa: S603  # our own script, in the node that set-up brought
        [
            str(node) if node.exists() else "node",
            "tests/printing/papers/receipt.mjs",
            request.param,
            "48",
        ],
        input=RECEIPT,
        capture_output=True,
        check=True,
        cwd=HOUSE,
        env={**os.environ, "NO_COLOR": "1"},
        text=True,
    )
    both = json.loads(told.stdout)
    done = printout(bytes.fromhex(both["bytes"]), 48 * CELL)
    cells = tuple(_cells(ET.fromstring(both["svg"])))  # noqa: S314  # written by our own tool
    code_at, code = _code(ET.fromstring(both["svg"]))  # noqa: S314  # as above
    return Opinion(done, cells, code, code_at)


def _moves(group: ET.Element) -> tuple[int, int]:
    found = re.fullmatch(r"translate\((\d+),(\d+)\)", group.get("transform", ""))
    assert found is not None
    return int(found[1]), int(found[2])


def _cells(svg: ET.Element) -> Iterator[Cell]:
    for group in svg.findall(f"{SVG}g/{SVG}g"):
        left, bottom = _moves(group)
        for text in group.findall(f"{SVG}text"):
            scale = re.fullmatch(r"scale\((\d+),(\d+)\)", text.get("transform", "scale(1,1)"))
            assert scale is not None
            wide, tall = int(scale[1]), int(scale[2])
            for one in text.findall(f"{SVG}tspan"):
                start = left + (int(one.get("x", "")) - CELL // 2) * wide
                yield Cell(
                    (one.text or "").replace("\u00a0", " "),
                    (start, bottom - HEIGHT * tall, start + CELL * wide, bottom),
                    bold=text.get("stroke") is not None,
                    underlined=text.get("text-decoration") == "underline",
                    inverted=text.get("filter") is not None,
                )


def _code(svg: ET.Element) -> tuple[tuple[int, int], Image.Image]:
    """Draw the squares of the SVG's code, one by one, on a sheet of its own."""
    for group in svg.findall(f"{SVG}g/{SVG}g"):
        path = group.find(f"{SVG}path")
        drawn = "" if path is None else path.get("d", "")
        squares = re.findall(rf"M(\d+),(\d+)l{MODULE},0 0,{MODULE} -{MODULE},0 0,-{MODULE}z", drawn)
        if squares:
            corners = [(int(x), int(y)) for x, y in squares]
            side = max(max(corner) for corner in corners) + MODULE
            sheet = Image.new("L", (side, side), 0)
            for x, y in corners:
                ImageDraw.Draw(sheet).rectangle((x, y, x + MODULE - 1, y + MODULE - 1), fill=255)
            return _moves(group), sheet
    raise LookupError("the picture has no code")


def ink(done: Printout, cell: Cell) -> Image.Image:
    return done.image.crop(cell.box)


def burnt(image: Image.Image) -> float:
    return image.histogram()[255] / (image.width * image.height)


def test_every_order_is_understood_and_nothing_overflows(opinion: Opinion) -> None:
    assert (opinion.done.unknown, opinion.done.overflows) == ((), 0)
    # One where the receipt says so, and one at its end.
    assert len(opinion.done.cuts) == 2


def test_both_read_the_same_words(opinion: Opinion) -> None:
    printed = "".join(line.text for line in opinion.done.lines)
    drawn = "".join(cell.letter for cell in opinion.cells)
    assert "".join(printed.split()) == "".join(drawn.split())
    assert "A-058" in drawn


def test_each_letter_stands_in_its_cell_and_nowhere_else(opinion: Opinion) -> None:
    rest = opinion.done.image.copy()
    for cell in opinion.cells:
        empty = cell.letter == " " and not (cell.underlined or cell.inverted)
        assert (ink(opinion.done, cell).getbbox() is None) == empty
        rest.paste(0, cell.box)
    left, top = opinion.code_at
    rest.paste(0, (left, top, left + opinion.code.width, top + opinion.code.height))
    assert rest.getbbox() is None


def test_sizes_agree(opinion: Opinion) -> None:
    heights = {cell.box[3] - cell.box[1] for cell in opinion.cells}
    assert heights == {24, 48, 96}
    for cell in opinion.cells:
        box = ink(opinion.done, cell).getbbox()
        if cell.letter.isupper() or cell.letter.isdigit():
            assert box is not None
            assert box[3] - box[1] > 0.5 * (cell.box[3] - cell.box[1])
            assert box[2] - box[0] > 0.4 * (cell.box[2] - cell.box[0])


def test_bold_underline_and_inversion_agree(opinion: Opinion) -> None:
    for cell in opinion.cells:
        drawn = ink(opinion.done, cell)
        assert (burnt(drawn) > 0.5) == cell.inverted
        edge = drawn.crop((0, drawn.height - 1, drawn.width, drawn.height))
        assert (burnt(edge) == 1) == (cell.underlined or cell.inverted)

    def weight(*, bold: bool) -> float:
        same = [
            cell
            for cell in opinion.cells
            if cell.bold == bold
            and cell.letter in "Loket3"
            and cell.box[3] - cell.box[1] == HEIGHT
            and not (cell.underlined or cell.inverted)
        ]
        assert same
        return sum(burnt(ink(opinion.done, cell)) for cell in same) / len(same)

    assert weight(bold=True) > 1.2 * weight(bold=False)


def test_alignment_agrees(opinion: Opinion) -> None:
    starts: dict[str, tuple[int, int]] = {}
    for cell in opinion.cells:
        first, last = starts.get(str(cell.box[3]), (10**6, 0))
        starts[str(cell.box[3])] = (min(first, cell.box[0]), max(last, cell.box[2]))
    edges = set(starts.values())
    assert any(first == 0 for first, _ in edges)
    assert any(last == 48 * CELL for _, last in edges)
    assert any(first == 48 * CELL - last for first, last in edges)


def test_the_code_is_the_same_dot_by_dot(opinion: Opinion) -> None:
    left, top = opinion.code_at
    size = (left, top, left + opinion.code.width, top + opinion.code.height)
    assert opinion.done.image.crop(size).tobytes() == opinion.code.tobytes()

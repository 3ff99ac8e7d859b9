"""Zone flowers and the house's mark as black shapes that survive a printer without grey."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from PIL import Image, ImageDraw

Point: TypeAlias = tuple[float, float]

INK, PAPER = 255, 0
_FINE = 4  # Shapes are drawn this many times larger and then reduced: smoother edges.


def _curve(start: Point, *bends: tuple[Point, Point, Point]) -> list[Point]:
    """Flatten cubic curves, drawn in a square of 100 by 100, into a polygon."""
    points = [start]
    for one, two, end in bends:
        origin = points[-1]
        for step in range(1, 17):
            t = step / 16
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            corners = (origin, one, two, end)
            points.append(
                (
                    sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
                    sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
                )
            )
    return points


def _oval(x: float, y: float, across: float, along: float) -> list[Point]:
    turns = [2 * math.pi * step / 48 for step in range(48)]
    return [(x + across * math.cos(turn), y + along * math.sin(turn)) for turn in turns]


def _turned(points: Sequence[Point], degrees: float, down: float = 50) -> list[Point]:
    """Turn a shape clockwise around a point in the middle, `down` from the top of the square."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (50 + (x - 50) * cos - (y - down) * sin, down + (x - 50) * sin + (y - down) * cos)
        for x, y in points
    ]


def _ring(petal: Sequence[Point], count: int, start: float = 0) -> list[list[Point]]:
    return [_turned(petal, start + 360 * turn / count) for turn in range(count)]


_LEAF = _curve((50, 50), ((42, 38), (43, 18), (50, 2)), ((57, 18), (58, 38), (50, 50)))
_KAWUNG = _curve(
    (50, 46),
    ((40, 40), (33, 30), (33, 18.5)),
    ((33, 8.5), (40.5, 2), (50, 2)),
    ((59.5, 2), (67, 8.5), (67, 18.5)),
    ((67, 30), (60, 40), (50, 46)),
)
_CUP = _curve(
    (50, 8),
    ((62, 24), (66, 42), (62, 62)),
    ((58, 70), (42, 70), (38, 62)),
    ((34, 42), (38, 24), (50, 8)),
)
_CUP_SIDE = _curve(
    (14, 26),
    ((32, 32), (38, 46), (38, 66)),
    ((40, 74), (44, 78), (48, 80)),
    ((28, 84), (10, 66), (14, 26)),
)
_WING = _oval(23, 45, 22, 19)
_SEPAL = _oval(50, 21, 11.5, 19)
_LIP = _curve(
    (50, 52),
    ((60, 56), (66, 66), (60, 76)),
    ((57, 82), (54, 88), (50, 94)),
    ((46, 88), (43, 82), (40, 76)),
    ((34, 66), (40, 56), (50, 52)),
)
_BLADE = _curve((50, 76), ((37, 60), (40, 36), (50, 17)), ((60, 36), (63, 60), (50, 76)))
_SPIRAL = [
    (
        50 + (3 + 17 * step / 60) * math.cos(step / 60 * 4.2 * math.pi),
        50 + (3 + 17 * step / 60) * math.sin(step / 60 * 4.2 * math.pi),
    )
    for step in range(61)
]


def _mirrored(points: Sequence[Point]) -> list[Point]:
    return [(100 - x, y) for x, y in points]


# Each flower: its black shapes, then the shapes cut out of them.
_FLOWERS: Mapping[str, tuple[Sequence[Sequence[Point]], Sequence[Sequence[Point]]]] = (
    MappingProxyType(
        {
            "melati": (_ring(_oval(50, 24.5, 15.5, 20.5), 5), [_oval(50, 50, 9, 9)]),
            "mawar": ([*_ring(_oval(50, 21, 17, 17), 8), _oval(50, 50, 30, 30)], []),
            "kenanga": ([*_ring(_LEAF, 6), _oval(50, 50, 9, 9)], []),
            "cempaka": (
                [_CUP, _CUP_SIDE, _mirrored(_CUP_SIDE), [(46, 78), (54, 78), (54, 96), (46, 96)]],
                [],
            ),
            "anggrek": (
                [_WING, _mirrored(_WING), _SEPAL, _turned(_SEPAL, 128), _turned(_SEPAL, 232), _LIP],
                [_oval(50, 47, 7, 4.5)],
            ),
            "teratai": (
                [
                    *(_turned(_BLADE, lean, 76) for lean in (-58, -29, 0, 29, 58)),
                    [(14, 85), (86, 85), (86, 93), (14, 93)],
                ],
                [],
            ),
        }
    )
)


def flower(code: str, dots: int) -> Image.Image | None:
    """Return the flower `code` as a mask of `dots` by `dots` (255 is the flower), or None."""
    if code not in _FLOWERS:
        return None
    shapes, holes = _FLOWERS[code]
    fine = dots * _FINE
    mask = Image.new("L", (fine, fine), PAPER)
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        draw.polygon(_sized(shape, fine), fill=INK)
    for hole in holes:
        draw.polygon(_sized(hole, fine), fill=PAPER)
    if code == "mawar":
        draw.line(_sized(_SPIRAL, fine), fill=PAPER, width=round(fine * 0.06), joint="curve")
    return _reduced(mask, dots)


def petals() -> list[list[Point]]:
    """Return the mark's four petals, the lit one first, as polygons in a square of 100 by 100.

    Its corner is at the top left.
    """
    return [_turned(_KAWUNG, turn) for turn in (45, 135, 225, 315)]


def mark(dots: int) -> Image.Image:
    """Return the house's mark, four kawung petals of which one is lit, as a mask."""
    fine = dots * _FINE
    mask = Image.new("L", (fine, fine), PAPER)
    draw = ImageDraw.Draw(mask)
    for turn in (45, 135, 225, 315):
        petal = _sized(_turned(_KAWUNG, turn), fine)
        if turn == 45:
            draw.line([*petal, petal[0]], fill=INK, width=round(fine * 0.055), joint="curve")
        else:
            draw.polygon(petal, fill=INK)
    return _reduced(mask.crop(mask.getbbox()).resize((fine, fine)), dots)


def _sized(points: Sequence[Point], dots: int) -> list[Point]:
    return [(x * dots / 100, y * dots / 100) for x, y in points]


def _reduced(mask: Image.Image, dots: int) -> Image.Image:
    small = mask.resize((dots, dots), Image.Resampling.LANCZOS)
    return small.point(lambda value: INK if value >= 128 else PAPER)

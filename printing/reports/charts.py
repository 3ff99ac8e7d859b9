"""The charts of a report, drawn as vectors: visits by day, a day by its hours, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Literal

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color

from models.figures.figures import DayFigures
from printing.reports.formats import Formats
from printing.reports.look import BOLD, INK, INK_2, LINE, NILA, NILA_SOFT, STRONG, TRACK
from printing.reports.report import Report

Anchor = Literal["start", "middle", "end"]
SMALL = 6.8
LEFT, BASE = 24.0, 16.0
# However few they are, bars stay bars.
WIDEST_BAR = 22.0


@dataclass(frozen=True)
class _Scale:
    """A vertical axis from zero to a round number above `most`, with its few lines."""

    top: float
    step: float

    @classmethod
    def over(cls, most: float) -> _Scale:
        if most <= 0:
            return cls(1, 1)
        rough = most / 3
        size = 10 ** ceil(log10(rough)) / 10
        step = max(next(size * n for n in (1, 2, 5, 10) if size * n >= rough), 1)
        return cls(step * ceil(most / step), step)

    def lines(self) -> Iterator[float]:
        value = 0.0
        while value <= self.top:
            yield value
            value += self.step


class _Chart:
    """A drawing with a zero line, lines above it, and a place for each of `count` groups."""

    def __init__(self, width: float, height: float, most: float, count: int) -> None:
        self.drawing = Drawing(width, height)
        self.scale = _Scale.over(most)
        self.room = (width - LEFT) / max(count, 1)
        self._rise = (height - BASE - 12) / self.scale.top

    def grid(self, formats: Formats) -> None:
        for value in self.scale.lines():
            y = self.y(value)
            colour, width = (INK, 0.8) if value == 0 else (LINE, 0.5)
            line = Line(LEFT, y, self.drawing.width, y, strokeColor=colour, strokeWidth=width)
            self.drawing.add(line)
            self.text(LEFT - 5, y - 2.4, formats.number(value), anchor="end")

    def y(self, value: float) -> float:
        return BASE + value * self._rise

    def x(self, place: float) -> float:
        return LEFT + place * self.room

    def bar(self, x: float, width: float, value: float, colour: Color) -> None:
        height = self.y(value) - BASE
        if height > 0:
            self.drawing.add(_box(x, BASE, width, height, colour))

    def text(
        self, x: float, y: float, words: str, *, anchor: Anchor = "middle", bold: bool = False
    ) -> None:
        face, colour = (BOLD, INK) if bold else (STRONG, INK_2)
        self.drawing.add(
            String(x, y, words, fontName=face, fontSize=SMALL, fillColor=colour, textAnchor=anchor)
        )


def visits_by_day(report: Report, width: float, height: float = 138) -> Drawing:
    """Draw a bar for each day, the fullest and the emptiest with their number."""
    days = report.figures.days
    chart = _Chart(width, height, max((day.visits for day in days), default=0), len(days))
    chart.grid(report.formats)
    ends = _ends(days)
    wide = min(chart.room * 0.68, WIDEST_BAR)
    for place, (day, mark) in enumerate(zip(days, report.day_marks, strict=True)):
        middle = chart.x(place + 0.5)
        chart.bar(middle - wide / 2, wide, day.visits, NILA)
        chart.text(middle, 5, mark)
        if day in ends:
            told = report.formats.number(day.visits)
            chart.text(middle, chart.y(day.visits) + 3, told, bold=True)
    return chart.drawing


def _ends(days: Sequence[DayFigures]) -> list[DayFigures]:
    visited = [day for day in days if day.visits]
    if not visited:
        return []
    by_visits = sorted(visited, key=lambda day: day.visits)
    return [by_visits[0], by_visits[-1]]


def day_by_hour(report: Report, width: float, height: float = 150) -> Drawing:
    """Draw arrivals and calls of each hour as bars, and who waited through it as a line."""
    hours = report.figures.hours
    most = max((max(one.arrivals, one.calls, one.waiting) for one in hours), default=0)
    chart = _Chart(width, height - 14, most, len(hours))
    chart.grid(report.formats)
    wide = min(chart.room * 0.34, WIDEST_BAR)
    points: list[float] = []
    for place, one in enumerate(hours):
        middle = chart.x(place + 0.5)
        chart.bar(middle - wide - 0.8, wide, one.arrivals, NILA)
        chart.bar(middle + 0.8, wide, one.calls, NILA_SOFT)
        chart.text(middle, 5, report.formats.hour(one.hour))
        points += [middle, chart.y(one.waiting)]
    _line(chart, points)
    chart.drawing.height = height
    chart.drawing.add(_legend(report, height - 7))
    return chart.drawing


def _line(chart: _Chart, points: list[float]) -> None:
    if len(points) > 2:
        chart.drawing.add(PolyLine(points, strokeColor=INK, strokeWidth=1.4))
    for x, y in zip(points[::2], points[1::2], strict=True):
        chart.drawing.add(Circle(x, y, 2, fillColor=INK, strokeColor=None))


def _legend(report: Report, y: float) -> Group:
    legend, x = Group(), LEFT
    for key, colour in (("arrivals", NILA), ("calls", NILA_SOFT), ("waiting", None)):
        if colour is None:
            legend.add(Line(x, y + 2.4, x + 9, y + 2.4, strokeColor=INK, strokeWidth=1.4))
            legend.add(Circle(x + 4.5, y + 2.4, 2, fillColor=INK, strokeColor=None))
        else:
            legend.add(_box(x, y - 0.4, 9, 6, colour))
        words = report.word(key)
        legend.add(String(x + 13, y, words, fontName=STRONG, fontSize=SMALL + 0.6, fillColor=INK_2))
        x += 13 + len(words) * 4.6 + 16
    return legend


def share_bar(share: float, width: float) -> Drawing:
    """Draw one share of 0 to 1 as a filled track."""
    drawing = Drawing(width, 7)
    for part, colour in ((1.0, TRACK), (share, NILA)):
        if part > 0:
            drawing.add(_box(0, 0, width * part, 7, colour, radius=1.2))
    return drawing


def _box(
    x: float, y: float, width: float, height: float, colour: Color, *, radius: float = 0
) -> Rect:
    box = Rect(x, y, width, height, radius, radius)
    box.fillColor, box.strokeColor = colour, None
    return box

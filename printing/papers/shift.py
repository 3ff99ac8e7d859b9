"""The end-of-shift slip: what an officer did at a desk, for the officer to keep or hand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import AwareDatetime
from typing_extensions import override

from printing.ink.layout import Look
from printing.papers.writing import BOLD, BOLD_MIDDLE, Content, Writer


@dataclass(frozen=True)
class Tally:
    """How often something ended in one way; `outcome` is a code of models.queue.tickets.Outcome."""

    outcome: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Shift(Content):
    """One shift with its figures; `mean` is the mean time of serving, None when nobody came."""

    officer: str
    desk: str  # its number
    zone_name: str
    began_at: AwareDatetime
    ended_at: AwareDatetime
    served: int
    mean: timedelta | None
    outcomes: tuple[Tally, ...] = ()
    missed: int = 0
    transferred: int = 0
    breaks: tuple[tuple[AwareDatetime, AwareDatetime], ...] = ()

    @override
    def write(self, writer: Writer) -> None:
        writer.paragraph(writer.said("shift.title"), BOLD_MIDDLE)
        writer.sheet.feed(8)
        writer.title(self.officer)
        zone = writer.said("zone", name=self.zone_name)
        writer.paragraph(f"{writer.said('desks', desks=self.desk)}, {zone}")
        writer.paragraph(writer.day(self.began_at))
        writer.paragraph(writer.span((self.began_at, self.ended_at)))
        writer.sheet.feed(12)
        writer.facts(
            (writer.said("shift.served"), str(self.served)),
            (writer.said("shift.mean"), "–" if self.mean is None else minutes(writer, self.mean)),
        )
        writer.paragraph(writer.said("shift.outcomes"), BOLD)
        for tally in self.outcomes:
            writer.row(writer.said(f"shift.outcome_{tally.outcome}"), str(tally.count))
        writer.row(writer.said("shift.missed"), str(self.missed))
        writer.row(writer.said("shift.transferred"), str(self.transferred))
        writer.sheet.feed(16)
        self._breaks(writer)
        writer.foot()
        writer.own_lines()
        writer.paragraph(writer.when(self.ended_at))

    def _breaks(self, writer: Writer) -> None:
        writer.paragraph(writer.said("shift.breaks"), BOLD)
        if not self.breaks:
            writer.paragraph(writer.said("shift.no_break"), Look())
        for began_at, ended_at in self.breaks:
            writer.row(writer.span((began_at, ended_at)), minutes(writer, ended_at - began_at))
        if len(self.breaks) > 1:
            total = sum((ended - began for began, ended in self.breaks), timedelta())
            writer.row(writer.said("shift.break_total"), minutes(writer, total), BOLD)
        writer.sheet.feed(16)


def minutes(writer: Writer, length: timedelta) -> str:
    """Return a length of time to the nearest half of a minute: "6,5 menit"."""
    halves = round(length.total_seconds() / 30)
    number = f"{halves // 2}{writer.said('decimal')}5" if halves % 2 else str(halves // 2)
    return writer.said("minutes", minutes=number)

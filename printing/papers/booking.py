"""The booking slip: a time that was promised, and not yet a number."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from printing.papers.slip import Need, services_in_line, write_fees, write_papers
from printing.papers.writing import BOLD_MIDDLE, Content, Writer


@dataclass(frozen=True, kw_only=True)
class Booking(Content):
    """A promised time with the code under which it is found; `between` is when to come."""

    code: str
    needs: tuple[Need, ...]
    agency: str
    between: tuple[AwareDatetime, AwareDatetime]
    booked_at: AwareDatetime
    place: str = ""
    manage_url: str = ""

    @override
    def write(self, writer: Writer) -> None:
        writer.both("booking.title", BOLD_MIDDLE)
        writer.sheet.feed(8)
        services = tuple(need.name for need in self.needs)
        writer.title(services_in_line(writer, services, in_order=False))
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        day, span = writer.day(self.between[0]), writer.span(self.between)
        writer.place("booking.come", span, (day, self.place))
        writer.facts((writer.said("booking.code"), self.code))
        writer.both("booking.show")
        writer.sheet.feed(12)
        if writer.paper.requirements:
            write_papers(writer, writer.said("prepare"), self.needs)
        writer.code(self.manage_url)
        if self.manage_url:
            writer.paragraph(writer.said("booking.manage"))
            writer.sheet.feed(12)
        writer.foot()
        writer.both("booking.no_number", BOLD_MIDDLE)
        write_fees(writer, self.needs)
        writer.own_lines()
        writer.paragraph(writer.said("booking.booked", when=writer.when(self.booked_at)))

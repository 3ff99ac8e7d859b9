"""The transfer slip: where a citizen goes next with the number that stays the same."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from models.mall.signs import bare_name
from printing.papers.slip import Doubt, forecast, services_in_line, write_doubts, write_places
from printing.papers.writing import BOLD_MIDDLE, Content, Writer


@dataclass(frozen=True, kw_only=True)
class Transfer(Content):
    """A ticket that a desk has sent on; desks are told by their numbers: "11–13".

    `services` are what it was sent on for. `places` are each open need with its zone and its
    desks, when they are in several zones; `heard_in` is the zone in which all calls are heard.
    """

    prefix: str
    number: int
    services: tuple[str, ...]
    agency: str
    from_desk: str
    zone_name: str
    zone_flower: str
    place: str
    desks: str
    places: tuple[tuple[str, str, str], ...] = ()
    heard_in: str = ""
    transferred_at: AwareDatetime
    people_ahead: int
    expected: tuple[AwareDatetime, AwareDatetime] | None = None
    doubts: tuple[Doubt, ...] = ()
    priority: bool = False
    follow_url: str = ""

    @override
    def write(self, writer: Writer) -> None:
        writer.both("transfer.number")
        writer.number(self.prefix, f"{self.number:03d}", priority=self.priority)
        writer.title(services_in_line(writer, self.services, in_order=False))
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        name = writer.said("zone", name=bare_name(self.zone_name))
        desks = writer.said("desks", desks=self.desks)
        writer.place("transfer.go", name, (self.place, desks), self.zone_flower)
        places = [
            (
                service,
                ", ".join((writer.said("zone", name=zone), writer.said("desks", desks=signs))),
            )
            for service, zone, signs in self.places
        ]
        write_places(writer, places, self.heard_in or self.zone_name)
        writer.facts(*forecast(writer, self.people_ahead, self.expected))
        write_doubts(writer, self.doubts, among=len(self.services))
        writer.code(self.follow_url)
        writer.foot()
        writer.both("transfer.no_new_number", BOLD_MIDDLE)
        writer.own_lines()
        writer.paragraph(writer.said("transfer.sent", desk=self.from_desk))
        writer.paragraph(writer.when(self.transferred_at))

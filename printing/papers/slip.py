"""The slip: what a citizen's paper says, one description for every width of paper."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from models.mall.signs import bare_name
from printing.ink.layout import Look
from printing.papers.writing import BOLD, BOLD_MIDDLE, Content, Writer


@dataclass(frozen=True, kw_only=True)
class Slip(Content):
    """All that stands on the paper of one ticket, without personal data.

    `fee` is written out ("Rp30.000"); `free` and an empty `fee` together say nothing about
    money. Without a `follow_url` there is no QR code; `follow_code` is for phones that cannot
    scan it.
    """

    prefix: str
    number: int
    services: tuple[str, ...]
    in_order: bool = False  # each service waits for the one before it
    agency: str
    zone_name: str
    zone_flower: str
    place: str
    desks: str
    places: tuple[tuple[str, str], ...] = ()  # of each service, where they are in several zones
    taken_at: AwareDatetime
    people_ahead: int
    expected: tuple[AwareDatetime, AwareDatetime] | None = None
    requirements: tuple[str, ...] = ()
    priority: bool = False
    free: bool = True
    fee: str = ""
    follow_url: str = ""
    follow_code: str = ""
    kiosk: str = ""

    @property
    def label(self) -> str:
        """The number as it is written: "A-012"."""
        return f"{self.prefix}-{self.number:03d}"

    @property
    def _type_at(self) -> str:
        """Where a code is typed, as one types it: "antre.tirtawangi.go.id/t"."""
        return self.follow_url.rpartition("/")[0].partition("://")[2]

    @override
    def write(self, writer: Writer) -> None:
        writer.both("your_number")
        writer.number(self.prefix, f"{self.number:03d}", priority=self.priority)
        writer.title(services_in_line(writer, self.services, in_order=self.in_order))
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        name = writer.said("zone", name=bare_name(self.zone_name))
        writer.place("wait_in", name, (self.place, self.desks), self.zone_flower)
        self._places(writer)
        writer.facts(*forecast(writer, self.people_ahead, self.expected))
        if writer.paper.requirements:
            writer.checklist(writer.said("prepare"), self.requirements)
        self._follow(writer)
        self._foot(writer)

    def _places(self, writer: Writer) -> None:
        """Write where each service is: the call to any of them is heard where people wait."""
        for service, place in self.places:
            writer.paragraph(service, BOLD)
            writer.paragraph(place, Look())
        if self.places:
            writer.paragraph(writer.said("heard_here", name=bare_name(self.zone_name)), Look())
            writer.sheet.feed(12)

    def _follow(self, writer: Writer) -> None:
        if writer.paper.shows_codes:
            writer.code(self.follow_url)
        if self.follow_url:
            writer.paragraph(writer.said("follow"), BOLD_MIDDLE)
            if writer.paper.shows_codes:
                writer.paragraph(writer.said("scan"))
            else:
                writer.paragraph(self.follow_url)
        if self.follow_code:
            writer.paragraph(writer.said("type", address=self._type_at))
            writer.paragraph(f"{writer.said('code')} {self.follow_code}", BOLD_MIDDLE)
        writer.sheet.feed(12)

    def _foot(self, writer: Writer) -> None:
        writer.foot()
        about_money(writer, free=self.free, fee=self.fee)
        writer.both("missed")
        writer.paragraph(writer.said("today_only"))
        writer.own_lines()
        writer.paragraph(writer.when(self.taken_at))
        writer.paragraph(self.kiosk)


def services_in_line(writer: Writer, services: tuple[str, ...], *, in_order: bool) -> str:
    """Return "KTP-el, lalu IKD" where one waits for the other, else "KTP-el dan SKCK"."""
    if in_order:
        return f", {writer.said('then')} ".join(services)
    return writer.listed(services)


def forecast(
    writer: Writer, people_ahead: int, expected: tuple[AwareDatetime, AwareDatetime] | None
) -> list[tuple[str, str]]:
    """Return what a citizen who waits wants to know, named: who is ahead, and when it is time."""
    facts = [(writer.said("ahead"), writer.people(people_ahead))]
    if expected is not None:
        facts.append((writer.said("called_about"), writer.span(expected)))
    return facts


def about_money(writer: Writer, *, free: bool, fee: str) -> None:
    """Write what the service costs, in both languages, so that nobody pays an officer's pocket."""
    if free:
        writer.both("free", BOLD_MIDDLE)
    elif fee:
        writer.both("fee", BOLD_MIDDLE, fee=fee)

"""The slip: what a citizen's paper says, one description for every width of paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import AwareDatetime
from typing_extensions import override

from models.mall.fees import FeeKind
from models.mall.signs import bare_name
from printing.ink.layout import Look
from printing.papers.writing import BOLD, BOLD_MIDDLE, LEFT, Content, Writer


@dataclass(frozen=True, kw_only=True)
class Need:
    """One service on a paper: why, what to bring for it, and what it costs.

    `lacks_reason` says that no reason was given and that `papers` are therefore not all that
    may be needed. `case` is the reason, empty where the service asks none or none was given.
    """

    name: str
    case: str = ""
    papers: tuple[str, ...] = ()
    lacks_reason: bool = False
    fee: FeeKind = FeeKind.UNKNOWN
    fee_idr: int = 0
    fee_note: str = ""

    @property
    def full_name(self) -> str:
        """The service and the reason for it: "KTP-el, hilang"."""
        return f"{self.name}, {self.case}" if self.case else self.name


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A need that may not be served today; `chance` is a word of the papers."""

    service: str
    chance: Literal["doubtful", "unlikely"]
    not_before: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None


@dataclass(frozen=True, kw_only=True)
class Slip(Content):
    """All that stands on the paper of one ticket, without personal data.

    Without a `follow_url` there is no QR code; `follow_code` is for phones that cannot scan it.
    """

    prefix: str
    number: int
    needs: tuple[Need, ...]
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
    doubts: tuple[Doubt, ...] = ()
    priority: bool = False
    follow_url: str = ""
    follow_code: str = ""
    kiosk: str = ""

    @classmethod
    @override
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned, or what it returned when a slip had one list of papers."""
        return super().from_json(plain if "services" not in plain else _of_one_list(plain))

    @property
    def services(self) -> tuple[str, ...]:
        """The names of all services."""
        return tuple(need.name for need in self.needs)

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
        write_places(writer, self.places, self.zone_name)
        writer.facts(*forecast(writer, self.people_ahead, self.expected))
        write_doubts(writer, self.doubts, among=len(self.needs))
        if writer.paper.requirements:
            write_papers(writer, writer.said("prepare"), self.needs)
        self._follow(writer)
        self._foot(writer)

    def _follow(self, writer: Writer) -> None:
        if writer.paper.shows_codes:
            writer.code(self.follow_url)
        if self.follow_url:
            writer.paragraph(writer.said("follow"), BOLD_MIDDLE)
            if writer.paper.shows_codes:
                writer.paragraph(writer.said("scan"))
            else:
                writer.paragraph(self.follow_url)
        # Where the whole address stands in letters, nobody needs a code to type.
        if self.follow_code and writer.paper.shows_codes:
            writer.paragraph(writer.said("type", address=self._type_at))
            writer.paragraph(f"{writer.said('code')} {self.follow_code}", BOLD_MIDDLE)
        writer.sheet.feed(12)

    def _foot(self, writer: Writer) -> None:
        writer.foot()
        write_fees(writer, self.needs)
        writer.both("missed")
        writer.paragraph(writer.said("today_only"))
        writer.own_lines()
        writer.paragraph(writer.when(self.taken_at))
        writer.paragraph(self.kiosk)


def write_places(writer: Writer, places: Sequence[tuple[str, str]], heard_in: str) -> None:
    """Write where each service is, and that the call to any is heard in the zone `heard_in`."""
    for service, place in places:
        writer.paragraph(service, BOLD)
        writer.paragraph(place, Look())
    if places:
        writer.paragraph(writer.said("heard_here", name=bare_name(heard_in)), Look())
        writer.sheet.feed(12)


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


def write_doubts(writer: Writer, doubts: Sequence[Doubt], *, among: int) -> None:
    """Write what may not be served today, by name where a number has several services."""
    for doubt in doubts:
        if among > 1:
            writer.paragraph(f"{doubt.service}:", BOLD)
        writer.paragraph(writer.said(f"doubts.{doubt.chance}"), BOLD)
        told = [("not_before", doubt.not_before), ("desks_close", doubt.closes_at)]
        rest = [writer.said(f"doubts.{key}", clock=writer.clock(at)) for key, at in told if at]
        if rest:
            writer.paragraph(" ".join(rest))
        writer.sheet.feed(12)


def write_papers(writer: Writer, heading: str, needs: Sequence[Need]) -> None:
    """Write what to bring, by need where there are several, and where more may be needed."""
    for need in needs:
        if not need.papers and not need.lacks_reason:
            continue
        title = f"{heading}: {need.full_name}" if len(needs) > 1 else heading
        if need.papers:
            writer.checklist(title, need.papers)
        else:
            writer.paragraph(title, BOLD)
        if need.lacks_reason:
            key = "more_papers" if need.papers else "papers_by_reason"
            writer.paragraph(writer.said(key), LEFT)
            writer.sheet.feed(16)


def write_fees(writer: Writer, needs: Sequence[Need]) -> None:
    """Write what each service costs, and what nobody must pay, so that no officer's pocket earns.

    A note stands in the language of the paper only; the warning is for helpers, too.
    """
    free = all(need.fee is FeeKind.FREE for need in needs)
    if len(needs) == 1 and free:
        writer.both("free", BOLD_MIDDLE)
        return
    if len(needs) == 1:
        fee = fee_text(writer, needs[0])
        writer.paragraph(
            writer.said("fees.of", name=writer.said("fees.title"), fee=fee), BOLD_MIDDLE
        )
    else:
        writer.paragraph(writer.said("fees.title"), BOLD_MIDDLE)
        for need in needs:
            writer.paragraph(writer.said("fees.of", name=need.name, fee=fee_text(writer, need)))
    writer.both("fees.nobody" if free else "fees.no_more", BOLD_MIDDLE)


def rupiah(writer: Writer, amount_idr: int) -> str:
    """Return whole rupiah as the paper's language writes them: "Rp30.000"."""
    return f"Rp{amount_idr:,}".replace(",", writer.said("thousands"))


def fee_text(writer: Writer, need: Need) -> str:
    """Return the fee and its note: "gratis. Iuran pertama dibayar"."""
    fee = writer.said(f"fees.{need.fee}", amount=rupiah(writer, need.fee_idr))
    return ". ".join(filter(None, (fee, need.fee_note.rstrip("."))))


def need_of_list(old: dict[str, Any], *services: str, case: str = "") -> dict[str, Any]:
    """Take the papers and the fee out of an older payload, as one need for all `services`."""
    papers, free, fee = (old.pop(key, None) for key in ("requirements", "free", "fee"))
    kind = FeeKind.FREE if free else FeeKind.SUM if fee else FeeKind.UNKNOWN
    amount = int("".join(filter(str.isdecimal, str(fee))) or 0)
    name = ", ".join(services)
    return {"name": name, "case": case, "papers": papers, "fee": kind, "fee_idr": amount}


def _of_one_list(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return an older slip's payload with all its services as one need: nothing told them apart."""
    old = dict(plain)
    services = old.pop("services")
    return old | {"needs": [need_of_list(old, *services)]}

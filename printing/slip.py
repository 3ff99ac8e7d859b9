"""The slip: what a citizen's paper says, and how it is set for each width of paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, TypeAdapter

from printing import drawing
from printing.layout import Look, Paper, two_ends, wrap

if TYPE_CHECKING:
    from printing.typesetting import Sheet

_MIDDLE = Look(align="center")
_BOLD = Look(bold=True)
_BOLD_MIDDLE = Look(align="center", bold=True)


@dataclass(frozen=True)
class Slip:
    """All that stands on the paper of one ticket, as plain values and without personal data.

    `taken_at` and `expected` are aware UTC instants, printed in `time_zone`. Names and places
    are already in `language`. `fee` is written out ("Rp30.000"); `free` and an empty `fee`
    together say nothing about money. Without a `follow_url` there is no QR code.
    """

    mall_name: str
    region: str
    prefix: str
    number: int
    services: tuple[str, ...]
    agency: str
    zone_name: str
    zone_flower: str
    place: str
    desks: str
    taken_at: AwareDatetime
    time_zone: str
    people_ahead: int
    expected: tuple[AwareDatetime, AwareDatetime] | None = None
    requirements: tuple[str, ...] = ()
    priority: bool = False
    free: bool = True
    fee: str = ""
    follow_url: str = ""
    follow_code: str = ""
    kiosk: str = ""
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    language: str = "id"

    @property
    def label(self) -> str:
        """The number as it is written: "A-012"."""
        return f"{self.prefix}-{self.digits}"

    @property
    def digits(self) -> str:
        return f"{self.number:03d}"

    def to_json(self) -> dict[str, Any]:
        """Return the slip in JSON's own types, the way a print job keeps it."""
        plain: dict[str, Any] = _slips().dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Slip:
        """Read what `to_json` returned; ValueError for anything else."""
        return _slips().validate_python(dict(plain))


@cache
def _slips() -> TypeAdapter[Slip]:
    return TypeAdapter(Slip)


def compose(slip: Slip, paper: Paper, words: Mapping[str, str]) -> bytes:
    """Set `slip` on `paper` as ESC/POS bytes, in the sentences of `words`.

    KeyError when `words` lacks a sentence of printing/language.
    """
    # The printer library writes a temporary file when it is imported: only who prints needs it.
    from printing.typesetting import Sheet

    sheet = Sheet(paper)
    _head(sheet, slip)
    _number(sheet, slip, words)
    _services(sheet, slip, words)
    _zone(sheet, slip, words)
    _forecast(sheet, slip, words)
    _requirements(sheet, slip, words)
    _follow(sheet, slip, words)
    _foot(sheet, slip, words)
    return sheet.finish()


def _paragraph(sheet: Sheet, text: str, look: Look) -> None:
    for line in wrap(sheet.fit(text), sheet.paper.columns // look.width):
        sheet.line(line, look)


def _rule(sheet: Sheet) -> None:
    if sheet.paper.raster:
        sheet.draw(drawing.rule(sheet.paper))
    else:
        sheet.line("-" * sheet.paper.columns)


def _head(sheet: Sheet, slip: Slip) -> None:
    if sheet.paper.raster:
        sheet.draw(drawing.head(sheet.paper, slip.mall_name, slip.region))
    else:
        _paragraph(sheet, slip.mall_name, _BOLD_MIDDLE)
        _paragraph(sheet, slip.region, _MIDDLE)
    for line in slip.header:
        _paragraph(sheet, line, _MIDDLE)
    sheet.feed(8)
    _rule(sheet)
    sheet.feed(12)


def _number(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    _paragraph(sheet, words["your_number"], _MIDDLE)
    if sheet.paper.raster:
        sheet.feed(8)
        sheet.draw(drawing.number(sheet.paper, slip.prefix, slip.digits))
        sheet.feed(16)
    else:
        label = sheet.fit(slip.label)
        width = max(1, min(8, sheet.paper.columns // len(label)))
        look = Look(align="center", width=width, height=min(8, width + 1))
        sheet.line(label, look)
    if slip.priority:
        badge = f" {words['priority']} "
        sheet.line(sheet.fit(badge), Look(align="center", bold=True, invert=True))
        sheet.feed(8)


def _services(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    wanted = f", {words['then']} ".join(slip.services)
    if sheet.paper.raster:
        sheet.draw(drawing.title(sheet.paper, wanted))
        sheet.feed(4)
    else:
        _paragraph(sheet, wanted, Look(align="center", bold=True, height=2))
    _paragraph(sheet, slip.agency, _MIDDLE)
    sheet.feed(12)


def _zone(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    name = words["zone"].format(name=slip.zone_name)
    places = [part for part in (slip.place, slip.desks) if part]
    if sheet.paper.raster:
        flower = slip.zone_flower
        sheet.draw(drawing.zone(sheet.paper, flower, words["wait_in"], name, places))
        sheet.feed(16)
        return
    sheet.solid(1)
    _band(sheet, words["wait_in"], 1)
    sheet.solid(2)
    _band(sheet, name, 2)
    sheet.solid(1)
    _band(sheet, ", ".join(places), 1)
    sheet.airy()
    sheet.feed(16)


def _band(sheet: Sheet, text: str, size: int) -> None:
    columns = sheet.paper.columns // size
    look = Look(bold=size > 1, width=size, height=size, invert=True)
    for line in wrap(sheet.fit(text), columns):
        sheet.line(line.center(columns), look)


def _forecast(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    facts = [(words["ahead"], _people(slip.people_ahead, words))]
    if slip.expected is not None:
        start, end = (_clock(at, slip, words) for at in slip.expected)
        range_ = words["called_between"].format(start=start, end=end)
        facts.append((words["called_about"], range_))
    if sheet.paper.raster:
        sheet.draw(drawing.facts(sheet.paper, facts))
    else:
        for name, value in facts:
            for line in two_ends(sheet.fit(name), sheet.fit(value), sheet.paper.columns):
                sheet.line(line, Look(bold=True, height=2))
    sheet.feed(16)


def _requirements(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    if not slip.requirements:
        return
    _paragraph(sheet, words["prepare"], _BOLD)
    for requirement in slip.requirements:
        for index, line in enumerate(wrap(sheet.fit(requirement), sheet.paper.columns - 4)):
            if index == 0:
                sheet.box()
            else:
                sheet.words("   ")
            sheet.line(f" {line}")
    sheet.feed(16)


def _follow(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    if slip.follow_url:
        # White around the code is a part of it.
        sheet.feed(16)
        sheet.qr(slip.follow_url)
        sheet.feed(24)
        _paragraph(sheet, words["follow"], _BOLD_MIDDLE)
        _paragraph(sheet, words["scan"], _MIDDLE)
    if slip.follow_code:
        _paragraph(sheet, f"{words['code']} {slip.follow_code}", _BOLD_MIDDLE)
    sheet.feed(12)


def _foot(sheet: Sheet, slip: Slip, words: Mapping[str, str]) -> None:
    _rule(sheet)
    sheet.feed(10)
    if slip.free:
        _paragraph(sheet, words["free"], _BOLD_MIDDLE)
    elif slip.fee:
        _paragraph(sheet, words["fee"].format(fee=slip.fee), _BOLD_MIDDLE)
    for text in (words["missed"], words["today_only"], *slip.footer):
        _paragraph(sheet, text, _MIDDLE)
    _paragraph(sheet, _day_and_clock(slip, words), _MIDDLE)
    _paragraph(sheet, slip.kiosk, _MIDDLE)


def _people(count: int, words: Mapping[str, str]) -> str:
    if count == 0:
        return words["nobody_ahead"]
    return words["one_ahead" if count == 1 else "many_ahead"].format(count=count)


def _clock(at: datetime, slip: Slip, words: Mapping[str, str]) -> str:
    local = at.astimezone(ZoneInfo(slip.time_zone))
    return words["clock"].format(hour=f"{local.hour:02d}", minute=f"{local.minute:02d}")


def _day_and_clock(slip: Slip, words: Mapping[str, str]) -> str:
    local = slip.taken_at.astimezone(ZoneInfo(slip.time_zone))
    return words["taken"].format(
        weekday=words[f"weekday_{local.isoweekday()}"],
        day=local.day,
        month=words[f"month_{local.month}"],
        year=local.year,
        clock=_clock(slip.taken_at, slip, words),
    )

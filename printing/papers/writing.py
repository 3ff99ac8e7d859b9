"""What all papers of the hall have in common: their head, bands, lists, codes, dates and foot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from babel.lists import format_list
from pydantic import TypeAdapter

from printing.ink import drawing
from printing.ink.layout import Look, Paper, balanced, two_ends, wrap
from printing.papers import listing

Words = Mapping[str, Mapping[str, str]]

LEFT = Look()
MIDDLE = Look(align="center")
BOLD = Look(bold=True)
BOLD_MIDDLE = Look(align="center", bold=True)
# Small letters are thin: a thermal head prints them bold, or hardly.
SMALL_MIDDLE = Look(align="center", small=True, bold=True)


@dataclass(frozen=True, kw_only=True)
class Content(ABC):
    """What stands on one paper, as plain values; every kind of paper adds its own.

    Names and places are already in `language`. `also` is the second language, in which the
    sentences are repeated that somebody who helps the citizen must understand; empty for none.
    Instants are aware UTC and printed in `time_zone`. `header` and `footer` are the mall's own.
    """

    mall_name: str
    region: str
    time_zone: str
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    language: str = "id"
    also: str = ""

    @abstractmethod
    def write(self, writer: Writer) -> None:
        """Write all that stands below the mall's name."""

    def to_json(self) -> dict[str, Any]:
        """Return the content in JSON's own types, the way a print job keeps it."""
        plain: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned; ValueError for anything else."""
        content: Self = _adapter(cls).validate_python(dict(plain))
        return content


@cache
def _adapter(kind: type[Content]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def compose(
    content: Content, paper: Paper, words: Words, *, copied_at: datetime | None = None
) -> bytes:
    """Set `content` on `paper` as ESC/POS bytes, in the sentences of `words` by language.

    With `copied_at` the paper says that it is a copy, and since when. KeyError when `words`
    lacks a sentence of printing/papers/words.toml.
    """
    writer = Writer(content, paper, words)
    if copied_at is not None:
        marks = dict.fromkeys((writer.said("copy"), *(one["copy"] for one in words.values())))
        at = writer.said("copied", clock=writer.clock(copied_at))
        writer.band(" / ".join(marks), at, writer.day(copied_at))
    writer.head()
    content.write(writer)
    return writer.sheet.finish()


class Writer:
    """Writes the parts of a paper from top to bottom, drawn where the printer can draw."""

    def __init__(self, content: Content, paper: Paper, words: Words) -> None:
        """Take a blank sheet of `paper`; a language without words falls back to Indonesian."""
        # The printer library writes a temporary file when it is imported: only who prints needs it.
        from printing.ink.typesetting import Sheet

        self.sheet = Sheet(paper)
        self.paper = paper
        self._content = content
        self._zone = ZoneInfo(content.time_zone)
        self._language = content.language if content.language in words else "id"
        self._words = words[self._language]
        other = None if paper.short else words.get(content.also)
        self._also = None if other is self._words else other

    def said(self, key: str, **facts: object) -> str:
        """Return the sentence `key` in the paper's language."""
        return self._words[key].format(**facts)

    def each(self, key: str, **facts: object) -> list[str]:
        """Return the sentence in the paper's language and, if there is one, in the second."""
        return [words[key].format(**facts) for words in (self._words, self._also) if words]

    def listed(self, things: Sequence[str]) -> str:
        """Return "KTP-el, SIM, dan SKCK", as the paper's language lists things."""
        return format_list(things, locale=self._language)

    def clock(self, at: datetime) -> str:
        """Return the local time: "09.41"."""
        local = at.astimezone(self._zone)
        return self.said("clock", hour=f"{local.hour:02d}", minute=f"{local.minute:02d}")

    def span(self, times: tuple[datetime, datetime]) -> str:
        """Return two local times as a range: "10.05–10.20"."""
        return self.said("span", start=self.clock(times[0]), end=self.clock(times[1]))

    def day(self, at: datetime) -> str:
        """Return the local day: "Selasa, 24 November 2026"."""
        local = at.astimezone(self._zone)
        return self.said(
            "day",
            weekday=self.said(f"weekday_{local.isoweekday()}"),
            day=local.day,
            month=self.said(f"month_{local.month}"),
            year=local.year,
        )

    def when(self, at: datetime) -> str:
        """Return the local day and time."""
        return self.said("when", day=self.day(at), clock=self.clock(at))

    def people(self, count: int) -> str:
        """Return how many people: "11 orang"."""
        if count == 0:
            return self.said("nobody_ahead")
        return self.said("one_ahead" if count == 1 else "many_ahead", count=count)

    def paragraph(self, text: str, look: Look = MIDDLE) -> None:
        """Write `text`, broken into lines; nothing for blank text."""
        columns = self.paper.small_columns if look.small else self.paper.columns
        broken = balanced if look.align == "center" else wrap
        for line in broken(self.sheet.fit(text), columns // look.width):
            self.sheet.line(line, look)

    def both(self, key: str, look: Look = MIDDLE, **facts: object) -> None:
        """Write a sentence, and below it, small, the same in the second language."""
        own, *others = self.each(key, **facts)
        self.paragraph(own, look)
        for other in others:
            self.paragraph(other, SMALL_MIDDLE)

    def rule(self) -> None:
        if self.paper.raster:
            self.sheet.draw(drawing.rule(self.paper))
        else:
            self.sheet.line("-" * self.paper.columns)

    def head(self) -> None:
        """Write whose paper this is."""
        content = self._content
        if self.paper.raster:
            self.sheet.draw(drawing.head(self.paper, content.mall_name, content.region))
        else:
            self.paragraph(content.mall_name, BOLD_MIDDLE)
            self.paragraph(content.region)
        for line in content.header:
            self.paragraph(line)
        self.sheet.feed(8)
        self.rule()
        self.sheet.feed(12)

    def title(self, text: str) -> None:
        """Write bold and in the middle what the paper is about."""
        if self.paper.raster:
            self.sheet.draw(drawing.title(self.paper, text))
            self.sheet.feed(4)
        else:
            self.paragraph(text, Look(align="center", bold=True, height=2))

    def number(self, prefix: str, digits: str, *, priority: bool) -> None:
        """Write a ticket's number as large as the paper allows, and whether it goes first."""
        if self.paper.raster:
            self.sheet.feed(8)
            self.sheet.draw(drawing.number(self.paper, prefix, digits))
            self.sheet.feed(16)
        else:
            label = self.sheet.fit(f"{prefix}-{digits}")
            width = max(1, min(8, self.paper.columns // len(label)))
            look = Look(align="center", width=width, height=min(8, width + 1))
            self.sheet.line(label, look)
        if priority:
            badge = f" {self.said('priority')} "
            self.sheet.line(self.sheet.fit(badge), Look(align="center", bold=True, invert=True))
            self.sheet.feed(8)

    def place(self, lead: str, name: str, places: Sequence[str], flower: str = "") -> None:
        """Write where to go, white on black, below the sentence `lead` in both languages."""
        leads = self.each(lead)
        places = [place for place in places if place]
        if self.paper.raster:
            self.sheet.draw(drawing.zone(self.paper, flower, " / ".join(leads), name, places))
        else:
            above = [(text, 1) for text in self._together(" / ", leads)]
            below = [(text, 1) for text in self._together(", ", places)]
            self._solid(*above, (name, 2), *below)
        self.sheet.feed(16)

    def _together(self, mark: str, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts as one if that fits into a line, else as they are."""
        together = mark.join(texts)
        return [together] if len(self.sheet.fit(together)) <= self.paper.columns else texts

    def band(self, name: str, *lines: str) -> None:
        """Write a warning that nobody overlooks: white on black, in the middle."""
        if self.paper.raster:
            self.sheet.draw(drawing.band(self.paper, name, lines))
        else:
            self._solid((name, 2), *((line, 1) for line in lines))
        self.sheet.feed(16)

    def _solid(self, *rows: tuple[str, int]) -> None:
        for text, size in rows:
            columns = self.paper.columns // size
            look = Look(bold=size > 1, width=size, height=size, invert=True)
            self.sheet.solid(size)
            for line in wrap(self.sheet.fit(text), columns):
                self.sheet.line(line.center(columns), look)
        self.sheet.airy()

    def facts(self, *named: tuple[str, str]) -> None:
        """Write one or two facts large, each with its name."""
        if self.paper.raster:
            self.sheet.draw(drawing.facts(self.paper, named))
        else:
            for name, value in named:
                for line in self._ends(name, value):
                    self.sheet.line(line, Look(bold=True, height=2))
        self.sheet.feed(16)

    def row(self, name: str, value: str, look: Look | None = None) -> None:
        """Write a name at the left edge and its value at the right."""
        for line in self._ends(name, value):
            self.sheet.line(line, look)

    def _ends(self, name: str, value: str) -> list[str]:
        return two_ends(self.sheet.fit(name), self.sheet.fit(value), self.paper.columns)

    def checklist(self, heading: str, items: Sequence[str]) -> None:
        """Write the items under a heading, each with a box to tick."""
        if not items:
            return
        write = listing.framed if self.paper.raster else listing.plain
        write(self.sheet, heading, items)
        self.sheet.feed(16)

    def code(self, content: str) -> None:
        """Write a QR code with the white that belongs to it; nothing for no content.

        A paper that shows no codes has it in letters.
        """
        if content and not self.paper.shows_codes:
            self.paragraph(content)
        elif content:
            self.sheet.feed(16)
            self.sheet.qr(content)
            self.sheet.feed(24)

    def foot(self) -> None:
        """Write the rule above the small print."""
        self.rule()
        self.sheet.feed(10)

    def own_lines(self) -> None:
        """Write what the mall wants to stand at the foot of every paper."""
        for line in self._content.footer:
            self.paragraph(line)

"""The checklist slip: what to bring for a service, for those who have not taken a number yet."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from printing.papers.slip import about_money
from printing.papers.writing import Content, Writer


@dataclass(frozen=True, kw_only=True)
class Checklist(Content):
    """The papers that one service asks for; `case` is why it is needed, empty for any reason.

    `missing_for` is the number that a desk returned for want of them: the list is then theirs
    alone. Empty for a list of all that is asked for.
    """

    service: str
    agency: str
    requirements: tuple[str, ...]
    printed_at: AwareDatetime
    case: str = ""
    free: bool = True
    fee: str = ""
    help_desk: str = ""
    kiosk: str = ""
    missing_for: str = ""

    @override
    def write(self, writer: Writer) -> None:
        writer.paragraph(writer.said(f"checklist.{'missing' if self.missing_for else 'title'}"))
        writer.title(self.service)
        if self.case:
            writer.paragraph(self.case)
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        if self.requirements:
            writer.checklist(writer.said("checklist.bring"), self.requirements)
        else:
            writer.paragraph(writer.said("checklist.nothing"))
            writer.sheet.feed(16)
        # Somebody who holds a paper from a kiosk may sit down and wait to be called.
        known = "ended" if self.missing_for else "none_taken"
        told = writer.said(f"checklist.{known}", number=self.missing_for)
        writer.band(*writer.each("checklist.no_number"), told)
        writer.both("checklist.again" if self.missing_for else "checklist.then")
        if self.help_desk:
            writer.paragraph(writer.said("checklist.ask", help_desk=self.help_desk))
        writer.sheet.feed(12)
        writer.foot()
        about_money(writer, free=self.free, fee=self.fee)
        writer.own_lines()
        writer.paragraph(writer.when(self.printed_at))
        writer.paragraph(self.kiosk)

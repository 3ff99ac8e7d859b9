"""The checklist slip: what to bring for a service, for those who have not taken a number yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import AwareDatetime
from typing_extensions import override

from printing.papers.slip import Need, need_of_list, write_fees, write_papers
from printing.papers.writing import Content, Writer


@dataclass(frozen=True, kw_only=True)
class Checklist(Content):
    """The papers that one service asks for.

    `missing_for` is the number that a desk returned for want of them: the list is then theirs
    alone. Empty for a list of all that is asked for.
    """

    need: Need
    agency: str
    printed_at: AwareDatetime
    help_desk: str = ""
    kiosk: str = ""
    missing_for: str = ""

    @classmethod
    @override
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned, or what it returned before a fee could have a note."""
        old = dict(plain)
        if "service" in old:
            service, case = str(old.pop("service")), str(old.pop("case", ""))
            old["need"] = need_of_list(old, service, case=case)
        return super().from_json(old)

    @override
    def write(self, writer: Writer) -> None:
        writer.paragraph(writer.said(f"checklist.{'missing' if self.missing_for else 'title'}"))
        writer.title(self.need.name)
        writer.paragraph(self.need.case)
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        if self.need.papers or self.need.lacks_reason:
            write_papers(writer, writer.said("checklist.bring"), [self.need])
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
        write_fees(writer, [self.need])
        writer.own_lines()
        writer.paragraph(writer.when(self.printed_at))
        writer.paragraph(self.kiosk)

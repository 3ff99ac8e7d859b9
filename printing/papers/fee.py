"""The fee slip: what was charged; it is a receipt only where the hall itself takes payment."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime
from typing_extensions import override

from printing.ink.layout import Look
from printing.papers.writing import BOLD_MIDDLE, Content, Writer


@dataclass(frozen=True)
class Charge:
    """One line of the bill, in whole rupiah."""

    name: str
    amount_idr: int


@dataclass(frozen=True, kw_only=True)
class Fee(Content):
    """What a service costs, line by line.

    `official` says that the hall takes payment and this is its receipt, with `receipt_number`
    and how it was `paid_by`; else the paper warns that it proves nothing.
    """

    charges: tuple[Charge, ...]
    service: str
    agency: str
    noted_at: AwareDatetime
    official: bool = False
    receipt_number: str = ""
    paid_by: str = ""
    ticket: str = ""
    desk: str = ""

    @override
    def write(self, writer: Writer) -> None:
        writer.both("fee_slip.receipt" if self.official else "fee_slip.note", BOLD_MIDDLE)
        writer.sheet.feed(8)
        if not self.official:
            writer.band(*writer.each("fee_slip.no_receipt"))
        writer.title(self.service)
        writer.paragraph(self.agency)
        writer.sheet.feed(12)
        for name, value in self._facts(writer):
            writer.row(name, value)
        writer.sheet.feed(12)
        for charge in self.charges:
            writer.row(charge.name, rupiah(writer, charge.amount_idr))
        writer.rule()
        writer.sheet.feed(8)
        total = rupiah(writer, sum(charge.amount_idr for charge in self.charges))
        writer.row(writer.said("fee_slip.total"), total, Look(bold=True, height=2))
        writer.sheet.feed(16)
        writer.foot()
        writer.both("fee_slip.keep" if self.official else "fee_slip.ask", BOLD_MIDDLE)
        writer.own_lines()
        writer.paragraph(writer.when(self.noted_at))

    def _facts(self, writer: Writer) -> list[tuple[str, str]]:
        facts = {
            "receipt_number": self.receipt_number if self.official else "",
            "paid_by": self.paid_by if self.official else "",
            "ticket": self.ticket,
            "desk": self.desk,
        }
        return [(writer.said(f"fee_slip.{key}"), value) for key, value in facts.items() if value]


def rupiah(writer: Writer, amount_idr: int) -> str:
    """Return whole rupiah as the paper's language writes them: "Rp30.000"."""
    return f"Rp{amount_idr:,}".replace(",", writer.said("thousands"))

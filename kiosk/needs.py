"""One need of a visit as its citizen hears of it: why, what to bring for it, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.texts import Both, both, rupiah
from models.mall.facts import ServiceFacts
from models.mall.fees import ServiceFee


@dataclass(frozen=True)
class Need:
    """A service in both languages; `lacks_reason` says that its papers are not all known yet."""

    name: Both
    case: Both | None
    papers: tuple[Both, ...]
    lacks_reason: bool
    fee: ServiceFee

    @property
    def amount(self) -> Both:
        """The fee's sum, written out."""
        return rupiah(self.fee.idr)

    @property
    def fee_note(self) -> Both:
        """What must be said beside the fee, empty for nothing."""
        return both(self.fee, "note")

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's own types, as screens show it."""
        return {
            "name": self.name,
            "case": self.case,
            "papers": list(self.papers),
            "lacks_reason": self.lacks_reason,
            "fee": self.fee.to_json(),
        }

    def in_language(self, language: str) -> dict[str, Any]:
        """Return it as a paper carries it, in one language."""
        return {
            "name": self.name[language],
            "case": "" if self.case is None else self.case[language],
            "papers": [paper[language] for paper in self.papers],
            "lacks_reason": self.lacks_reason,
            "fee": self.fee.kind,
            "fee_idr": self.fee.idr,
            "fee_note": self.fee_note[language],
        }


def need_of(service: ServiceFacts, case_id: int | None) -> Need:
    """Return the need for `service` in the case, None for a reason that was not given."""
    case = None if case_id is None else service.cases.get(case_id)
    return Need(
        name=both(service, "name"),
        case=None if case is None else _in_a_line(both(case, "name")),
        papers=tuple(both(paper, "text") for paper in service.needed_for(case_id)),
        lacks_reason=service.lacks_reason(case_id),
        fee=service.fee,
    )


def _in_a_line(name: Both) -> Both:
    """Return a case's name as it stands after a comma: "hilang", but "WNA" stays."""
    return {
        language: text if text[1:2].isupper() else text[:1].lower() + text[1:]
        for language, text in name.items()
    }

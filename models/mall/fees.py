"""What a service costs, as a citizen must hear it: decided here, worded by each surface.

Nothing is half said: what is free under a condition is never called free without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class FeeKind(StrEnum):
    """What may be said of a fee; only what is FREE costs nobody anything."""

    FREE = "free"
    CONDITIONAL = "conditional"  # nothing, under the condition that the note says
    SUM = "sum"
    TARIFF = "tariff"  # an official tariff decides, see the note
    UNKNOWN = "unknown"  # the catalogue does not say


@dataclass(frozen=True)
class ServiceFee:
    """The fee of one service; `idr` is 0 unless it is a sum, a note is said in full or is empty."""

    kind: FeeKind
    idr: int = 0
    note_id: str = ""
    note_en: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's own types, the note by language."""
        note = {"id": self.note_id, "en": self.note_en}
        return {"kind": self.kind, "idr": self.idr, "note": note}


class Priced(Protocol):
    """A service as the catalogue prices it: 0 is free, None is as the note says."""

    @property
    def fee_idr(self) -> int | None: ...
    @property
    def fee_note_id(self) -> str: ...
    @property
    def fee_note_en(self) -> str: ...


def fee_of(service: Priced) -> ServiceFee:
    """Return what to say of the service's fee; a note of one language alone serves both."""
    note_id, note_en = service.fee_note_id.strip(), service.fee_note_en.strip()
    note_id, note_en = note_id or note_en, note_en or note_id
    if service.fee_idr is None:
        kind = FeeKind.TARIFF if note_id else FeeKind.UNKNOWN
    elif service.fee_idr == 0:
        kind = FeeKind.CONDITIONAL if note_id else FeeKind.FREE
    else:
        kind = FeeKind.SUM
    return ServiceFee(kind, service.fee_idr or 0, note_id, note_en)

"""What is said of a need that may not be served today, in place of an instant after closing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk.texts import Both, both
from models.mall.arrangement import Arrangement
from models.queue.tickets import Step
from models.waits.forecast import Outlook
from models.waits.prospects import Chance, Prospect


@dataclass(frozen=True)
class Doubt:
    """One need that may wait past closing; instants aware UTC, None where none can be told."""

    service: Both
    chance: Chance  # never sure
    not_before: datetime | None
    closes_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's own types, in both languages."""
        return {"service": self.service, **self._rest()}

    def in_language(self, language: str) -> dict[str, Any]:
        """Return it as a paper carries it, in one language."""
        return {"service": self.service[language], **self._rest()}

    def _rest(self) -> dict[str, Any]:
        return {
            "chance": self.chance.value,
            "not_before": self.not_before and self.not_before.isoformat(),
            "closes_at": self.closes_at and self.closes_at.isoformat(),
        }


def doubt_of(service: object, prospect: Prospect | None) -> Doubt | None:
    """Return what is to be said of a need with the prospect; None where it is sure, or unknown."""
    if prospect is None or prospect.chance is Chance.SURE:
        return None
    return Doubt(
        service=both(service, "name"),
        chance=prospect.chance,
        not_before=prospect.not_before,
        closes_at=prospect.closes_at,
    )


def doubts_of(arrangement: Arrangement, steps: Iterable[Step], ahead: Outlook) -> tuple[Doubt, ...]:
    """Return what is to be said of each of the steps that may wait past closing."""
    found = (
        doubt_of(arrangement.services[step.service_id], ahead.prospect_of_step(step.id))
        for step in steps
    )
    return tuple(doubt for doubt in found if doubt is not None)

"""What may be said of a wait before closing: whether it ends today, and between which instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.waits.ranges import Range


class Chance(StrEnum):
    """Whether somebody who waits is called before the desks of their service close."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    UNLIKELY = "unlikely"


@dataclass(frozen=True)
class Prospect:
    """A wait as it is told at the instant `at`; all instants aware UTC.

    `closes_at` is when the desks of the service close on that day, None on a day without service;
    `opens_at` is when they begin, while that is still to come.
    No instant after closing is ever told: where the range reaches so far, its chance is.
    """

    wait: Range
    at: datetime
    closes_at: datetime | None
    opens_at: datetime | None = None

    @property
    def chance(self) -> Chance:
        """Whether the call comes before closing.

        A desk that is open past its hours may still take whoever is next, and nobody can say
        whether it does.
        """
        if self.closes_at is not None:
            if self.at + self.wait.high < self.closes_at:
                return Chance.SURE
            if self.at + self.wait.low < self.closes_at:
                return Chance.DOUBTFUL
        return Chance.UNLIKELY if self.wait.low else Chance.DOUBTFUL

    @property
    def expected(self) -> tuple[datetime, datetime] | None:
        """Between which instants the call comes, to five minutes; None unless it surely does."""
        if self.chance is not Chance.SURE or self.closes_at is None:
            return None
        begins, ends = self.wait.by_the_clock(self.at, opens_at=self.opens_at)
        return min(begins, self.closes_at), min(ends, self.closes_at)

    @property
    def not_before(self) -> datetime | None:
        """The earliest instant of a call that may come too late; None where none can be told."""
        if self.chance is not Chance.DOUBTFUL or self.closes_at is None:
            return None
        begins, _ = self.wait.by_the_clock(self.at, opens_at=self.opens_at)
        return begins if begins < self.closes_at else None

"""What every event has: where and when it happened, and whom and what it touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a mall at the aware UTC instant `at`.

    `seq` is the journal's number: it only grows, and is 0 until the event is recorded.
    """

    mall_id: int
    at: datetime
    ticket_id: int | None = None
    step_id: int | None = None
    service_id: int | None = None
    desk_id: int | None = None
    user_id: int | None = None
    device_id: int | None = None
    seq: int = 0

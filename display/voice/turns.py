"""What waits to be said in one zone, in its order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from display.voice.notices import Notice
from models.queue.announcing import Unshouted


@dataclass(frozen=True)
class Item:
    """What waits to be said since the instant `at`."""

    what: Unshouted | Notice
    at: datetime


@dataclass
class Pending:
    """What one zone still has to hear; `free_at_s` is an instant of the monotonic clock."""

    waiting: deque[Item] = field(default_factory=deque)
    free_at_s: float = 0.0

    def place(self, call: Unshouted) -> None:
        """Let a call wait behind the others; a ticket that waits already keeps its place."""
        item = Item(call, call.at)
        for index, other in enumerate(self.waiting):
            if isinstance(other.what, Unshouted) and other.what.ticket_id == call.ticket_id:
                if other.what.call_id < call.call_id:
                    self.waiting[index] = item
                return
        self.waiting.append(item)

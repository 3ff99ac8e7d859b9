"""The heartbeat: what each screen hears every two seconds, whatever it follows."""

from __future__ import annotations

import uuid
from typing import Any

from models.core.clock import Clock
from models.core.database import Database
from models.journal.record import last_seq


def heartbeat(database: Database, clock: Clock, epoch: str) -> dict[str, Any]:
    """Return the server's time, the newest entry of the journal, and why nothing is written."""
    with database.reading() as session:
        seq = last_seq(session)
    now = clock.now().isoformat(timespec="milliseconds")
    halted = database.halted
    marks = {"now": now, "seq": seq, "epoch": epoch, "rate": clock.rate}
    return marks | {"halted": "" if halted is None else halted.code}


def read_epoch(database: Database, clock: Clock) -> str:
    """Name this database, the same for all its processes: a new one counts from the start."""
    drawn = {"epoch": uuid.uuid4().hex[:12]}
    told = database.press("live.epoch", "live.epoch", clock.now, lambda _session, _at: drawn)
    epoch: str = told["epoch"]
    return epoch

"""Watching a printer: what it says is damped, and noted where everybody can read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from models.core.database import Database
from models.paper.printers import PrinterStatus, note_printer
from printing.machines.status import Damper, Reading


class Watch:
    """What the house believes of one printer of the mall `mall_id`."""

    def __init__(
        self, database: Database, mall_id: int, printer: str, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._key = (mall_id, printer)
        self._now = now
        self._damper = Damper()
        self._noted: Reading | None = None

    def recall(self) -> None:
        """Begin with what was believed when the program stopped."""
        with self._database.reading() as session:
            status = session.get(PrinterStatus, self._key)
            if status is not None:
                self._noted = Reading(status.state, status.detail)
                self._damper = Damper(self._noted)

    def hear(self, reading: Reading, at_s: float | None = None) -> None:
        """Take in a reading of the monotonic second `at_s`, now if that is not given."""
        self._damper.hear(reading, time.monotonic() if at_s is None else at_s)
        settled = self._damper.settled
        if settled is None or settled == self._noted:
            return
        mall_id, printer = self._key
        with self._database.acting(self._now) as (session, at):
            note_printer(session, mall_id, printer, settled.state, at=at, detail=settled.detail)
        self._noted = settled

    @property
    def prints(self) -> bool:
        """Whether the printer is believed to print."""
        return self._damper.settled is None or self._damper.settled.prints

    @property
    def restless(self) -> bool:
        """Whether the printer just said something else than what is believed."""
        return self._damper.restless

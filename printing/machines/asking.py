"""Asking one printer how it fares, and carrying papers to it, each claimed before it is sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob, next_job
from models.paper.printers import PrinterState
from printing.machines.damping import Watch
from printing.machines.ledger import Ended, Ledger
from printing.machines.printers import Printer, PrinterAway, PrinterDoubtful
from printing.machines.status import Reading
from printing.papers.drawer import Drawer

log = logging.getLogger(__name__)


class Carrier:
    """Brings what waits for one printer to it, one paper after the other. For one thread."""

    def __init__(
        self,
        database: Database,
        printer: Printer,
        watch: Watch,
        ledger: Ledger,
        drawer: Drawer,
        now: Callable[[], datetime],
    ) -> None:
        self.watch = watch
        self._database = database
        self._printer = printer
        self._drawer = drawer
        self._now = now
        self._ledger = ledger
        # Whether a paper may be waiting; a look at the printer costs no look into the database.
        self._wanted = True

    def want(self) -> None:
        """Say that a paper may be waiting."""
        self._wanted = True

    def step(self) -> bool:
        """Ask the printer how it fares and print one paper; True when there may be more to do."""
        began_s = time.monotonic()
        reading = self._printer.look()
        self.watch.hear(reading, began_s)
        if not reading.prints or not self.watch.prints or not self._wanted:
            return False
        self._wanted = False  # before looking: a paper that comes in between is wanted again
        with self._database.reading() as session:
            job = next_job(session, self._printer.code)
        if job is None:
            return False
        self._wanted = True
        return self._carry(job)

    def _carry(self, job: PrintJob) -> bool:
        """Print `job`; False when the printer took nothing, so that it waits again."""
        data = self._set(job)
        if not self._ledger.claim(job):
            return True
        if data is None:
            ended = Ended(job, JobState.FAILED, "not_set")
        else:
            ended = Ended(job, *self._send(data))
        self._ledger.settle(ended)
        return ended.state is not JobState.WAITING

    def _set(self, job: PrintJob) -> bytes | None:
        try:
            return self._drawer.draw(job, self._printer.paper, self._now())
        except Exception:
            # An outermost door: one paper that cannot be set must not keep the others waiting.
            log.exception("print job %s cannot be set", job.id)
            return None

    def _send(self, data: bytes) -> tuple[JobState, str]:
        try:
            seen = self._printer.send(data, self.watch.hear)
        except PrinterAway as error:
            self.watch.hear(Reading(PrinterState.AWAY, str(error)))
            return JobState.WAITING, str(error)
        except PrinterDoubtful as error:
            return JobState.DOUBTFUL, str(error)
        except Exception as error:
            # An outermost door: a driver's fault says nothing about what is on paper.
            log.exception("the printer %s failed in the middle of a paper", self._printer.code)
            self._printer.close()
            return JobState.DOUBTFUL, type(error).__name__
        return (JobState.PRINTED if seen else JobState.SENT), ""

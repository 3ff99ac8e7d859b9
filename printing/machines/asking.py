"""Asking one printer how it fares, and carrying papers to it, each claimed before it is sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob, claim, next_job, settle_job
from models.paper.printers import PrinterState
from printing.machines.damping import Watch
from printing.machines.printers import Printer, PrinterAway, PrinterDoubtful
from printing.machines.status import Reading
from printing.papers.drawer import Drawer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Ended:
    """How a job ended, as long as that is not written down yet."""

    job_id: int
    state: JobState
    error: str


class Carrier:
    """Brings what waits for one printer to it, one paper after the other. For one thread."""

    def __init__(
        self,
        database: Database,
        printer: Printer,
        watch: Watch,
        drawer: Drawer,
        now: Callable[[], datetime],
    ) -> None:
        self.watch = watch
        self._database = database
        self._printer = printer
        self._drawer = drawer
        self._now = now
        self._ended: _Ended | None = None

    def step(self) -> bool:
        """Ask the printer how it fares and print one paper; True when there may be more to do."""
        if self._ended is not None:
            self._write_down(self._ended)
        began_s = time.monotonic()
        reading = self._printer.look()
        self.watch.hear(reading, began_s)
        if not reading.prints or not self.watch.prints:
            return False
        with self._database.reading() as session:
            job = next_job(session, self._printer.code)
        return job is not None and self._carry(job)

    def _carry(self, job: PrintJob) -> bool:
        """Print `job`; False when the printer took nothing, so that it waits again."""
        data = self._set(job)
        with self._database.transaction() as session:
            claimed = claim(session, session.get_one(PrintJob, job.id), at=self._now())
        if not claimed:
            return True
        if data is None:
            ended = _Ended(job.id, JobState.FAILED, "not_set")
        else:
            ended = _Ended(job.id, *self._send(data))
        self._write_down(ended)
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

    def _write_down(self, ended: _Ended) -> None:
        # Kept until it is written: a database that is away for a moment must not leave a
        # paper in the printer's hands for ever.
        self._ended = ended
        with self._database.transaction() as session:
            job = session.get_one(PrintJob, ended.job_id)
            settle_job(session, job, ended.state, at=self._now(), error=ended.error)
        self._ended = None

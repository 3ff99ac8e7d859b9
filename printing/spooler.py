"""The spooler: carries promised papers to their printers, each once, and never stops a ticket."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module

from models.database import Database
from models.paper import JobState, PrintJob, claim, doubt_interrupted, next_job, settle_job
from printing.papers import compose_paper
from printing.printers import Printer, PrinterAway, PrinterDoubtful

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 2.0
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 15.0
# Whoever waited for this paper has found another way; a pile of old numbers helps nobody,
# and each bears the key to somebody's ticket.
STALE_AFTER = timedelta(hours=1)


class Spooler:
    """One worker for each printer, between an explicit `start` and `stop`.

    `words` holds the sentences of printing/language by language. `now` is the house's clock.
    """

    def __init__(
        self,
        database: Database,
        printers: Mapping[str, Printer],
        words: Mapping[str, Mapping[str, str]],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._words = words
        self._now = now
        self._stopping = threading.Event()
        self._workers = {code: _Worker(self, printer) for code, printer in printers.items()}

    def start(self) -> None:
        """Doubt what a stop interrupted, then let the workers begin.

        Only one process may run the spooler of a database.
        """
        # Loaded now, for it takes a quarter of a second that no citizen should wait.
        import_module("printing.typesetting")
        with self._database.transaction() as session:
            doubt_interrupted(session, at=self._now())
        for worker in self._workers.values():
            worker.start()

    def stop(self) -> None:
        """Let the workers finish the paper in hand and end; returns when they have."""
        self._stopping.set()
        for worker in self._workers.values():
            worker.wake()
        for worker in self._workers.values():
            worker.join()

    def wake(self, printer_code: str) -> None:
        """Say, after a commit, that a paper waits for `printer_code`; unknown codes do nothing."""
        if worker := self._workers.get(printer_code):
            worker.wake()

    @property
    def stopping(self) -> threading.Event:
        return self._stopping

    def carry_next(self, printer: Printer) -> JobState | None:
        """Print the oldest waiting paper; return how it ended, or None if there was none."""
        job = self._take(printer.code)
        if job is None:
            return None
        state, error = self._print(printer, job)
        with self._database.transaction() as session:
            settle_job(
                session, session.get_one(PrintJob, job.id), state, at=self._now(), error=error
            )
        return state

    def _take(self, printer_code: str) -> PrintJob | None:
        # Looking first keeps an idle spooler away from the one place where writers queue.
        with self._database.reading() as session:
            if next_job(session, printer_code) is None:
                return None
        with self._database.transaction() as session:
            job = next_job(session, printer_code)
            if job is None or not claim(session, job, at=self._now()):
                return None
            return job

    def _print(self, printer: Printer, job: PrintJob) -> tuple[JobState, str]:
        if self._now() - job.created_at > STALE_AFTER:
            return JobState.FAILED, "too_late"
        try:
            data = compose_paper(
                job.kind,
                job.payload,
                printer.paper,
                self._words,
                copy=job.copy_of_id is not None,
                at=self._now(),
            )
        except Exception as error:
            log.exception("print job %s cannot be set", job.id)
            return JobState.FAILED, type(error).__name__
        try:
            printer.send(data)
        except PrinterAway as error:
            return JobState.WAITING, str(error)
        except PrinterDoubtful as error:
            return JobState.DOUBTFUL, str(error)
        return JobState.PRINTED, ""


class _Worker:
    """The thread of one printer: waits to be woken, prints, and pauses longer while it is away."""

    def __init__(self, spooler: Spooler, printer: Printer) -> None:
        self._spooler = spooler
        self._printer = printer
        self._called = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name=f"spooler {printer.code}", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._called.set()

    def join(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        pause_s = 0.0
        while not self._spooler.stopping.is_set():
            # Before looking, so that a call that comes in between is not lost.
            self._called.clear()
            try:
                state = self._spooler.carry_next(self._printer)
            except Exception:
                log.exception("the spooler of %s stumbled", self._printer.code)
                state = JobState.WAITING
            if state is None:
                self._called.wait(_LOOK_AGAIN_S)
            elif state is JobState.WAITING:
                pause_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, pause_s * 2))
                self._spooler.stopping.wait(pause_s)
            else:
                pause_s = 0.0

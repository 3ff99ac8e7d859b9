"""The ledger of papers: each is marked before its first byte and settled behind its last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob, claim, settle_job

log = logging.getLogger(__name__)

# Nobody acts upon a paper that is out: what became of it is written a moment later, together
# with others or with the next mark. A power cut in that moment leaves it in doubt, as one does
# in the middle of it.
_SOON_S: Final = 0.05
_GOOD: Final = frozenset({JobState.PRINTED, JobState.SENT})
_DATABASE_PAUSE_S: Final = 0.5


@dataclass(frozen=True)
class Ended:
    """How sending the paper of `job` ended."""

    job: PrintJob
    state: JobState
    error: str = ""


class Ledger:
    """Writes down what happens to the papers of all printers, in as few commits as that takes."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        # What is not written down yet. Kept until it is: a database that is away for a moment
        # must not leave a paper in a printer's hands for ever.
        self._ended: list[Ended] = []
        self._lock = threading.Lock()
        self._due = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write what is due."""
        self._closing.clear()
        self._thread = threading.Thread(target=self._keep, name="spooler ledger", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write the rest; what cannot be written is in doubt after the next start."""
        self._closing.set()
        self._due.set()
        if self._thread:
            self._thread.join()

    def claim(self, job: PrintJob) -> bool:
        """Mark a waiting job before its first byte leaves; False when somebody else has it."""
        with self._acting() as (session, at):
            return claim(session, job, at=at)

    def settle(self, ended: Ended) -> None:
        """Take in how a paper ended; what somebody must act upon is written at once."""
        self._keep_in_mind(ended)
        if ended.state in _GOOD:
            self._due.set()
        else:
            self.write()

    def write(self) -> None:
        """Write down all that has ended."""
        if self._ended:
            with self._acting():
                pass

    @contextmanager
    def _acting(self) -> Iterator[tuple[Session, datetime]]:
        """Open a transaction that also writes what has ended meanwhile."""
        with self._lock:
            ended, self._ended = self._ended, []
        try:
            with self._database.acting(self._now) as (session, at):
                for one in ended:
                    settle_job(session, one.job, one.state, at=at, error=one.error)
                yield session, at
        except BaseException:
            self._keep_in_mind(*ended)
            self._due.set()
            raise

    def _keep_in_mind(self, *ended: Ended) -> None:
        with self._lock:
            self._ended += ended

    def _keep(self) -> None:
        while not self._closing.is_set():
            self._due.wait()
            self._closing.wait(_SOON_S)
            self._due.clear()
            try:
                self.write()
            except Exception:
                # An outermost door: the database may be away for a while.
                log.exception("what became of papers could not be written down")
                self._closing.wait(_DATABASE_PAUSE_S)

"""Upkeep of what waits: paper goes to the second printer where there is one, or becomes too old."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob, divert, expire_old, open_in
from models.paper.printers import PRINTING_STATES, printer_states

log = logging.getLogger(__name__)


class Upkeep:
    """Looks after the waiting papers of all printers of one mall, whoever prints them."""

    def __init__(
        self, database: Database, mall_id: int, now: Callable[[], datetime], *, kept: timedelta
    ) -> None:
        """Give up what has waited for longer than `kept`."""
        self._database = database
        self._mall_id = mall_id
        self._now = now
        self._kept = kept

    def do(self) -> list[str]:
        """Do what is due; return the printers that have new papers to print."""
        at = self._now()
        before = at - self._kept
        # Looking first keeps an idle house away from the one place where writers queue.
        with self._database.reading() as session:
            old = any(job.created_at < before for job in self._waiting(session))
            stranded = self._stranded(session)
        if old:
            with self._database.transaction() as session:
                expire_old(session, before=before, at=at)
        if not stranded:
            return []
        with self._database.transaction() as session:
            # Read again: a printer may have come back, and its paper gone out.
            jobs = self._stranded(session)
            return [job.printer for job in jobs if divert(session, job, at=at)]

    def _waiting(self, session: Session) -> list[PrintJob]:
        waiting = select(PrintJob).where(
            PrintJob.mall_id == self._mall_id, open_in(JobState.WAITING)
        )
        return list(session.scalars(waiting.order_by(PrintJob.id)))

    def _stranded(self, session: Session) -> list[PrintJob]:
        """Return the papers whose own printer cannot print while their second one can."""
        jobs = [job for job in self._waiting(session) if job.fallback]
        if not jobs:
            return []
        states = printer_states(session, self._mall_id)
        stuck = {code for code, one in states.items() if one.state not in PRINTING_STATES}
        return [job for job in jobs if job.printer in stuck and job.fallback not in stuck]

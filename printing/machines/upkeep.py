"""Upkeep of what waits: paper goes to the second printer where there is one, or becomes too old."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, select
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
        self._own = and_(PrintJob.mall_id == mall_id, open_in(JobState.WAITING))
        self._waiting = select(PrintJob.printer, PrintJob.fallback, PrintJob.created_at).where(
            self._own
        )

    def do(self) -> list[str]:
        """Do what is due; return the printers that have papers to print."""
        before = self._now() - self._kept
        # Looking first keeps an idle house away from the one place where writers queue.
        with self._database.glancing() as connection:
            waiting = connection.execute(self._waiting).all()
        if any(created_at < before for _, _, created_at in waiting):
            with self._database.acting(self._now) as (session, at):
                expire_old(session, before=before, at=at)
        printers = dict.fromkeys(printer for printer, _, _ in waiting)
        if any(fallback for _, fallback, _ in waiting):
            printers |= dict.fromkeys(self._divert())
        return list(printers)

    def _divert(self) -> list[str]:
        """Hand stranded papers over; return the printers that have them now."""
        with self._database.reading() as session:
            if not self._stranded(session):
                return []
        with self._database.acting(self._now) as (session, at):
            # Read again: a printer may have come back, and its paper gone out.
            jobs = self._stranded(session)
            return [job.printer for job in jobs if divert(session, job, at=at)]

    def _stranded(self, session: Session) -> list[PrintJob]:
        """Return the papers whose own printer cannot print while their second one can."""
        waiting = select(PrintJob).where(self._own, PrintJob.fallback != "")
        jobs = session.scalars(waiting.order_by(PrintJob.id)).all()
        if not jobs:
            return []
        states = printer_states(session, self._mall_id)
        stuck = {code for code, one in states.items() if one.state not in PRINTING_STATES}
        return [job for job in jobs if job.printer in stuck and job.fallback not in stuck]

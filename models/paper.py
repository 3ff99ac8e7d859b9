"""Print jobs: paper that was promised in the same transaction as the ticket it belongs to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.events import PaperChanged, record


class JobState(StrEnum):
    """Where a print job stands; doubtful means that it may have come out."""

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


class PrintJob(Base):
    """One paper for one printer."""

    __tablename__ = "print_job"
    __table_args__ = (
        Index(
            "ix_print_job_open",
            "printer",
            "id",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    printer: Mapped[str]  # its code in config.toml
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]


def ask_for_paper(
    session: Session,
    mall_id: int,
    printer: str,
    payload: dict[str, Any],
    *,
    ticket_id: int | None,
    at: datetime,
) -> PrintJob:
    """Promise a paper: the job is waiting for its printer once the transaction commits."""
    job = PrintJob(
        mall_id=mall_id, ticket_id=ticket_id, printer=printer, payload=payload, created_at=at
    )
    session.add(job)
    session.flush()
    _tell(session, job, at)
    return job


def next_job(session: Session, printer: str) -> PrintJob | None:
    """Return the oldest job that waits for `printer`, None when there is none."""
    return session.scalars(
        select(PrintJob)
        .where(PrintJob.printer == printer, PrintJob.state == JobState.WAITING)
        .order_by(PrintJob.id)
        .limit(1)
    ).first()


def claim(session: Session, job: PrintJob, *, at: datetime) -> bool:
    """Take a waiting job for sending; False when somebody else has it already."""
    claimed = session.execute(
        update(PrintJob)
        .where(PrintJob.id == job.id, PrintJob.state == JobState.WAITING)
        .values(state=JobState.SENDING, tries=PrintJob.tries + 1)
        .returning(PrintJob.id)
    ).first()
    if claimed is None:
        return False
    session.refresh(job)
    _tell(session, job, at)
    return True


def settle_job(
    session: Session, job: PrintJob, state: JobState, *, at: datetime, error: str = ""
) -> None:
    """Write down how sending ended: printed, failed, doubtful, or waiting again."""
    job.state = state
    job.error = error
    job.finished_at = None if state is JobState.WAITING else at
    _tell(session, job, at)


def doubt_interrupted(session: Session, *, at: datetime) -> int:
    """Mark what was being sent when the program stopped as doubtful; return how many."""
    jobs = session.scalars(select(PrintJob).where(PrintJob.state == JobState.SENDING)).all()
    for job in jobs:
        settle_job(session, job, JobState.DOUBTFUL, at=at, error="interrupted")
    return len(jobs)


def _tell(session: Session, job: PrintJob, at: datetime) -> None:
    record(
        session,
        PaperChanged(
            mall_id=job.mall_id,
            at=at,
            ticket_id=job.ticket_id,
            job_id=job.id,
            printer=job.printer,
            state=job.state,
        ),
    )

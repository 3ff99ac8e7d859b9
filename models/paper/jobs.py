"""Print jobs: paper that was promised in the same transaction as the ticket it belongs to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    and_,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import table_of
from models.core.errors import NotReprintable
from models.core.rows import DirectRow, insert_row, set_loaded, update_row
from models.journal.events import PaperChanged
from models.journal.record import record
from models.paper.kinds import PaperKind


class JobState(StrEnum):
    """Where a print job stands; doubtful means that it may have come out.

    Printed is what a printer said came out. Sent has gone to one that says nothing, whole and
    without trouble: only somebody who looks knows more.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    EXPIRED = "expired"


# A paper that came out, may have, or will not any more can be printed once more.
REPRINTABLE = frozenset(
    {
        JobState.SENT,
        JobState.PRINTED,
        JobState.FAILED,
        JobState.DOUBTFUL,
        JobState.EXPIRED,
    }
)


# In the order of the index below.
OPEN_STATES = (JobState.WAITING, JobState.SENDING)


class PrintJob(DirectRow):
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
    # Where the paper goes instead while the printer cannot print; empty without one.
    fallback: Mapped[str] = mapped_column(default="")
    kind: Mapped[PaperKind] = mapped_column(default=PaperKind.SLIP)
    # The job that this one prints once more: its paper says so.
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("print_job.id"))
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]


_CLAIM = (
    update(table_of(PrintJob))
    .where(
        PrintJob.id == bindparam("job_id"),
        PrintJob.printer == bindparam("at_printer"),
        PrintJob.state == JobState.WAITING,
    )
    .values(state=JobState.SENDING, tries=PrintJob.tries + 1, sent_at=bindparam("at"))
    .returning(PrintJob.tries)
)


def ask_for_paper(
    session: Session,
    mall_id: int,
    printer: str,
    payload: dict[str, Any],
    *,
    ticket_id: int | None,
    at: datetime,
    kind: PaperKind = PaperKind.SLIP,
    fallback: str = "",
    copy_of: PrintJob | None = None,
) -> PrintJob:
    """Promise a paper: the job is waiting for its printer once the transaction commits."""
    job = insert_row(
        session,
        PrintJob(
            mall_id=mall_id,
            ticket_id=ticket_id,
            printer=printer,
            fallback="" if fallback == printer else fallback,
            kind=kind,
            payload=payload,
            copy_of_id=None if copy_of is None else copy_of.id,
            created_at=at,
        ),
    )
    _tell(session, job, at)
    return job


def open_in(*states: JobState) -> ColumnElement[bool]:
    """Return the condition that a job is in one of `states`, waiting or sending.

    SQLite takes the index of the open jobs only where its own condition stands in the
    statement, word by word; without it, it reads every paper of all years.
    """
    words: BindParameter[list[JobState]] = bindparam(
        "states", list(OPEN_STATES), expanding=True, literal_execute=True, unique=True
    )
    return and_(PrintJob.state.in_(words), PrintJob.state.in_(states))


def next_job(session: Session, printer: str) -> PrintJob | None:
    """Return the oldest job that waits for `printer`, None when there is none."""
    return session.scalars(
        select(PrintJob)
        .where(PrintJob.printer == printer, open_in(JobState.WAITING))
        .order_by(PrintJob.id)
        .limit(1)
    ).first()


def claim(session: Session, job: PrintJob, *, at: datetime) -> bool:
    """Take a waiting job for sending; False when somebody else has it, or another printer.

    The session need not have loaded the job itself.
    """
    session.flush()
    claimed = session.connection().execute(
        _CLAIM, {"job_id": job.id, "at_printer": job.printer, "at": at}
    )
    tries = claimed.scalar()
    if tries is None:
        return False
    set_loaded(job, state=JobState.SENDING, tries=tries, sent_at=at)
    _tell(session, job, at)
    return True


def settle_job(
    session: Session, job: PrintJob, state: JobState, *, at: datetime, error: str = ""
) -> None:
    """Write down how sending ended: sent, printed, failed, doubtful, or waiting again.

    The session need not have loaded the job itself.
    """
    finished_at = None if state is JobState.WAITING else at
    update_row(session, job, state=state, error=error, finished_at=finished_at)
    _tell(session, job, at)


def reprint(session: Session, job: PrintJob, *, at: datetime) -> PrintJob:
    """Promise the paper of `job` once more, marked as a copy. Raises NotReprintable."""
    if job.state not in REPRINTABLE:
        raise NotReprintable
    return ask_for_paper(
        session,
        job.mall_id,
        job.printer,
        job.payload,
        ticket_id=job.ticket_id,
        at=at,
        kind=job.kind,
        fallback=job.fallback,
        copy_of=job,
    )


def divert(session: Session, job: PrintJob, *, at: datetime) -> bool:
    """Hand a waiting job over to its fallback printer; False without one, or too late.

    Nothing of a waiting job has been sent, so the paper cannot come out twice.
    """
    if not job.fallback:
        return False
    diverted = session.execute(
        update(PrintJob)
        .where(PrintJob.id == job.id, PrintJob.state == JobState.WAITING)
        .values(printer=job.fallback, fallback="")
        .returning(PrintJob.id)
    ).first()
    if diverted is None:
        return False
    session.refresh(job)
    _tell(session, job, at)
    return True


def expire_old(session: Session, *, before: datetime, at: datetime) -> int:
    """Give up the jobs that have waited since before the instant `before`; return how many.

    Whoever waited for such a paper has found another way, and each paper bears the key to
    somebody's ticket.
    """
    jobs = session.scalars(
        select(PrintJob).where(open_in(JobState.WAITING), PrintJob.created_at < before)
    ).all()
    for job in jobs:
        settle_job(session, job, JobState.EXPIRED, at=at, error="too_late")
    return len(jobs)


def doubt_interrupted(session: Session, *, at: datetime, elsewhere: Collection[str] = ()) -> int:
    """Mark what was being sent when the program stopped as doubtful; return how many.

    The printers `elsewhere` hang on other machines, which go on printing meanwhile.
    """
    jobs = session.scalars(
        select(PrintJob).where(open_in(JobState.SENDING), PrintJob.printer.not_in(list(elsewhere)))
    ).all()
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

"""Print agents: which device prints for a printer, and what its word on a paper counts.

An agent asks for each paper before it prints, and tells afterwards what came of it. What it
tells is knowledge; that it fell silent is none, so a paper in its hands is doubtful until it
speaks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.roles import Role
from models.mall.devices import Device
from models.paper.jobs import JobState, PrintJob, open_in, settle_job

PLACE = "printer:"
# So many papers are shown to an agent at once; it prints one after the other.
SHOWN = 3


def agent_place(printer: str) -> str:
    """Return the place of the agent that prints for `printer`; a kiosk may have the same code."""
    return f"{PLACE}{printer}"


def printer_of(device: Device) -> str:
    """Return the code of the printer that the agent `device` prints for."""
    return device.place.removeprefix(PLACE)


def agent_of(session: Session, mall_id: int, printer: str) -> Device | None:
    """Return the one device that prints for `printer`: the first that was paired, if any is."""
    return session.scalars(
        select(Device)
        .where(
            Device.mall_id == mall_id,
            Device.role == Role.AGENT,
            Device.place == agent_place(printer),
            Device.withdrawn_at.is_(None),
        )
        .order_by(Device.paired_at, Device.id)
        .limit(1)
    ).first()


def jobs_in(
    session: Session, mall_id: int, printer: str, state: JobState, *, most: int
) -> Sequence[PrintJob]:
    """Return the oldest jobs of `printer` in `state`, at most so many."""
    return session.scalars(
        select(PrintJob)
        .where(
            PrintJob.printer == printer,
            open_in(state),
            PrintJob.mall_id == mall_id,
        )
        .order_by(PrintJob.id)
        .limit(most)
    ).all()


def take_word(session: Session, job: PrintJob, said: JobState, *, at: datetime, error: str) -> bool:
    """Settle `job` by what its agent says came of it; False when that changes nothing.

    What was doubted because the agent fell silent is settled by its word, too. A paper of
    which nothing went out then prints after all, unless somebody has asked for a copy since.
    """
    if job.state is JobState.DOUBTFUL and said is not JobState.DOUBTFUL:
        if said is JobState.WAITING and _has_copy(session, job):
            said = JobState.FAILED
    elif job.state is not JobState.SENDING:
        return False
    settle_job(session, job, said, at=at, error=error)
    return True


def doubt_silent(session: Session, mall_id: int, printer: str, *, at: datetime) -> int:
    """Doubt what the silent agent of `printer` may be printing; return how many papers."""
    jobs = jobs_in(session, mall_id, printer, JobState.SENDING, most=100)
    for job in jobs:
        settle_job(session, job, JobState.DOUBTFUL, at=at, error="agent_silent")
    return len(jobs)


def _has_copy(session: Session, job: PrintJob) -> bool:
    copy = select(PrintJob.id).where(PrintJob.copy_of_id == job.id).limit(1)
    return session.scalars(copy).first() is not None

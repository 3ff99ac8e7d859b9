from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.journal.events import PaperChanged
from models.paper.jobs import (
    JobState,
    PrintJob,
    ask_for_paper,
    claim,
    divert,
    doubt_interrupted,
    next_job,
    settle_job,
)
from tests.builders import MINUTE, MONDAY, mall, take_recorded

LATER = MONDAY + MINUTE


def _job(session: Session, printer: str = "kiosk-1", mall_id: int | None = None) -> PrintJob:
    where = mall_id or mall(session).id
    return ask_for_paper(session, where, printer, {"number": "A-001"}, ticket_id=None, at=MONDAY)


def test_papers_come_out_in_the_order_they_were_promised(session: Session) -> None:
    first = _job(session)
    second = _job(session, mall_id=first.mall_id)
    _job(session, "kiosk-2", first.mall_id)
    assert next_job(session, "kiosk-1") is first
    assert claim(session, first, at=LATER)
    assert next_job(session, "kiosk-1") is second
    assert claim(session, second, at=LATER)
    assert next_job(session, "kiosk-1") is None


def test_a_job_is_claimed_once(session: Session) -> None:
    job = _job(session)
    assert claim(session, job, at=LATER)
    assert not claim(session, job, at=LATER)
    assert (job.state, job.tries) == (JobState.SENDING, 1)


def test_a_paper_that_went_to_another_printer_meanwhile_is_not_claimed(session: Session) -> None:
    job = _job(session)
    job.fallback = "kiosk-2"
    session.flush()
    seen = PrintJob(id=job.id, mall_id=job.mall_id, printer=job.printer)
    assert divert(session, job, at=LATER)
    assert not claim(session, seen, at=LATER)
    assert next_job(session, "kiosk-2") is job


def test_a_job_that_waits_again_is_tried_again(session: Session) -> None:
    job = _job(session)
    claim(session, job, at=LATER)
    settle_job(session, job, JobState.WAITING, at=LATER, error="paper is out")
    assert (job.finished_at, job.error) == (None, "paper is out")
    assert next_job(session, "kiosk-1") is job
    claim(session, job, at=LATER)
    settle_job(session, job, JobState.PRINTED, at=LATER)
    assert (job.state, job.tries, job.finished_at, job.error) == (JobState.PRINTED, 2, LATER, "")


def test_what_was_being_sent_when_the_power_went_is_doubtful(session: Session) -> None:
    sending = _job(session)
    waiting = _job(session, mall_id=sending.mall_id)
    claim(session, sending, at=LATER)
    assert doubt_interrupted(session, at=LATER) == 1
    assert (sending.state, sending.error) == (JobState.DOUBTFUL, "interrupted")
    assert waiting.state is JobState.WAITING
    assert doubt_interrupted(session, at=LATER) == 0


def test_each_change_of_a_job_is_journalled(session: Session) -> None:
    job = _job(session)
    claim(session, job, at=LATER)
    settle_job(session, job, JobState.FAILED, at=LATER, error="no answer")
    events = take_recorded(session)
    states = [event.state for event in events if isinstance(event, PaperChanged)]
    assert states == ["waiting", "sending", "failed"]


def test_a_million_old_papers_make_the_next_one_no_slower(session: Session) -> None:
    _job(session)
    bind = session.connection()
    if bind.dialect.name != "sqlite":
        return
    asked: list[tuple[str, Any]] = []
    event.listen(bind, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    next_job(session, "kiosk-1")
    statement, values = asked[-1]
    plan = bind.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "ix_print_job_open" in str(plan)

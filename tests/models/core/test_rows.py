"""Rows written at once are in the database and in the session, until they are rolled back."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.rows import add_now, change_now, know, plain
from models.mall.mall import Mall
from models.paper.jobs import JobState, PaperKind, PrintJob
from tests import builders

AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)


def a_job(mall: Mall, printer: str = "kiosk-1") -> PrintJob:
    return PrintJob(mall_id=mall.id, printer=printer, payload={"number": 12}, created_at=AT)


def kept(session: Session) -> list[str]:
    """The printers of all jobs, as the database has them."""
    return list(session.connection().execute(select(PrintJob.printer).order_by("id")).scalars())


def test_a_new_row_is_in_the_database_and_known_with_its_defaults(session: Session) -> None:
    job = add_now(session, a_job(builders.mall(session)))
    assert (job.state, job.kind, job.fallback, job.tries) == (
        JobState.WAITING,
        PaperKind.SLIP,
        "",
        0,
    )
    assert job.finished_at is None
    assert session.get(PrintJob, job.id) is job
    assert not session.dirty
    told = {name: value for name, value in vars(job).items() if not name.startswith("_")}
    session.expire(job)
    assert {name: getattr(job, name) for name in told} == told


def test_a_changed_row_is_changed_in_the_database_and_in_the_object(session: Session) -> None:
    job = add_now(session, a_job(builders.mall(session)))
    change_now(session, job, printer="kiosk-2", state=JobState.SENDING)
    assert (job.printer, job.state) == ("kiosk-2", JobState.SENDING)
    assert not session.dirty
    assert kept(session) == ["kiosk-2"]
    session.expire(job)
    assert (job.printer, job.state) == ("kiosk-2", JobState.SENDING)


def test_what_the_session_holds_back_is_written_before(session: Session) -> None:
    mall = builders.mall(session)
    session.add(a_job(mall))
    count = select(func.count()).select_from(PrintJob)
    assert plain(session).execute(count).scalar_one() == 1
    first = session.scalars(select(PrintJob)).one()
    first.printer = "kiosk-9"
    change_now(session, first, error="cover_open")
    assert kept(session) == ["kiosk-9"]
    assert first.error == "cover_open"


def test_relations_are_known_without_a_look(session: Session) -> None:
    small = builders.small_mall(session)
    ticket = builders.ticket(session, small.mall, small.a)
    (step,) = ticket.steps
    know(step, ticket=ticket)
    assert step.ticket is ticket
    assert not session.dirty


def test_a_savepoint_takes_back_what_came_after_it(session: Session) -> None:
    mall = builders.mall(session)
    before = add_now(session, a_job(mall, "before"))
    with session.begin_nested() as savepoint:
        after = add_now(session, a_job(mall, "after"))
        change_now(session, before, printer="changed")
        savepoint.rollback()
    assert kept(session) == ["before"]
    assert before.printer == "before"
    assert after not in session
    change_now(session, before, printer="again")
    # Some databases give the number of a row that was taken back to the next.
    add_now(session, a_job(mall, "next"))
    assert kept(session) == ["again", "next"]


def test_a_savepoint_that_was_kept_is_taken_back_with_the_one_around_it(session: Session) -> None:
    mall = builders.mall(session)
    with session.begin_nested() as outer:
        with session.begin_nested():
            job = add_now(session, a_job(mall))
        assert job in session
        outer.rollback()
    assert job not in session
    assert kept(session) == []

"""Rows written at once are in the database and in the session, until they are rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Computed, MetaData, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.database import SHARED
from models.core.rows import DirectRow, insert_row, set_loaded, update_row
from models.mall.arrangement import ARRANGEMENTS, arrangement_of
from models.mall.mall import Holiday, Mall
from models.paper.jobs import JobState, PrintJob
from models.paper.kinds import PaperKind
from models.queue.tickets import Call
from tests import builders

AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)

PAST_THE_FLUSH: dict[str, Callable[[Session, builders.SmallMall], object]] = {
    "a changed row": lambda session, hall: update_row(session, hall.a, daily_quota=7),  # type: ignore[arg-type]
    "a new row": lambda session, hall: insert_row(  # type: ignore[type-var]
        session, Holiday(mall_id=hall.mall.id, day=date(2026, 12, 25), name="Natal")
    ),
    "the mall itself": lambda session, hall: update_row(session, hall.mall, intake_cutoff_m=45),  # type: ignore[arg-type]
}


class Stamped(DirectRow):
    """A table of which the database sets a part; no other test has it."""

    metadata = MetaData()
    __tablename__ = "stamped"

    id: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[str]
    python: Mapped[str] = mapped_column(default="python")
    server: Mapped[str] = mapped_column(server_default="server")
    sum: Mapped[int] = mapped_column(default=select(func.abs(-42)).scalar_subquery())
    double: Mapped[int] = mapped_column(Computed("id * 2"))
    follows: Mapped[str] = mapped_column(default="new", onupdate="changed")
    empty: Mapped[str | None]


def a_job(mall: Mall, printer: str = "kiosk-1") -> PrintJob:
    return PrintJob(mall_id=mall.id, printer=printer, payload={"number": 12}, created_at=AT)


def kept(session: Session) -> list[str]:
    """The printers of all jobs, as the database has them."""
    return list(session.connection().execute(select(PrintJob.printer).order_by("id")).scalars())


def test_a_new_row_is_in_the_database_and_known_with_its_defaults(session: Session) -> None:
    job = insert_row(session, a_job(builders.mall(session)))
    assert (job.state, job.kind, job.fallback, job.tries) == (
        JobState.WAITING,
        PaperKind.SLIP,
        "",
        0,
    )
    assert job.finished_at is None
    assert session.get(PrintJob, job.id) is job
    assert not session.dirty
    _stands_in_the_database(session, job)


def test_a_changed_row_is_changed_in_the_database_and_in_the_object(session: Session) -> None:
    job = insert_row(session, a_job(builders.mall(session)))
    update_row(session, job, printer="kiosk-2", state=JobState.SENDING)
    assert (job.printer, job.state) == ("kiosk-2", JobState.SENDING)
    assert not session.dirty
    assert kept(session) == ["kiosk-2"]
    session.expire(job)
    assert (job.printer, job.state) == ("kiosk-2", JobState.SENDING)


def test_what_the_session_holds_back_is_written_before(session: Session) -> None:
    mall = builders.mall(session)
    first = a_job(mall)
    session.add(first)
    insert_row(session, a_job(mall, "kiosk-2"))
    assert kept(session) == ["kiosk-1", "kiosk-2"]
    first.printer = "kiosk-9"
    update_row(session, first, error="cover_open")
    assert kept(session) == ["kiosk-9", "kiosk-2"]
    assert first.error == "cover_open"


def test_relations_are_known_without_a_look(session: Session) -> None:
    small = builders.small_mall(session)
    ticket = builders.ticket(session, small.mall, small.a)
    (step,) = ticket.steps
    set_loaded(step, ticket=ticket)
    assert step.ticket is ticket
    assert not session.dirty


def test_a_savepoint_takes_back_what_came_after_it(session: Session) -> None:
    mall = builders.mall(session)
    before = insert_row(session, a_job(mall, "before"))
    with session.begin_nested() as savepoint:
        after = insert_row(session, a_job(mall, "after"))
        update_row(session, before, printer="changed")
        savepoint.rollback()
    assert kept(session) == ["before"]
    assert before.printer == "before"
    assert after not in session
    update_row(session, before, printer="again")
    # Some databases give the number of a row that was taken back to the next.
    insert_row(session, a_job(mall, "next"))
    assert kept(session) == ["again", "next"]


def test_a_savepoint_that_was_kept_is_taken_back_with_the_one_around_it(session: Session) -> None:
    mall = builders.mall(session)
    with session.begin_nested() as outer:
        with session.begin_nested():
            job = insert_row(session, a_job(mall))
        assert job in session
        outer.rollback()
    assert job not in session
    assert kept(session) == []


@pytest.mark.parametrize("write", PAST_THE_FLUSH.values(), ids=PAST_THE_FLUSH.keys())
def test_how_a_mall_is_arranged_cannot_be_changed_past_the_flush(
    session: Session, write: Callable[[Session, builders.SmallMall], object]
) -> None:
    hall = builders.small_mall(session)
    before = arrangement_of(session, hall.mall)
    with pytest.raises(TypeError, match="a flush must write"):
        write(session, hall)
    session.expire_all()
    session.info[SHARED].pop(ARRANGEMENTS)
    assert arrangement_of(session, hall.mall) == before


def test_what_the_database_sets_itself_is_known_from_the_insert(session: Session) -> None:
    Stamped.metadata.create_all(session.connection())
    sent: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *said: sent.append(said[2]))
    row = insert_row(session, Stamped(given="here"))
    other = insert_row(session, Stamped(given="here", server="mine"))
    assert (row.given, row.python, row.follows, row.empty) == ("here", "python", "new", None)
    assert (row.server, row.sum, row.double) == ("server", 42, 2 * row.id)
    assert (other.server, other.double) == ("mine", 2 * other.id)
    assert len(sent) == 2, "one statement a row"
    _stands_in_the_database(session, row)
    _stands_in_the_database(session, other)


def test_what_changes_with_a_row_is_known_after_the_update(session: Session) -> None:
    Stamped.metadata.create_all(session.connection())
    row = insert_row(session, Stamped(given="here"))
    update_row(session, row, given="there")
    assert (row.given, row.follows, row.double) == ("there", "changed", 2 * row.id)
    _stands_in_the_database(session, row)


def test_a_relationship_is_not_lost_on_the_way(session: Session) -> None:
    small = builders.small_mall(session)
    ticket = builders.ticket(session, small.mall, small.a)
    with pytest.raises(TypeError, match="desk"):
        insert_row(session, Call(mall_id=small.mall.id, ticket_id=ticket.id, desk=small.desk_a))


def _stands_in_the_database(session: Session, row: DirectRow) -> None:
    told = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    session.expire(row)
    assert {name: getattr(row, name) for name in told} == told

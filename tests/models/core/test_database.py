import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from models.core.database import READERS, Answer, Database
from models.core.errors import BadInput, NobodyWaiting
from models.core.event import Event
from models.core.presses import AnsweredPress
from models.journal.events import TicketCalled, TicketTaken
from models.journal.record import JournalEntry
from models.mall.mall import Desk, Mall
from models.queue.calling import call_next
from models.queue.tickets import Ticket
from tests.builders import CITIZEN, MONDAY, SmallMall, mall, small_mall, ticket


def _hall(database: Database, tickets: int) -> SmallMall:
    with database.transaction() as session:
        hall = small_mall(session)
        for _ in range(tickets):
            ticket(session, hall.mall, hall.a)
    return hall


def _call(database: Database, press_id: str, desk_id: int) -> Answer:
    def rule(session: Session) -> Answer:
        call = call_next(session, session.get_one(Desk, desk_id), by=CITIZEN, at=MONDAY)
        return {"number": call.ticket.spoken}

    return database.press(press_id, "call_next", MONDAY, rule)


def test_a_retry_gets_the_first_answer_and_does_nothing(database: Database) -> None:
    hall = _hall(database, tickets=2)
    told: list[Event] = []
    database.listeners.append(told.extend)
    answers = [_call(database, "p-1", hall.desk_a.id) for _ in range(3)]
    assert answers == [{"number": "A-001"}] * 3
    assert [type(event) for event in told] == [TicketCalled]


def test_the_same_press_for_another_act_makes_no_sense(database: Database) -> None:
    hall = _hall(database, tickets=1)
    _call(database, "p-1", hall.desk_a.id)
    with pytest.raises(BadInput):
        database.press("p-1", "finish", MONDAY, lambda _session: {})


def test_the_answer_to_a_press_is_told_to_nobody_else(database: Database) -> None:
    def press(by: str, said: str) -> Answer:
        return database.press("p-1", "take", MONDAY, lambda _session: {"token": said}, by=by)

    assert press("device/1", "of the first") == {"token": "of the first"}
    for other in ("device/2", "user/1", ""):
        with pytest.raises(BadInput):
            press(other, "of another")
    assert press("device/1", "again") == {"token": "of the first"}


def test_the_answers_of_before_are_kept_for_their_retries(database: Database) -> None:
    with database.transaction() as session:
        old = AnsweredPress(id="p-1", act="take", at=MONDAY, answer={"number": "A-001"})
        session.add(old)
    told = database.press("p-1", "take", MONDAY, lambda _session: {}, by="device/1")
    assert told == {"number": "A-001"}


def test_a_refused_press_stores_nothing_and_may_be_tried_again(database: Database) -> None:
    hall = _hall(database, tickets=0)
    with pytest.raises(NobodyWaiting):
        _call(database, "p-1", hall.desk_a.id)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AnsweredPress)) == 0
        ticket(session, session.get_one(Mall, hall.mall.id), hall.a)
    assert _call(database, "p-1", hall.desk_a.id) == {"number": "A-001"}


def test_one_press_heard_many_times_at_once_is_carried_out_once(database: Database) -> None:
    hall = _hall(database, tickets=8)
    together = Barrier(8)

    def press(_: int) -> Answer:
        together.wait(10)
        return _call(database, "p-1", hall.desk_a.id)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert answers == [{"number": "A-001"}] * 8
    with database.reading() as session:
        at_desks = session.scalars(select(Ticket).where(Ticket.desk_id.is_not(None))).all()
        assert [row.spoken for row in at_desks] == ["A-001"]


def test_a_rule_that_fails_leaves_nothing_behind(database: Database) -> None:
    hall = _hall(database, tickets=0)
    told: list[Event] = []
    database.listeners.append(told.extend)

    def rule(session: Session) -> Answer:
        ticket(session, session.get_one(Mall, hall.mall.id), hall.a)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.press("p-1", "take", MONDAY, rule)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0
        kinds = set(session.scalars(select(JournalEntry.kind)))
        assert kinds == {"ShiftBegan"}
        assert session.get(AnsweredPress, "p-1") is None
    assert told == []


def test_listeners_hear_after_the_commit_and_a_broken_one_undoes_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[tuple[str, int]] = []

    def breaks(_events: Sequence[Event]) -> None:
        raise RuntimeError("a wall fell down")

    def looks(events: Sequence[Event]) -> None:
        with database.reading() as session:
            count = session.scalar(select(func.count()).select_from(Ticket)) or 0
        heard.extend((type(event).__name__, count) for event in events)

    hall = _hall(database, tickets=0)
    database.listeners += [breaks, looks]
    with database.transaction() as session:
        ticket(session, session.get_one(Mall, hall.mall.id), hall.a)
        assert heard == []
    assert heard == [("TicketTaken", 1), ("StepAdded", 1)]
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1


def test_events_carry_the_journals_number(database: Database) -> None:
    told: list[Event] = []
    database.listeners.append(told.extend)
    hall = _hall(database, tickets=2)
    with database.reading() as session:
        stored = list(session.scalars(select(JournalEntry).order_by(JournalEntry.id)))
    assert [event.seq for event in told] == [entry.id for entry in stored]
    assert [type(event).__name__ for event in told] == [entry.kind for entry in stored]
    taken = [event for event in told if isinstance(event, TicketTaken)]
    assert [event.mall_id for event in taken] == [hall.mall.id] * 2


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    hall = _hall(database, tickets=1)
    with database.reading() as reader:
        before = reader.scalar(select(func.count()).select_from(Ticket))
        with database.transaction() as session:
            ticket(session, session.get_one(Mall, hall.mall.id), hall.a)
        assert reader.scalar(select(func.count()).select_from(Ticket)) == before == 1
    with database.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(Ticket)) == 2


def test_a_reader_commits_nothing(database: Database) -> None:
    with database.reading() as reader:
        reader.add(Mall(code="x", name="x", region="x", time_zone="x", public_url="x"))
    with database.transaction() as session:
        assert session.scalars(select(Mall)).all() == []
        mall(session)


def test_all_connections_of_a_hall_keep_little_of_its_file_in_memory(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    kept_kb = 0
    for engine, most in ((database.engine, 1), (database.looking, READERS)):
        assert isinstance(engine.pool, QueuePool)
        assert engine.pool.size() == most
        with engine.connect() as connection:
            kept_kb -= most * connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    database.close()
    assert 0 < kept_kb <= 8_000

"""Who may wait gets a turn after the other, with a picture that is not older than the asking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import gevent
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from counter.live.topics import Picture, Topics
from counter.live.turns import SLICE_S, Turns
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.actors import Actor
from models.journal.events import CatalogueChanged
from models.journal.record import last_seq, once, record
from models.journal.topics import Topic
from tests.builders import MONDAY, small_mall

MALL = "mall/1"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    Base.metadata.create_all(made.engine)
    with made.transaction() as session:
        small_mall(session)
    yield made
    made.close()


def topics() -> Topics:
    """What may be followed here: a mall, and a phone that costs much to draw."""
    made = Topics(Clock())
    made.register(Topic("mall", no_state, malls_touched, everybody))
    made.register(Topic("phone", no_state, malls_touched, everybody, facts=no_state))
    return made


def no_state(_session: Session, _key: str, _at: datetime) -> None:
    return None


def malls_touched(_session: Session, event: Event) -> list[str]:
    return [str(event.mall_id)]


def everybody(_session: Session, _actor: Actor, _key: str) -> bool:
    return True


@pytest.fixture
def turns(database: Database) -> Turns:
    return Turns(database, topics())


def something_happens(database: Database) -> int:
    with database.transaction() as session:
        record(session, CatalogueChanged(mall_id=1, at=MONDAY))
        return last_seq(session)


def seq_shown(_session: Session, picture: Picture) -> int:
    return picture.seq


def test_a_picture_is_not_older_than_the_asking(turns: Turns, database: Database) -> None:
    shown = []
    for _ in range(3):
        happened = something_happens(database)
        shown.append((turns.ask(MALL, seq_shown), happened))
    assert all(seen == happened for seen, happened in shown)


@pytest.mark.parametrize(("name", "shared"), [("phone/2", True), ("phone/1", False), (MALL, False)])
def test_what_happens_to_others_spoils_no_picture_of_a_phone(
    name: str, shared: bool, turns: Turns, database: Database
) -> None:
    before = turns.ask(name, seq_shown)
    something_happens(database)
    assert (turns.ask(name, seq_shown) == before) is shared


def test_who_asks_while_nothing_happens_shares_a_picture(turns: Turns) -> None:
    asking = [gevent.spawn(turns.ask, MALL, lambda session, _: id(session)) for _ in range(5)]
    assert len({one.get() for one in asking}) == 1
    # It waits a little for the next, who need not look at the hall anew.
    assert turns.ask(MALL, lambda session, _: id(session)) == asking[0].get()


def test_who_asks_comes_before_what_nobody_asked_for(turns: Turns) -> None:
    order: list[str] = []
    turns.later(MALL, lambda *_: order.append("late"))
    turns.ask(MALL, lambda *_: order.append("asked"))
    turns.ask(MALL, lambda *_: order.append("asked"))
    assert order[0] == "asked"
    assert sorted(order) == ["asked", "asked", "late"]


def test_others_go_on_between_two_slices(turns: Turns) -> None:
    order: list[str] = []

    def long(*_: object) -> None:
        until_s = time.monotonic() + SLICE_S
        while time.monotonic() < until_s:
            pass
        order.append("slice")

    asking = [gevent.spawn(turns.ask, MALL, long) for _ in range(3)]
    gevent.spawn_later(SLICE_S / 2, order.append, "press")
    gevent.joinall(asking)
    assert order.index("press") == 1


def test_others_go_on_after_a_long_look_that_many_share(turns: Turns) -> None:
    order: list[str] = []

    def look() -> None:
        until_s = time.monotonic() + SLICE_S
        while time.monotonic() < until_s:
            pass

    def turn(session: Session, _picture: Picture) -> None:
        once(session, "look", look)
        order.append("drawn")

    asking = gevent.spawn(turns.ask, MALL, turn)
    gevent.spawn_later(SLICE_S / 2, order.append, "press")
    asking.join()
    assert order == ["press", "drawn"]


def test_a_fault_is_told_to_who_asked_and_to_nobody_else(turns: Turns) -> None:
    bad = gevent.spawn(turns.ask, MALL, lambda *_: 1 // 0)
    good = gevent.spawn(turns.ask, MALL, lambda *_: "answered")
    assert good.get() == "answered"
    bad.join()
    assert isinstance(bad.exception, ZeroDivisionError)


def test_without_a_database_each_who_asks_is_told(tmp_path: Path) -> None:
    turns = Turns(Database(f"sqlite:///{tmp_path / 'nowhere' / 'balai.db'}"), topics())
    for _ in range(2):
        with pytest.raises(OperationalError):
            turns.ask(MALL, seq_shown)


def test_what_is_read_once_is_read_anew_when_something_has_happened(database: Database) -> None:
    with database.transaction() as session:
        first = once(session, "seq", lambda: last_seq(session))
        assert once(session, "seq", lambda: -1) == first
        record(session, CatalogueChanged(mall_id=1, at=MONDAY))
        assert once(session, "seq", lambda: last_seq(session)) == first + 1

"""A database that hiccups, real on both kinds: it costs the hall a wait, and no call."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from typing_extensions import override

from display.voice.announcer import PAUSE_S
from display.voice.notices import Herald, Notice
from display.voice.sentences import announcement
from display.voice.voice import Voice
from models.core.database import Database
from tests import builders
from tests.builders import MONDAY
from tests.display.voice.test_announcer import Hall, hall_in, hall_with
from tests.outage import away, being_written

OPENING = MONDAY - timedelta(hours=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock as long as a test may, not as long as a hall does."""
    monkeypatch.setattr("models.core.engines.BUSY_S", 0.05)


@pytest.fixture
def hall(database: Database, tmp_path: Path) -> Iterator[Hall]:
    with hall_in(database, Voice(tmp_path / "clips")) as hall:
        yield hall


class Complaints(logging.Handler):
    """What the log was told, and a way to wait for it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []
        self.news = threading.Event()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        self.news.set()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    log, heard = logging.getLogger("display.voice.announcer"), Complaints()
    log.addHandler(heard)
    yield heard
    log.removeHandler(heard)


def test_calls_wait_for_the_database_and_are_said_in_their_order(hall: Hall) -> None:
    numbers = [hall.call(), hall.call(hall.mall.desk_ab), hall.call(hall.desk())]
    with away(hall.database):
        hall.announcer.step(0.0)
        assert hall.heard == []
    for now_s in (10.0, 60.0, 110.0):
        hall.announcer.step(now_s)
    assert hall.numbers == numbers


def test_call_that_waits_for_another_outlives_a_hiccup(hall: Hall) -> None:
    numbers = [hall.call(), hall.call(hall.mall.desk_ab)]
    wait_s = hall.announcer.step(0.0)
    assert wait_s is not None
    with away(hall.database):
        hall.announcer.step(wait_s)
        assert hall.numbers == numbers[:1]
    hall.announcer.step(wait_s + PAUSE_S)
    assert hall.numbers == numbers


def test_database_that_is_away_is_asked_once_a_second(hall: Hall) -> None:
    hall.call()
    with away(hall.database):
        assert hall.announcer.step(0.0) == PAUSE_S
    hall.call(hall.mall.desk_ab)  # no reason to ask sooner
    rest_s = hall.announcer.step(0.25)
    assert (rest_s, hall.heard) == (PAUSE_S - 0.25, [])
    hall.announcer.step(PAUSE_S)
    assert len(hall.heard) == 1


def test_long_outage_is_one_line_in_the_log(hall: Hall, complaints: Complaints) -> None:
    hall.call()
    hall.call(hall.desk("mawar"))
    hall.announcer.step(0.0)
    hall.call(hall.mall.desk_ab)
    hall.call(hall.desk("mawar"))
    with away(hall.database):
        for now_s in range(60, 70):
            hall.announcer.step(float(now_s))
    (line,) = complaints.told
    assert line.startswith("the calls wait for the database")
    hall.announcer.step(80.0)
    assert len(hall.heard) == 4


def test_what_needs_no_database_is_said_meanwhile(hall: Hall) -> None:
    elsewhere = hall.desk("mawar")
    hall.call()
    with away(hall.database):
        notice = Notice("opening", (announcement("opening"),))
        hall.announcer.proclaim([elsewhere.zone_id], notice)
        hall.announcer.step(0.0)
        assert [topic for topic, _, _ in hall.heard] == [f"zone/{elsewhere.zone_id}"]
    hall.announcer.step(PAUSE_S)
    assert len(hall.heard) == 2


def test_hall_speaks_again_by_itself(hall: Hall, complaints: Complaints) -> None:
    number = hall.call()
    with away(hall.database):
        hall.announcer.start()
        assert complaints.news.wait(10)
    assert hall.news.wait(10)
    assert hall.numbers == [number]
    assert len(complaints.told) == 1


def test_announcer_stops_while_the_database_is_away(hall: Hall, complaints: Complaints) -> None:
    hall.call()
    with away(hall.database):
        hall.announcer.start()
        assert complaints.news.wait(10)
        hall.announcer.stop()
    assert hall.heard == []


def test_no_late_echo_follows_a_long_outage(hall: Hall) -> None:
    hall.call()
    with away(hall.database):
        hall.announcer.step(0.0)
    hall.clock.ahead += timedelta(minutes=10)
    assert hall.announcer.step(PAUSE_S) is None
    assert hall.heard == []


def test_calls_do_not_wait_for_a_notice_that_cannot_be_written(tmp_path: Path) -> None:
    """Only a notice must be written down; other programs may write for long, as a copy does."""
    with hall_with(tmp_path, Voice(tmp_path / "clips")) as hall:
        hall.clock.ahead -= MONDAY - OPENING
        number = hall.call()
        with being_written(hall.database):
            hall.announcer.start()
            assert hall.news.wait(10)
        assert hall.numbers == [number]


def test_notice_that_was_claimed_is_said_though_the_next_cannot_be(database: Database) -> None:
    with database.transaction() as session:
        for code in ("satu", "dua"):
            builders.zone(session, builders.mall(session, code=code))
    due = Herald(database).due(OPENING)
    _, first = next(due)
    with away(database), pytest.raises(OperationalError):
        next(due)
    assert first.kind == "opening"


def test_screens_that_cannot_be_told_at_once_are_told_later(tmp_path: Path) -> None:
    with hall_with(tmp_path, Voice(tmp_path / "clips")) as hall:
        numbers = [hall.call(), hall.call(hall.mall.desk_ab)]
        hall.cut_lines = 1
        for now_s in (0.0, PAUSE_S, 60.0):
            hall.announcer.step(now_s)
        assert sorted(hall.numbers) == sorted(numbers)

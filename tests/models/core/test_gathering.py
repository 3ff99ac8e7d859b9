"""An outage costs the log a few sentences and a count, and hides nothing else."""

from __future__ import annotations

import io
import logging

import psycopg
import pytest
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from models.core.errors import DatabaseGone
from models.core.faults import Halted
from models.core.gathering import DIFFERENT, EACH, KINDS, SHORT, Gathering


class Log:
    """A log of its own, on a clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._stream = io.StringIO()
        self.gathering = Gathering(logging.StreamHandler(self._stream), lambda: self.now_s)
        self.logger = logging.Logger("hall")  # noqa: LOG001 — nobody else's.
        self.logger.addHandler(self.gathering)

    def said(self) -> str:
        """Return what was said since the last time."""
        said = self._stream.getvalue()
        self._stream.seek(0)
        self._stream.truncate()
        return said


@pytest.fixture
def log() -> Log:
    return Log()


def connect() -> None:
    raise ConnectionError("nobody is there")


def stumble(log: Log, page: str = "/desk") -> None:
    """Fail as a request does whose database is away."""
    try:
        connect()
    except ConnectionError:
        log.logger.exception(f"Exception on {page}")  # noqa: G004 — as the framework does.


def test_a_database_that_refuses_takes_a_sentence_each_and_no_stack_trace(log: Log) -> None:
    faults = [
        OperationalError("SELECT 1", None, psycopg.OperationalError("connection\nrefused")),
        InterfaceError("SELECT 1", None, psycopg.InterfaceError("connection refused")),
        Halted(DatabaseGone()),
    ]
    for fault in faults * 3:
        for page in ("/kiosk", "/wall"):
            try:
                raise fault
            except SQLAlchemyError:
                log.logger.exception("the database refused at %s", page)
    log.gathering.close()
    assert log.said().splitlines() == [
        "the database refused at /kiosk: connection refused",
        "the database refused at /wall: connection refused",
        "… 8 more in the last minute: the database refused at /kiosk",
        "… 8 more in the last minute: the database refused at /wall",
    ]


def test_an_outage_is_told_once_and_then_counted_by_the_minute(log: Log) -> None:
    for count in range(215):
        stumble(log, f"/t/{count}")
    said = log.said()
    assert said.count("Traceback") == 1
    assert said.count("Exception on") == 1
    for _ in range(2):
        stumble(log)
        log.now_s += 60
        log.gathering.settle()
    assert log.said().splitlines() == [
        "… 215 more in the last minute: Exception on /t/0 (ConnectionError)",
        "… 1 more in the last minute: Exception on /t/0 (ConnectionError)",
    ]


def test_trouble_that_comes_back_after_a_quiet_minute_is_told_in_full(log: Log) -> None:
    stumble(log)
    log.now_s += 61
    stumble(log)
    assert log.said().count("Traceback") == 2


def test_other_news_is_said_in_between(log: Log) -> None:
    stumble(log)
    for printer in ("kiosk-1", "kiosk-2", "kiosk-1"):
        log.logger.warning("the printer %s is away", printer)
    try:
        connect()
    except ConnectionError:
        log.logger.exception("the spooler stumbled")
    said = log.said()
    assert said.count("Traceback") == 2
    assert said.count("kiosk-1") == said.count("kiosk-2") == 1


def test_one_place_that_says_ever_new_things_is_counted_too(log: Log) -> None:
    for count in range(1000):
        log.logger.warning("visitor %d is turned away", count)
    assert len(log.said().splitlines()) == DIFFERENT + 1
    log.gathering.close()
    assert log.said() == (
        f"… {1000 - DIFFERENT - 1} more in the last minute:"
        f" other messages such as: visitor {DIFFERENT} is turned away\n"
    )


def test_a_code_that_somebody_sees_is_found_in_the_log(log: Log) -> None:
    for count in range(2 * SHORT):
        try:
            connect()
        except ConnectionError:
            log.logger.exception("incident %d at /desk", count, extra={EACH: True})
    said = log.said()
    assert said.count("Traceback") == 1
    short = [one for one in said.splitlines() if "the same as" in one]
    assert short[0] == "incident 1 at /desk: the same as incident 0 at /desk (ConnectionError)"
    assert len(short) == SHORT


def test_who_looks_for_a_fault_hears_all(log: Log) -> None:
    for _ in range(3):
        log.logger.debug("looked")
    assert log.said() == "looked\n" * 3


def test_what_is_left_is_said_at_the_end(log: Log) -> None:
    stumble(log)
    stumble(log)
    log.said()
    log.gathering.close()
    assert log.said() == "… 1 more in the last minute: Exception on /desk (ConnectionError)\n"


def test_nothing_grows_without_end(log: Log) -> None:
    for count in range(3 * KINDS):
        # Each as if from a place of its own.
        record = log.logger.makeRecord("hall", logging.ERROR, "hall.py", count, "amiss", (), None)
        log.logger.handle(record)
    held = vars(log.gathering)
    assert max(len(held["_repeated"]), len(held["_places"])) <= KINDS

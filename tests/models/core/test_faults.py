"""What cannot be kept is refused with its own no, nothing of it stays, and later it goes on."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection

from models.core.database import Database
from models.core.errors import DatabaseAway, DatabaseBusy, NoSpace, NotKept
from models.core.faults import reason_of, refusal_in
from tests.outage import away


class _Fault(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("said by the driver")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "refusal"),
    [
        ("53100", NoSpace),
        ("53200", NotKept),
        ("25006", NotKept),
        ("55P03", DatabaseBusy),
        ("57P01", DatabaseAway),
        ("57P03", DatabaseAway),
        ("08006", DatabaseAway),
    ],
)
def test_postgresql_says_why_by_its_code(sqlstate: str, refusal: type[NotKept]) -> None:
    found = refusal_in(OperationalError(None, None, _Fault(sqlstate)))
    assert type(found) is refusal


def test_a_server_that_nobody_reaches_has_no_code() -> None:
    refused = psycopg.OperationalError("connection refused\n\tIs the server running?")
    for error in (
        OperationalError(None, None, refused),
        InterfaceError(None, None, psycopg.InterfaceError("the connection is closed")),
        NoConnection("QueuePool limit"),
    ):
        assert type(refusal_in(error)) is DatabaseAway
    reason = reason_of(OperationalError("SELECT name FROM ticket", None, refused))
    assert reason == "connection refused Is the server running?"


def test_a_database_that_is_away_refuses_who_reads_and_who_notes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.core.engines.BUSY_S", 0.05)
    with away(database):
        with pytest.raises(DBAPIError) as caught, database.reading() as session:
            session.execute(text("SELECT 1 FROM mall"))
        assert isinstance(refusal_in(caught.value), NotKept)
        assert not database.note(lambda session: session.execute(text("DELETE FROM mall")))


def test_a_mistake_of_the_house_is_no_refusal() -> None:
    assert refusal_in(OperationalError(None, None, _Fault("42601"))) is None
    assert refusal_in(OperationalError(None, None, _Fault("57014"))) is None
    assert refusal_in(ProgrammingError(None, None, psycopg.ProgrammingError("odd"))) is None
    assert refusal_in(ValueError("odd")) is None
    assert refusal_in(OperationalError(None, None, sqlite3.OperationalError("syntax"))) is None


def test_a_database_that_may_only_be_read_says_so(database: Database) -> None:
    read_only = "PRAGMA query_only=ON" if database.sqlite else "SET TRANSACTION READ ONLY"

    def write() -> None:
        with database.transaction() as session:
            for statement in (read_only, "CREATE TABLE of_nobody (id INTEGER)"):
                session.connection().exec_driver_sql(statement)

    with pytest.raises(DBAPIError) as caught:
        write()
    assert isinstance(refusal_in(caught.value), NotKept)

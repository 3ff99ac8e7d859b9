"""What cannot be kept is refused with its own no, nothing of it stays, and later it goes on."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from models.core.database import Database
from models.core.errors import DatabaseBusy, NoSpace, NotKept
from models.core.faults import refusal_in


class _Fault(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("said by the driver")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "refusal"),
    [("53100", NoSpace), ("53200", NotKept), ("25006", NotKept), ("55P03", DatabaseBusy)],
)
def test_postgresql_says_why_by_its_code(sqlstate: str, refusal: type[NotKept]) -> None:
    found = refusal_in(OperationalError(None, None, _Fault(sqlstate)))
    assert type(found) is refusal


def test_a_mistake_of_the_house_is_no_refusal() -> None:
    assert refusal_in(OperationalError(None, None, _Fault("42601"))) is None
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

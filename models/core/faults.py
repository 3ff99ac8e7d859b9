"""What a database's own errors mean to whoever pressed: nothing is kept, and which no says so."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from models.core.errors import DatabaseAway, DatabaseBusy, DatabaseGone, NoSpace, NotKept

# The first byte of SQLite's extended codes tells the kind.
_KIND: Final = 0xFF
# More of a reason than this is not said in a log.
_LONGEST: Final = 200
_BY_SQLITE: Final[dict[int, type[NotKept]]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: NoSpace,
    sqlite3.SQLITE_IOERR: NotKept,
    sqlite3.SQLITE_READONLY: NotKept,
    sqlite3.SQLITE_CANTOPEN: DatabaseGone,
    sqlite3.SQLITE_CORRUPT: DatabaseGone,
    sqlite3.SQLITE_NOTADB: DatabaseGone,
}
# PostgreSQL's SQLSTATE, whole or by how it begins.
_BY_SQLSTATE: Final[dict[str, type[NotKept]]] = {
    "08": DatabaseAway,  # the connection broke
    "53100": NoSpace,
    "53": NotKept,  # no memory, or no place for one connection more
    "57P": DatabaseAway,  # the server ends, fell, starts, or ended this connection
    "58": NotKept,  # the system's own faults, such as a disk that does not answer
    "25006": NotKept,  # it may only be read
    "55P03": DatabaseBusy,
    "3D000": DatabaseGone,  # no database of that name
    "42P01": DatabaseGone,  # a new one, without our tables
}


class Halted(OperationalError):
    """Nothing may be written: the database refused it, or the house refuses for it.

    It is one of the errors that everybody expects of a database that is away for a while.
    """

    def __init__(self, refusal: NotKept) -> None:
        super().__init__(None, None, sqlite3.OperationalError(refusal.code))
        self.refusal = refusal


def refusal_in(error: BaseException) -> NotKept | None:
    """Return what to tell whoever wanted something, or None for a fault of another kind."""
    if isinstance(error, Halted):
        return error.refusal
    if isinstance(error, NoConnection):
        return DatabaseAway()  # all of them wait for an answer
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        known = _BY_SQLITE.get(code & _KIND)
    elif state := getattr(error.orig, "sqlstate", None):
        known = _BY_SQLSTATE.get(state) or _BY_SQLSTATE.get(state[:3])
        known = known or _BY_SQLSTATE.get(state[:2])
    else:
        known = DatabaseAway if _unanswered(error) else None
    return known() if known else None


def reason_of(error: BaseException) -> str:
    """Return in a few words why the database refused; what was asked of it is left out."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(cause).split())[:_LONGEST]


def _unanswered(error: DBAPIError) -> bool:
    """Tell whether there was no server to give its error a number."""
    kinds = OperationalError, InterfaceError
    return isinstance(error, kinds) and not isinstance(error.orig, sqlite3.Error)


def is_busy(error: BaseException) -> bool:
    """Tell whether waiting a moment may help."""
    return isinstance(refusal_in(error), DatabaseBusy)

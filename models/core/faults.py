"""What a database's own errors mean to whoever pressed: nothing is kept, and which no says so."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError

from models.core.errors import DatabaseBusy, DatabaseGone, NoSpace, NotKept

# The first byte of SQLite's extended codes tells the kind.
_KIND: Final = 0xFF
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
# PostgreSQL's SQLSTATE, whole or by its class.
_BY_SQLSTATE: Final[dict[str, type[NotKept]]] = {
    "53100": NoSpace,
    "53": NotKept,  # no memory, or no place for one connection more
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


def refusal_in(error: DBAPIError) -> NotKept | None:
    """Return what to tell whoever wanted to write, or None for a fault of another kind."""
    if isinstance(error, Halted):
        return error.refusal
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        known = _BY_SQLITE.get(code & _KIND)
    else:
        state = getattr(error.orig, "sqlstate", None) or ""
        known = _BY_SQLSTATE.get(state) or _BY_SQLSTATE.get(state[:2])
    return known() if known else None


def is_busy(error: DBAPIError) -> bool:
    """Tell whether waiting a moment may help."""
    return isinstance(refusal_in(error), DatabaseBusy)

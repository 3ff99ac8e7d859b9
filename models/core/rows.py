"""Rows written and read at once, without the session's own book-keeping.

A session that is told to flush looks at all it holds before it writes one row, and makes an
object of each row it reads. A press does this a dozen times while a citizen waits, so the rows
that every number and every call write and read go straight to the database. They are in the
session's transaction, and what the session knows of them stays true.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Insert, Update, bindparam, insert, update
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.core.base import Base, table_of

R = TypeVar("R", bound=Base)

Undo = Callable[[Base], None]
Written = tuple[SessionTransaction | None, Base, Undo]

_ROW: Final = "id of the row"
_WRITTEN: Final = "rows written at once"


def plain(session: Session) -> Connection:
    """Return the connection of the session's transaction, for statements about plain columns.

    What the session has not written yet is written first, so that they see it.
    """
    session.flush()
    return session.connection()


def add_now(session: Session, row: R) -> R:
    """Write the new `row` and return it; the session knows it from now on.

    Its columns count, as they are set, and not its relationships: know() tells those.
    """
    told = row.__dict__
    adding, names = _adding(type(row))
    said = {name: told[name] for name in names if name in told}
    done = plain(session).execute(adding, said)
    written: dict[str, Any] = {**cast("Any", done.last_inserted_params())}  # with the defaults
    written["id"] = cast("Any", done.inserted_primary_key).id
    know(row, **{name: written.get(name) for name in names if name not in said})
    make_transient_to_detached(row)
    session.add(row)
    _remember(session, row, session.expunge)
    return row


def change_now(session: Session, row: Base, **values: Any) -> None:
    """Set columns of a row that the session knows, in the database and in the object."""
    plain(session).execute(_changing(type(row)), {_ROW: cast("Any", row).id, **values})
    know(row, **values)
    _remember(session, row, session.expire)


def know(row: Base, **values: Any) -> None:
    """Set what the database is known to say of `row`, also which rows belong to it."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def _remember(session: Session, row: Base, undo: Undo) -> None:
    within = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(_WRITTEN, []).append((within, row, undo))


@listens_for(Session, "after_soft_rollback")
def _undo(session: Session, undone: SessionTransaction) -> None:
    """Let the session know no longer what was rolled back, also to a savepoint."""
    written: list[Written] = session.info.pop(_WRITTEN, [])
    kept = session.info[_WRITTEN] = []
    for within, row, undo in written:
        if not _is_in(within, undone):
            kept.append((within, row, undo))
        elif row in session:
            undo(row)


@listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint that is kept may still be taken back
        session.info.pop(_WRITTEN, None)


def _is_in(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while inner is not None and inner is not outer:
        inner = inner.parent
    return inner is outer


@cache
def _adding(kind: type[Base]) -> tuple[Insert, tuple[str, ...]]:
    table = table_of(kind)
    return insert(table), tuple(table.columns.keys())


@cache
def _changing(kind: type[Base]) -> Update:
    table = table_of(kind)
    return update(table).where(table.c.id == bindparam(_ROW))

"""Rows written at once, without the session's own book-keeping.

A session that is told to flush looks at all it holds before it writes one row. A press does this
a dozen times while a citizen waits, so the rows that every number and every call write go
straight to the database. They are in the session's transaction, and what the session knows of
them stays true.

Whoever listens for a flush hears nothing of them. So a table says itself that nobody does, as a
DirectRow, and every other is refused here. docs/decisions/rows.md says what this gains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Column, Insert, Table, Update, bindparam, insert, update
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.core.base import Base, table_of

_ROW: Final = "id of the row"
_WRITTEN: Final = "rows written at once"


class DirectRow(Base):
    """A table that may be written without a flush, because nobody listens for one of its rows."""

    __abstract__ = True


R = TypeVar("R", bound=DirectRow)
Undo = Callable[[Base], None]
Written = tuple[SessionTransaction | None, Base, Undo]


def insert_row(session: Session, row: R) -> R:
    """Insert the new `row` and return it; the session knows it from now on, as the database does.

    Its columns count. Raises TypeError for relationships, for which set_loaded() is there, and
    for a table that is no DirectRow.
    """
    adding, columns, of_database = _inserting(type(row))
    given = {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
    if not given.keys() <= columns:
        raise TypeError(f"no columns: {sorted(given.keys() - columns)}")
    done = _execute(session, adding, given)
    known: dict[str, Any] = {**done.last_inserted_params()}  # with the defaults that Python sets
    known["id"] = done.inserted_primary_key.id
    for name in of_database - given.keys():
        known[name] = getattr(done.returned_defaults, name)
    set_loaded(row, **{name: known.get(name) for name in columns - given.keys()})
    make_transient_to_detached(row)
    session.add(row)
    _remember(session, row, session.expunge)
    return row


def update_row(session: Session, row: DirectRow, **values: Any) -> None:
    """Set columns of a row that the session knows, in the database and in the object.

    Raises TypeError for a table that is no DirectRow.
    """
    changing, of_database = _updating(type(row))
    _execute(session, changing, {_ROW: cast("Any", row).id, **values})
    set_loaded(row, **values)
    if of_database:
        session.expire(row, of_database)
    _remember(session, row, session.expire)


def set_loaded(row: Base, **values: Any) -> None:
    """Set columns or relationships of `row` as if they had just been loaded."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def _execute(session: Session, statement: Insert | Update, values: Mapping[str, Any]) -> Any:
    session.flush()  # what the session has not written yet comes first
    return session.connection().execute(statement, values)


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
def _inserting(kind: type[Base]) -> tuple[Insert, frozenset[str], frozenset[str]]:
    """Return the INSERT for a table, its columns, and those that the database itself sets."""
    table = _direct_table(kind)
    fetched = [column for column in table.columns if _is_set_by_the_database(column)]
    adding = insert(table)
    return (
        adding.return_defaults(*fetched) if fetched else adding,
        frozenset(table.columns.keys()),
        frozenset(column.key for column in fetched),
    )


@cache
def _updating(kind: type[Base]) -> tuple[Update, tuple[str, ...]]:
    """Return the UPDATE for a table, and the columns that change with any other."""
    table = _direct_table(kind)
    follow = [one.key for one in table.columns if one.onupdate or one.server_onupdate]
    return update(table).where(table.c.id == bindparam(_ROW)), tuple(follow)


def _direct_table(kind: type[Base]) -> Table:
    if not issubclass(kind, DirectRow):
        raise TypeError(f"a flush must write {kind.__name__}, so that others hear of it")
    return table_of(kind)


def _is_set_by_the_database(column: Column[Any]) -> bool:
    default = column.default
    computed = default is not None and (default.is_clause_element or default.is_sequence)
    return computed or column.server_default is not None

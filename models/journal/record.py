"""The journal: events, written with the change they tell of in one statement for a press."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, ForeignKey, Index, func, insert, select, text
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base, table_of
from models.core.database import HAPPENED
from models.core.event import COMMON, Event
from models.journal.actors import Actor


class JournalEntry(Base):
    """One recorded event; entries are added, never changed."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_mall_at", "mall_id", "at"),
        Index("ix_journal_ticket", "ticket_id"),
        # A console asks for its own day at each change; the mall's whole day would be 12,000 rows.
        # Half of the entries name no desk, and would make it twice as large.
        Index(
            "ix_journal_desk",
            "desk_id",
            "at",
            sqlite_where=text("desk_id IS NOT NULL"),
            postgresql_where=text("desk_id IS NOT NULL"),
        ),
        # What no ticket tells of: shifts, printers, refusals. Some hundred rows of a day's 12,000.
        Index(
            "ix_journal_hall",
            "mall_id",
            "at",
            sqlite_where=text("ticket_id IS NULL"),
            postgresql_where=text("ticket_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    ticket_id: Mapped[int | None]
    step_id: Mapped[int | None]
    service_id: Mapped[int | None]
    desk_id: Mapped[int | None]
    user_id: Mapped[int | None]
    device_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


_ENTRIES = insert(table_of(JournalEntry)).returning(JournalEntry.id)
_NEWEST = select(func.max(JournalEntry.id))
_PENDING, _COUNT, _READ = "events pending", "events so far", "read once"

# Under this name a session that nobody waits for has what lets others go on.
BREATH: Final = "breath"

T = TypeVar("T")


def record(session: Session, event: Event, by: Actor | None = None) -> None:
    """Note `event`, done by `by`, for the journal; the commit writes all events at once.

    Whoever commits the transaction hands it to the listeners afterwards, with its `seq`.
    """
    if by is not None:
        # An event about a person or a device names them itself; `by` fills in what is left open.
        event = replace(
            event,
            user_id=event.user_id or by.user_id,
            device_id=event.device_id or by.device_id,
        )
    session.info.setdefault(_PENDING, []).append(event)
    session.info[_COUNT] = recorded_so_far(session) + 1


def write_recorded(session: Session) -> None:
    """Write what was recorded into the journal, so that this session finds it there."""
    pending: list[Event] = session.info.pop(_PENDING, [])
    if not pending:
        return
    numbers = session.connection().execute(_ENTRIES, [_entry(event) for event in pending]).scalars()
    written: list[Event] = session.info.setdefault(HAPPENED, [])
    # Rows of one INSERT are numbered in their order, though not always handed back in it.
    for event, seq in zip(pending, sorted(numbers), strict=True):
        written.append(replace(event, seq=seq))


def last_seq(session: Session) -> int:
    """Return the number of the newest journal entry that this session knows, 0 without any.

    Writes what was recorded first. What happened in this session is the newest it knows.
    """
    write_recorded(session)
    written: list[Event] = session.info.get(HAPPENED, [])
    return written[-1].seq if written else session.scalar(_NEWEST) or 0


def recorded_so_far(session: Session) -> int:
    """Return how many events this session has recorded: something happened when it grows."""
    count: int = session.info.get(_COUNT, 0)
    return count


def once(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` reads; whoever asks for the same in `session` shares it.

    It is read anew when something was recorded in the session: what it was read from has changed.
    What many share is what takes long: a session that has a BREATH takes it after each such look.
    """
    count, kept = session.info.get(_READ, (-1, {}))
    if count != recorded_so_far(session):
        kept = {}
        session.info[_READ] = (recorded_so_far(session), kept)
    if key not in kept:
        kept[key] = make()
        if BREATH in session.info:
            session.info[BREATH]()
    found: T = kept[key]
    return found


@listens_for(Session, "before_commit")
def _write_before_commit(session: Session) -> None:
    write_recorded(session)


@listens_for(Session, "after_rollback")
def _forget_after_rollback(session: Session) -> None:
    session.info.pop(_PENDING, None)
    session.info.pop(HAPPENED, None)


def _entry(event: Event) -> dict[str, Any]:
    entry: dict[str, Any] = {name: getattr(event, name) for name in COMMON}
    entry["kind"] = type(event).__name__
    entry["data"] = {name: getattr(event, name) for name in event.own_fields}
    return entry

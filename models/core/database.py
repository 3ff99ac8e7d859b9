"""The only commit of the house: transactions, their listeners, and presses that count once."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from models.core.base import table_of
from models.core.errors import BadInput
from models.core.event import Event
from models.core.presses import AnsweredPress

log = logging.getLogger(__name__)

# In the info of a session: what all sessions of its database share, and what happened in its
# transaction, for the listeners. Rooms above keep and leave things there without being known here.
SHARED: Final = "shared by all sessions"
HAPPENED: Final = "events written"

# What the connections to a SQLite file may keep of it in memory: all of them together, 8 MB.
# Whoever looks begins anew behind each press, so that a large share would serve nobody; the system
# keeps the file in its own memory anyway, and takes that back when it is short of it.
WRITER_KB, READER_KB = 4_000, 1_000
READERS: Final = 4

# How long a process waits for another that writes into the same SQLite file, in seconds.
BUSY_S = 15

Listener = Callable[[Sequence[Event]], None]
Answer = dict[str, Any]


_EARLIER = select(AnsweredPress.act, AnsweredPress.actor, AnsweredPress.answer).where(
    AnsweredPress.id == bindparam("press_id")
)
_CARRIED_OUT = insert(table_of(AnsweredPress))
_ANSWERED = update(table_of(AnsweredPress)).where(AnsweredPress.id == bindparam("press_id"))


class Database:
    """One database, SQLite or PostgreSQL, and everybody who listens to what happens in it."""

    def __init__(self, url: str) -> None:
        """Connect lazily to `url`, an SQLAlchemy URL."""
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url, writes=True) if self.sqlite else _engine(url)
        self.looking = _sqlite_engine(url) if self.sqlite else _one_picture(self.engine)
        # SQLite has one writer. Queueing for it here is fair; its own busy handler starves.
        self._writer = threading.Lock() if self.sqlite else nullcontext()
        shared: dict[str, object] = {SHARED: {}}
        self._write = sessionmaker(self.engine, expire_on_commit=False, info=shared)
        self._read = sessionmaker(self.looking, autoflush=False, info=shared)
        self.listeners: list[Listener] = []

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session whose changes and events are committed together at the end.

        Listeners hear the events after the commit; one that fails is logged and
        undoes nothing. Any exception rolls everything back.
        """
        with self._writer, self._write.begin() as session:
            yield session
        self._tell(session.info.pop(HAPPENED, []))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only looks: one consistent picture, nothing is committed."""
        with self._read() as session:
            if self.sqlite:  # PostgreSQL's driver begins by itself
                session.connection().exec_driver_sql("BEGIN")
            yield session

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """Open a connection for one statement about plain columns: lighter than a session."""
        with self.looking.connect() as connection:
            yield connection

    def press(
        self,
        press_id: str,
        act: str,
        at: datetime,
        rule: Callable[[Session], Answer],
        *,
        by: str = "",
    ) -> Answer:
        """Carry out `rule` once for `press_id` and return its answer, now and at each retry.

        The answer must be JSON-able. `by` names who presses; "" is for what is nobody's own.
        Raises BadInput when the id was used for another act or by somebody else, and whatever
        `rule` raises; then nothing is stored and a retry asks the rule again.
        """
        claim = {"id": press_id, "act": act, "actor": by, "at": at}
        try:
            with self.transaction() as session:
                if earlier := _earlier(session, press_id):
                    return _same_press(earlier, act, by)
                if self.sqlite:
                    answer = rule(session)
                    session.execute(_CARRIED_OUT, claim | {"answer": answer})
                    return answer
                # The id is claimed before the rule runs: a retry in another process waits
                # here for the first one, else it would be refused for what that one did.
                session.execute(_CARRIED_OUT, claim | {"answer": {}})
                answer = rule(session)
                session.execute(_ANSWERED, {"press_id": press_id, "answer": answer})
                return answer
        except IntegrityError:
            # Two processes heard the same press at once; the other one was first.
            with self.reading() as session:
                earlier = _earlier(session, press_id)
                if earlier is None:
                    raise
                return _same_press(earlier, act, by)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
        self.looking.dispose()

    def _tell(self, events: Sequence[Event]) -> None:
        if not events:
            return
        for listener in self.listeners:
            try:
                listener(events)
            except Exception:
                log.exception("a listener failed")


_Earlier = tuple[str, str | None, Answer]


def _earlier(session: Session, press_id: str) -> _Earlier | None:
    row = session.execute(_EARLIER, {"press_id": press_id}).one_or_none()
    return None if row is None else (row.act, row.actor, row.answer)


def _same_press(earlier: _Earlier, act: str, by: str) -> Answer:
    first_act, first_by, answer = earlier
    # In an answer stand names, papers and tokens: it is told to nobody but who pressed.
    if first_act != act or first_by not in (None, by):
        raise BadInput(field="press_id")
    return answer


def _engine(url: str) -> Engine:
    # What people wrote stays out of the log, also when a statement fails.
    return create_engine(
        url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True
    )


def _one_picture(engine: Engine) -> Engine:
    # PostgreSQL shows each statement its own moment unless told otherwise.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: str, *, writes: bool = False) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": BUSY_S},
        hide_parameters=True,
        # One writes at a time; who looks beside these opens a connection for that one look.
        pool_size=1 if writes else READERS,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin on its own
        _keep_a_log(connection)
        for pragma in (
            # FULL: a ticket that was given survives a power cut.
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{WRITER_KB if writes else READER_KB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    if writes:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Let the file write ahead into a log, which it remembers from its first day on.

    While another process makes the first tables, SQLite refuses this at once instead of waiting
    as it does for everything else.
    """
    until_s = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.02)
        else:
            return

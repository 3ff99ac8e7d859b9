"""The only commit of the house: transactions, their listeners, and presses that count once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, bindparam, event, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from models.core import engines
from models.core.base import table_of
from models.core.engines import READERS, UNTIL_S, one_picture, postgres_engine, sqlite_engine
from models.core.errors import BadInput, DatabaseBusy, DatabaseGone, NotKept
from models.core.event import Event
from models.core.faults import Halted, refusal_in
from models.core.held_file import HeldFile
from models.core.presses import AnsweredPress

log = logging.getLogger(__name__)

# In the info of a session: what all sessions of its database share, and what happened in its
# transaction, for the listeners. Rooms above keep and leave things there without being known here.
SHARED: Final = "shared by all sessions"
HAPPENED: Final = "events written"

Listener = Callable[[Sequence[Event]], None]
Now = Callable[[], datetime]
Answer = dict[str, Any]


_EARLIER = select(AnsweredPress.act, AnsweredPress.actor, AnsweredPress.answer).where(
    AnsweredPress.id == bindparam("press_id")
)
_CARRIED_OUT = insert(table_of(AnsweredPress))
# A row that another transaction has for itself is not waited for.
_AT_ONCE = text("SELECT set_config('lock_timeout', '1ms', true)")
# PostgreSQL lets many write at once. Who acts waits here for the others, in all processes, until
# they have committed. The number is this lock's name, and no other's.
# A process that was cut off in its turn would hold up the hall until its connection is missed.
_MY_TURN = text(
    "SELECT set_config('idle_in_transaction_session_timeout', '15s', true),"
    " set_config('lock_timeout', '15s', true), pg_advisory_xact_lock(7130621)"
)


class Database:
    """One database, SQLite or PostgreSQL, and everybody who listens to what happens in it."""

    def __init__(self, url: str) -> None:
        """Connect lazily to `url`, an SQLAlchemy URL."""
        self.sqlite = url.startswith("sqlite")
        self.engine = sqlite_engine(url, writes=True) if self.sqlite else postgres_engine(url)
        self.looking = sqlite_engine(url) if self.sqlite else one_picture(self.engine)
        # SQLite has one writer. Queueing for it here is fair; its own busy handler starves.
        self._writer = threading.Lock() if self.sqlite else None
        # PostgreSQL's many would each hold a connection while they wait for their turn to act.
        self._actor = None if self.sqlite else threading.Lock()
        shared: dict[str, object] = {SHARED: {}}
        self._write = sessionmaker(self.engine, expire_on_commit=False, info=shared)
        self._read = sessionmaker(self.looking, autoflush=False, info=shared)
        self.listeners: list[Listener] = []
        self.held: HeldFile | None = None
        # Why nothing may be written, for whoever watches over the database from outside.
        self.refuses: NotKept | None = None

    def hold(self) -> None:
        """From now on write into this very file alone, whatever is put into its place later.

        Only a SQLite file can be held; its tables must be there.
        """
        path = self.engine.url.database
        if not self.sqlite or not path or self.held is not None:
            return
        self.held = HeldFile(Path(path))
        # What is open goes on reading a file that is moved away: whoever looks then still sees the
        # hall, and the sentence that says what is wrong.
        with ExitStack() as opened:
            for _ in range(READERS):
                opened.enter_context(self.looking.connect())
        for engine in (self.engine, self.looking):
            event.listen(engine, "do_connect", self._must_be_there)

    @property
    def halted(self) -> NotKept | None:
        """Why nothing is written now, if so."""
        if self.held is not None and not self.held.is_same():
            return DatabaseGone()
        return self.refuses

    @contextmanager
    def transaction(self, *, patience_s: float | None = None) -> Iterator[Session]:
        """Open a session whose changes and events are committed together at the end.

        Listeners hear the events after the commit; one that fails is logged and
        undoes nothing. Any exception rolls everything back. Raises Halted when the
        turn to write was not to be had in time, and while the database is `halted`.
        In time is BUSY_S, or `patience_s`. What writes into the journal opens it by `acting`, or
        the record runs back.
        """
        with _turn(self._writer, patience_s) as until_s, self._write.begin() as session:
            self._must_be_there()
            if self.sqlite:
                session.connection(execution_options={UNTIL_S: until_s})
            yield session
        self._tell(session.info.pop(HAPPENED, []))

    def note(self, write: Callable[[Session], object]) -> bool:
        """Write down what may as well be left out: at once, or not at all; tell whether it was.

        For what goes along with looking, which waits for nobody who writes.
        """
        try:
            with self.transaction(patience_s=0) as session:
                if not self.sqlite:
                    session.execute(_AT_ONCE)
                write(session)
        except SQLAlchemyError as error:
            if refusal_in(error) is None:
                raise
            return False
        return True

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

    @contextmanager
    def acting(self, now: Now) -> Iterator[tuple[Session, datetime]]:
        """Open a transaction that acts in the hall, with the instant at which it does.

        `now` is asked when nobody else who acts can write any more before this one has ended. An
        instant that was read earlier would wait with its press, and the record would run back.
        """
        with _turn(self._actor), self.transaction() as session:
            if self.sqlite:
                session.connection()  # begins, and so waits for who writes in another process
            else:
                session.execute(_MY_TURN)
            yield session, now()

    def press(
        self,
        press_id: str,
        act: str,
        now: Now,
        rule: Callable[[Session, datetime], Answer],
        *,
        by: str = "",
    ) -> Answer:
        """Carry out `rule` once for `press_id` and return its answer, now and at each retry.

        The rule is given the instant at which its turn came. The answer must be JSON-able. `by`
        names who presses; "" is for what is nobody's own. Raises BadInput when the id was used
        for another act or by somebody else, and whatever `rule` raises; then nothing is stored
        and a retry asks the rule again.
        """
        with self.acting(now) as (session, at):
            if earlier := _earlier(session, press_id):
                return _same_press(earlier, act, by)
            answer = rule(session, at)
            row = {"id": press_id, "act": act, "actor": by, "at": at, "answer": answer}
            session.execute(_CARRIED_OUT, row)
            return answer

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
        self.looking.dispose()
        if self.held is not None:
            self.held.close()
            self.held = None

    def _must_be_there(self, *_connecting: object) -> None:
        refusal = self.halted
        if refusal is not None:
            raise Halted(refusal)

    def _tell(self, events: Sequence[Event]) -> None:
        if not events:
            return
        for listener in self.listeners:
            try:
                listener(events)
            except Exception:
                log.exception("a listener failed")


@contextmanager
def _turn(lock: threading.Lock | None, patience_s: float | None = None) -> Iterator[float]:
    """Wait in order behind the others of this process; yield until when to go on trying."""
    wait_s = engines.BUSY_S if patience_s is None else patience_s
    until_s = time.monotonic() + wait_s
    if lock is None:
        yield until_s
        return
    if not lock.acquire(timeout=wait_s):
        raise Halted(DatabaseBusy())
    try:
        yield until_s
    finally:
        lock.release()


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

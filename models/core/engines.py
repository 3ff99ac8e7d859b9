"""How a database is connected to: patiently, with little memory, and losing nothing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from models.core.faults import is_busy

# How long who writes waits for its turn, in seconds: behind others of this process, and behind
# other programs that have the file for themselves. So long, too, a server may say nothing.
BUSY_S: Final = 15
# SQLite waits inside the library, where nothing else of a program under gevent goes on. So it is
# told not to, and who wants to write asks again after such a pause.
_ASK_AGAIN_S = 0.01
# Who only reads meets nobody, but for the moment in which another process opens or leaves the file.
_READERS_WAIT_S = 0.25
# The execution option that says until when to ask, as an instant of the monotonic clock.
UNTIL_S: Final = "until_s"

# How large the log beside a SQLite file may stay, in bytes: four times what it usually needs.
LOG_SIZE: Final = 16 * 1024 * 1024

# What the connections to a SQLite file may keep of it in memory: all of them together, 8 MB.
# Whoever looks begins anew behind each press, so that a large share would serve nobody; the system
# keeps the file in its own memory anyway, and takes that back when it is short of it.
WRITER_KB, READER_KB = 4_000, 1_000
READERS: Final = 4


def postgres_engine(url: str) -> Engine:
    """Connect lazily to a server's database."""
    # What people wrote stays out of the log, also when a statement fails.
    return create_engine(
        url,
        pool_size=20,
        max_overflow=20,
        pool_pre_ping=True,
        hide_parameters=True,
        # A server that is out of reach must not keep others from trying it anew.
        connect_args={"connect_timeout": BUSY_S, "tcp_user_timeout": BUSY_S * 1000},
    )


def one_picture(engine: Engine) -> Engine:
    """Return `engine` for who only looks, at one moment for a whole transaction."""
    # PostgreSQL shows each statement its own moment unless told otherwise.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def sqlite_engine(url: str, *, writes: bool = False) -> Engine:
    """Connect lazily to a file, for the one who `writes` or for those who only look."""
    waits_s = 0.0 if writes else _READERS_WAIT_S
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": waits_s},
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
            f"journal_size_limit={LOG_SIZE}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    if writes:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            begun_s = time.monotonic()
            until_s = connection.get_execution_options().get(UNTIL_S, begun_s + BUSY_S)
            _patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), until_s)

    return engine


def _patiently(act: Callable[[], object], until_s: float) -> None:
    """Do `act` as soon as no other program is in its way; everything else goes on meanwhile."""
    while True:
        try:
            act()
        except OperationalError as error:
            if not is_busy(error) or time.monotonic() > until_s:
                raise
            time.sleep(_ASK_AGAIN_S)
        else:
            return


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

"""Databases that really do not answer: locked by a stranger, or closed for a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from models.core.database import Database


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Let nobody read or write `database` until the end of the block.

    On SQLite the first to ask waits for `models.core.engines.BUSY_S`.
    """
    if not database.sqlite:
        with _closed_for_a_restart(database):
            yield
        return
    # SQLite gives its file to one alone only when nobody else has it open.
    database.close()
    with _stranger(database) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def being_written(database: Database) -> Iterator[None]:
    """Let nobody write the SQLite file of `database` until the end of the block."""
    with _stranger(database) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _stranger(database: Database) -> Iterator[sqlite3.Connection]:
    path = str(database.engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _closed_for_a_restart(database: Database) -> Iterator[None]:
    url = database.engine.url
    server = url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(
        server.render_as_string(hide_password=False), autocommit=True
    ) as connection:

        def let_in(allowed: str) -> None:
            order = f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS {allowed}'
            connection.execute(order.encode())

        let_in("false")
        try:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [url.database],
            )
            yield
        finally:
            let_in("true")

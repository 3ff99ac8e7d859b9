"""What a database holds, asked before a backup and after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

# What was given, done, told, and by whom.
_COUNTED: Final = ("mall", "ticket", "step", "journal", "user_account", "device")


@contextmanager
def looking(url: URL) -> Iterator[Connection]:
    """Give a connection to the database at `url` that is closed for good at the end."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        yield connection


def revision_of(connection: Connection) -> str:
    """Return the revision of the schema."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def counts_of(connection: Connection) -> dict[str, int]:
    """Return how many rows each of the most important tables holds, of those that are there."""
    there = set(inspect(connection).get_table_names())
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608 — ours.
        for name in _COUNTED
        if name in there
    }


def malls_of(connection: Connection) -> frozenset[str]:
    """Return the codes of the malls in it; none when it is empty."""
    if not inspect(connection).has_table("mall"):
        return frozenset()
    return frozenset(connection.scalars(text("SELECT code FROM mall")))

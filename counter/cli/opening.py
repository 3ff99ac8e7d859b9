"""Whether the hall could open: what would end `run` with a sentence, asked without changing it."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from counter.demo.example import public_example
from counter.door.keys import KEY_FILE, KeyBroken, sound_key
from counter.files.config import Config
from counter.files.database_address import kept_nowhere
from counter.files.filling import wrong_mall
from models.keeping.migrating import known_revisions


def what_stops(config: Config) -> Iterator[str]:
    """Yield a sentence for each thing that keeps the hall of `config` closed on this machine."""
    asked = (public_example, folder_refuses, _key_refuses, _address_refuses, _database_refuses)
    yield from filter(None, (ask(config) for ask in asked))


def must_open(config: Config) -> None:
    """Raise ClickException with everything that keeps the hall of `config` closed, if anything."""
    *others, last = [*what_stops(config)] or [""]
    for stop in others:
        click.echo(stop, err=True)
    if last:
        raise click.ClickException(last)


def newer(revision: object) -> str:
    """Say that a database has been moved on by a later version."""
    return (
        f"The database is of a newer version of Balai (revision {revision})."
        " Install that version again, or put back the backup from before it."
    )


def refusal_of(error: SQLAlchemyError | sqlite3.Error) -> str:
    """Say in one line what a database said no with."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return f"The database refused: {said}"


def folder_refuses(config: Config) -> str:
    """Say why data_dir cannot be written into, or made; "" when it can."""
    there = config.data_dir
    while not there.exists() and there != there.parent:
        there = there.parent
    if wrong := kept_nowhere(config.data_dir):
        return f"{config.data_dir}: {wrong}."
    if not there.is_dir():
        return f"{there}: is a file, and data_dir needs a folder there."
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{there}: may not be written into; give it to the user who runs Balai."
    return ""


def _key_refuses(config: Config) -> str:
    """The key may be missing, and is made then; one that is there must be whole."""
    file = config.data_dir / KEY_FILE
    # A folder that may not be entered has been told of already.
    if not os.access(config.data_dir, os.X_OK) or not file.exists():
        return ""
    try:
        sound_key(file)
    except KeyBroken as error:
        return (
            f"{file}: {error}. Put back the copy that `backup --keys` made, or take this one away:"
            " then `run` makes a new one, and everybody signs in once more."
        )
    return ""


def _address_refuses(config: Config) -> str:
    """The host is this machine's and the port may be opened; that somebody has it is no fault.

    That somebody is the hall itself, when it is checked while it runs.
    """
    host, port = config.server.host, config.server.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            return ""
        return f"Balai cannot listen on {host}:{port}: {getattr(error, 'strerror', '') or error}."
    return ""


def _database_refuses(config: Config) -> str:
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        if not file.exists():
            return (
                ""
                if file.absolute().parent.is_dir() or not config.server.database_url
                else (f"there is no folder {file.parent} for the database.")
            )
        if not file.is_file():
            return f"{file}: is no file, and the database is one; take it away, and `run` makes it."
        if not os.access(file, os.R_OK | os.W_OK):
            return f"{file}: may not be written; give it to the user who runs Balai."
        url = make_url(f"sqlite:///file:{file.absolute()}?mode=ro&uri=true")
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return _contents_refuse(connection, config)
    except SQLAlchemyError as error:
        return refusal_of(error)


def _contents_refuse(connection: Connection, config: Config) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in known_revisions():
        return newer(revision)
    if not inspect(connection).has_table("mall"):
        return ""
    malls = connection.execute(text("SELECT code, example FROM mall")).all()
    return wrong_mall([(row.code, bool(row.example)) for row in malls], config)

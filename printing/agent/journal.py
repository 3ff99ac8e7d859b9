"""The print agent's own memory: what it was about to print, and how that ended.

One small SQLite file, written through to the disk at every step, so that a program that died
in the middle of a paper knows so when it starts again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_KEPT = 500

_TABLE = """
CREATE TABLE IF NOT EXISTS paper (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    press_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job_id, made_at)
)
"""
_COLUMNS = "job_id, made_at, press_id, stage, error, told"


class JournalInUse(Exception):
    """Another agent works with this journal."""


class Stage(StrEnum):
    """How far a paper has come; the last five are results that the server is told."""

    CLAIMING = "claiming"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    WAITING = "waiting"


@dataclass(frozen=True)
class Key:
    """Which paper: `made_at` tells it from one that had the number before a backup came back."""

    job_id: int
    made_at: str


@dataclass(frozen=True)
class Entry:
    """One paper, the press with which its result is told, and whether the server has heard it."""

    key: Key
    press_id: str
    stage: Stage
    error: str = ""
    told: bool = False


class Journal:
    """The papers that this agent has had in hand, newest kept."""

    def __init__(self, path: Path) -> None:
        """Open the journal at `path`, made when missing, for this process alone.

        Raises JournalInUse while another process has it open.
        """
        # Two agents with one memory would each believe that the other's paper was its own.
        self._database = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            for order in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                "BEGIN EXCLUSIVE",
                _TABLE,
                "COMMIT",
            ):
                self._database.execute(order)
        except sqlite3.OperationalError as error:
            self._database.close()
            raise JournalInUse from error

    def begin(self, key: Key, press_id: str) -> None:
        """Note that the server is asked for the paper `key`; its earlier try is forgotten."""
        with self._writing() as write:
            write.execute(
                "INSERT OR REPLACE INTO paper (job_id, made_at, press_id, stage)"
                " VALUES (?, ?, ?, ?)",
                (key.job_id, key.made_at, press_id, Stage.CLAIMING),
            )
            write.execute(
                "DELETE FROM paper WHERE told = 1 AND serial <="
                " (SELECT MAX(serial) FROM paper) - ?",
                (_KEPT,),
            )

    def sending(self, key: Key) -> None:
        """Note that from now on some of the paper may have come out."""
        self._note(key, Stage.SENDING, "", told=False)

    def settle(self, key: Key, stage: Stage, error: str = "") -> None:
        """Note how it ended; the server has to be told."""
        self._note(key, stage, error, told=False)

    def drop(self, key: Key) -> None:
        """Forget a paper that somebody else has."""
        with self._writing() as write:
            write.execute(
                "DELETE FROM paper WHERE job_id = ? AND made_at = ?", (key.job_id, key.made_at)
            )

    def told(self, entry: Entry) -> None:
        """Note that the server has heard the result of `entry`."""
        self._note(entry.key, entry.stage, entry.error, told=True)

    def tell_again(self, key: Key, press_id: str) -> None:
        """Note that the server has not taken in what it was told of the paper `key`."""
        with self._writing() as write:
            write.execute(
                "UPDATE paper SET told = 0, press_id = ?"
                " WHERE job_id = ? AND made_at = ? AND told = 1",
                (press_id, key.job_id, key.made_at),
            )

    def find(self, key: Key) -> Entry | None:
        """Return what is known of the paper `key`."""
        rows = self._read("WHERE job_id = ? AND made_at = ?", (key.job_id, key.made_at))
        return rows[0] if rows else None

    def untold(self) -> list[Entry]:
        """Return the results that the server has not heard, oldest first."""
        return [
            entry
            for entry in self._read("WHERE told = 0 ORDER BY serial", ())
            if entry.stage not in {Stage.CLAIMING, Stage.SENDING}
        ]

    def recover(self) -> int:
        """Settle what a stop interrupted; return how many papers are doubtful by it.

        Only what was being sent may have come out; what was merely asked for has not.
        """
        interrupted = self._read("WHERE stage IN (?, ?)", (Stage.CLAIMING, Stage.SENDING))
        for entry in interrupted:
            begun = entry.stage is Stage.SENDING
            self.settle(entry.key, Stage.DOUBTFUL if begun else Stage.WAITING, "interrupted")
        return sum(entry.stage is Stage.SENDING for entry in interrupted)

    def close(self) -> None:
        """Let another process have it."""
        self._database.close()

    def _note(self, key: Key, stage: Stage, error: str, *, told: bool) -> None:
        with self._writing() as write:
            write.execute(
                "UPDATE paper SET stage = ?, error = ?, told = ? WHERE job_id = ? AND made_at = ?",
                (stage, error, told, key.job_id, key.made_at),
            )

    def _read(self, where: str, values: tuple[object, ...]) -> list[Entry]:
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM paper {where}", values)  # noqa: S608 — `where` is ours.
        return [
            Entry(Key(job_id, made_at), press_id, Stage(stage), error, bool(told))
            for job_id, made_at, press_id, stage, error, told in rows
        ]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

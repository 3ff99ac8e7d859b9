"""A copy of the whole database while the hall runs: complete and sound, or no file at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class BackupFailed(Exception):
    """No backup was made; the message is a sentence for whoever asked for it."""


def back_up(database_url: str, target: Path) -> int:
    """Copy the database at `database_url` to the new file `target`; return its size in bytes.

    The copy is checked before it gets its name, and only its owner may read it. Raises
    BackupFailed, also when `target` exists: an old backup is never written over.
    """
    must_be_new(target)
    url = make_url(database_url)
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.touch(0o600)
        if url.get_backend_name() == "sqlite":
            copy_sqlite(Path(url.database or ""), unfinished)
        else:
            _copy_postgresql(url, unfinished)
        _to_disk(unfinished)
        size = unfinished.stat().st_size
        _name(unfinished, target)
    except OSError as error:
        raise BackupFailed(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return size


def must_be_new(target: Path) -> None:
    """Raise BackupFailed unless a new file can be called `target`."""
    if target.exists():
        raise BackupFailed(f"{target} exists already; choose another name.")
    if not target.parent.is_dir():
        raise BackupFailed(f"there is no folder {target.parent}.")


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database file `source` to `target`, and prove the copy. Raises BackupFailed."""
    if not source.is_file():
        raise BackupFailed(f"there is no database {source} yet; `run` makes it.")
    reading = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(reading, uri=True)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            # In one step: a copy in several begins again whenever the hall writes.
            here.backup(there)
            # The copy is one file, without the two that SQLite keeps beside a busy one.
            there.execute("PRAGMA journal_mode=DELETE")
            (found,) = there.execute("PRAGMA integrity_check").fetchone()
            orphan = there.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"the database cannot be copied: {error}.") from error
    if found != "ok" or orphan is not None:
        raise BackupFailed(f"the copy is not sound: {found if orphan is None else orphan}.")


def _copy_postgresql(url: URL, target: Path) -> None:
    tool("pg_dump", "--format=custom", f"--file={target}", url=url)
    # Reads the copy's table of contents back, which ends with the dump.
    tool("pg_restore", "--list", str(target), url=url)


def tool(name: str, *arguments: str, url: URL) -> str:
    """Let a program of PostgreSQL do its work at `url`, and return what it wrote.

    Raises BackupFailed with what it complained of.
    """
    program = shutil.which(name)
    if program is None:
        raise BackupFailed(f"{name} is missing: on Debian, install postgresql-client.")
    # Where and who, and above all the password, must not stand in the list of processes.
    query = {key: value for key, value in url.query.items() if isinstance(value, str)}
    where = {
        "PGHOST": query.get("host") or url.host,
        "PGPORT": query.get("port") or (url.port and str(url.port)),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {key: value for key, value in where.items() if value}
    done = subprocess.run(  # noqa: S603 — the program is found by name, nothing goes through a shell.
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip().removeprefix(f"{name}: ").removeprefix("error: ")
        raise BackupFailed(f"{name} could not: {said}")
    return done.stdout


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _name(unfinished: Path, target: Path) -> None:
    """Give the copy its name, unless somebody took that name meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise BackupFailed(f"{target} exists already; choose another name.") from None
    except OSError:
        # A memory stick's file system knows no second name for a file.
        unfinished.rename(target)
    _to_disk_folder(target.parent)


def _to_disk_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

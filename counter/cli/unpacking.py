"""Reads a backup of any kind, and proves what is in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from counter.backup import copy_sqlite, tool
from counter.cli.archive import LIST
from counter.cli.counting import counts_of, looking, malls_of, revision_of
from models.keeping.migrating import known_revisions

# How the files begin that a backup of the database alone is.
_SQLITE: Final = b"SQLite format 3\0"
_POSTGRESQL: Final = b"PGDMP"
_LARGEST_LIST: Final = 1_000_000


class RestoreFailed(Exception):
    """Nothing was put back; the message is a sentence for whoever asked for it."""


@dataclass(frozen=True)
class Kept:
    """What a backup holds, unpacked and proved: a database, and perhaps settings."""

    database: Path
    settings: Path | None  # a folder; None when the backup is a database alone
    kind: str
    revision: str
    made_at: str
    counts: Mapping[str, int]
    exact: bool  # whether the database holds just `counts`; a dump at least these
    malls: frozenset[str]


@contextmanager
def unpacked(backup: Path) -> Iterator[Kept]:
    """Give what is in `backup`, proved, as long as the context lasts.

    Raises RestoreFailed for what is no backup of this program, is damaged, or is newer.
    """
    with tempfile.TemporaryDirectory(prefix="balai-restore-") as folder:
        try:
            with backup.open("rb") as file:
                beginning = file.read(len(_SQLITE))
        except OSError as error:
            raise RestoreFailed(f"{backup} cannot be read: {error.strerror}.") from error
        if beginning == _SQLITE:
            kept = _database_alone(backup, Path(folder))
        elif beginning.startswith(_POSTGRESQL):
            kept = _dump_alone(backup)
        else:
            kept = _archive(backup, Path(folder))
        if kept.revision not in known_revisions():
            raise RestoreFailed(
                f"{backup} is of a newer version of Balai ({kept.revision});"
                " install that version first."
            )
        yield kept


def proved(url: URL, kept: Kept) -> dict[str, int]:
    """Return what is counted in the database, which is sound and holds what the backup says."""
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
            if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise RestoreFailed(f"the database is not sound: {found}.")
    with looking(url) as connection:
        revision, counts = revision_of(connection), counts_of(connection)
    fewer = [name for name, count in kept.counts.items() if counts.get(name, 0) < count]
    other = counts != kept.counts if kept.exact else fewer
    if revision != kept.revision or other:
        raise RestoreFailed(
            f"the database holds {counts}, and the archive lists {dict(kept.counts)}."
        )
    return counts


def _archive(backup: Path, folder: Path) -> Kept:
    try:
        with tarfile.open(backup) as packed:
            listed = _read_list(packed)
            for name, digest in listed["files"].items():
                _unpack(packed, name, digest, folder)
    except tarfile.ReadError as error:
        raise RestoreFailed(
            f"{backup} is no sound archive of Balai, nor a database or dump that it wrote."
        ) from error
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        said = error.args[0] if isinstance(error, KeyError) else error
        raise RestoreFailed(f"{backup} is no sound archive of Balai: {said}.") from error
    kept = Kept(
        database=folder / "database",
        settings=folder / "settings",
        kind=listed["kind"],
        revision=listed["revision"],
        made_at=str(listed.get("made_at", "")),
        counts=listed["counts"],
        exact=listed["exact"],
        malls=_malls_in(folder / "database", listed["kind"]),
    )
    if kept.kind == "sqlite":
        proved(URL.create("sqlite", database=str(kept.database)), kept)
    return kept


def _database_alone(backup: Path, folder: Path) -> Kept:
    """Read a copy: a database that is only looked at may write files beside itself."""
    database = folder / "database"
    copy_sqlite(backup, database)
    try:
        with looking(URL.create("sqlite", database=str(database))) as connection:
            return Kept(
                database=database,
                settings=None,
                kind="sqlite",
                revision=revision_of(connection),
                made_at=_written_at(backup),
                counts=counts_of(connection),
                exact=True,
                malls=malls_of(connection),
            )
    except DBAPIError as error:
        raise RestoreFailed(f"{backup} is a database, but none of Balai.") from error


def _dump_alone(backup: Path) -> Kept:
    revisions = _column(backup, "alembic_version", "version_num")
    if not revisions:
        raise RestoreFailed(f"{backup} is a dump, but none of Balai.")
    return Kept(
        database=backup,
        settings=None,
        kind="postgresql",
        revision=revisions[0],
        made_at=_written_at(backup),
        counts={},
        exact=False,
        malls=_malls_in(backup, "postgresql"),
    )


def _written_at(path: Path) -> str:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC).isoformat()


def _malls_in(database: Path, kind: str) -> frozenset[str]:
    if kind != "sqlite":
        return frozenset(_column(database, "mall", "code"))
    try:
        with looking(URL.create("sqlite", database=str(database))) as connection:
            return malls_of(connection)
    except DBAPIError as error:
        raise RestoreFailed(f"the database in the backup cannot be read: {error.orig}.") from error


def _column(dump: Path, table: str, column: str) -> list[str]:
    """Return one column of a table in a dump of PostgreSQL, which is asked of no server."""
    asked = ("--data-only", f"--table={table}", "--file=-", str(dump))
    lines = iter(tool("pg_restore", *asked, url=make_url("postgresql://")).splitlines())
    for line in lines:
        if line.startswith("COPY "):
            names = line[line.index("(") + 1 : line.index(")")].split(", ")
            at = names.index(column)
            return [row.split("\t")[at] for row in iter(lines.__next__, r"\.")]
    return []


def _read_list(packed: tarfile.TarFile) -> dict[str, Any]:
    file = packed.extractfile(LIST)
    try:
        listed = json.loads(b"" if file is None else file.read(_LARGEST_LIST))
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, dict) or not _whole(listed):
        raise ValueError(f"{LIST} is not whole")
    if missing := {"database", "settings/config.toml"} - listed["files"].keys():
        raise ValueError(f"{LIST} lacks {min(missing)}")
    return listed


def _whole(listed: dict[str, Any]) -> bool:
    kinds = {"kind": str, "revision": str, "counts": dict, "exact": bool, "files": dict}
    return all(isinstance(listed.get(key), kind) for key, kind in kinds.items()) and all(
        isinstance(count, int) for count in listed["counts"].values()
    )


def _unpack(packed: tarfile.TarFile, name: str, digest: str, folder: Path) -> None:
    """Write one file below `folder`, and nowhere else, if it is what the list says."""
    file = packed.extractfile(name)
    place = (folder / name).resolve()
    if file is None or not place.is_relative_to(folder.resolve()):
        raise ValueError(f"{name} is no file of it")
    content = file.read()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{name} is damaged")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)

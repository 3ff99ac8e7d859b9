"""The way back out of a backup: everything is read and checked before anything is put back."""

from __future__ import annotations

import hashlib
import json
import os
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
from counter.cli.placing import Placing
from counter.door.auth import KEY_FILE, KeyBroken, sound_key
from counter.files.config import Config, ConfigError, load_config
from counter.files.database_address import told_of
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


def settings_in(kept: Kept, backup: Path, config_file: Path) -> Config:
    """Return the settings in the backup as if they lay at `config_file`. Raises RestoreFailed."""
    if kept.settings is None:
        raise RestoreFailed(
            f"{backup} holds a database alone, and there is no {config_file}; write that first."
        )
    try:
        config = load_config(kept.settings / "config.toml")
    except ConfigError as error:
        found = str(error).replace(f"{kept.settings.parent}{os.sep}", "")
        raise RestoreFailed(
            f"this version refuses the settings in {backup}; take them out with tar, mend them,"
            f" and name them with --config:\n{found}"
        ) from error
    return config.model_copy(update={"file": config_file.absolute()})


def must_fit(kept: Kept, config: Config, *, replace: bool) -> None:
    """Raise RestoreFailed unless the database may be put where `config` keeps its own."""
    url = make_url(config.database_url)
    if url.get_backend_name() != kept.kind:
        raise RestoreFailed(
            f"the backup holds a {kept.kind} database, but {config.file} names a"
            f" {url.get_backend_name()} one."
        )
    there = _malls_at(url, config)
    where = told_of(config.database_url)
    if there and not replace:
        raise RestoreFailed(
            f"{where} holds a mall already; --replace puts the backup in its place."
        )
    if there and there != kept.malls:
        raise RestoreFailed(
            f"{where} holds {_named(there)}, and the backup holds {_named(kept.malls)}. Give each"
            " a data_dir or database_url of its own."
        )


def put_back(
    kept: Kept, config: Config, *, key: Path | None, with_settings: bool, at: datetime
) -> dict[str, int]:
    """Put everything back, and return what is counted in the database.

    Files that are there are kept beside the new ones. Raises RestoreFailed, BackupFailed or
    OSError; then nothing has changed.
    """
    url = make_url(config.database_url)
    placing = Placing()
    try:
        if with_settings:
            _write_settings(placing, kept, config.file)
        if key is not None and not _same(key, config.data_dir / KEY_FILE):
            placing.write(key, config.data_dir / KEY_FILE)
        if kept.kind == "sqlite":
            draft = placing.write(kept.database, Path(url.database or ""))
            counts = _proved(URL.create("sqlite", database=str(draft)), kept)
        else:
            _load_dump(kept.database, url)
            counts = _proved(url, kept)
        placing.settle(at)
    finally:
        placing.drop()
    return counts


def must_be_key(path: Path) -> None:
    """Raise RestoreFailed unless the file at `path` is a key that signs cookies."""
    try:
        sound_key(path)
    except KeyBroken as error:
        raise RestoreFailed(f"{path} {error}.") from error


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
        _proved(URL.create("sqlite", database=str(kept.database)), kept)
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


def _malls_at(url: URL, config: Config) -> frozenset[str]:
    """Return the malls that a restore would replace.

    A SQLite file that can no longer be read is taken for the one that `config` describes.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return frozenset()
    try:
        with looking(url) as connection:
            return malls_of(connection)
    except DBAPIError:
        if url.get_backend_name() == "sqlite":
            return frozenset({config.mall.code})
        raise


def _named(malls: frozenset[str]) -> str:
    return ", ".join(f'the mall "{one}"' for one in sorted(malls)) or "no mall"


def _write_settings(placing: Placing, kept: Kept, config_file: Path) -> None:
    """Write settings, catalogue and logo for where `config_file` lies."""
    written = kept.settings
    assert written is not None
    for path in sorted(one for one in written.rglob("*") if one.is_file()):
        below = path.relative_to(written)
        plain = below == Path("config.toml")
        place = config_file if plain else config_file.parent / below
        if not _same(path, place):
            placing.write(path, place, mode=0o644)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _load_dump(dump: Path, url: URL) -> None:
    order = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    tool("pg_restore", *order, f"--dbname={url.database}", str(dump), url=url)


def _proved(url: URL, kept: Kept) -> dict[str, int]:
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

"""Everything that a hall needs to begin again, in one archive, and the way back out of it.

In it lie the database, the settings, the catalogue and the logo, with a list of what each file
and the most important tables must hold. Keys are never in it: whoever finds a copy of the data must
not find with it what signs the cookies of those who may see them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from counter.backup import BackupFailed, back_up, tool
from counter.door.auth import KEY_FILE
from counter.files.config import Config
from counter.files.private import FOLDER_MODE
from models.keeping.migrating import known_revisions

LIST: Final = "balai.json"
# What is counted before and after: what was given, done, told, and by whom.
_COUNTED: Final = ("mall", "ticket", "step", "journal", "user_account", "device")
_LARGEST_LIST: Final = 1_000_000


class RestoreFailed(Exception):
    """Nothing was put back; the message is a sentence for whoever asked for it."""


def pack(config: Config, target: Path, *, at: datetime) -> int:
    """Write everything but the keys into the new archive `target`; return its size in bytes.

    Raises BackupFailed; then there is no file.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already; choose another name.")
    if not target.parent.is_dir():
        raise BackupFailed(f"there is no folder {target.parent}.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        copy = Path(folder) / "database"
        files = {"database": copy} | _settings_of(config)
        url = make_url(config.database_url)
        if url.get_backend_name() == "sqlite":
            back_up(config.database_url, copy)
            listed = _list_of(make_url(f"sqlite:///{copy}"), config, at)
        else:
            # A dump cannot be asked; it holds at least what was there before it began.
            listed = _list_of(url, config, at)
            back_up(config.database_url, copy)
        listed["files"] = {name: _digest(path) for name, path in files.items()}
        unfinished = Path(folder) / "archive"
        unfinished.touch(0o600)
        with tarfile.open(unfinished, "w") as archive:
            _add(archive, LIST, json.dumps(listed, indent=1).encode())
            for name, path in files.items():
                _add(archive, name, path.read_bytes())
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        size = unfinished.stat().st_size
        unfinished.rename(target)
    return size


def keep_keys(config: Config, keys: Path, *, archive: Path) -> None:
    """Copy the key that signs cookies to the new file `keys`, in another folder than `archive`."""
    if keys.absolute().parent.resolve() == archive.absolute().parent.resolve():
        raise BackupFailed(
            f"{keys} would lie beside the data that it opens; choose another folder."
        )
    source = config.data_dir / KEY_FILE
    if not source.is_file():
        raise BackupFailed(f"there is no {source} yet; `run` makes it.")
    try:
        handle = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupFailed(f"{keys} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(source.read_bytes())


@contextmanager
def unpacked(archive: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Give a folder with what is in `archive`, proved file by file, and its list.

    Raises RestoreFailed for what is no archive of this program, is damaged, or is newer.
    """
    with tempfile.TemporaryDirectory(prefix="balai-restore-") as folder:
        try:
            with tarfile.open(archive) as packed:
                listed = _read_list(packed)
                for name, digest in listed["files"].items():
                    _unpack(packed, name, digest, Path(folder))
        except (tarfile.TarError, OSError, KeyError, ValueError, AttributeError) as error:
            raise RestoreFailed(f"{archive} is no sound archive of Balai: {error}.") from error
        if listed["revision"] not in known_revisions():
            raise RestoreFailed(
                f"{archive} is of a newer version of Balai ({listed['revision']});"
                " install that version first."
            )
        yield Path(folder), listed


def put_settings(folder: Path, config_file: Path) -> bool:
    """Put settings, catalogue and logo where `config_file` lies; False when there is one."""
    if config_file.exists():
        return False
    written = folder / "settings"
    for path in sorted(one for one in written.rglob("*") if one.is_file()):
        below = path.relative_to(written)
        plain = below == Path("config.toml")
        place = config_file if plain else config_file.parent / below
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return True


def put_database(
    folder: Path, listed: Mapping[str, Any], config: Config, *, replace: bool, at: datetime
) -> dict[str, int]:
    """Put the database back, prove it, and return what was counted in it. Raises RestoreFailed."""
    url = make_url(config.database_url)
    if url.get_backend_name() != listed["kind"]:
        raise RestoreFailed(
            f"the archive holds a {listed['kind']} database, but {config.file} names a"
            f" {url.get_backend_name()} one."
        )
    if _holds_data(url) and not replace:
        raise RestoreFailed(
            f"{url.render_as_string(hide_password=True)} holds a mall already;"
            " --replace puts the archive in its place."
        )
    if url.get_backend_name() == "sqlite":
        _prove(make_url(f"sqlite:///{folder / 'database'}"), listed)
        _put_file(folder / "database", Path(url.database or ""), at)
    else:
        order = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        tool("pg_restore", *order, f"--dbname={url.database}", str(folder / "database"), url=url)
    return _prove(url, listed)


def put_keys(keys: Path, config: Config) -> None:
    """Put the key that signs cookies back."""
    config.data_dir.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    place = config.data_dir / KEY_FILE
    place.touch(0o600)
    place.write_bytes(keys.read_bytes())


def _settings_of(config: Config) -> dict[str, Path]:
    """Return the files that people wrote, by their names in the archive."""
    home = config.file.parent
    catalogue = (home / config.server.catalogue_dir).glob("*.toml")
    paths = [*sorted(catalogue), *([config.logo] if config.logo else [])]
    found = {"settings/config.toml": config.file}
    for path in paths:
        inside = path.is_relative_to(home) and ".." not in path.relative_to(home).parts
        if not inside:
            raise BackupFailed(
                f"{path} lies outside {home}; let {config.file.name} name it in a folder below."
            )
        found[f"settings/{path.relative_to(home).as_posix()}"] = path
    return found


def _list_of(url: URL, config: Config, at: datetime) -> dict[str, Any]:
    kind = url.get_backend_name()
    with _looking(url) as connection:
        return {
            "made_at": at.isoformat(),
            "mall": config.mall.code,
            "kind": kind,
            "revision": _revision(connection),
            "exact": kind == "sqlite",
            "counts": _counts(connection),
        }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


def _read_list(packed: tarfile.TarFile) -> dict[str, Any]:
    file = packed.extractfile(LIST)
    if file is None:
        raise ValueError(f"{LIST} is no file")
    listed: dict[str, Any] = json.loads(file.read(_LARGEST_LIST))
    if not {"kind", "revision", "counts", "exact"} <= listed.keys():
        raise ValueError(f"{LIST} is not whole")
    return listed


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


def _put_file(source: Path, place: Path, at: datetime) -> None:
    """Let the copy take the place of the file, which is kept under another name beside it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.restored")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    for ending in ("", "-wal", "-shm"):
        old = place.with_name(place.name + ending)
        if old.exists():
            old.rename(place.with_name(f"{place.name}.before-{at:%Y%m%d%H%M%S}{ending}"))
    fresh.rename(place)


def _prove(url: URL, listed: Mapping[str, Any]) -> dict[str, int]:
    """Return what is counted in the database, which is sound and holds what the list says."""
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
            if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise RestoreFailed(f"the database is not sound: {found}.")
    with _looking(url) as looking:
        revision, counts = _revision(looking), _counts(looking)
    fewer = [name for name, count in listed["counts"].items() if counts.get(name, 0) < count]
    other = counts != listed["counts"] if listed["exact"] else fewer
    if revision != listed["revision"] or other:
        raise RestoreFailed(
            f"the database holds {counts}, and the archive lists {listed['counts']}."
        )
    return counts


def _holds_data(url: URL) -> bool:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    with _looking(url) as connection:
        return _counts(connection).get("mall", 0) > 0


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def _counts(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608 — ours.
        for name in _COUNTED
        if name in there
    }


@contextmanager
def _looking(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        yield connection

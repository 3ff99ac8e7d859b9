"""The way back out of a backup: everything is checked before anything is put back."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, delete, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from counter.backup import tool
from counter.cli.counting import looking, malls_of
from counter.cli.placing import Placing
from counter.cli.unpacking import Kept, RestoreFailed, proved
from counter.door.keys import KEY_FILE, KeyBroken, sound_key
from counter.files.config import Config, ConfigError, load_config
from counter.files.database_address import told_of
from models.core.leases import Lease


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


def must_be_key(path: Path) -> None:
    """Raise RestoreFailed unless the file at `path` is a key that signs cookies."""
    try:
        sound_key(path)
    except KeyBroken as error:
        raise RestoreFailed(f"{path} {error}.") from error


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
            put = URL.create("sqlite", database=str(draft))
        else:
            _load_dump(kept.database, url)
            put = url
        counts = proved(put, kept)
        _free_leases(put)
        placing.settle(at)
    finally:
        placing.drop()
    return counts


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


def _free_leases(url: URL) -> None:
    """Let nobody hold work any more: whoever did when the backup was made is not in this hall."""
    engine = create_engine(url)
    try:
        if inspect(engine).has_table(Lease.__tablename__):  # not yet in one of an earlier version
            with engine.begin() as connection:
                connection.execute(delete(Lease))
    finally:
        engine.dispose()


def _load_dump(dump: Path, url: URL) -> None:
    order = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    tool("pg_restore", *order, f"--dbname={url.database}", str(dump), url=url)

"""Everything that a hall needs to begin again, in one archive.

In it lie the database, the settings, the catalogue and the logo, with a list of what each file
and the most important tables must hold. Keys are never in it: whoever finds a copy of the data must
not find with it what signs the cookies of those who may see them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import URL, make_url

from counter.backup import BackupFailed, back_up, must_be_new
from counter.cli.counting import counts_of, looking, revision_of
from counter.door.keys import KEY_FILE, KeyBroken, sound_key
from counter.files.config import Config

LIST: Final = "balai.json"


def pack(config: Config, target: Path, *, at: datetime) -> int:
    """Write everything but the keys into the new archive `target`; return its size in bytes.

    Raises BackupFailed; then there is no file.
    """
    must_be_new(target)
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
        listed["files"] = {name: digest_of(path) for name, path in files.items()}
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


@contextmanager
def keys_kept(config: Config, keys: Path, *, archive: Path) -> Iterator[None]:
    """Copy the key that signs cookies to the new file `keys`, in another folder than `archive`.

    It goes again when what follows fails. Raises BackupFailed.
    """
    if keys.absolute().parent.resolve() == archive.absolute().parent.resolve():
        raise BackupFailed(
            f"{keys} would lie beside the data that it opens; choose another folder."
        )
    source = config.data_dir / KEY_FILE
    if not source.exists():
        raise BackupFailed(f"there is no {source} yet; `run` makes it.")
    try:
        key = sound_key(source)
        handle = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except KeyBroken as error:
        raise BackupFailed(f"{source} {error}.") from error
    except OSError as error:
        raise BackupFailed(f"{keys} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        yield
    except BaseException:
        keys.unlink()
        raise


def _settings_of(config: Config) -> dict[str, Path]:
    """Return the files that people wrote, by their names in the archive."""
    home = config.file.parent
    folder = home / config.server.catalogue_dir
    explained = [one for one in (folder / "README.md",) if one.is_file()]
    paths = [*sorted(folder.glob("*.toml")), *explained, *([config.logo] if config.logo else [])]
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
    with looking(url) as connection:
        return {
            "made_at": at.isoformat(),
            "mall": config.mall.code,
            "kind": kind,
            "revision": revision_of(connection),
            "exact": kind == "sqlite",
            "counts": counts_of(connection),
        }


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))

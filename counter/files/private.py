"""The data folder is for the user who runs Balai alone: in it lie names, numbers and keys."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from counter.files.config import Config

log = logging.getLogger(__name__)

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
# What a process lets nobody else do with the files that it makes.
UMASK: Final = 0o077
# What SQLite lays beside its file.
_BESIDE: Final = ("", "-wal", "-shm")


def make_private(config: Config) -> None:
    """Make the data folder and the database's file when they are missing, closed to others.

    What an earlier version left open is closed, and one line in the log says so. A file system
    that knows no rights, or a folder that is somebody else's, is left as it is.
    """
    folder = config.data_dir
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    files = _database_files(config)
    for file in files[:1]:
        # Here alone it can be made closed: SQLite would make it open, and gives the two beside
        # it the rights of the first.
        with suppress(OSError):
            file.touch(FILE_MODE)
    if not _shared(config, folder):
        # The folder first: from then on nobody comes to what lies in it.
        if _closed(folder, FOLDER_MODE):
            log.warning("%s was open to others on this machine; it is closed to them now", folder)
        for path in folder.rglob("*"):
            _closed(path, FOLDER_MODE if path.is_dir() else FILE_MODE)
    for file in files:
        _closed(file, FILE_MODE)


def _database_files(config: Config) -> list[Path]:
    url = make_url(config.database_url)
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or not name or name.startswith(("file:", ":")):
        return []
    return [Path(f"{name}{end}") for end in _BESIDE]


def _shared(config: Config, folder: Path) -> bool:
    """Tell whether others need the folder: the settings or the program lie in it, or anybody's."""
    whole = folder.resolve()
    needed = (config.file.resolve(), Path(__file__).resolve())
    sticky = bool(folder.stat().st_mode & stat.S_ISVTX)
    return sticky or any(whole in file.parents for file in needed)


def _closed(path: Path, mode: int) -> bool:
    """Take from everybody else what they may do; tell whether that was news."""
    try:
        found = path.lstat().st_mode
        if not stat.S_ISREG(found) and not stat.S_ISDIR(found):
            return False
        if not stat.S_IMODE(found) & UMASK:
            return False
        path.chmod(mode)
        return not path.lstat().st_mode & UMASK
    except OSError:  # gone meanwhile, somebody else's, or on a stick that knows no rights
        return False


def keep_private() -> None:
    """Let what this process makes from now on be its user's alone."""
    os.umask(UMASK)

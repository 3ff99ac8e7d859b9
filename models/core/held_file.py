"""The file of a SQLite database as it was opened: noticed when it is moved, replaced, overwritten.

A file that was deleted goes on taking what is written, and loses it all with the program's end.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import struct
from pathlib import Path
from typing import Final

from typing_extensions import override

# Where SQLite's file format keeps how often the first page changed, and the number that is the
# owner's to choose. It names this file: whatever is copied over it bears another name, or none.
_HEADER_SIZE: Final = 100
_CHANGES_AT: Final = 24
_NAME_AT: Final = 60
_BESIDE: Final = ("", "-wal", "-shm")

FileId = tuple[int, int]


def name_anew(connection: sqlite3.Connection) -> None:
    """Give the database file a name of its own; every copy needs another one."""
    connection.execute(f"PRAGMA user_version = {1 + secrets.randbelow(2**31 - 2)}")


class HeldFile:
    """A database file and what SQLite keeps beside it, held open until `close`.

    An open file is compared with what stands at its path now, which takes microseconds. Once
    `overwritten`, other content was written into it, and nothing that is read of it is sure.
    """

    def __init__(self, path: Path) -> None:
        """Hold the database at `path`, whose tables must be there."""
        self.path = path
        self._beside = [path.with_name(f"{path.name}{end}") for end in _BESIDE]
        # While this one is open, what SQLite keeps beside the file stays the same, too.
        self.connection = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )
        named = self._named()
        self.shrink_log()  # so that the name stands in the file itself
        # Never closed while anybody writes: a closed handle takes all locks of the process along.
        self._handle = os.open(path, os.O_RDONLY)
        self._ids = [_id_of(one.stat()) for one in self._beside]
        name, self._changes = _header(self._handle) or (0, 0)
        # Where somebody reads just now, the name comes into the file later.
        self._names = {name, named}
        self.overwritten = False

    def is_same(self) -> bool:
        """Tell whether what is written now lands in the file that everybody finds at the path.

        A file that is moved back is the same again; one that was written over never is.
        """
        try:
            there = [_id_of(one.stat()) for one in self._beside]
            header = _header(self._handle)
        except OSError:
            return False
        self._look_into(header)
        return there == self._ids and not self.overwritten

    def log_size(self) -> int:
        """Return how many bytes are written ahead, beside the file."""
        try:
            return self._beside[1].stat().st_size
        except OSError:
            return 0

    def shrink_log(self) -> bool:
        """Carry what is written ahead into the file, and empty the log.

        False when somebody reads or writes meanwhile; nobody is waited for.
        """
        try:
            (busy, *_) = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not busy

    def readers(self) -> list[str]:
        """Name the other programs that read at an older moment of the log, as Linux tells them."""
        device, inode = self._ids[-1]
        where = f"{os.major(device):02x}:{os.minor(device):02x}:{inode}"
        try:
            locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
        except OSError:
            return []
        pids = {pid for kind, pid, at in map(_lock, locks) if (kind, at) == ("READ", where)}
        return [_program(pid) for pid in sorted(pids - {os.getpid()})]

    def close(self) -> None:
        """Let go, after everybody who writes."""
        self.connection.close()
        os.close(self._handle)

    def _named(self) -> int:
        """Return the file's name, and give it one where it has none yet."""
        (name,) = self.connection.execute("PRAGMA user_version").fetchone()
        if not name:
            name_anew(self.connection)
            (name,) = self.connection.execute("PRAGMA user_version").fetchone()
        named: int = name
        return named

    def _look_into(self, header: tuple[int, int] | None) -> None:
        name, changes = header or (-1, 0)
        if name not in self._names or changes < self._changes:
            self.overwritten = True
        else:
            self._changes = changes

    @override
    def __str__(self) -> str:
        return str(self.path)


def _id_of(found: os.stat_result) -> FileId:
    return found.st_dev, found.st_ino


def _header(handle: int) -> tuple[int, int] | None:
    """Return the name and the count of changes in a file's first page, None without a page."""
    head = os.pread(handle, _HEADER_SIZE, 0)
    if len(head) < _HEADER_SIZE:
        return None
    (changes,) = struct.unpack_from(">I", head, _CHANGES_AT)
    (name,) = struct.unpack_from(">I", head, _NAME_AT)
    return name, changes


# SQLite's readers hold a byte each of these in its shared memory.
_READERS_FROM, _READERS_TO = 123, 127


def _lock(told: str) -> tuple[str, int, str]:
    """Return kind, process and file of one row of /proc/locks, if it is a reader's."""
    parts = told.split()
    if len(parts) < 8 or parts[1] != "POSIX":
        return "", 0, ""
    kind, pid, where, first = parts[3], int(parts[4]), parts[5], int(parts[6])
    return (kind, pid, where) if _READERS_FROM <= first <= _READERS_TO else ("", 0, "")


def _program(pid: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = "?"
    return f"{name} ({pid})"

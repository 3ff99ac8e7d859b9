"""Watches over where the data lie: the database's file, the log beside it, and the disk's space."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column

from models.core.database import Database
from models.core.engines import LOG_SIZE
from models.core.errors import DatabaseGone
from models.core.faults import refusal_in
from models.core.presses import LASTING, AnsweredPress

log = logging.getLogger(__name__)

# A log that cannot be shortened is told of once in so many seconds.
AGAIN_S: Final = 300.0
_MEGABYTE: Final = 1_000_000


class Trouble(StrEnum):
    """What somebody must look after; leaders read a sentence about each."""

    GONE = "gone"  # moved, deleted, or another one stands there
    OVERWRITTEN = "overwritten"
    LITTLE_SPACE = "little_space"


# What the log says when each begins, and when it is over.
_BEGUN: Final = {
    Trouble.GONE: (
        "the database %s is not where it was: no number is given and no press is carried out;"
        " put it back where it was and the hall goes on, or stop Balai, use `restore`, and start"
        " it again"
    ),
    Trouble.OVERWRITTEN: (
        "the database %s was written over by another: no number is given and no press is carried"
        " out until a restart; stop Balai, use `restore`, and start it again"
    ),
    Trouble.LITTLE_SPACE: "the disk of %s is nearly full; make space",
}
_OVER: Final = {
    Trouble.GONE: "the database %s is back, the same as before: the hall goes on",
    Trouble.LITTLE_SPACE: "the disk of %s has space again",
}

# What tells one PostgreSQL database from another of the same name.
_DATABASES: Final = table("pg_database", column("oid"), column("datname"))
_THIS_ONE: Final = select(_DATABASES.c.oid).where(_DATABASES.c.datname == func.current_database())
_NAME: Final = select(_THIS_ONE.scalar_subquery().label("oid"), AnsweredPress.answer).where(
    AnsweredPress.id == LASTING[0]
)


class StorageWatch:
    """Says in the log what it finds whenever it looks, and keeps it for the pages."""

    every: Final = timedelta(seconds=5)

    def __init__(self, database: Database, folders: Iterable[Path], *, least_free_mb: int) -> None:
        """Warn when the disk of one of `folders` has fewer megabytes left."""
        self._database = database
        self._folders = tuple(folders)
        self.least_free_mb = least_free_mb
        self._name: object = None
        self._log_told_s: float | None = None
        self._troubles: frozenset[Trouble] = frozenset()

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What must be looked after, the worst first."""
        return tuple(one for one in Trouble if one in self._troubles)

    def look(self) -> None:
        """Look at everything once; the first time hold the database's file as it is now."""
        self._database.hold()
        found = frozenset(self._found())
        where = self._database.held or self._database.engine.url.database
        for trouble in found - self._troubles:
            log.error(_BEGUN[trouble], where)
        for trouble in self._troubles - found:
            if trouble in _OVER:
                log.warning(_OVER[trouble], where)
        self._troubles = found
        if not found - {Trouble.LITTLE_SPACE}:
            self._keep_log_short()

    def _found(self) -> Iterable[Trouble]:
        held = self._database.held
        if not self._database.sqlite:
            self._compare_names()
        if self._database.halted is not None:
            yield Trouble.OVERWRITTEN if held and held.overwritten else Trouble.GONE
        if self._is_little_left():
            yield Trouble.LITTLE_SPACE

    def _is_little_left(self) -> bool:
        # A folder that was moved away with the database tells nothing of its disk.
        if self._database.halted is not None and not all(one.exists() for one in self._folders):
            return Trouble.LITTLE_SPACE in self._troubles
        return any(_free_mb(folder) < self.least_free_mb for folder in self._folders)

    def _compare_names(self) -> None:
        """Refuse to write into a database that was made anew under the old one's address."""
        try:
            with self._database.glancing() as connection:
                row = connection.execute(_NAME).one_or_none()
        except DBAPIError as error:
            # One that does not answer at all is away for a while, and is the same afterwards.
            gone = refusal_in(error)
            self._database.refuses = gone if isinstance(gone, DatabaseGone) else None
            return
        name = row and (row.oid, row.answer)
        self._name = self._name or name
        self._database.refuses = None if name == self._name else DatabaseGone()

    def _keep_log_short(self) -> None:
        """Empty a log that grew beyond its size, or say who keeps it from being emptied."""
        held = self._database.held
        if held is None or held.log_size() <= LOG_SIZE or held.shrink_log():
            self._log_told_s = None
            return
        now_s = time.monotonic()
        if self._log_told_s is not None and now_s < self._log_told_s + AGAIN_S:
            return
        self._log_told_s = now_s
        log.warning(
            "the log beside the database has grown to %d MB and cannot be emptied while somebody"
            " reads what was before: %s",
            held.log_size() // _MEGABYTE,
            ", ".join(held.readers()) or "Balai itself",
        )


def _free_mb(folder: Path) -> int:
    """Return the space left on the disk of `folder`; one that is not there takes nothing."""
    try:
        return shutil.disk_usage(folder).free // _MEGABYTE
    except OSError:
        return 0

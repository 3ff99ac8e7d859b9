"""Files that take their places together, once all of them have been written."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from counter.files.private import FILE_MODE, FOLDER_MODE

# What SQLite may keep beside a database, and what must go wherever the database goes.
_BESIDE: Final = ("", "-wal", "-shm")


class Placing:
    """Writes each file beside its place under another name, and then names them all."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self._drafts: dict[Path, Path] = {}
        self._made: list[Path] = []

    def write(self, source: Path, place: Path, *, mode: int = FILE_MODE) -> Path:
        """Write what is in `source` beside `place`, to take it later; return where."""
        self._make_folder(place.parent, private=mode == FILE_MODE)
        draft = place.with_name(f".{place.name}.restored")
        self._drafts[place] = draft
        draft.unlink(missing_ok=True)
        draft.touch(FILE_MODE)
        draft.chmod(mode)
        shutil.copyfile(source, draft)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        return draft

    def settle(self, at: datetime) -> None:
        """Let the files take their places; what is there is kept beside it with the time `at`."""
        for place, draft in self._drafts.items():
            for ending in _BESIDE:
                old = place.with_name(place.name + ending)
                if old.exists():
                    old.rename(place.with_name(f"{place.name}.before-{at:%Y%m%d%H%M%S}{ending}"))
            draft.rename(place)
        self._drafts, self._made = {}, []

    def drop(self) -> None:
        """Take away what has no place yet, and the folders that were made for it."""
        for draft in self._drafts.values():
            draft.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def _make_folder(self, folder: Path, *, private: bool) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            # What is private is so from the beginning: nobody else may look in meanwhile.
            one.mkdir(FOLDER_MODE if private and one == folder else 0o777)
            self._made.append(one)

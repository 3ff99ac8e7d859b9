"""Tells the processes that share a data folder apart, and which of them still live.

Each holds a lock on a file of its own there. The system lets go of it however the process ends, a
power cut included, and shows it to other containers, too; no clock and no process id is asked.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

log = logging.getLogger(__name__)


class Process:
    """What others see of this process, between `appear` and `vanish`."""

    def __init__(self, folder: Path) -> None:
        """Be seen in `folder`, which is made when it is needed, under a name that nobody bears."""
        self.name = uuid4().hex
        self._folder = folder
        self._held: BinaryIO | None = None

    @property
    def seen(self) -> bool:
        """Whether others can see that this process lives."""
        return self._held is not None

    def appear(self) -> None:
        """Let others see that this process lives; where the folder cannot do it, it is unseen."""
        if self.seen:
            return
        part = self._folder / f"{self.name}.part"
        held = None
        try:
            self._folder.mkdir(exist_ok=True)
            held = part.open("wb")
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Only now under its name: whoever finds it there finds it held.
            part.replace(self._path(self.name))
        except OSError as reason:
            log.warning("no other process can see whether this one lives: %s", reason)
            if held:
                held.close()
        else:
            self._held = held

    def vanish(self) -> None:
        """Let others see that this process is gone."""
        if self._held:
            self._path(self.name).unlink(missing_ok=True)
            self._held.close()
            self._held = None

    def lives(self, name: str) -> bool | None:
        """Tell whether the process `name` lives; None when it was never seen in this folder."""
        try:
            found = self._path(name).open("rb")
        except OSError:
            return None
        with found:
            try:
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False

    def forget_dead(self, *, spared: Collection[str]) -> None:
        """Take away what the dead left, but for those of whom others must still see it."""
        for left in self._folder.glob("*.lock"):
            if left.stem not in spared and self.lives(left.stem) is False:
                left.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

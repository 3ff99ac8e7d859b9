"""The printer whose paper is a folder: each paper is one file, named whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from typing_extensions import override

from models.paper.printers import PrinterState
from printing.ink.layout import Paper
from printing.machines.machine import Printer, PrinterAway, PrinterSettings, nobody, reason
from printing.machines.status import Reading
from printing.machines.talking import Hear

_KEPT = 500


@dataclass(frozen=True)
class Printed:
    """One paper of a virtual printer: its file's name and when it was printed (aware UTC)."""

    name: str
    printed_at: datetime


class VirtualPrinter(Printer):
    """A printer whose paper is a folder: each `send` leaves one file of bytes, newest kept."""

    _STAMP = "%Y%m%dT%H%M%S.%fZ"

    def __init__(
        self, settings: PrinterSettings, paper: Paper, now: Callable[[], datetime]
    ) -> None:
        super().__init__(settings, paper)
        self._above = settings.path
        self.folder = settings.path / settings.code
        self._now = now

    @override
    def look(self) -> Reading:
        """Tell whether the folder takes paper: that is all that can be amiss with it."""
        try:
            self._lay_out()
        except OSError as error:
            return Reading(PrinterState.AWAY, reason(error))
        if not os.access(self.folder, os.W_OK | os.X_OK):
            return Reading(PrinterState.AWAY, "Permission denied")
        return Reading(PrinterState.ONLINE)

    @override
    def close(self) -> None:
        """Nothing is kept open."""

    @override
    def send(self, data: bytes, hear: Hear = nobody) -> bool:
        at = self._now().astimezone(UTC)
        try:
            self._lay_out()
            draft = self.folder / f".{os.getpid()}-{id(data)}.part"
            draft.write_bytes(data)
            try:
                self._name(draft, at)
            finally:
                draft.unlink()
        except OSError as error:
            raise PrinterAway(reason(error)) from error
        for old in self._papers(self._names()[_KEPT:]):
            self._file(old.name).unlink(missing_ok=True)
        return True

    def printed(self, most: int | None = None) -> list[Printed]:
        """List the papers, newest first; at most so many."""
        return list(islice(self._papers(self._names()), most))

    def read(self, name: str) -> bytes:
        """Return the bytes of one paper; FileNotFoundError when `name` is none of them."""
        if not list(self._papers([name])):
            raise FileNotFoundError(name)
        return self._file(name).read_bytes()

    def _lay_out(self) -> None:
        # No more than these two: where the folder of all data was moved away, one made anew would
        # stand in the way of who puts it back.
        self._above.mkdir(exist_ok=True)
        self.folder.mkdir(exist_ok=True)

    def _names(self) -> list[str]:
        """List all files, newest first: a name is the instant of its printing."""
        return sorted((path.stem for path in self.folder.glob("*.bin")), reverse=True)

    def _papers(self, names: Iterable[str]) -> Iterator[Printed]:
        for name in names:
            # What somebody else put there is no paper.
            with suppress(ValueError):
                yield Printed(name, datetime.strptime(name, self._STAMP).replace(tzinfo=UTC))

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.bin"

    def _name(self, draft: Path, at: datetime) -> None:
        # A link is made whole or not at all, and never over another paper of the same instant.
        while True:
            try:
                os.link(draft, self._file(at.strftime(self._STAMP)))
            except FileExistsError:
                at += timedelta(microseconds=1)
            else:
                return

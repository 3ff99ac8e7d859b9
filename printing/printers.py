"""Printers: bytes go out once, and what is not sure is said so instead of sent again."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from typing_extensions import override

from models.printers import PrinterState
from printing.layout import Cut, Paper, paper_for
from printing.links import DeviceLink, Link, SerialLink, SocketLink, UsbLink
from printing.status import Reading
from printing.talking import Hear, Patience, Talk

_KEPT = 500
# How often a printer that gave no answer is asked whether it has learnt to.
_ASK_AGAIN_S: Final = 30.0
# A look so short ago need not be repeated before a paper is sent.
_FRESH_S: Final = 0.5
_SILENT: Final = Reading(PrinterState.AWAY, "silent")

Kind = Literal["network", "usb", "serial", "file", "virtual"]


class PrinterAway(Exception):
    """The printer took nothing: sending again later is safe."""


class PrinterDoubtful(Exception):
    """Sending broke off after bytes had gone out: a part or all of it may be on paper."""


@dataclass(frozen=True)
class PrinterSettings:
    """One printer of config.toml; only its own kind's address matters."""

    code: str
    kind: Kind
    host: str = ""
    port: int = 9100
    path: Path = field(default_factory=Path)
    baud: int = 9600
    vendor_id: int = 0
    product_id: int = 0
    columns: int = 48
    profile: str = "default"
    cut: Cut = "partial"
    requirements: bool = True
    logo: Path | None = None
    patience: Patience = field(default_factory=Patience)


def _nobody(_reading: Reading) -> None:
    pass


class Printer(ABC):
    """A way to paper: how it fares, and papers sent to it. For one thread, one at a time."""

    def __init__(self, settings: PrinterSettings, paper: Paper) -> None:
        """Remember where to print; nothing is opened before the first question or paper."""
        self.settings = settings
        self.paper = paper

    @property
    def code(self) -> str:
        return self.settings.code

    @abstractmethod
    def look(self) -> Reading:
        """Ask the printer how it fares now; `unknown` when it is there and does not answer."""

    @abstractmethod
    def send(self, data: bytes, hear: Hear = _nobody) -> None:
        """Print `data` and return when it is printed, as far as this kind can tell.

        What the printer says meanwhile goes to `hear`. Raises PrinterAway when nothing went
        out, PrinterDoubtful otherwise.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the printer; a later question opens it again."""


class LinePrinter(Printer):
    """A printer that speaks ESC/POS over a line: network, USB, serial port or device file.

    Cheap printers take one connection at a time: there is one, for questions and papers alike,
    kept open while the printer answers. One that answers nothing has its connection closed
    behind each paper, because many a print server prints only then.
    """

    def __init__(
        self, settings: PrinterSettings, paper: Paper, connect: Callable[[], Link]
    ) -> None:
        super().__init__(settings, paper)
        self._connect = connect
        self._talk: Talk | None = None
        # What was learnt of this printer: whether it answers, and whether it answers marks.
        self._answers = False
        self._marks: bool | None = None
        self._told = Reading(PrinterState.UNKNOWN)
        # Whether the last paper broke off, perhaps in the middle of an order.
        self._torn = False
        self._looked_s = float("-inf")
        # When it was last asked in vain; None for a printer that answers.
        self._silent_s: float | None = None

    @override
    def look(self) -> Reading:
        kept = self._talk is not None
        reading = self._look()
        if kept and self._talk is None:
            # An old connection may have gone without its printer: a new one tells.
            reading = self._look()
        self._looked_s = time.monotonic()
        if reading == _SILENT and not self._told.prints:
            # It said what is wrong before its memory was too full to listen.
            return self._told
        self._told = reading
        return reading

    @override
    def send(self, data: bytes, hear: Hear = _nobody) -> None:
        old = time.monotonic() - self._looked_s > _FRESH_S
        if self._talk is None or old or not self._told.prints:
            reading = self.look()
            hear(reading)
            if not reading.prints:
                raise PrinterAway(reading.detail or reading.state)
        talk = self._talk
        if talk is None:
            raise PrinterAway("no line")

        def note(reading: Reading) -> None:
            self._told = reading
            hear(reading)

        try:
            if self._torn and not self._answers:
                talk.fill_up()
            talk.deliver(data, note)
            talk.confirm(note)
        except OSError as error:
            self.close()
            if talk.sent == 0:
                raise PrinterAway(_reason(error)) from error
            self._torn = True
            raise PrinterDoubtful(_reason(error)) from error
        self._torn = False
        if not self._answers:
            self.close()

    @override
    def close(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.link.close()

    def _look(self) -> Reading:
        try:
            if self._talk is None:
                self._talk = Talk(self._connect(), self.settings.patience, marks=self._marks)
            return self._asked(self._talk)
        except OSError as error:
            self.close()
            return Reading(PrinterState.AWAY, _reason(error))

    def _asked(self, talk: Talk) -> Reading:
        now_s = time.monotonic()
        if self._silent_s is not None and now_s - self._silent_s < _ASK_AGAIN_S:
            talk.listen()  # raises when it hung up
            return Reading(PrinterState.UNKNOWN)
        reading = talk.ask()
        if reading is None:
            if self._answers:
                raise TimeoutError(_SILENT.detail)
            self._silent_s = now_s
            return Reading(PrinterState.UNKNOWN)
        self._answers, self._silent_s = True, None
        if reading.prints and not talk.settle():
            return Reading(PrinterState.AWAY, "busy")
        self._marks = talk.marks
        return reading


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
        self.folder = settings.path / settings.code
        self._now = now

    @override
    def look(self) -> Reading:
        """Tell whether the folder takes paper: that is all that can be amiss with it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return Reading(PrinterState.AWAY, _reason(error))
        if not os.access(self.folder, os.W_OK | os.X_OK):
            return Reading(PrinterState.AWAY, "Permission denied")
        return Reading(PrinterState.ONLINE)

    @override
    def close(self) -> None:
        """Nothing is kept open."""

    @override
    def send(self, data: bytes, hear: Hear = _nobody) -> None:
        at = self._now().astimezone(UTC)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{os.getpid()}-{id(data)}.part"
            draft.write_bytes(data)
            try:
                self._name(draft, at)
            finally:
                draft.unlink()
        except OSError as error:
            raise PrinterAway(_reason(error)) from error
        for old in self.printed()[_KEPT:]:
            self._file(old.name).unlink(missing_ok=True)

    def printed(self) -> list[Printed]:
        """List the papers, newest first."""
        papers = []
        for path in self.folder.glob("*.bin"):
            # What somebody else put there is no paper.
            with suppress(ValueError):
                at = datetime.strptime(path.stem, self._STAMP).replace(tzinfo=UTC)
                papers.append(Printed(path.stem, at))
        return sorted(papers, key=lambda paper: paper.name, reverse=True)

    def read(self, name: str) -> bytes:
        """Return the bytes of one paper; FileNotFoundError when `name` is none of them."""
        if name not in {paper.name for paper in self.printed()}:
            raise FileNotFoundError(name)
        return self._file(name).read_bytes()

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


def open_printer(
    settings: PrinterSettings, now: Callable[[], datetime], face: Path | None = None
) -> Printer:
    """Make the printer that `settings` describe; nothing is connected yet.

    `path` of a virtual printer is the folder that holds all virtual paper. `face` is a font
    file for the drawn parts. ValueError for a width or a profile that does not exist.
    """
    paper = paper_of(settings, face)
    if settings.kind == "virtual":
        return VirtualPrinter(settings, paper, now)
    return LinePrinter(settings, paper, _way_to(settings))


def paper_of(settings: PrinterSettings, face: Path | None = None) -> Paper:
    """Return the paper in the printer of `settings`. ValueError as in `open_printer`."""
    return paper_for(
        settings.columns,
        settings.profile,
        face,
        cut=settings.cut,
        logo=settings.logo,
        requirements=settings.requirements,
    )


def _way_to(settings: PrinterSettings) -> Callable[[], Link]:
    if settings.kind == "network":
        within_s = settings.patience.connect_s
        return lambda: SocketLink(settings.host, settings.port, within_s)
    if settings.kind == "usb":
        return lambda: UsbLink(settings.vendor_id, settings.product_id)
    if settings.kind == "serial":
        return lambda: SerialLink(settings.path, settings.baud)
    return lambda: DeviceLink(settings.path)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__

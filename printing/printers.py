"""Printers: bytes go out once, and what is not sure is said so instead of sent again."""

from __future__ import annotations

import os
import select
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NoReturn

from typing_extensions import override

from printing.layout import Paper, paper_for

_PIECE = 4096
_KEPT = 500


class PrinterAway(Exception):
    """The printer took nothing: sending again later is safe."""


class PrinterDoubtful(Exception):
    """Sending broke off after bytes had gone out: a part or all of it may be on paper."""


@dataclass(frozen=True)
class PrinterSettings:
    """One printer of config.toml; only its own kind's address matters."""

    code: str
    kind: Literal["network", "file", "virtual"]
    host: str = ""
    port: int = 9100
    path: Path = field(default_factory=Path)
    columns: int = 48
    profile: str = "default"
    connect_within: timedelta = timedelta(seconds=3)
    send_within: timedelta = timedelta(seconds=10)


class Printer(ABC):
    """A way to paper: `send` is all that a spooler asks of it."""

    def __init__(self, settings: PrinterSettings, paper: Paper) -> None:
        """Remember where to print; nothing is opened before `send`."""
        self.settings = settings
        self.paper = paper

    @property
    def code(self) -> str:
        return self.settings.code

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Print `data`. Raises PrinterAway when nothing went out, PrinterDoubtful otherwise."""


class NetworkPrinter(Printer):
    """A printer that listens on a TCP port, 9100 as a rule."""

    @override
    def send(self, data: bytes) -> None:
        address = (self.settings.host, self.settings.port)
        try:
            link = socket.create_connection(
                address, timeout=self.settings.connect_within.total_seconds()
            )
        except OSError as error:
            raise PrinterAway(_reason(error)) from error
        with link:
            limit = _Limit(self.settings.send_within)
            sent = 0
            try:
                while sent < len(data):
                    link.settimeout(limit.left_s())
                    sent += link.send(data[sent : sent + _PIECE])
                self._await_delivery(link, limit)
            except OSError as error:
                _broken(sent, error)

    @staticmethod
    def _await_delivery(link: socket.socket, limit: _Limit) -> None:
        """Wait until the printer's side has acknowledged every byte or hung up in good order.

        What `send` accepted may still sit in this machine's memory, cable pulled.
        """
        link.shutdown(socket.SHUT_WR)
        while True:
            link.settimeout(min(0.1, limit.left_s()))
            # Printers that report their status have it read away here: a socket closed
            # over unread bytes is reset, and a reset can take the slip's end with it.
            with suppress(TimeoutError):
                if not link.recv(_PIECE):
                    return
                continue
            if _unacknowledged(link) == 0:
                return


class FilePrinter(Printer):
    """A printer behind a device file, such as /dev/usb/lp0."""

    @override
    def send(self, data: bytes) -> None:
        try:
            # Without O_CREAT: a printer that is unplugged must not turn into a plain file.
            device = os.open(self.settings.path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        except OSError as error:
            raise PrinterAway(_reason(error)) from error
        sent = 0
        limit = _Limit(self.settings.send_within)
        try:
            while sent < len(data):
                try:
                    sent += os.write(device, data[sent : sent + _PIECE])
                except BlockingIOError:
                    select.select([], [device], [], limit.left_s())
        except OSError as error:
            _broken(sent, error)
        finally:
            os.close(device)


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
    def send(self, data: bytes) -> None:
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
    paper = paper_for(settings.columns, settings.profile, face)
    if settings.kind == "network":
        return NetworkPrinter(settings, paper)
    if settings.kind == "file":
        return FilePrinter(settings, paper)
    return VirtualPrinter(settings, paper, now)


class _Limit:
    """A stretch of time that several waits share."""

    def __init__(self, length: timedelta) -> None:
        self._ends = time.monotonic() + length.total_seconds()

    def left_s(self) -> float:
        """Return the seconds that are left; TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the printer takes no more")
        return left


def _unacknowledged(link: socket.socket) -> int:
    """Return how many sent bytes the other side has not confirmed; 0 where no one can tell."""
    try:
        import fcntl
        import termios
    except ImportError:
        return 0
    answer = fcntl.ioctl(link.fileno(), termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(answer, "little")


def _broken(sent: int, error: OSError) -> NoReturn:
    if sent == 0:
        raise PrinterAway(_reason(error)) from error
    raise PrinterDoubtful(_reason(error)) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__

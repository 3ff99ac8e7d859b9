"""Printers: bytes go out once, and what is not sure is said so instead of sent again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from typing_extensions import override

from models.paper.printers import PrinterState
from printing.ink.layout import Paper, paper_for
from printing.machines.connections import DeviceLink, Link, SerialLink, SocketLink, UsbLink
from printing.machines.folder import Printed, VirtualPrinter
from printing.machines.machine import (
    Kind,
    Printer,
    PrinterAway,
    PrinterDoubtful,
    PrinterSettings,
    nobody,
    reason,
)
from printing.machines.status import Reading
from printing.machines.talking import Hear, Talk

__all__ = [
    "Kind",
    "LinkedPrinter",
    "Printed",
    "Printer",
    "PrinterAway",
    "PrinterDoubtful",
    "PrinterSettings",
    "VirtualPrinter",
    "open_printer",
    "paper_of",
]

# How often a printer that gave no answer is asked whether it has learnt to.
_ASK_AGAIN_S: Final = 30.0
# A look so short ago need not be repeated before a paper is sent.
_FRESH_S: Final = 0.5
_SILENT: Final = Reading(PrinterState.AWAY, "silent")


class LinkedPrinter(Printer):
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
        told_itself = self._told.state is not PrinterState.AWAY
        if reading == _SILENT and told_itself and not self._told.prints:
            # It said what is wrong before its memory was too full to listen.
            return self._told
        self._told = reading
        return reading

    @override
    def send(self, data: bytes, hear: Hear = nobody) -> bool:
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
            seen = talk.confirm(note)
        except OSError as error:
            self.close()
            if talk.sent == 0:
                raise PrinterAway(reason(error)) from error
            self._torn = True
            raise PrinterDoubtful(reason(error)) from error
        self._torn = False
        if not self._answers:
            self.close()
        return seen

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
            return Reading(PrinterState.AWAY, reason(error))
        except BaseException:
            # Whatever else a driver's fault may be: the next look gets a new line.
            self.close()
            raise

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
    return LinkedPrinter(settings, paper, _way_to(settings))


def paper_of(settings: PrinterSettings, face: Path | None = None) -> Paper:
    """Return the paper in the printer of `settings`. ValueError as in `open_printer`."""
    return paper_for(
        settings.columns,
        settings.profile,
        face,
        cut=settings.cut,
        logo=settings.logo,
        requirements=settings.requirements,
        short=settings.short,
        drawings=settings.drawings,
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

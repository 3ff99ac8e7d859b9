"""A printer behind the Windows spooler, as far as the printer library carries it.

Windows takes the bytes and says no more: neither how the printer fares nor whether the paper
came out: a paper that Windows has is sent, and never known to be printed.
"""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from models.paper.printers import PrinterState
from printing.ink.layout import Paper
from printing.machines.printers import Printer, PrinterAway, PrinterDoubtful, PrinterSettings
from printing.machines.status import Reading
from printing.machines.talking import Hear


class WindowsPrinter(Printer):
    """The printer `name` of this Windows machine; an empty name is the one it prefers."""

    def __init__(self, settings: PrinterSettings, paper: Paper, name: str) -> None:
        super().__init__(settings, paper)
        self._name = name

    @override
    def look(self) -> Reading:
        try:
            driver = self._driver()
            here = not self._name or self._name in driver.printers
        except Exception as error:  # noqa: BLE001 — a door to another system, which raises its own.
            return Reading(PrinterState.AWAY, str(error))
        return Reading(PrinterState.UNKNOWN) if here else Reading(PrinterState.AWAY, self._name)

    @override
    def send(self, data: bytes, hear: Hear | None = None) -> bool:
        try:
            driver = self._driver()
            driver.open(job_name="Balai")
        except Exception as error:
            raise PrinterAway(str(error)) from error
        try:
            driver._raw(data)  # noqa: SLF001 — the library's own way to send bytes as they are.
            driver.close()
        except Exception as error:
            raise PrinterDoubtful(str(error)) from error
        return False

    @override
    def close(self) -> None:
        """Nothing is kept open."""

    def _driver(self) -> Any:
        from escpos.printer import Win32Raw

        return Win32Raw(self._name)

"""What every printer is to the house: how it fares, and papers that it prints once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from printing.ink.layout import Cut, Paper
from printing.machines.status import Reading
from printing.machines.talking import Hear, Patience

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
    baud: int = 115200
    vendor_id: int = 0
    product_id: int = 0
    columns: int = 48
    profile: str = "default"
    cut: Cut = "partial"
    requirements: bool = True
    short: bool = False
    drawings: bool = True
    logo: Path | None = None
    patience: Patience = field(default_factory=Patience)


def nobody(_reading: Reading) -> None:
    """Hear what a printer says, and keep it to oneself."""


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
    def send(self, data: bytes, hear: Hear = nobody) -> bool:
        """Print `data`; True when the printer has said that it came out, False if it says nothing.

        What the printer says meanwhile goes to `hear`. Raises PrinterAway when nothing went
        out, PrinterDoubtful otherwise.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the printer; a later question opens it again."""


def reason(error: OSError) -> str:
    """Return what the system says about why, in its own words."""
    return error.strerror or str(error) or type(error).__name__

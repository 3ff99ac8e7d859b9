"""The print agent: runs on the machine that a printer hangs on, and prints what the hall sends."""

from __future__ import annotations

import logging
import os
import signal
import tomllib
from dataclasses import asdict, field
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Literal

import click
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.core.clock import Clock
from models.core.gathering import log_to_stderr
from printing.agent.connection import News, Stop
from printing.agent.journal import Journal, JournalInUse
from printing.agent.life import Agent
from printing.machines.printers import Kind, Printer, PrinterSettings, open_printer, paper_of
from printing.machines.windows import WindowsPrinter

_TOKEN_FILE: Final = "token"  # noqa: S105 — the name of a file, not what it holds.
_JOURNAL_FILE: Final = "journal.db"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class _LocalPrinter:
    """The printer of this machine; widths and cuts are the hall's affair, in its config.toml."""

    kind: Kind | Literal["windows"]
    name: str = ""
    host: str = ""
    port: int = 9100
    path: Path = field(default_factory=Path)
    baud: int = 115200
    vendor_id: int = 0
    product_id: int = 0


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class _File:
    """All of agent.toml."""

    printer: _LocalPrinter


_FILES = TypeAdapter(_File)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.option(
    "--server",
    "url",
    required=True,
    metavar="URL",
    help="The hall's server, such as http://192.168.1.10:8000.",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("agent.toml"),
    show_default=True,
    help="The file that describes the printer.",
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/agent"),
    show_default=True,
    help="The folder for the token and the journal; keep it, and one for each printer.",
)
def main(url: str, config_file: Path, state_dir: Path) -> None:
    """Print what the hall sends to the printer of this machine, until stopped with Ctrl+C.

    At the first start it prints a code of six digits. A leader confirms it on the page
    /devices, or on the server with `python -m counter device pair CODE --place PRINTER`;
    the printer must have the kind "agent" in the hall's config.toml. After that it starts
    by itself. Taken back there, it prints nothing more and shows a new code.

    The journal in the state folder remembers each paper before its first byte goes out. A
    paper that a power cut interrupts is reported as doubtful and never printed again.

    \b
    agent.toml, for a printer on a USB cable, seen as a device file:
      [printer]
      kind = "file"
      path = "/dev/usb/lp0"

    \b
    Example:
      python -m printing.agent --server http://192.168.1.10:8000 --config agent.toml

    Ends with status 0 when it was stopped, and 1 with a sentence when it cannot start.
    """
    log_to_stderr(logging.INFO)
    printer = _printer_in(config_file)
    journal = _journal_in(state_dir)
    news: SimpleQueue[News] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        # A queue of this kind may be filled while the same thread waits at it.
        signal.signal(number, lambda *_: news.put(Stop()))
    try:
        Agent(url, printer, journal, state_dir / _TOKEN_FILE, news).run()
    finally:
        printer.close()
        journal.close()


def _printer_in(config_file: Path) -> Printer:
    """Open the printer of agent.toml; ends the program with a sentence when that cannot be."""
    try:
        told = tomllib.loads(config_file.read_text(encoding="utf-8"))
        local = _FILES.validate_python(told).printer
        return _opened(local)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{config_file} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise click.ClickException(f"{config_file}: {where}: {wrong['msg']}") from error
    except ValueError as error:
        raise click.ClickException(f"{config_file}: {error}") from error


def _opened(local: _LocalPrinter) -> Printer:
    facts = asdict(local)
    name = facts.pop("name")
    if local.kind == "windows":
        settings = PrinterSettings(code="agent", kind="file")
        return WindowsPrinter(settings, paper_of(settings), name)
    return open_printer(PrinterSettings(code="agent", **facts), Clock().now)


def _journal_in(state_dir: Path) -> Journal:
    try:
        # In the journal lie papers, and beside it the key to the hall's printer.
        os.umask(0o077)
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Journal(state_dir / _JOURNAL_FILE)
    except JournalInUse as error:
        raise click.ClickException(
            f"Another agent works in {state_dir}; give each printer a folder of its own."
        ) from error
    except OSError as error:
        raise click.ClickException(f"{state_dir} cannot be used: {error}") from error

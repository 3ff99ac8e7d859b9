"""The print agent: runs on the machine that a printer hangs on, and prints what the hall sends."""

from __future__ import annotations

import logging
import os
import signal
import tomllib
from dataclasses import asdict, field
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import click
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.clock import Clock
from printing.agent_journal import Journal, JournalInUse
from printing.agent_line import Line, News, Stop
from printing.agent_server import NotPaired, Post, Refused, Server, Unreachable
from printing.agent_work import Work
from printing.printers import Kind, Printer, PrinterSettings, open_printer

log = logging.getLogger(__name__)

_TOKEN_FILE: Final = "token"  # noqa: S105 — the name of a file, not what it holds.
_JOURNAL_FILE: Final = "journal.db"
_ASK_S: Final = 1.0
_REFUSED_PAUSE_S: Final = 10.0


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class _LocalPrinter:
    """The printer of this machine; widths and cuts are the hall's affair, in its config.toml."""

    kind: Kind
    host: str = ""
    port: int = 9100
    path: Path = field(default_factory=Path)
    baud: int = 9600
    vendor_id: int = 0
    product_id: int = 0


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class _File:
    """All of agent.toml."""

    printer: _LocalPrinter


_FILES = TypeAdapter(_File)


class _Told(Exception):
    """Somebody wants the program to end."""


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
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
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
        return open_printer(PrinterSettings(code="agent", **asdict(local)), Clock().now)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{config_file} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise click.ClickException(f"{config_file}: {where}: {wrong['msg']}") from error
    except ValueError as error:
        raise click.ClickException(f"{config_file}: {error}") from error


def _journal_in(state_dir: Path) -> Journal:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Journal(state_dir / _JOURNAL_FILE)
    except JournalInUse as error:
        raise click.ClickException(
            f"Another agent works in {state_dir}; give each printer a folder of its own."
        ) from error
    except OSError as error:
        raise click.ClickException(f"{state_dir} cannot be used: {error}") from error


class Agent:
    """One agent: paired once, then at work until it is stopped."""

    def __init__(
        self,
        url: str,
        printer: Printer,
        journal: Journal,
        token_file: Path,
        news: SimpleQueue[News],
    ) -> None:
        self._server = Server(url)
        self._printer = printer
        self._journal = journal
        self._token_file = token_file
        self._news = news

    def run(self) -> None:
        """Pair, print, and pair again whenever the token was taken back, until stopped."""
        if self._token_file.exists():
            self._server.token = self._token_file.read_text(encoding="ascii").strip()
        try:
            while True:
                try:
                    self._serve(self._post() if self._server.token else self._pair())
                except NotPaired:
                    log.warning("this agent is not paired any more")
                    self._forget()
                except Refused as refusal:
                    log.warning("the server refuses this agent: %s", refusal.code)
                    self._wait(_ASK_S)
        except _Told:
            log.info("stopped")

    def _serve(self, post: Post) -> None:
        log.info("device %s prints for the printer %s", post.device_id, post.printer)
        line = Line(self._server, post.device_id, self._news)
        work = Work(self._server, self._journal, self._printer, self._news)
        line.start()
        try:
            work.run()
        finally:
            line.stop()
        raise _Told

    def _post(self) -> Post:
        """Ask who we are until the server says so."""
        while True:
            try:
                return self._server.post()
            except Unreachable as error:
                log.info("the server cannot be reached: %s", error)
                self._wait(_ASK_S)
            except Refused as refusal:
                log.warning("the server has no printer for this agent now: %s", refusal.code)
                self._wait(_REFUSED_PAUSE_S)

    def _pair(self) -> Post:
        """Show codes until a leader has confirmed one."""
        while True:
            try:
                shown = self._server.ask_code()
                click.echo(
                    f"Pairing code: {shown.code[:3]} {shown.code[3:]}"
                    f"  (confirm it at {self._server.url}/devices)"
                )
                self._server.token = shown.token
                if post := self._confirmed(timedelta(seconds=shown.left_s)):
                    self._keep(shown.token)
                    return post
            except (Unreachable, Refused) as error:
                log.info("no code can be had: %s", error)
                self._wait(_ASK_S)

    def _confirmed(self, within: timedelta) -> Post | None:
        for _ in range(int(within.total_seconds() / _ASK_S)):
            self._wait(_ASK_S)
            try:
                return self._server.post()
            except NotPaired:
                continue
        return None

    def _wait(self, seconds: float) -> None:
        try:
            news = self._news.get(timeout=seconds)
        except Empty:
            return
        if isinstance(news, Stop):
            raise _Told

    def _keep(self, token: str) -> None:
        draft = self._token_file.with_suffix(".part")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._token_file)

    def _forget(self) -> None:
        self._server.token = ""
        self._token_file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

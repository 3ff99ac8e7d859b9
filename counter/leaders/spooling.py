"""The printers of config.toml, and the spooler that feeds those of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from counter.background.children import Child
from counter.files.config import Config
from counter.files.settings import PrinterSettings as Settings
from counter.words.language import LANGUAGES, Language
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.events import PaperChanged
from models.paper.jobs import JobState
from printing.ink.layout import Paper, paper_for
from printing.machines.printers import Printer, PrinterSettings, open_printer
from printing.machines.spooler import Spooler
from printing.papers.drawer import WORK, Drawer
from printing.papers.writing import Words

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
FACE = VENDOR / "fonts" / "plus-jakarta-sans-latin-wght-normal.woff2"


@dataclass(frozen=True)
class Spooling:
    """Who prints here, what paper lies in the printers elsewhere, and the words of both.

    `drawer` draws for both, in the process `child` while the spooler runs.
    """

    printers: Mapping[str, Printer]
    elsewhere: Mapping[str, Paper]
    words: Words
    drawer: Drawer
    child: Child
    spooler: Spooler


def spooling(
    config: Config, database: Database, clock: Clock, language: Language, *, mall_id: int
) -> Spooling:
    """Set the print room up; its spooler hears of papers in `database`, and is not started yet."""
    printers, elsewhere = _printers(config, clock), _agent_papers(config)
    words = paper_words(language)
    child = Child("drawer", WORK)
    drawer = Drawer(words, child.ask)
    spooler = Spooler(
        database,
        printers,
        drawer,
        clock.now,
        mall_id=mall_id,
        kept=timedelta(minutes=config.slip.keep_minutes),
        elsewhere=frozenset(elsewhere),
    )
    database.listeners.append(_waker(spooler))
    return Spooling(printers, elsewhere, words, drawer, child, spooler)


def paper_words(language: Language) -> Words:
    """Return the sentences of all papers, by language."""
    return {lang: language.words("printing.papers", lang) for lang in LANGUAGES}


def _printers(config: Config, clock: Clock) -> dict[str, Printer]:
    settings = [
        PrinterSettings(
            code=one.code,
            kind=one.kind,
            host=one.host,
            port=one.port,
            path=config.data_dir / "paper" if one.kind == "virtual" else Path(one.path),
            baud=one.baud,
            vendor_id=one.vendor_id,
            product_id=one.product_id,
            columns=one.columns,
            profile=one.profile,
            cut=one.cut,
            requirements=config.slip.requirements,
            logo=config.logo,
            short=one.short,
            drawings=one.drawings,
        )
        for one in config.printers
        if one.kind != "agent"
    ]
    return {one.code: open_printer(one, clock.now, _face()) for one in settings}


def _agent_papers(config: Config) -> dict[str, Paper]:
    """Return the papers of the printers that hang on other machines."""
    return {one.code: paper_in(one, config) for one in config.printers if one.kind == "agent"}


def paper_in(printer: Settings, config: Config) -> Paper:
    """Return the paper in a printer of config.toml. ValueError as in `paper_for`."""
    return paper_for(
        printer.columns,
        printer.profile,
        _face(),
        cut=printer.cut,
        logo=config.logo,
        requirements=config.slip.requirements,
        short=printer.short,
        drawings=printer.drawings,
    )


def _face() -> Path | None:
    # Set-up copies the font; without it the slip is set in a plain face.
    return FACE if FACE.exists() else None


def _waker(spooler: Spooler) -> Callable[[Sequence[Event]], None]:
    def wake(events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, PaperChanged) and event.state == JobState.WAITING:
                spooler.wake(event.printer)

    return wake

"""What works, but not as config.toml asks for it: printers that `check` has a word about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from counter.files.config import Config
from counter.files.settings import PrinterSettings
from counter.leaders.spooling import paper_in, paper_words
from counter.words.language import Language
from printing.papers.weighing import PATIENCE, time_on_line
from printing.papers.writing import Words

_CUTS: Final = {
    "full": "cuts through",
    "partial": "cuts in part",
    "none": "has no blade, so its slips are torn off",
}


def cautions(config: Config, language: Language) -> Iterator[str]:
    """Say of each printer what it cannot do as it is told, and what it does instead."""
    slow = slow_lines(config, paper_words(language))
    for printer in config.printers:
        yield from _cut(printer, config)
        if printer.code in slow:
            yield (
                f'printer "{printer.code}": a slip takes about {slow[printer.code]} s at'
                f" {printer.baud} baud; set the printer and baud to 115200, or drawings = false"
            )


def slow_lines(config: Config, words: Words) -> Mapping[str, int]:
    """Return the printers on whose serial line a slip takes too long, with its whole seconds.

    How fast the line of an agent's printer is stands with the agent alone.
    """
    times = {
        printer.code: time_on_line(paper_in(printer, config), words, printer.baud)
        for printer in config.printers
        if printer.kind == "serial"
    }
    return {code: round(time.total_seconds()) for code, time in times.items() if time > PATIENCE}


def _cut(printer: PrinterSettings, config: Config) -> Iterator[str]:
    made = paper_in(printer, config).cut
    if made != printer.cut:
        kind = "paper that narrow" if printer.profile == "default" else "that profile"
        yield (
            f'printer "{printer.code}": cut = "{printer.cut}" cannot be done: a printer of'
            f" {kind} {_CUTS[made]}"
        )

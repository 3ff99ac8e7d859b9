"""A program that holds thousands of open files and then prints, in its own process.

`python -m tests.printing.machines.crowded files green|real kind=place…`
"""

from __future__ import annotations

import os
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)
PAPER = b"\x1b@" + b"Antrean A-058\n" * 500 + b"\x1dV\x00"


def settings(kind: str, place: str) -> dict[str, object]:
    """What config.toml would say of a printer of this kind at `place`."""
    if kind == "network":
        return {"host": "127.0.0.1", "port": int(place)}
    return {"path": Path(place)}


def main(files: int, threads: str, *printers: str) -> None:
    """Print one paper at each printer behind `files` open files; write how each fared."""
    if threads == "green":
        from gevent import monkey

        monkey.patch_all()
    from printing.machines.printers import PrinterSettings, open_printer

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = os.open(os.devnull, os.O_RDONLY)
    while os.dup(crowd) < files:
        pass
    for one in printers:
        kind, _, place = one.partition("=")
        facts: dict[str, object] = {"code": "kiosk-1", "kind": kind, **settings(kind, place)}
        printer = open_printer(PrinterSettings(**facts), lambda: AT)  # type: ignore[arg-type]
        print(kind, printer.look().state, printer.send(PAPER))  # noqa: T201 — for the test.
        printer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])

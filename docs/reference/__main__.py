"""Writes every page of the reference again: `python -m docs.reference`, or `make reference`."""

from __future__ import annotations

from pathlib import Path

from docs.reference.data_model import data_model
from docs.reference.events import events

FOLDER = Path(__file__).parent
PAGES = {"events.md": events, "data-model.md": data_model}


def main() -> None:
    """Write each page; what the code has not changed stays as it is, byte for byte."""
    for name, written in PAGES.items():
        (FOLDER / name).write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""How the pages of the reference are put together: tables and lists in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make reference` from the code; a change here is lost. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(one) for one in line)} |" for line in lines)


def cell(text: str) -> str:
    """Return `text` as it may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|") or "–"


def coded(names: Iterable[str]) -> str:
    """Return names as code, one line each."""
    return "<br>".join(f"`{name}`" for name in names)

"""What the process that draws papers does; loading this loads all that a paper needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# Loaded before the first paper is asked for: it takes a quarter of a second.
import printing.ink.typesetting  # noqa: F401
from models.paper.kinds import PaperKind
from printing.ink.layout import Paper
from printing.papers.composing import compose_paper
from printing.papers.writing import Words


def draw(
    kind: PaperKind,
    payload: Mapping[str, Any],
    paper: Paper,
    words: Words,
    copy: bool,  # noqa: FBT001 — what goes to another process goes by position.
    at: datetime,
) -> bytes:
    """Set a paper as ESC/POS bytes, as `compose_paper` does."""
    return compose_paper(kind, payload, paper, words, copy=copy, at=at)

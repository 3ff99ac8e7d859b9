"""Who draws papers: another process where there is one for it, so that nobody waits meanwhile."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from models.core.work import ChildGone
from models.paper.jobs import PrintJob
from printing.aside import off_the_loop
from printing.ink.layout import Paper
from printing.papers.composing import compose_paper
from printing.papers.writing import Words

log = logging.getLogger(__name__)

# What the other process does.
WORK: Final = "printing.papers.apart:draw"
# Whoever stands before the printer waits no longer for the looks of a paper.
_PATIENCE_S: Final = 5.0


class Ask(Protocol):
    """Lets a process do WORK, one paper after the other in the order of asking."""

    def __call__(self, *facts: object, timeout_s: float) -> Any:
        """Return what the work makes of `facts`. Raises WorkFailed or ChildGone."""


class Drawer:
    """Draws papers in the sentences of `words`, with the process's help from `start` to `stop`."""

    def __init__(self, words: Words, ask: Ask | None = None) -> None:
        """Draw in this process where there is nobody to `ask`."""
        self._words = words
        self._ask = ask
        self._helped = False
        # Whether the process has drawn anything yet.
        self._proven = False

    def start(self) -> None:
        """Say that the process may be asked from now on."""
        self._helped = True

    def stop(self) -> None:
        """Say that the process is about to end; what is wanted all the same is drawn here."""
        self._helped = False

    def draw(self, job: PrintJob, paper: Paper, at: datetime) -> bytes:
        """Return the bytes of the paper of `job`, a copy as of the instant `at`.

        Only the caller waits. Raises WorkFailed, or whatever setting the paper raises here.
        """
        if self._ask is not None and self._helped:
            facts = (job.kind, job.payload, paper, self._words, job.copy_of_id is not None, at)
            try:
                data: bytes = self._ask(*facts, timeout_s=_PATIENCE_S)
            except ChildGone as reason:
                log.warning("print job %s is drawn without help: %s", job.id, reason)
                # What ends or holds up a process that has drawn others might do the same to us:
                # then in letters alone. One that has drawn nothing yet is only slow to begin.
                if self._proven:
                    paper = replace(paper, drawings=False, raster=False)
            else:
                self._proven = True
                return data
        return off_the_loop(lambda: self.draw_here(job, paper, at))

    def draw_here(self, job: PrintJob, paper: Paper, at: datetime) -> bytes:
        """Do the same at once, where nobody could go on meanwhile anyway."""
        copy = job.copy_of_id is not None
        return compose_paper(job.kind, job.payload, paper, self._words, copy=copy, at=at)

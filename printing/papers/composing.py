"""Papers: the one way from a print job's kind and payload to the bytes for a printer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from models.paper.kinds import PaperKind
from printing.ink.layout import Paper
from printing.papers.checklist import Checklist
from printing.papers.shift import Shift
from printing.papers.slip import Slip
from printing.papers.transfer import Transfer
from printing.papers.trial import Trial
from printing.papers.writing import Content, Words, compose

CONTENTS: Mapping[PaperKind, type[Content]] = MappingProxyType(
    {
        PaperKind.SLIP: Slip,
        PaperKind.CHECKLIST: Checklist,
        PaperKind.TRANSFER: Transfer,
        PaperKind.SHIFT: Shift,
        PaperKind.TEST: Trial,
    }
)


def compose_paper(
    kind: PaperKind,
    payload: Mapping[str, Any],
    paper: Paper,
    words: Words,
    *,
    copy: bool,
    at: datetime,
) -> bytes:
    """Set the `payload` of a print job on `paper` as ESC/POS bytes.

    `words` are the sentences of printing/papers, by language; the payload says which it wants.
    A `copy` says so, with the instant `at` of its printing. ValueError for a payload that is
    none of its kind.
    """
    content = CONTENTS[kind].from_json(payload)
    return compose(content, paper, words, copied_at=at if copy else None)

"""What papers there are; a paper is drawn where no database is known."""

from __future__ import annotations

from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper is for; its payload has a shape of its own for each."""

    SLIP = "slip"
    CHECKLIST = "checklist"
    TRANSFER = "transfer"
    SHIFT = "shift"
    TEST = "test"

"""What strangers wrote, made harmless for a log and a terminal: one line, and no control signs."""

from __future__ import annotations

import logging
from types import TracebackType

from typing_extensions import override

_Trace = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def one_line(text: str) -> str:
    """Return `text` with every sign spelled out that would begin a line or command a terminal."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


class OneLine(logging.Formatter):
    """Writes each message on one line, whatever a stranger's address or name contains.

    Else a request could write lines of its own into the log, or colours into a terminal.
    """

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    @override
    def formatException(self, ei: _Trace) -> str:
        # What an exception says may be a stranger's, too: set in, no line of it reads as ours.
        lines = super().formatException(ei).split("\n")
        return "\n".join(f"  {one_line(line)}" for line in lines)

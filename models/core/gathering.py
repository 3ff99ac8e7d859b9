"""Repeats in the log, gathered: the first is said at once, the others as a count each minute.

A database that is away for a quarter of a minute is the same news to every screen, page and
worker of a hall; told each time with its stack trace it would fill the disk and hide what else
happens. Who is told that it is away needs no stack trace at all: why it refuses says it.
"""

from __future__ import annotations

import _thread
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from models.core.faults import reason_of, refusal_in
from models.core.one_line import OneLine

EVERY_S: Final = 60.0
# So many different messages of one place in the program are said word by word in a minute: two
# printers that fail are two pieces of news.
DIFFERENT: Final = 5
# So many kinds are remembered; a program that has more trouble says some of it too often.
KINDS: Final = 500
# The attribute of a record, given by `extra`, by which each repeat costs a short line of its own:
# somebody may ask for just that one, by a code that stands on their screen.
EACH: Final = "each"
# So many of those are said of one kind in a minute.
SHORT: Final = 30
# What a message says of itself when it stands for others.
_LONGEST: Final = 200

_Place = tuple[str, int, str, int]
_Kind = tuple[_Place, str]


@dataclass
class _Repeated:
    """What was said of one kind, and how often it came again since the instant `since_s`."""

    head: dict[str, object]
    what: str
    since_s: float
    more: int = 0


class Gathering(logging.Handler):
    """Hands each first message to `handler`, and once a minute how many more there were.

    A kind is the place in the program that speaks, with what it says or, of an exception that
    nobody expects, with its class and where it was raised. Messages for who looks for a fault, of
    the level debug, are all said.
    """

    def __init__(
        self, handler: logging.Handler, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Count by the seconds of `now_s`, which never run back."""
        super().__init__()
        self._handler = handler
        self._now_s = now_s
        self._repeated: dict[_Kind, _Repeated] = {}
        self._places: Counter[_Place] = Counter()
        self._awaited = False

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno <= logging.DEBUG:
            self._handler.handle(record)
            return
        try:
            kind = self._kind(record)
        except Exception:  # noqa: BLE001 — a door to whoever logs, as in every handler.
            self.handleError(record)
            return
        self._settle()
        known = self._repeated.get(kind)
        if known is None:
            self._remember(kind, record)
            self._handler.handle(_in_short(record))
        else:
            known.more += 1
            if getattr(record, EACH, False) and known.more <= SHORT:
                self._say_short(record, known)
            self._wake_later()

    def settle(self) -> None:
        """Say what is due."""
        self.acquire()
        try:
            self._awaited = False
            self._settle()
            if any(one.more for one in self._repeated.values()):
                self._wake_later()
        finally:
            self.release()

    @override
    def close(self) -> None:
        """Say all that is left."""
        self.acquire()
        try:
            for kind in list(self._repeated):
                self._forget(kind)
        finally:
            self.release()
        self._handler.close()
        super().close()

    def _kind(self, record: logging.LogRecord) -> _Kind:
        place = (record.name, record.levelno, record.pathname, record.lineno)
        error = _unexpected(record)
        if error is not None:
            return place, _raised(error)
        kind = place, record.getMessage()
        many = self._places[place] >= DIFFERENT and kind not in self._repeated
        return (place, "") if many else kind

    def _remember(self, kind: _Kind, record: logging.LogRecord) -> None:
        if len(self._repeated) >= KINDS:
            self._forget(next(iter(self._repeated)))
        # Not the record itself: its stack trace would keep alive all that it ran through.
        head = {name: getattr(record, name) for name in ("name", "levelno", "levelname")}
        error = _unexpected(record)
        if error is not None:
            what = f"{record.getMessage()} ({type(error).__name__})"
        else:
            what = kind[1] or f"other messages such as: {record.getMessage()}"
        self._repeated[kind] = _Repeated(head, what[:_LONGEST], self._now_s())
        self._places[kind[0]] += 1

    def _forget(self, kind: _Kind) -> None:
        self._say(self._repeated.pop(kind))
        self._places[kind[0]] -= 1
        if not self._places[kind[0]]:
            del self._places[kind[0]]

    def _settle(self) -> None:
        """Say the count of each kind whose minute is over; one that did not come again is new."""
        now_s = self._now_s()
        for kind, one in list(self._repeated.items()):
            if now_s - one.since_s < EVERY_S:
                # They stand in the order of their instants.
                return
            again = one.more > 0
            self._forget(kind)
            if again:
                one.more, one.since_s = 0, now_s
                self._repeated[kind] = one
                self._places[kind[0]] += 1

    def _say(self, one: _Repeated) -> None:
        if one.more:
            said = {"msg": "… %d more in the last minute: %s", "args": (one.more, one.what)}
            self._handler.handle(logging.makeLogRecord(one.head | said))

    def _say_short(self, record: logging.LogRecord, one: _Repeated) -> None:
        said = {"msg": "%s: the same as %s", "args": (record.getMessage(), one.what)}
        self._handler.handle(logging.makeLogRecord(one.head | said))

    def _wake_later(self) -> None:
        """Let somebody come by when nothing else is said any more."""
        if not self._awaited:
            self._awaited = True
            # Not the threads of `threading`: those are waited for until they run, and who speaks
            # may be the loop itself, which cannot wait.
            _thread.start_new_thread(self._come_by, ())

    def _come_by(self) -> None:
        time.sleep(EVERY_S)
        self.settle()


def log_to_stderr(level: int) -> None:
    """Let all messages of `level` go to the error stream, each on one line, repeats gathered."""
    stderr = logging.StreamHandler()
    stderr.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[Gathering(stderr)])


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _unexpected(record: logging.LogRecord) -> BaseException | None:
    """Return the exception that a message tells of, unless it is the database that refuses."""
    error = _error_of(record)
    return None if error is None or refusal_in(error) is not None else error


def _in_short(record: logging.LogRecord) -> logging.LogRecord:
    """Return a message about a database that refuses with its reason, and without a stack trace."""
    error = _error_of(record)
    if error is None or refusal_in(error) is None:
        return record
    said = {"msg": "%s: %s", "args": (record.getMessage(), reason_of(error))}
    return logging.makeLogRecord(vars(record) | said | {"exc_info": None, "exc_text": None})


def _raised(error: BaseException) -> str:
    """Name an exception by its class and the place it comes from."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last is not None else ""
    return f"{type(error).__qualname__} {where}"

"""What may wait a moment: who joins, and what only the clock changes, in slices.

After a restart a thousand phones join at once, and every few seconds the clock changes what
they all show. Each is a reading of some milliseconds, and together they are seconds. So they are
read one after the other, and after some milliseconds the others go on for as long: a press never
waits for more than a slice. All that wait share one picture of the hall until it is old, or until
something has happened to what one of them asks for.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gevent
from gevent.event import AsyncResult
from gevent.event import Event as Signal
from sqlalchemy.orm import Session

from counter.live.topics import Picture, Topics
from models.core.database import Database
from models.journal.record import BREATH

SLICE_S = 0.002
# The others go on for as long as a slice took, and no longer than this.
REST_S = 0.02
# Long enough for whoever knocks to be heard: a rest of no time at all only lets those go on that
# were heard already.
BREATH_S = 0.001
# For so long a picture waits for one more who may use it: screens seldom come alone.
LINGER_S = 0.02
PICTURE_S = 1.0

Turn = Callable[[Session, Picture], Any]


class Slices:
    """Cuts long work into slices, so that others go on in between."""

    def __init__(self, rest_s: float = BREATH_S) -> None:
        """After a slice let the others go on for as long, up to `rest_s`."""
        self._rest_s = rest_s
        self.begin()

    def begin(self) -> None:
        """Begin a slice."""
        self._began_s = time.monotonic()

    def breathe(self) -> None:
        """Let the others go on when the slice is over."""
        spent_s = time.monotonic() - self._began_s
        if spent_s >= SLICE_S:
            gevent.sleep(min(spent_s, self._rest_s))
            self.begin()


@dataclass
class _Waiting:
    name: str
    turn: Turn
    answer: AsyncResult


class Turns:
    """Gives everybody who waits a turn: first who asks, then what nobody asked for."""

    def __init__(self, database: Database, topics: Topics) -> None:
        """Show each turn a picture of `topics`."""
        self._database = database
        self._topics = topics
        self._asking: deque[_Waiting] = deque()
        self._later: deque[_Waiting] = deque()
        self._more = Signal()
        self._worker: gevent.Greenlet | None = None

    def ask(self, name: str, turn: Turn) -> Any:
        """Wait until `turn` had its turn; return what it returns, or raise what it raises.

        Nothing has happened to the topic `name` between the picture that it is shown and this call.
        """
        waiting = _Waiting(name, turn, AsyncResult())
        self._asking.append(waiting)
        self._work()
        return waiting.answer.get()

    def later(self, name: str, turn: Turn) -> None:
        """Let `turn` have its turn when nobody asks; it must answer for its own faults."""
        self._later.append(_Waiting(name, turn, AsyncResult()))
        self._work()

    def _work(self) -> None:
        self._more.set()
        if self._worker is None or self._worker.dead:
            self._worker = gevent.spawn(self._give_turns)

    def _give_turns(self) -> None:
        while self._asking or self._later:
            try:
                with self._database.reading() as session:
                    self._show(self._topics.picture(session), session)
            except Exception as fault:  # noqa: BLE001 — handed to each who asks.
                # Without a database nobody has a picture; what is late comes with the next tick.
                self._later.clear()
                while self._asking:
                    self._asking.popleft().answer.set_exception(fault)

    def _show(self, picture: Picture, session: Session) -> None:
        """Give turns until the picture is old, or is no more what the hall is like."""
        old_s, newest = time.monotonic() + PICTURE_S, len(self._asking)
        seq = picture.seq
        slices = Slices(REST_S)
        session.info[BREATH] = slices.breathe
        while time.monotonic() < old_s:
            if not self._asking and not self._later:
                if not self._come():
                    return
                slices.begin()
            if self._asking and not newest:
                # These came after the picture was made.
                known = self._unchanged(seq)
                if known is None:
                    return
                seq = known
                newest = len(self._asking)
            newest -= bool(self._asking)
            waiting = (self._asking or self._later).popleft()
            try:
                waiting.answer.set(waiting.turn(session, picture))
            except Exception as fault:  # noqa: BLE001 — handed to who asks.
                waiting.answer.set_exception(fault)
                return
            slices.breathe()

    def _come(self) -> bool:
        """Wait a little for the next who asks; tell whether somebody does."""
        self._more.clear()
        self._more.wait(LINGER_S)
        return bool(self._asking or self._later)

    def _unchanged(self, seq: int) -> int | None:
        """Return up to when the picture of `seq` is true for all who ask, None if it is not."""
        with self._database.reading() as session:
            return self._topics.unchanged(session, seq, {one.name for one in self._asking})

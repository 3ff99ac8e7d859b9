"""Talking with a printer over an open link: how it fares, and whether a paper came out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from models.paper.printers import PrinterState
from printing.machines.connections import Link
from printing.machines.status import Answers, Reading, paper_is_out, reading_of, reading_of_packet

Hear = Callable[[Reading], None]

# DLE EOT is answered at once, whatever the printer does; GS r 1 when its turn comes, behind all
# that was sent before. What the printer cannot print, it does not come past either.
_ASK: Final = b"\x10\x04"
_MARK: Final = b"\x1dr\x01"
# Automatic status back, all of it: the only way to hear of trouble over a line that is full of
# paper. Each reset switches it off, so it is switched on behind the one that begins a paper.
_RESET, _TELL = b"\x1b@", b"\x1da\x0f"
# A strip of a drawing (printing.ink.typesetting) is the longest order; zeros between orders are
# nothing to a printer.
_LONGEST_ORDER: Final = 18_000
_PRINTER, _CAUSE, _ERROR, _PAPER = 1, 2, 3, 4
_OFFLINE: Final = 0x08
_TURN_S: Final = 0.02
_STILL_S: Final = 1.0
_LOOK_EVERY_S: Final = 0.25
_QUIET_S: Final = 0.1
# After so many marks without an answer a printer is one that knows none; if it has answered
# marks before, it is rather busy, until it has been silent for as long as no paper takes.
_UNMARKED, _UNMARKED_ANY_MORE = 3, 30


@dataclass(frozen=True)
class Patience:
    """How many seconds a printer has for each thing; all that is longer is told as trouble.

    `stalled_s` is without a byte taken, longer for a printer that cannot be asked why: cheap
    ones rest their hot head. `trouble_s` is how long a printer may say in the middle of a paper
    that it cannot print, and `printed_s` how long a paper may take that is all sent.
    """

    connect_s: float = 0.7
    answer_s: float = 0.3
    settle_s: float = 1.0
    stalled_s: float = 2.5
    stalled_unasked_s: float = 6.0
    trouble_s: float = 1.5
    printed_s: float = 20.0
    good_s: float = 1.0


class Unsure(OSError):
    """All was sent, and the printer does not say that it came out."""


class Talk:
    """One conversation, as long as its link. `marks` tells whether GS r 1 is answered."""

    def __init__(self, link: Link, patience: Patience, *, marks: bool | None) -> None:
        self.link = link
        self.marks = marks
        # How many bytes of papers went out, and whether the printer has ever answered.
        self.sent = 0
        self.answered = False
        self._patience = patience
        self._answers = Answers()
        self._settled = marks is False
        self._unmarked = 0

    def ask(self) -> Reading | None:
        """Ask how the printer fares; None when it does not answer. Raises OSError.

        What answers something else than it was asked, a print server's text or the noise of a
        wrong speed, holds bytes that look like a status by accident: it has not answered.
        """
        self.listen()
        self._answers.begin()
        told: dict[int, int] = {}
        for question in (_PRINTER, _PAPER):
            if not self._ask(question, told):
                break
        if told.get(_PRINTER, 0) & _OFFLINE:
            # Only a printer that stands still has a reason to tell.
            self._ask(_CAUSE, told)
            self._ask(_ERROR, told)
        if not told or self._answers.babble:
            return None
        self.answered = True
        return reading_of(told)

    def settle(self) -> bool:
        """Wait until the printer has done all that anybody sent it before; False if it has not.

        An earlier line may have left half a paper in it, and its mark must not be taken for
        that of the next. Learns on the way whether the printer answers marks at all.
        """
        if self._settled:
            return True
        self._write(_MARK)
        if self._next(self._answers.in_order, self._patience.settle_s) is not None:
            self._settled = self.marks = True
            while self._next(self._answers.in_order, _QUIET_S) is not None:
                pass
            return True
        self._unmarked += 1
        self.fill_up()
        if self._unmarked >= (_UNMARKED_ANY_MORE if self.marks else _UNMARKED):
            self._settled, self.marks = True, False
        return self._settled or not self.marks

    def fill_up(self) -> None:
        """Complete the picture in whose middle an earlier line may have broken. Raises OSError.

        Until it has all dots that it was promised, a printer takes all that comes for dots.
        """
        self._write(bytes(_LONGEST_ORDER))

    def deliver(self, data: bytes, hear: Hear) -> None:
        """Send a paper until the printer's side has all of it. Raises OSError."""
        if self.answered and data.startswith(_RESET):
            data = _RESET + _TELL + data[len(_RESET) :]
        if self.marks:
            data += _MARK
        self._answers.forget()
        self.sent, left, moved_s = 0, len(data), time.monotonic()
        while left:
            if self.sent < len(data):
                self.sent += self.link.write(data[self.sent :], _TURN_S)
            rest = len(data) - self.sent + self.link.left()
            if rest < left:
                left, moved_s = rest, time.monotonic()
            elif self.sent == len(data):
                self.listen(_TURN_S)
            if time.monotonic() - moved_s > _STILL_S:
                self._still(time.monotonic() - moved_s, hear)

    def confirm(self, hear: Hear) -> bool:
        """Wait until the printer has said that the paper came out; False if it says nothing.

        A printer that answers marks says so itself. One that only tells how it fares has to
        fare well for a while; of one that says nothing, nothing more can be learnt. Raises
        OSError.
        """
        if not self.answered:
            return False
        ends_s = time.monotonic() + self._patience.printed_s
        good_s: float | None = None
        bad_s: float | None = None
        while (now_s := time.monotonic()) < ends_s:
            if self.marks:
                mark = self._next(self._answers.in_order, _LOOK_EVERY_S)
                if mark is not None:
                    if paper_is_out(mark):
                        raise Unsure(PrinterState.PAPER_OUT)
                    return True
            else:
                self.listen(_LOOK_EVERY_S)
            reading = self.ask() or self._pushed_trouble("silent")
            hear(reading)
            good_s = (good_s or now_s) if reading.prints else None
            bad_s = None if reading.prints else (bad_s or now_s)
            if bad_s is not None and time.monotonic() - bad_s > self._patience.trouble_s:
                raise Unsure(reading.detail or reading.state)
            if good_s is not None and not self.marks and now_s - good_s > self._patience.good_s:
                return True
        raise Unsure("slow")

    def listen(self, within_s: float = 0.0) -> None:
        """Take in what the printer has said. Raises OSError when it hung up."""
        while said := self.link.read(within_s):
            self._answers.hear(said)
            within_s = 0.0

    def _ask(self, question: int, told: dict[int, int]) -> bool:
        self._write(_ASK + bytes((question,)))
        answer = self._next(self._answers.real_time, self._patience.answer_s)
        if answer is not None:
            told[question] = answer
        return answer is not None

    def _write(self, data: bytes) -> None:
        while data:
            taken = self.link.write(data, self._patience.answer_s)
            if not taken:
                raise TimeoutError("stalled")
            data = data[taken:]

    def _next(self, answers: deque[int], within_s: float) -> int | None:
        ends_s = time.monotonic() + within_s
        while not answers:
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                return None
            self.listen(left_s)
        return answers.popleft()

    def _still(self, for_s: float, hear: Hear) -> None:
        """Nothing moves: listen for a reason, tell of it, and give up when it takes too long."""
        self.listen()
        reading = self._pushed_trouble("stalled")
        hear(reading)
        patience = self._patience
        if for_s > (patience.stalled_s if self.answered else patience.stalled_unasked_s):
            raise TimeoutError(reading.detail or reading.state)

    def _pushed_trouble(self, otherwise: str) -> Reading:
        """Return the trouble of which the printer has told unasked, or that it is away."""
        packet = self._answers.packet
        if packet is not None and not reading_of_packet(packet).prints:
            return reading_of_packet(packet)
        return Reading(PrinterState.AWAY, otherwise)

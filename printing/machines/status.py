"""What a printer says of itself: its answers become one state, and short flickers stay unsaid."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from models.paper.printers import PRINTING_STATES, PrinterState

# Trouble must last this long before it is told, and its end twice as long as a shaking lid does.
TROUBLE_S = 1.0
RECOVERY_S = 1.5

# The fixed bits that tell the answers apart: ESC/POS reference, DLE EOT, GS r and GS a.
_FIXED, _REAL_TIME, _PACKET = 0x93, 0x12, 0x10
_IN_ORDER_FIXED = 0x90
_NO_ANSWER = 0x80
_PACKET_LENGTH = 4


@dataclass(frozen=True)
class Reading:
    """One look at a printer; `detail` is a word for what the state alone does not say."""

    state: PrinterState
    detail: str = ""

    @property
    def prints(self) -> bool:
        """Whether a paper that is sent now comes out, as far as anybody knows."""
        return self.state in PRINTING_STATES


class Answers:
    """Takes apart what a printer sends: answers to DLE EOT, answers to GS r, status packets.

    Nothing but their fixed bits tells them apart. A packet of automatic status back comes
    whenever something changes, if that is switched on; the newest one is kept.
    """

    def __init__(self) -> None:
        self.real_time: deque[int] = deque()
        self.in_order: deque[int] = deque()
        self.packet: bytes | None = None
        # Whether anything came that is no answer of a printer, or more answers than questions.
        self.babble = False
        self._half = b""

    def hear(self, raw: bytes) -> None:
        """Take in what has arrived; a packet may come in pieces."""
        for byte in raw:
            if self._half:
                self._half += bytes((byte,))
                if len(self._half) == _PACKET_LENGTH:
                    self.packet, self._half = self._half, b""
            elif byte & _FIXED == _REAL_TIME:
                # One question is open at a time, and its answer is taken before the next.
                self.babble = self.babble or bool(self.real_time)
                self.real_time.append(byte)
            elif byte & _FIXED == _PACKET:
                self._half = bytes((byte,))
            elif byte & _IN_ORDER_FIXED == 0:
                self.in_order.append(byte)
            elif byte & _NO_ANSWER:
                self.babble = True

    def begin(self) -> None:
        """Drop what came before the next questions."""
        self.real_time.clear()
        self.babble = False

    def forget(self) -> None:
        """Drop what came before the next paper."""
        self.real_time.clear()
        self.in_order.clear()
        self.packet = None


def reading_of(answers: Mapping[int, int]) -> Reading:
    """Return the state behind the answers to DLE EOT n, by n; those that lack say nothing.

    Several troubles at once are told as the one to mend first.
    """
    printer, cause, error, paper = (answers.get(n, 0) for n in (1, 2, 3, 4))
    return _first_trouble(
        cover=bool(cause & 0x04),
        out=bool(cause & 0x20 or paper & 0x60),
        cutter=bool(error & 0x08),
        fault="error" if cause & 0x40 or error & 0x64 else "offline" if printer & 0x08 else "",
        low=bool(paper & 0x0C),
    )


def reading_of_packet(packet: bytes) -> Reading:
    """Return the state in a packet of automatic status back."""
    printer, error, paper = packet[:3]
    return _first_trouble(
        cover=bool(printer & 0x20),
        out=bool(paper & 0x0C),
        cutter=bool(error & 0x08),
        fault="error" if error & 0x64 else "offline" if printer & 0x08 else "",
        low=bool(paper & 0x03),
    )


def paper_is_out(in_order: int) -> bool:
    """Tell whether the answer to GS r 1 says that there was no paper left."""
    return bool(in_order & 0x0C)


def _first_trouble(*, cover: bool, out: bool, cutter: bool, fault: str, low: bool) -> Reading:
    if cover:
        return Reading(PrinterState.COVER_OPEN)
    if out:
        return Reading(PrinterState.PAPER_OUT)
    if cutter:
        return Reading(PrinterState.CUTTER_ERROR)
    if fault:
        return Reading(PrinterState.FAULT, fault)
    return Reading(PrinterState.PAPER_LOW if low else PrinterState.ONLINE)


class Damper:
    """Settles readings into a state that people can be told.

    A printer that stops printing is told of after TROUBLE_S without a good reading, one that
    prints again after RECOVERY_S without a bad one, and of two troubles the last. Another
    reason for the same trouble is told when it has lasted as long as a trouble must. The very
    first reading settles at once.
    """

    def __init__(self, settled: Reading | None = None) -> None:
        """Begin with what was told last, if anything was."""
        self.settled = settled
        # What the readings since then have in common, whether they print or the reason that is
        # new, and the monotonic second of their first.
        self._turned: tuple[bool | str, float] | None = None

    @property
    def restless(self) -> bool:
        """Whether the last reading was another than what is settled."""
        return self._turned is not None

    def hear(self, reading: Reading, at_s: float) -> bool:
        """Take in a reading of the monotonic second `at_s`; tell whether something settled."""
        if self.settled is None:
            self.settled = reading
            return True
        if reading == self.settled:
            self._turned = None
            return False
        same = reading.state is self.settled.state
        turn = reading.detail if same else reading.prints
        if self._turned is None or self._turned[0] != turn:
            self._turned = (turn, at_s)
        if at_s - self._turned[1] < (RECOVERY_S if reading.prints else TROUBLE_S):
            return False
        self.settled, self._turned = reading, None
        return True

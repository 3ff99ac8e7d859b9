"""A printer of ours on TCP that speaks ESC/POS, tells how it fares, and fails when it is told to.

It reads its orders by tables of its own, does them in their turn, and answers DLE EOT at once
and GS r when its turn comes. An order whose end is missing waits for it, over whatever line.
What is on its paper can be looked at; what it cannot print stays in its memory until the memory
is full, and then it takes no more.
"""

import re
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

HOST = "127.0.0.1"
_TURN_S = 0.004

# Arguments behind the two bytes of an order; what is not here says its length itself.
_LENGTHS = {
    b"\x1b": {**dict.fromkeys(b"@2", 0), **dict.fromkeys(b"!-EGMaRtJd3{", 1), 0x24: 2},
    b"\x1c": dict.fromkeys(b".&", 0),
    b"\x1d": {**dict.fromkeys(b"!Bbra", 1), **dict.fromkeys(b"LW", 2)},
    b"\x10": {0x04: 1},
}


@dataclass(frozen=True)
class Order:
    """One order or one run of text, with all its bytes."""

    raw: bytes

    @property
    def cuts(self) -> bool:
        return self.raw[:2] == b"\x1dV"

    @property
    def begins(self) -> bool:
        return self.raw == b"\x1b@"

    @property
    def asks(self) -> bool:
        return self.raw[:2] in {b"\x10\x04", b"\x1dr"}


def take_order(data: bytes) -> Order | None:
    """The first order in `data`; None while its end has not come. ValueError for an unknown."""
    lead = data[:1]
    if lead not in _LENGTHS:
        end = next((at for at, byte in enumerate(data) if bytes((byte,)) in _LENGTHS), len(data))
        return Order(data[:end])
    if len(data) < 2:
        return None
    name = data[:2]
    if name in {b"\x1d(", b"\x1dv", b"\x1b*", b"\x1dV"} and len(data) < 8 and name != b"\x1dV":
        return None
    if name == b"\x1d(":
        length = 5 + int.from_bytes(data[3:5], "little")
    elif name == b"\x1dv":
        wide, high = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        length = 8 + wide * high
    elif name == b"\x1b*":
        length = 5 + int.from_bytes(data[3:5], "little") * (3 if data[2] > 1 else 1)
    elif name == b"\x1dV":
        if len(data) < 3:
            return None
        length = 4 if data[2] in b"ABab" else 3
    elif data[1] in _LENGTHS[lead]:
        length = 2 + _LENGTHS[lead][data[1]]
    else:
        raise ValueError(f"no printer of ours knows {name!r}")
    return Order(data[:length]) if len(data) >= length else None


class EscposPrinter:
    """A printer between `with` and its end; its switches may be thrown at any time.

    `answers`, `marks` and `pushes` tell whether it knows DLE EOT, GS r and GS a. `speed` is in
    bytes a second, `memory` in bytes.
    """

    def __init__(
        self,
        *,
        answers: bool = True,
        marks: bool = True,
        pushes: bool = True,
        speed: float = 10_000_000.0,
        memory: int = 4096,
    ) -> None:
        self._knows = (answers, marks, pushes)
        self._speed = speed
        self._memory = memory
        self._changed = threading.Condition()
        self._ending = False
        # What people and accidents do to it.
        self._busy = self._hung = self._open = False
        self._cover_open = self._low = self._cutter_jammed = self._hangs = False
        self._paper_left: int | None = None
        self._break_after: int | None = None
        self._break_paper_after: int | None = None
        # What is in it and what has come out of it.
        self._taken = b""
        self._pushing = False
        self._budget = 0.0
        self._queue: deque[Order] = deque()
        self._sheet = b""
        self.sheets: list[bytes] = []
        self.torn: list[bytes] = []
        self.unknown: list[str] = []
        self.first_byte_at_s: list[float] = []
        self.callers = 0
        self.bytes_taken = 0
        self._listener: socket.socket | None = None
        self.port = 0
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    def __enter__(self) -> Self:
        self.come_back()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._ending = True
        self._thread.join()

    # What people and accidents do.

    def open_cover(self, *, is_open: bool = True) -> None:
        self._set("_cover_open", is_open)

    def jam_cutter(self, *, jammed: bool = True) -> None:
        self._set("_cutter_jammed", jammed)

    def run_low(self) -> None:
        self._set("_low", True)

    def run_out(self, after: int = 0) -> None:
        """Have the paper end after so many bytes of what is printed from now on."""
        self._set("_paper_left", after)

    def put_paper(self) -> None:
        self._set("_paper_left", None)

    def hang(self, *, hangs: bool = True) -> None:
        """Take nothing and answer nothing, with the line open; returns when it does so."""
        self._set("_hangs", hangs)
        self.wait_for(lambda: self._hung is hangs)

    def break_after(self, count: int) -> None:
        """Reset the line when so many more bytes have been taken; what was taken is printed."""
        self._set("_break_after", count)

    def break_paper_after(self, count: int) -> None:
        """Reset the line when so many bytes of the next paper have been taken."""
        self._set("_break_paper_after", count)

    def refuse(self) -> None:
        """Listen no more, as a printer without power; those on the line are not hung up on."""
        self._set("_open", False)
        # The port is free when nobody waits at the door any more.
        self.wait_for(lambda: self._listener is None)

    def come_back(self) -> None:
        """Listen, at the same port as ever."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A small window, so that a printer that takes nothing is felt soon.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind((HOST, self.port))
        listener.listen()
        listener.setblocking(False)
        with self._changed:
            self.port = listener.getsockname()[1]
            self._listener, self._open = listener, True

    def lose_power(self) -> None:
        """Forget everything that is not on paper yet, and be gone."""
        self.refuse()
        with self._changed:
            self._break_after = 0
            self._queue.clear()
            self._taken = b""
            self._tear()
            self._changed.notify_all()

    def _set(self, name: str, value: bool | int | None) -> None:
        with self._changed:
            setattr(self, name, value)
            self._changed.notify_all()

    # What it shows.

    def wait_for(self, fact: Callable[[], bool], within_s: float = 15.0) -> None:
        """Wait until `fact` is true of this printer; AssertionError when it does not become so."""
        with self._changed:
            assert self._changed.wait_for(fact, within_s), (len(self.sheets), len(self.torn))

    def wait_for_question(self) -> None:
        """Wait until somebody has begun to ask how it fares, from now on."""
        taken = self.bytes_taken
        self.wait_for(lambda: self.bytes_taken > taken)

    @property
    def all_paper(self) -> bytes:
        """All that it has printed so far, whole sheets, torn ones and the one in hand."""
        with self._changed:
            return b"".join([*self.sheets, *self.torn, self._sheet])

    @property
    def printing(self) -> bool:
        """Whether a paper has begun to come out."""
        return bool(self._sheet)

    @property
    def printing_on(self) -> bool:
        """Whether anything in the memory will still come out by itself."""
        return bool(self._queue)

    @property
    def busy(self) -> bool:
        """Whether somebody is on the line."""
        return self._busy

    @property
    def stands(self) -> bool:
        """Whether it cannot print."""
        return self._cover_open or self._cutter_jammed or self._paper_left == 0

    def status(self, question: int) -> int:
        """The answer to DLE EOT `question`."""
        out = self._paper_left == 0
        bits = {
            1: 0x08 if self.stands else 0,
            2: (0x04 if self._cover_open else 0)
            | (0x20 if out else 0)
            | (0x40 if self._cutter_jammed else 0),
            3: 0x08 if self._cutter_jammed else 0,
            4: (0x0C if self._low or out else 0) | (0x60 if out else 0),
        }[question]
        return 0x12 | bits

    def packet(self) -> bytes:
        """What automatic status back says."""
        out = self._paper_left == 0
        first = 0x10 | (0x20 if self._cover_open else 0) | (0x08 if self.stands else 0)
        third = (0x0C if out else 0) | (0x03 if self._low or out else 0)
        return bytes((first, 0x08 if self._cutter_jammed else 0, third, 0x0F))

    # What it does.

    def _run(self) -> None:
        while not self._ending:
            self._notice()
            if self._hangs:
                time.sleep(_TURN_S)
                continue
            listener = self._listener
            if listener is None:
                time.sleep(_TURN_S)
                continue
            with suppress(OSError, ValueError):
                if select.select([listener], [], [], _TURN_S)[0]:
                    link, _ = listener.accept()
                    self.callers += 1
                    self._busy = True
                    with link, suppress(OSError):
                        self._serve(link)
                    self._set("_busy", False)
            self._work(None, _TURN_S)

    def _notice(self) -> None:
        """Do what people have just done to it, and let them know."""
        if self._hung is not self._hangs:
            self._set("_hung", self._hangs)
        if self._listener is not None and not self._open:
            self._listener.close()
            self._set("_listener", None)

    def _serve(self, link: socket.socket) -> None:
        told = b""
        link.setblocking(False)
        while not self._ending:
            if self._break_after == 0:
                return self._reset(link)
            self._notice()
            if self._hangs:
                time.sleep(_TURN_S)
                continue
            full = self.stands and sum(len(order.raw) for order in self._queue) > self._memory
            ready = [] if full else select.select([link], [], [], _TURN_S)[0]
            if ready and not self._take(link):
                return None
            if full:
                time.sleep(_TURN_S)
            self._work(link, _TURN_S)
            if self._pushing and self.packet() != told:
                told = self.packet()
                link.sendall(told)
        return None

    def _take(self, link: socket.socket) -> bool:
        """Read some bytes; False when the caller has hung up."""
        limit = 2048 if self._break_after is None else min(2048, self._break_after)
        data = link.recv(limit)
        if not data:
            return False
        with self._changed:
            if self._break_after == 0:
                return True  # its power went while it was reading
            if self._break_after is not None:
                self._break_after = max(0, self._break_after - len(data))
            self._taken += data
            self.bytes_taken += len(data)
            if self._break_paper_after is not None and b"\x1b@" in self._taken:
                self._break_after = max(0, self._break_paper_after - len(self._taken))
                self._break_paper_after = None
            if self._knows[0]:
                # In the middle of another order, too, of which these bytes are then a part.
                for asked in re.findall(rb"\x10\x04([\x01-\x04])", data):
                    link.sendall(bytes((self.status(asked[0]),)))
            self._changed.notify_all()
            self._understand()
        return True

    def _understand(self) -> None:
        """Put the orders that have come whole into the queue."""
        # Zeros between orders are nothing to a printer.
        while taken := self._taken.lstrip(b"\0"):
            self._taken = taken
            try:
                order = take_order(taken)
            except ValueError as error:
                self.unknown.append(str(error))
                break
            if order is None:
                return
            self._taken = taken[len(order.raw) :]
            if not order.raw.startswith(b"\x10\x04"):
                self._queue.append(order)
        self._taken = b""

    def _work(self, link: socket.socket | None, for_s: float) -> None:
        """Print for a moment; answers go to whoever is on the line."""
        with self._changed:
            # What one order took too long is taken from the next moments.
            self._budget = min(self._budget, 0) + self._speed * for_s
            while self._queue and not self.stands and self._budget > 0:
                order = self._queue.popleft()
                if order.asks:
                    if self._knows[1] and link is not None:
                        with suppress(OSError):
                            link.sendall(bytes((0x0C if self._paper_left == 0 else 0,)))
                    continue
                self._budget -= len(order.raw)
                self._print(order)
                self._changed.notify_all()

    def _print(self, order: Order) -> None:
        if order.begins:
            self._tear()
            self._pushing = False
            self.first_byte_at_s.append(time.monotonic())
        if self._paper_left is not None:
            if self._paper_left < len(order.raw):
                # The order stays in the memory and is done when there is paper again.
                self._paper_left = 0
                self._queue.appendleft(order)
                return
            self._paper_left -= len(order.raw)
        if order.raw[:2] == b"\x1da":
            self._pushing = self._knows[2]
            return
        self._sheet += order.raw
        if order.cuts:
            self.sheets.append(self._sheet)
            self._sheet = b""

    def _tear(self) -> None:
        if self._sheet:
            self.torn.append(self._sheet)
            self._sheet = b""

    def _reset(self, link: socket.socket) -> None:
        with self._changed:
            self._break_after = None
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

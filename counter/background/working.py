"""The program of a child: does one piece of work after the other, until its parent hangs up.

Started by children.py alone, with what it is called in lists of processes, the work as
`module:function`, the number of its end of the socket, and the process id of its parent.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

NICER: Final = 5
LENGTH: Final = struct.Struct(">Q")
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


def main(work: str, end: int, parent: int) -> None:
    """Do `work` as often as asked over the socket `end`."""
    _settle(parent)
    with socket.socket(fileno=end) as wire:
        wire.setblocking(True)  # Sockets of a parent with green threads do not wait.
        do = _found(work)
        while (asked := receive(wire)) is not None:
            try:
                send(wire, _answer(do, asked))
            except OSError:
                return  # Nobody waits for the answer any more.


def send(wire: socket.socket, message: bytes) -> None:
    """Send `message` as one."""
    wire.sendall(LENGTH.pack(len(message)))
    wire.sendall(message)


def receive(wire: socket.socket) -> bytes | None:
    """Return the next message; None when the other end is gone, even in the middle of one."""
    head = _exactly(wire, LENGTH.size)
    return None if head is None else _exactly(wire, LENGTH.unpack(head)[0])


def _exactly(wire: socket.socket, size: int) -> bytes | None:
    whole = bytearray(size)
    view, have = memoryview(whole), 0
    while have < size:
        try:
            more = wire.recv_into(view[have:], min(size - have, 1 << 20))
        except ConnectionError:
            return None
        if not more:
            return None
        have += more
    return bytes(whole)


def _settle(parent: int) -> None:
    """Give way to the hall, leave the signals to it, and end when it ends."""
    os.nice(NICER)
    with suppress(OSError):
        # When memory runs out the system shall take this process, which comes back.
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")
    # A service manager sends SIGTERM to all at once, but the hall still needs its last paper.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # In the middle of work nobody looks at the socket. Where the system cannot tell of the
    # parent's end, the work in hand is done first.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # It was too late to be told.
            sys.exit()


def _found(work: str) -> Callable[..., Any] | Exception:
    module, _, name = work.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except Exception as fault:  # noqa: BLE001 — a door between processes: who asks is told.
        return fault
    return found


def _answer(do: Callable[..., Any] | Exception, asked: bytes) -> bytes:
    """Return `(True, result)`, or `(False, kind, reason)` of what the work raised."""
    if isinstance(do, Exception):
        return _failed(do)
    try:
        # Both ends are this program's own, on a socket that nobody else holds.
        return pickle.dumps((True, do(*pickle.loads(asked))))  # noqa: S301
    except Exception as fault:  # noqa: BLE001 — a door between processes: who asks is told.
        return _failed(fault)


def _failed(fault: Exception) -> bytes:
    return pickle.dumps((False, type(fault).__name__, str(fault)))


if __name__ == "__main__":
    _name, _work, _end, _parent = sys.argv[1:]
    main(_work, int(_end), int(_parent))

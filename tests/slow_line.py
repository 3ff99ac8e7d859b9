"""A line to a server that lets everything through late, as a phone at the edge of its network."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"


@contextmanager
def slow_line(port: int, delay_s: float) -> Iterator[int]:
    """Lead to `port` of this machine, each way `delay_s` late; yields the port to call instead."""
    door = socket.create_server((HOST, 0))
    lines: list[socket.socket] = [door]

    def let_in() -> None:
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                callee = socket.create_connection((HOST, port))
                lines.extend((caller, callee))
                _carry(caller, callee, delay_s)
                _carry(callee, caller, delay_s)

    threading.Thread(target=let_in, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _carry(source: socket.socket, target: socket.socket, delay_s: float) -> None:
    """Bring what comes from `source` to `target`, in its order and late, until one hangs up."""
    under_way: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def take_in() -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            under_way.put((time.monotonic() + delay_s, data))

    def hand_on() -> None:
        with suppress(OSError):
            while True:
                due_s, data = under_way.get()
                time.sleep(max(0.0, due_s - time.monotonic()))
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)

    for work in (take_in, hand_on):
        threading.Thread(target=work, daemon=True).start()

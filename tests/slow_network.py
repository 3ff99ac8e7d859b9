"""A line to a server that lets everything through late, or nothing while its cable is out."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass
class Line:
    """The way to a server: `port` is called instead of the server's own."""

    port: int
    plugged: threading.Event


@contextmanager
def line_to(port: int, *, delay_s: float = 0.0) -> Iterator[Line]:
    """Lead to `port` of this machine, each way `delay_s` late.

    While `plugged` is not set nothing comes through and nobody is hung up on; who calls
    meanwhile is never heard.
    """
    plugged = threading.Event()
    plugged.set()
    door = socket.create_server((HOST, 0))
    lines: list[socket.socket] = [door]

    def let_in() -> None:
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                if not plugged.is_set():
                    lines.append(caller)
                    continue
                callee = socket.create_connection((HOST, port))
                lines.extend((caller, callee))
                _carry(caller, callee, delay_s, plugged)
                _carry(callee, caller, delay_s, plugged)

    threading.Thread(target=let_in, daemon=True).start()
    try:
        yield Line(door.getsockname()[1], plugged)
    finally:
        plugged.set()
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _carry(
    source: socket.socket, target: socket.socket, delay_s: float, plugged: threading.Event
) -> None:
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
                plugged.wait()
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)

    for work in (take_in, hand_on):
        threading.Thread(target=work, daemon=True).start()

"""The floor under broadcasting: a bare gevent loop that sends the same bytes to every socket."""

from __future__ import annotations

import sys
import time

import gevent
from gevent import socket
from gevent.fileobject import FileObject


def main() -> None:
    """Send as many bytes as each line of the standard input says; answer when that began."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    clients: list[socket.socket] = []
    gevent.spawn(_welcome, listener, clients)
    print(listener.getsockname()[1], flush=True)
    for order in FileObject(sys.stdin, "r"):
        frame = b"\x81" * int(order)
        began_ns = time.monotonic_ns()
        for line in clients:
            line.sendall(frame)
        print(began_ns, flush=True)


def _welcome(listener: socket.socket, clients: list[socket.socket]) -> None:
    while True:
        line = listener.accept()[0]
        clients.append(line)
        line.sendall(b"\x81")  # Welcome: from now on it is sent what all are sent.


if __name__ == "__main__":
    main()

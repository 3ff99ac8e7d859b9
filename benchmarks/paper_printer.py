"""Printers as fast as their lines: they answer at once, and tell when a paper's first byte came."""

from __future__ import annotations

import re
import socket
import sys
import threading
import time

_HEARD = re.compile(rb"\x10\x04[\x01-\x04]|\x1dr\x01|\x1b@")
_FINE = {b"\x10": b"\x12", b"\x1d": b"\x00"}


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _serve(link: socket.socket, printer: int) -> None:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    while data := link.recv(65536):
        at_ns = time.monotonic_ns()
        heard, end = rest + data, 0
        for found in _HEARD.finditer(heard):
            end = found.end()
            if answer := _FINE.get(found[0][:1]):
                link.sendall(answer)
            else:
                _tell(f"{printer} {at_ns}")
        # An order may arrive in two pieces.
        rest = heard[max(end, len(heard) - 2) :]


def _listen(listener: socket.socket, printer: int) -> None:
    while True:
        link, _ = listener.accept()
        threading.Thread(target=_serve, args=(link, printer), daemon=True).start()


def main() -> None:
    """Listen on so many ports and print them; then a line with printer and instant per paper."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
    _tell(" ".join(str(one.getsockname()[1]) for one in listeners))
    for printer, listener in enumerate(listeners):
        threading.Thread(target=_listen, args=(listener, printer), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()

"""How long until the last of many screens has a topic's new state, against a bare loop of sends.

Both servers run at the same time, each in a process of its own, and take turns, so that whatever
else the machine does strikes both alike. The floor sends as many bytes over as many sockets, and
does nothing else: no reading of the database, no encoding, no WebSocket.
"""

from __future__ import annotations

import resource
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

SCREENS = (50, 1000)
ROUNDS = 41
GOAL = 2.5
PATIENCE_S = 20.0

_JOIN = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@dataclass
class Server:
    """A server in a process of its own, and its clients in this one."""

    module: str
    welcome: Callable[[socket.socket], int]
    clients: dict[int, socket.socket] = field(default_factory=dict)
    size: int = 0

    def start(self) -> None:
        """Start the process and read its port."""
        command = [sys.executable, "-m", "gevent.monkey", "--module", self.module]
        self.process = subprocess.Popen(  # noqa: S603 — our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = int(self._answer())
        self.watch = select.epoll()

    def join(self, count: int) -> None:
        """Connect until there are `count` clients."""
        while len(self.clients) < count:
            line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
            self.size = self.welcome(line) or self.size
            line.setblocking(False)
            self.clients[line.fileno()] = line
            self.watch.register(line.fileno(), select.EPOLLIN)

    def round_ms(self, size: int) -> float:
        """Have one state sent; return the time until the last client has all of its bytes."""
        missing = dict.fromkeys(self.clients, size)
        assert self.process.stdin is not None
        self.process.stdin.write(f"{size}\n")
        while missing:
            ready = self.watch.poll(PATIENCE_S)
            if not ready:
                raise TimeoutError(f"{len(missing)} clients wait for their bytes")
            for number, _ in ready:
                missing[number] -= len(self.clients[number].recv(65536))
                if not missing[number]:
                    del missing[number]
        ended_ns = time.monotonic_ns()
        return (ended_ns - int(self._answer())) / 1e6

    def stop(self) -> None:
        """End the process and hang up."""
        self.process.kill()
        self.process.wait()
        for line in self.clients.values():
            line.close()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def _follow(line: socket.socket) -> int:
    """Become a screen of the hall; return the size of the frames that it will get."""
    line.sendall(_JOIN.encode())
    _until(line, b'"maxPayload"')
    line.sendall(masked("40"))
    _until(line, b'"heartbeat"')
    line.sendall(masked('420["follow",{"topic":"board/1"}]'))
    answer = _until(line, b'"epoch":""}}]')
    state = answer[answer.index(b'"state":') + 8 : -2]
    return len(b'42["state","board/1",') + len(state) + 1 + 4


def _wait_for_welcome(line: socket.socket) -> int:
    line.recv(1)
    return 0


def _until(line: socket.socket, mark: bytes) -> bytes:
    heard = b""
    while mark not in heard:
        heard += line.recv(65536)
    return heard


def masked(text: str) -> bytes:
    """Return the WebSocket frame in which a screen says `text`."""
    return b"\x81" + struct.pack("!B", 0x80 | len(text)) + bytes(4) + text.encode()


def _measure(hall: Server, floor: Server, count: int) -> None:
    hall.join(count)
    floor.join(count)
    size = hall.size
    for server in (hall, floor):  # Nobody counts the first: buffers grow, code is read.
        server.round_ms(size)
    turns = [(hall.round_ms(size), floor.round_ms(size)) for _ in range(ROUNDS)]
    ours, bare = (median(column) for column in zip(*turns, strict=True))
    print(
        f"  {count:5} screens, {size} bytes: {ours:6.2f} ms, bare {bare:6.2f} ms,"
        f" ratio {ours / bare:.2f} (goal ≤ {GOAL})"
    )


def main() -> None:
    """Measure and print."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("A new state to the last of its followers, p50, against a bare loop of sends")
    hall = Server("benchmarks.broadcast_hall", _follow)
    floor = Server("benchmarks.broadcast_floor", _wait_for_welcome)
    hall.start()
    floor.start()
    try:
        for count in SCREENS:
            _measure(hall, floor, count)
    finally:
        hall.stop()
        floor.stop()


if __name__ == "__main__":
    main()

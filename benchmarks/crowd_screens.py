"""Hundreds of screens in a process of their own: they join at once, follow, and throw away.

Each line of the standard input is a JSON list of screens, `[cookie, topic]` each. All of them
join together; when the last one has its state, a line says how many there are. From then on they
only read what they are told, so that looking on costs nearly nothing.
"""

from __future__ import annotations

import json
import resource
import select
import socket
import sys
from dataclasses import dataclass

from benchmarks.broadcast import masked

_UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
# What the server says, and what a screen answers to it on its way to its first state.
_PING, _PONG = b"\x81\x012", "3"


@dataclass
class Screen:
    """One screen on its way: what it waits to hear next, and what it answers then."""

    cookie: str
    topic: str
    line: socket.socket
    steps: list[tuple[bytes, str]]
    heard: bytes = b""

    @property
    def joined(self) -> bool:
        """Whether it has its first state."""
        return not self.steps

    def hear(self, said: bytes) -> None:
        """Answer what was said."""
        if _PING in said:
            self.line.sendall(masked(_PONG))
        if self.joined:
            return
        self.heard += said
        if b'"ok":false' in self.heard:
            raise RuntimeError(f"{self.topic} was refused")
        while self.steps and self.steps[0][0] in self.heard:
            _, answer = self.steps.pop(0)
            if answer:
                self.line.sendall(masked(answer))


class Lookers:
    """All the screens of this process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._screens: dict[int, Screen] = {}
        self._watch = select.epoll()
        self._watch.register(sys.stdin.fileno(), select.EPOLLIN)
        self._awaited = 0

    def look_on(self) -> None:
        """Join as the standard input says, and read all that is told until it ends."""
        while True:
            for number, _ in self._watch.poll():
                if number != sys.stdin.fileno():
                    self._hear(number)
                    continue
                wishes = sys.stdin.readline()
                if not wishes:
                    return
                for cookie, topic in json.loads(wishes):
                    self._join(cookie, topic)

    def _join(self, cookie: str, topic: str) -> None:
        line = socket.create_connection(("127.0.0.1", self._port))
        line.sendall(_UPGRADE.format(port=self._port, cookie=cookie).encode())
        wish = json.dumps(["follow", {"topic": topic}])
        steps = [(b'"maxPayload"', "40"), (b'"heartbeat"', f"420{wish}"), (b'"ok":true', "")]
        self._screens[line.fileno()] = Screen(cookie, topic, line, steps)
        self._watch.register(line.fileno(), select.EPOLLIN)
        self._awaited += 1

    def _hear(self, number: int) -> None:
        screen = self._screens[number]
        joined = screen.joined
        try:
            said = screen.line.recv(65536)
            screen.hear(said)
        except ConnectionError:
            said = b""
        if screen.joined and not joined:
            self._awaited -= 1
        if not said:  # It comes back at once, as every screen does.
            self._awaited -= not screen.joined
            del self._screens[number]
            screen.line.close()
            self._join(screen.cookie, screen.topic)
        elif screen.joined and not joined and not self._awaited:
            print(len(self._screens), flush=True)


def main(port: int) -> None:
    """Let screens join and look on until the standard input ends."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    Lookers(port).look_on()


if __name__ == "__main__":
    main(int(sys.argv[1]))

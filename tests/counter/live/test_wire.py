"""Frames arrive whole, whatever the client does, and no client holds up another."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Self

import gevent.socket
import pytest
import requests
from gevent.pywsgi import WSGIServer

from counter.live.wire import SocketHandler
from models.core.database import Database
from tests.counter import tiny_hall
from tests.servers import Server, running_server

SOON_S = 10


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path_factory.mktemp('wire') / 'balai.db'}"
    database = Database(url)
    tiny_hall.make_mall(database)
    database.close()
    with running_server("tests.counter.tiny_hall", url, "0") as running:
        yield running


class CutShort(Exception):
    """The line ended inside a frame."""


class BareClient:
    """A client that reads only when it wants to, byte by byte if need be."""

    def __init__(self, hall: Server, *, buffer: int = 0, origin: str = "") -> None:
        self.line = socket.socket()
        if buffer:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.line.settimeout(SOON_S)
        self.line.connect(("127.0.0.1", hall.port))
        head = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            f"Host: 127.0.0.1:{hall.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Extensions: permessage-deflate",
            *([f"Origin: {origin}"] if origin else []),
        ]
        self.line.sendall("\r\n".join([*head, "", ""]).encode())
        self._unread = b""
        while b"\r\n\r\n" not in self._unread:
            self._unread += self.line.recv(4096)
        answer, _, self._unread = self._unread.partition(b"\r\n\r\n")
        self.answer = answer.decode()

    def say(self, text: str) -> None:
        """Send a masked text frame; the mask of zeros leaves the text as it is."""
        payload = text.encode()
        if len(payload) < 126:
            size = struct.pack("!B", 0x80 | len(payload))
        else:
            size = struct.pack("!BH", 0x80 | 126, len(payload))
        self.line.sendall(b"\x81" + size + bytes(4) + payload)

    def hear(self) -> str | None:
        """Read one whole frame; None at a clean end between two frames."""
        head = self._read(2)
        if head is None:
            return None
        opcode, size = head[0] & 0x0F, head[1]
        if size >= 126:
            form = "!H" if size == 126 else "!Q"
            more = self._read(struct.calcsize(form))
            if more is None:
                raise CutShort
            (size,) = struct.unpack(form, more)
        payload = self._read(size) if size else b""
        if payload is None:
            raise CutShort
        return None if opcode == 8 else payload.decode()

    def join(self) -> None:
        """Begin the Socket.IO session and follow the number."""
        self.say("40")
        self.say('420["follow",{"topic":"number/1"}]')
        while not (self.hear() or "").startswith("430"):
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def _read(self, size: int) -> bytes | None:
        while len(self._unread) < size:
            data = self.line.recv(65536)
            if not data:
                if self._unread:
                    raise CutShort
                return None
            self._unread += data
        data, self._unread = self._unread[:size], self._unread[size:]
        return data


def tell(hall: Server, times: int, size: int) -> None:
    body: dict[str, Any] = {"seq": 1, "now": "", "epoch": "", "text": "x" * size}
    requests.post(f"{hall.url}/tell/1/{times}", json=body, timeout=SOON_S).raise_for_status()


def states(client: BareClient) -> Iterator[dict[str, Any]]:
    while (text := client.hear()) is not None:
        if text.startswith('42["state"'):
            yield json.loads(text[2:])[2]


def test_a_client_that_stalled_gets_every_frame_whole_and_in_order(hall: Server) -> None:
    with BareClient(hall, buffer=4096) as stalled:
        stalled.join()
        tell(hall, 30, 300_000)
        told = states(stalled)
        assert [next(told)["number"] for _ in range(30)] == list(range(30))


def test_a_stalled_client_holds_up_nobody(hall: Server) -> None:
    with BareClient(hall, buffer=4096) as stalled, BareClient(hall) as awake:
        stalled.join()
        awake.join()
        for _ in range(10):
            tell(hall, 1, 900_000)
            assert next(states(awake))["text"]


def test_a_client_too_far_behind_is_disconnected_to_come_back(hall: Server) -> None:
    with BareClient(hall, buffer=4096) as stalled:
        stalled.join()
        tell(hall, 200, 100_000)
        numbers: list[int] = []
        with suppress(CutShort):
            numbers.extend(state["number"] for state in states(stalled))
        assert numbers == list(range(len(numbers)))
        assert len(numbers) < 200


def test_compression_is_not_agreed_on(hall: Server) -> None:
    with BareClient(hall) as client:
        assert "101" in client.answer.splitlines()[0]
        assert "extensions" not in client.answer.lower()


def test_a_page_of_another_origin_gets_no_line(hall: Server) -> None:
    with BareClient(hall, origin="http://127.0.0.2") as stranger:
        assert "400" in stranger.answer.splitlines()[0]
    with BareClient(hall, origin=hall.url) as own:
        assert "101" in own.answer.splitlines()[0]


def test_long_polling_is_not_spoken(hall: Server) -> None:
    answer = requests.get(f"{hall.url}/socket.io/?EIO=4&transport=polling", timeout=SOON_S)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "bytes_", [b"\x81\x05hello", b"\x82\x80" + bytes(4), b"\xff" * 40, b"GET / HTTP/1.1\r\n\r\n"]
)
def test_nonsense_ends_that_line_alone(hall: Server, bytes_: bytes) -> None:
    with BareClient(hall) as witness, BareClient(hall) as babbler:
        witness.join()
        babbler.line.sendall(bytes_)
        while babbler.hear() is not None:
            pass
        tell(hall, 1, 10)
        assert next(states(witness))["text"]


def test_an_answer_does_not_wait_for_its_headers_to_be_acknowledged() -> None:
    seen: list[int] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        line = environ["balai.socket"]
        seen.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        start_response("200 OK", [])
        return [b"here"]

    with (
        gevent.socket.create_server(("127.0.0.1", 0)) as door,
        gevent.socket.create_connection(door.getsockname()) as client,
    ):
        line, address = door.accept()
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        SocketHandler(line, address, WSGIServer(door, app, log=None)).handle()
    assert seen == [1]

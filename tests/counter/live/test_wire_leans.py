"""What counter/live/wire.py and counter/network/connections.py lean on in other packages.

None of it is promised. One name a test, so that an upgrade that changes one says which;
docs/decisions/wire.md tells why.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import engineio
import flask
import gevent.socket
import pytest
import socketio
from engineio.packet import MESSAGE, Packet
from gevent.pywsgi import WSGIHandler, WSGIServer
from socketio.packet import EVENT
from typing_extensions import override

from counter.server import make_socketio

SOON_S = 10
ASKED = b"GET / HTTP/1.1\r\nHost: hall\r\n\r\n"
UPGRADE = {
    "REQUEST_METHOD": "GET",
    "QUERY_STRING": "EIO=4&transport=websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
}


@pytest.fixture
def server() -> Any:
    """The Socket.IO server of a hall, which flask-socketio keeps in `server`."""
    return getattr(make_socketio(flask.Flask("hall")), "server")  # noqa: B009


class Script:
    """A line that hears what is written here, and keeps what is sent."""

    def __init__(self, *heard: str) -> None:
        self._heard: list[str | None] = [*heard, None]
        self.sent: list[str] = []
        self.closed = False

    def wait(self) -> str | None:
        return self._heard.pop(0)

    def send(self, text: str) -> None:
        self.sent.append(text)

    def close(self) -> None:
        self.closed = True


def upgrade(engine: Any, line: Script | None = None) -> Callable[[Script], object]:
    """Ask for a WebSocket as a browser does; return what the engine wants to talk to a line with.

    With a `line` it talks to that one.
    """
    given: list[Callable[[Script], object]] = []

    def make(handler: Callable[[Script], object], of: object) -> Callable[..., list[bytes]]:
        assert of is engine
        given.append(handler)

        def serve(_environ: object, _start_response: object) -> list[bytes]:
            if line is not None:
                handler(line)
            return []

        return serve

    engine._async = engine._async | {"websocket": make}
    engine.handle_request(dict(UPGRADE), lambda *_: None)
    (handler,) = given
    return handler


def test_flask_socketio_server(server: Any) -> None:
    assert isinstance(server, socketio.Server)


def test_socketio_server_eio(server: Any) -> None:
    assert isinstance(server.eio, engineio.Server)


def test_socketio_manager_get_participants(server: Any) -> None:
    assert list(server.manager.get_participants("/", None)) == []
    client = server.manager.connect("engine's id", "/")
    server.enter_room(client, "board/1")
    for room in ("board/1", None):
        assert list(server.manager.get_participants("/", room)) == [(client, "engine's id")]
    assert list(server.manager.get_participants("/", "board/2")) == []


def test_socketio_manager_eio_sid_from_sid(server: Any) -> None:
    client = server.manager.connect("engine's id", "/")
    assert server.manager.eio_sid_from_sid(client, "/") == "engine's id"
    assert server.manager.eio_sid_from_sid("nobody", "/") is None


def test_socketio_packet_class(server: Any) -> None:
    packet = server.packet_class(EVENT, data=["state", "board/1", {"seq": 7}], namespace="/")
    assert packet.encode() == '2["state","board/1",{"seq":7}]'


def test_engineio_packet() -> None:
    assert Packet(MESSAGE, '2["state"]').encode() == '42["state"]'


def test_engineio_server_async(server: Any) -> None:
    engine = server.eio
    assert engine._async is engineio.Server(async_mode="gevent")._async, "one table for all servers"
    assert callable(upgrade(engine)), "what stands there as websocket was not asked for a line"


def test_engineio_handler_is_a_method_of_the_clients_socket(server: Any) -> None:
    owner = getattr(upgrade(server.eio), "__self__")  # noqa: B009
    assert server.eio.sockets == {owner.sid: owner}


def test_engineio_socket_queue_and_send_packet(server: Any) -> None:
    owner = getattr(upgrade(server.eio), "__self__")  # noqa: B009
    before = owner.queue.qsize()
    server.eio.send_packet(owner.sid, Packet(MESSAGE, "late"))
    assert owner.queue.qsize() == before + 1


def test_engineio_talks_to_a_line_by_wait_send_and_close(server: Any) -> None:
    line = Script("40")
    heard: list[str] = []
    server.eio.on("message", lambda _id, text: heard.append(text))
    upgrade(server.eio, line)
    assert heard == ["0"]
    assert line.sent[0].startswith('0{"sid"')
    assert line.closed


@contextmanager
def asking(handler_class: type[WSGIHandler]) -> Iterator[Any]:
    """A client of a small server that answers with an empty page."""

    def empty(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    server = WSGIServer(("127.0.0.1", 0), empty, log=None, handler_class=handler_class)
    server.start()
    try:
        with gevent.socket.create_connection(server.address, timeout=SOON_S) as line:
            yield line
    finally:
        server.stop()


def test_gevent_handle_one_response_and_close_connection() -> None:
    class OnceOnly(WSGIHandler):  # type: ignore[misc]  # gevent comes without types
        @override
        def handle_one_response(self) -> None:
            super().handle_one_response()
            self.close_connection = True

    with asking(OnceOnly) as line:
        line.sendall(ASKED * 2)
        answers = b"".join(iter(lambda: line.recv(4096), b""))
    assert answers.count(b"HTTP/1.1 204") == 1


def test_gevent_handle_client_error() -> None:
    asked_about: list[type[Exception]] = []

    class Asked(WSGIHandler):  # type: ignore[misc]  # gevent comes without types
        @override
        def handle(self) -> None:
            self.socket.settimeout(0.05)
            super().handle()

        def _handle_client_error(self, ex: Exception) -> None:
            asked_about.append(type(ex))

    with asking(Asked) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHo")
        assert line.recv(100) == b""
    assert len(asked_about) == 1
    assert issubclass(asked_about[0], OSError)


def test_gevent_get_environ_and_socket() -> None:
    seen: list[object] = []

    class Noted(WSGIHandler):  # type: ignore[misc]  # gevent comes without types
        @override
        def get_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().get_environ()
            seen.append(self.socket)
            return environ

        @override
        def handle_one_response(self) -> None:
            super().handle_one_response()
            seen.append(self.environ["HTTP_HOST"])

    with asking(Noted) as line:
        line.sendall(ASKED)
        assert line.recv(12) == b"HTTP/1.1 204"
    assert isinstance(seen[0], gevent.socket.socket)
    assert seen[1] == "hall"


def test_gevent_socket_send_with_a_timeout_of_its_own() -> None:
    ours, theirs = socket.socketpair()
    with theirs, gevent.socket.socket(fileno=ours.detach()) as line:
        # Nobody reads: it takes a part, then nothing, and waits for no reader.
        assert 0 < line.send(bytes(10_000_000), 0, timeout=0.0) < 10_000_000
        with pytest.raises(BlockingIOError), gevent.Timeout(SOON_S):
            line.send(bytes(10_000_000), 0, timeout=0.0)

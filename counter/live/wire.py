"""WebSocket lines under gevent: whole frames only, and one frame written to all who follow."""

from __future__ import annotations

import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import gevent
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from flask_socketio import SocketIO
from gevent.lock import BoundedSemaphore
from gevent.pywsgi import WSGIHandler
from socketio.packet import EVENT
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request, TextMessage
from wsproto.utilities import ProtocolError

from counter.live.speech import Speech

# A client says "follow" and little else.
MESSAGE_LIMIT = 4096
# A screen that comes back follows a handful of topics at once and then says that it is there;
# whoever says more than this is no screen of ours.
MESSAGES_AT_ONCE = 60
MESSAGES_A_SECOND = 10
# So many packets behind, a client is better served by a new connection and the newest state.
PACKETS_BEHIND = 64
# A line whose bytes nobody acknowledges for so long is dead; heartbeats are under way all the time.
SILENT_LINE_MS = 20_000
# Whoever is sent away and stays is cut off after so long.
FAREWELL_S = 1.0

_SOCKET = "balai.socket"


class SocketHandler(WSGIHandler):  # type: ignore[misc]  # gevent comes without types
    """Serves HTTP, and hands the bare socket to whoever makes a WebSocket of it."""

    def handle(self) -> None:
        # An answer leaves in two pieces, its headers first. Without this the second waits for
        # the client's acknowledgement of the first, which may be 40 ms away.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[_SOCKET] = self.socket
        return environ

    def handle_one_response(self) -> None:
        super().handle_one_response()
        if self.environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            # What still comes in are the last frames, and must not be read as a request.
            self.close_connection = True


class ConnectionLost(OSError):
    """The other end is gone."""


def text_frame(text: str) -> bytes:
    """Return the WebSocket frame that a server sends for `text` (RFC 6455, section 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


class Connection:
    """One client's WebSocket, as Engine.IO's gevent driver expects it.

    It writes frames of its own, so that a frame for many is made once; offers no compression,
    which costs a client's weight in memory; and never lets two writers mix their frames.
    """

    def __init__(
        self, handler: Callable[[Connection], object], connections: dict[str, Connection]
    ) -> None:
        self._handler = handler
        self._connections = connections
        self._messages: deque[str] = deque()
        self._parts: list[str] = []
        self._speech = Speech()
        self._may_say = float(MESSAGES_AT_ONCE)
        self._heard_s = time.monotonic()
        self._writing = BoundedSemaphore(1)
        self._open = False

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        """Make a WebSocket of the request and stay until it ends."""
        self._socket = environ[_SOCKET]
        self._protocol = WSConnection(ConnectionType.SERVER)
        try:
            self._hear(_request_bytes(environ))
        except ProtocolError:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"Not a WebSocket."]
        _prepare(self._socket)
        # The driver gives the Engine.IO socket's own method; its queue tells what is under way.
        self._engine: Any = getattr(self._handler, "__self__")  # noqa: B009 — for mypy, a callable has none.
        self._connections[self._engine.sid] = self
        try:
            self._handler(self)
        finally:
            del self._connections[self._engine.sid]
            self.cut()
        return []

    @property
    def behind(self) -> int:
        """How many packets wait to be written."""
        return int(self._engine.queue.qsize())

    def wait(self) -> str | None:
        """Return the next message, or None when the line has ended or makes no sense."""
        while not self._messages:
            try:
                data = self._socket.recv(4096)
                if not data:
                    return None
                self._hear(data)
            except (OSError, ProtocolError):
                return None
            if not self._open:
                return None
        # One who talks without a pause must not keep the others from being heard.
        gevent.sleep(0)
        message = self._messages.popleft()
        return message if self._speech.makes_sense(message) else None

    def send(self, message: str) -> None:
        """Write a whole frame, however long the client takes; ConnectionLost when it is gone."""
        self._write(text_frame(message))

    def send_now(self, frame: bytes) -> bool:
        """Write `frame` if that takes no waiting and would not overtake anything.

        Returns False, with nothing written, when the frame has to queue.
        """
        if not self._open or self._writing.locked() or self.behind:
            return False
        try:
            sent = self._socket.send(frame, 0, timeout=0.0)
        except OSError:
            return False
        if sent < len(frame):
            self._writing.acquire()
            gevent.spawn(self._finish, frame[sent:])
        return True

    def close(self) -> None:
        """Say goodbye and end the line."""
        if self._open:
            with suppress(OSError, ProtocolError):
                self._write(self._protocol.send(CloseConnection(code=1000)))
        self.cut()

    def cut(self) -> None:
        """End the line without a word and take no right away: a screen comes back by itself."""
        self._open = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _write(self, data: bytes) -> None:
        with self._writing:
            if not self._open:
                raise ConnectionLost
            # send() alone may take a part only, and the rest of the frame would be lost.
            self._socket.sendall(data)

    def _finish(self, rest: bytes) -> None:
        try:
            self._socket.sendall(rest)
        except OSError:
            self.cut()
        finally:
            self._writing.release()

    def _hear(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events():
            self._count()
            if isinstance(event, Request):
                self._open = True
                self._write(self._protocol.send(AcceptConnection()))
            elif isinstance(event, Ping):
                self._write(self._protocol.send(event.response()))
            elif isinstance(event, TextMessage):
                self._collect(event)
            elif isinstance(event, CloseConnection):
                with suppress(OSError):
                    self._write(self._protocol.send(event.response()))
                self._open = False
            else:
                raise ProtocolError("screens speak text")

    def _count(self) -> None:
        now_s = time.monotonic()
        earned = (now_s - self._heard_s) * MESSAGES_A_SECOND
        self._may_say = min(MESSAGES_AT_ONCE, self._may_say + earned) - 1
        self._heard_s = now_s
        if self._may_say < 0:
            raise ProtocolError("screens do not talk without a pause")

    def _collect(self, event: TextMessage) -> None:
        self._parts.append(event.data)
        if sum(map(len, self._parts)) > MESSAGE_LIMIT:
            raise ProtocolError("the message is too long")
        if event.message_finished:
            self._messages.append("".join(self._parts))
            self._parts.clear()


class Wire:
    """All the lines of one Socket.IO server."""

    def __init__(self, socketio: SocketIO) -> None:
        """Let the server of `socketio`, which has its app already, use these lines."""
        self._server: Any = getattr(socketio, "server")  # noqa: B009 — the stubs leave it out.
        self._connections: dict[str, Connection] = {}
        engine = self._server.eio
        # The driver's table belongs to all servers of the process: change a copy.
        engine._async = engine._async | {"websocket": self._connection}  # noqa: SLF001

    def tell(self, room: str | None, event: str, *args: object) -> None:
        """Send `event` to everybody in `room`, or to all, encoded and framed once.

        Reaches the clients of this process. Never waits: a client that cannot take the frame
        now gets it from its own queue, and one that is far behind is disconnected to come back.
        """
        text = self._server.packet_class(EVENT, data=[event, *args], namespace="/").encode()
        packet = EnginePacket(MESSAGE, text)
        frame = text_frame(packet.encode())
        for _, engine_id in self._server.manager.get_participants("/", room):
            line = self._connections.get(engine_id)
            if line is None or line.send_now(frame):
                continue
            if line.behind > PACKETS_BEHIND:
                line.cut()
            else:
                self._server.eio.send_packet(engine_id, packet)

    def enter(self, client_id: str, room: str) -> None:
        """Let a connected client hear what is told in `room`."""
        self._server.enter_room(client_id, room)

    def leave(self, client_id: str, room: str) -> None:
        """Let it hear no more of that."""
        self._server.leave_room(client_id, room)

    def send_away(self, client_id: str) -> None:
        """Send away who may no longer follow, cut if it stays; waits for nobody who is stalled."""
        line = self._connections.get(self._server.manager.eio_sid_from_sid(client_id, "/"))
        gevent.spawn(self._server.disconnect, client_id)
        if line is not None:
            gevent.spawn_later(FAREWELL_S, line.cut)

    def cut_all(self) -> None:
        """Cut every line as the program ends; screens come back when somebody listens again."""
        for line in list(self._connections.values()):
            line.cut()

    def _connection(self, handler: Callable[[Connection], object], _engine: object) -> Connection:
        return Connection(handler, self._connections)


def wire_of(socketio: SocketIO) -> Wire:
    """Return the one wire of a Socket.IO server that has its app, laid at the first call."""
    engine: Any = getattr(socketio, "server").eio  # noqa: B009 — the stubs leave it out.
    if not hasattr(engine, "wire"):
        engine.wire = Wire(socketio)
    wire: Wire = engine.wire
    return wire


def _request_bytes(environ: dict[str, Any]) -> bytes:
    headers = "".join(
        f"{name[5:].replace('_', '-')}: {value}\r\n"
        for name, value in environ.items()
        if name.startswith("HTTP_")
    )
    return f"GET / HTTP/1.1\r\n{headers}\r\n".encode("latin-1")


def _prepare(line: socket.socket) -> None:
    # A screen may be silent for as long as it answers pings; those have their own patience.
    line.settimeout(None)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_LINE_MS)

"""Listens on the network: the Socket.IO server's settings, and serving until told to stop."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from flask import Flask
from flask_socketio import SocketIO
from gevent.event import Event

from counter.live.wire import MESSAGE_LIMIT, wire_of
from counter.network.connections import Doorway
from counter.network.forgery import own_origin
from counter.stopping import heed_signals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What is under way has so long to end; the rest of the house, what is left until it must.
STOP_WITHIN_S = 2.0
# The libraries' own words: what they tell of single packets would hold the tokens of tickets, and
# without a logger they would each bring a handler of their own, past the house's one form.
sockets = logging.getLogger(f"{__name__}.sockets")
sockets.setLevel(logging.ERROR)
_SHORT: Final = 120
_SOCKETS = "/socket.io"
THIS_MACHINE = ("127.0.0.1", "::1")


def in_short(record: logging.LogRecord) -> bool:
    """Let what others sent be a short warning: the libraries call it an error of ours.

    Trouble of our own comes with its stack trace, and stays what it is.
    """
    if record.levelno == logging.ERROR and not record.exc_info:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        # Behind it they say how they would go on to log it.
        record.msg, record.args = record.getMessage().partition(" (further")[0][:_SHORT], None
    return logging.getLogger().isEnabledFor(record.levelno)


sockets.addFilter(in_short)


def make_socketio(app: Flask, public_url: str = "") -> SocketIO:
    """Return the Socket.IO server of `app`, speaking WebSocket only, to its own pages only.

    Those of `public_url` are its own, too, whatever name a proxy asks for them by.
    A client that answers no ping is dropped after 15 s; pages notice a dead server sooner, by
    its missing heartbeat.
    """

    def own(origin: str | None, environ: Mapping[str, str]) -> bool:
        return own_origin(origin or "", public_url, environ.get("HTTP_HOST", ""))

    socketio = SocketIO(
        app,
        logger=sockets,
        engineio_logger=sockets,
        async_mode="gevent",
        cors_allowed_origins=own,  # type: ignore[arg-type]  # the stubs know no callable
        # In the order they were sent, and a flood of one client holds up that client alone.
        async_handlers=False,
        manage_session=False,
        max_http_buffer_size=MESSAGE_LIMIT,
        ping_interval=10,
        ping_timeout=5,
        transports=["websocket"],  # type: ignore[call-arg]  # the stubs leave out what is handed on
    )
    app.wsgi_app = LinesAlone(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return socketio


class LinesAlone:
    """Turns away what is sent to the sockets past a line: a library would try to read it."""

    def __init__(self, app: WSGIApplication) -> None:
        """Put it around `app`, sockets included."""
        self._app = app

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer a request."""
        opens = environ["REQUEST_METHOD"] == "GET"
        if opens or not environ["PATH_INFO"].startswith(_SOCKETS):
            return self._app(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"Not a WebSocket."]


def serve(
    app: Flask, socketio: SocketIO, host: str, port: int, *, proxies: Collection[str] = ()
) -> None:
    """Serve `app` until SIGTERM or SIGINT, then end what is under way and return.

    Whatever goes on afterwards, the program ends within seconds (counter/stopping.py).

    Port 0 takes a free one. `proxies` are addresses that bring many people. Prints one line
    when it listens, and nothing else.
    """
    server = Doorway((host, port), app, unlimited={*THIS_MACHINE, *proxies})
    wire = wire_of(socketio)
    server.start()
    stopping = Event()
    heed_signals(stopping.set)
    shown = f"[{host}]" if ":" in host else host
    print(f"Balai listens on http://{shown}:{server.server_port}", flush=True)  # noqa: T201 — for who started it.
    try:
        stopping.wait()
    finally:
        # First the door, then the lines, which end only when one of both ends hangs up.
        server.close()
        wire.cut_all()
        server.under_way.join(timeout=STOP_WITHIN_S)
        server.stop(timeout=0)

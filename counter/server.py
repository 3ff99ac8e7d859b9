"""Listens on the network: the Socket.IO server's settings, and serving until told to stop."""

from __future__ import annotations

import signal
from collections.abc import Collection, Mapping

import gevent
from flask import Flask
from flask_socketio import SocketIO
from gevent.event import Event

from counter.live.wire import MESSAGE_LIMIT, wire_of
from counter.network.connections import Doorway
from counter.network.forgery import own_origin

STOP_WITHIN_S = 3.0
THIS_MACHINE = ("127.0.0.1", "::1")


def make_socketio(app: Flask, public_url: str = "") -> SocketIO:
    """Return the Socket.IO server of `app`, speaking WebSocket only, to its own pages only.

    Those of `public_url` are its own, too, whatever name a proxy asks for them by.
    A client that answers no ping is dropped after 15 s; pages notice a dead server sooner, by
    its missing heartbeat.
    """

    def own(origin: str | None, environ: Mapping[str, str]) -> bool:
        return own_origin(origin or "", public_url, environ.get("HTTP_HOST", ""))

    return SocketIO(
        app,
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


def serve(
    app: Flask, socketio: SocketIO, host: str, port: int, *, proxies: Collection[str] = ()
) -> None:
    """Serve `app` until SIGTERM or SIGINT, then end what is under way and return.

    Port 0 takes a free one. `proxies` are addresses that bring many people. Prints one line
    when it listens, and nothing else.
    """
    server = Doorway((host, port), app, unlimited={*THIS_MACHINE, *proxies})
    wire = wire_of(socketio)
    server.start()
    stopping = Event()
    watchers = [
        gevent.signal_handler(number, stopping.set) for number in (signal.SIGTERM, signal.SIGINT)
    ]
    shown = f"[{host}]" if ":" in host else host
    print(f"Balai listens on http://{shown}:{server.server_port}", flush=True)  # noqa: T201 — for who started it.
    try:
        stopping.wait()
    finally:
        for watcher in watchers:
            watcher.cancel()
        # First the door, then the lines, which end only when one of both ends hangs up.
        server.close()
        wire.cut_all()
        server.under_way.join(timeout=STOP_WITHIN_S)
        server.stop(timeout=0)

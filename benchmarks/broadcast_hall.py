"""The real live layer under measurement: a topic of about 1 kB, read, encoded and told."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from typing import Any

import flask
from gevent.fileobject import FileObject
from gevent.pywsgi import WSGIServer
from sqlalchemy.orm import Session

from counter.live.live import Live
from counter.live.visitors import Visitor
from counter.live.wire import SocketHandler
from counter.network.connections import BACKLOG
from counter.server import make_socketio
from models.core.clock import Clock
from models.core.database import Database
from models.journal.actors import Actor
from models.journal.events import CatalogueChanged
from models.journal.topics import Topic
from models.keeping.migrating import upgrade

CALLS = [
    {"number": f"A-{number:03}", "desk": number % 22, "zone": "melati", "call_id": 1000 + number}
    for number in range(14)
]


def _board(_session: Session, _key: str, at: datetime) -> dict[str, Any]:
    return {"calls": CALLS, "waiting": 79, "at": at.isoformat(timespec="milliseconds")}


def main() -> None:
    """Tell the topic's followers at each line of the standard input; answer when that began."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/balai.db")
        upgrade(database)
        app = flask.Flask("bench")
        socketio = make_socketio(app)
        # A ping between the states would be counted as a part of one.
        getattr(socketio, "server").eio.ping_interval = 3600  # noqa: B009 — the stubs leave it out.
        live = Live(
            socketio,
            database,
            Clock(),
            visitor_of=lambda _: Visitor(),
            actors_of=lambda all_: dict.fromkeys(all_, (Actor(),)),
        )
        live.register(Topic("board", _board, lambda *_: ["1"], lambda *_: True))
        server = WSGIServer(
            ("127.0.0.1", 0), app, backlog=BACKLOG, log=None, handler_class=SocketHandler
        )
        server.start()
        print(server.server_port, flush=True)
        changed = CatalogueChanged(mall_id=1, at=Clock().now())
        for _ in FileObject(sys.stdin, "r"):
            began_ns = time.monotonic_ns()
            live.heard([changed])
            live.tell()
            print(began_ns, flush=True)
        database.close()


if __name__ == "__main__":
    main()

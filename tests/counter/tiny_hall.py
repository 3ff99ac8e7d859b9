"""The smallest hall with a live number: the real live layer, real tickets, a page of its own."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typing_extensions import override

import counter
from counter.live.live import Live
from counter.live.visitors import Visitor
from counter.live.wire import wire_of
from counter.server import make_socketio, serve
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import DeviceWithdrawn, TicketTaken
from models.journal.record import record
from models.journal.topics import Topic
from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.queue.tickets import Ticket
from tests import builders

STATIC = Path(counter.__file__).parent / "static"
PAGE = """<!doctype html><html lang="id"><body><b id="status"></b> <i id="waiting"></i>
<u id="heard"></u><script type="module">
import { Live } from "/static/shared/live.js";
const show = (id, text) => (document.getElementById(id).textContent = text);
const live = (window.live = new Live());
window.states = 0;
show("status", live.status);
live.addEventListener("status", () => show("status", live.status));
const seen = (state) => { window.states += 1; show("waiting", state.waiting); };
const heard = (kind, payload) => show("heard", `${kind} ${JSON.stringify(payload)}`);
window.leave = live.follow(new URLSearchParams(location.search).get("topic"), seen, heard);
</script></body></html>"""


class Tickets:
    """Counts the tickets of a mall, and how often it was asked."""

    def __init__(self) -> None:
        self.readings = 0

    def state(self, session: Session, key: str, _at: datetime) -> dict[str, Any] | None:
        self.readings += 1
        if not key.isdigit():
            return None
        count = select(func.count()).select_from(Ticket).where(Ticket.mall_id == int(key))
        return {"waiting": session.scalar(count)}

    def facts(self, session: Session, key: str, _at: datetime) -> object | None:
        return session.scalar(select(func.count(Ticket.id)).where(Ticket.mall_id == int(key)))

    def touched(self, _session: Session, event: Event) -> Iterable[str]:
        return [str(event.mall_id)] if isinstance(event, TicketTaken) else []

    def may_follow(self, _session: Session, actor: Actor, key: str) -> bool:
        return key != "9" or actor.role is Role.BOARD


class Torn(Tickets):
    """A room with a fault, from the moment that `torn` says so."""

    torn = False

    @override
    def state(self, session: Session, key: str, at: datetime) -> dict[str, Any] | None:
        if self.torn:
            raise RuntimeError("the room is torn")
        return super().state(session, key, at)

    @override
    def touched(self, session: Session, event: Event) -> Iterable[str]:
        if self.torn:
            raise RuntimeError("the room is torn")
        return super().touched(session, event)


WITHDRAWN: set[str] = set()


def visitor_of(request: flask.Request) -> Visitor:
    device = request.cookies.get("device")
    return Visitor(screens=(device,) if device else ())


def actors_of(visitors: Collection[Visitor]) -> dict[Visitor, tuple[Actor, ...]]:
    """A device's token is its id in this hall."""
    return {one: tuple(map(_board, one.screens)) or (Actor(),) for one in visitors}


def _board(token: str) -> Actor:
    return Actor() if token in WITHDRAWN else Actor(role=Role.BOARD, device_id=int(token))


def make_hall(app: flask.Flask, database: Database) -> tuple[Live, Tickets]:
    """Give `app` the live layer, with one topic."""
    socketio, second = make_socketio(app), timedelta(seconds=1)
    live = Live(
        socketio, database, Clock(), visitor_of=visitor_of, actors_of=actors_of, tick=second
    )
    tickets = Tickets()
    live.register(Topic("number", tickets.state, tickets.touched, tickets.may_follow))
    live.register(Topic("clock", tickets.state, lambda _s, _e: [], tickets.may_follow, ticks=True))
    live.register(
        Topic(
            "drawn",
            tickets.state,
            lambda _s, _e: [],
            tickets.may_follow,
            ticks=True,
            facts=tickets.facts,
        )
    )
    torn = Torn()
    live.register(Topic("torn", torn.state, torn.touched, torn.may_follow))

    @app.post("/tear/<int:now>")
    def tear(now: int) -> dict[str, int]:
        torn.torn = bool(now)
        return {}

    return live, tickets


def routes(app: flask.Flask, database: Database, live: Live, tickets: Tickets) -> None:
    """Let a test make things happen."""

    @app.get("/")
    def page() -> str:
        return PAGE

    @app.get("/readings")
    def readings() -> dict[str, int]:
        return {"readings": tickets.readings}

    @app.post("/take/<int:times>")
    def take(times: int) -> dict[str, int]:
        for _ in range(times):
            take_one(database)
        return {"taken": times}

    @app.post("/tell/<name>/<int:times>")
    def tell(name: str, times: int) -> dict[str, int]:
        """Tell followers what the body says, many times in one breath."""
        for number in range(times):
            state = flask.request.get_json() | {"number": number}
            wire_of(app.extensions["socketio"]).tell(f"number/{name}", "state", "number/1", state)
        return {"told": times}

    @app.post("/shout")
    def shout() -> dict[str, int]:
        live.shout("number/1", "announce", flask.request.get_json())
        return {}

    @app.post("/cut")
    def cut() -> dict[str, int]:
        wire_of(app.extensions["socketio"]).cut_all()
        return {}

    @app.post("/withdraw/<int:device_id>")
    def withdraw(device_id: int) -> dict[str, int]:
        WITHDRAWN.add(str(device_id))
        with database.transaction() as session:
            record(session, DeviceWithdrawn(mall_id=1, at=Clock().now(), device_id=device_id))
        return {}


def press_routes(app: flask.Flask) -> None:
    """Answer presses late, or with a refusal."""
    pressed: list[str] = []

    @app.post("/press/<int:failures>")
    def press(failures: int) -> tuple[dict[str, Any], int]:
        """Fail so many times, then answer with the ids that came."""
        pressed.append(flask.request.get_json()["press_id"])
        return {"pressed": pressed}, 503 if len(pressed) <= failures else 200

    @app.post("/refuse/<code>/<int:status>")
    def refuse(code: str, status: int) -> flask.Response:
        facts = {"number": "A-001"}
        answer = flask.jsonify(code=code, title="Loket sedang dipakai.", facts=facts)
        answer.status_code, answer.content_type = status, "application/problem+json"
        return answer


def make_mall(database: Database) -> None:
    """Make the tables, and a mall with one service."""
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        mall = builders.mall(session)
        builders.desk(session, mall, [builders.service(session, mall, "A")])


def take_one(database: Database) -> None:
    """Take one number in the mall."""
    with database.transaction() as session:
        mall = session.get_one(Mall, 1)
        builders.ticket(session, mall, session.get_one(Service, 1))


def main(url: str, port: str) -> None:
    """Serve until stopped."""
    database = Database(url)
    app = flask.Flask("tiny", static_folder=str(STATIC))
    live, tickets = make_hall(app, database)
    routes(app, database, live, tickets)
    press_routes(app)
    live.start()
    serve(app, app.extensions["socketio"], "127.0.0.1", int(port))
    live.stop()
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

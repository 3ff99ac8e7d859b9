"""Keeps every screen in step: whole states to all who follow a topic, and a heartbeat to all."""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import flask
import gevent
from flask_socketio import SocketIO
from gevent.event import Event as Signal
from sqlalchemy.orm import Session

from counter.live.followers import Followers
from counter.live.tail import Tail
from counter.live.topics import State, Topics
from counter.live.wire import wire_of
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.actors import Actor
from models.journal.events import DeviceWithdrawn, SignedOut
from models.journal.record import last_seq
from models.journal.topics import Topic

log = logging.getLogger(__name__)

GATHER = timedelta(milliseconds=30)
# How often the journal is asked for what other processes did.
LOOK = timedelta(milliseconds=250)
HEARTBEAT = timedelta(seconds=2)
TICK = timedelta(seconds=15)
# Before the next try when the database did not answer.
PAUSE = timedelta(seconds=1)

ActorsOf = Callable[[flask.Request], tuple[Actor, ...]]


class Live:
    """The one place that tells screens what changed.

    A topic is read once and encoded once, however many screens follow it. Nothing is kept
    that a restart would lose: screens come back and ask again.
    """

    def __init__(
        self,
        socketio: SocketIO,
        database: Database,
        clock: Clock,
        *,
        actors_of: ActorsOf,
        tick: timedelta = TICK,
    ) -> None:
        """Speak over `socketio`, made for its app already; `actors_of` knows who asks.

        Topics that tick are told anew every `tick`.
        """
        self._ticks_every = tick
        self._socketio = socketio
        self._wire = wire_of(socketio)
        self._database = database
        self._clock = clock
        self._actors_of = actors_of
        self._topics = Topics(clock)
        self._followers = Followers(self._wire)
        self._unread: deque[Event] = deque()
        self._dirty: set[str] = set()
        self._woken = Signal()
        self._tail = Tail()
        self._greenlets: list[gevent.Greenlet] = []
        socketio.on_event("connect", self._connected)
        socketio.on_event("disconnect", self._gone)
        socketio.on_event("here", self._here)
        socketio.on_event("follow", self._follow)
        socketio.on_event("unfollow", self._unfollow)

    def register(self, topic: Topic) -> None:
        """Let screens follow `topic`."""
        self._topics.register(topic)

    def start(self) -> None:
        """Begin to listen to the database and to tell; its tables must be there."""
        self._topics.epoch = self._read_epoch()
        with self._database.reading() as session:
            self._tail.unheard(session)
        self._database.listeners.append(self.heard)
        self._greenlets = [gevent.spawn(self._tell_forever), gevent.spawn(self._beat_forever)]

    def stop(self) -> None:
        """Fall silent."""
        self._database.listeners.remove(self.heard)
        gevent.killall(self._greenlets)

    def heard(self, events: Sequence[Event]) -> None:
        """Note what happened; screens are told some tens of milliseconds later.

        Only notes, because the press that made the events still waits for its answer.
        """
        self._tail.heard(events)
        self._unread.extend(events)
        self._woken.set()

    def shout(self, topic: str, kind: str, payload: dict[str, Any]) -> None:
        """Send what must be heard once to all who follow `topic`, in every process.

        It may overtake the state that belongs to it, or come late: whatever depends on their order
        must carry the journal's number that it knew.
        """
        self._socketio.emit("shout", (topic, kind, payload), to=topic)

    def followed(self, topic: str) -> bool:
        """Tell whether a screen follows `topic` over a line here."""
        return topic in self._followers.names

    def disconnect_device(self, device_id: int) -> None:
        """Send a device away; if it comes back, it is asked anew who it is."""
        self._followers.send_away(lambda actor: actor.device_id == device_id)

    def silence_s(self, device_id: int) -> float:
        """Return for how many seconds nothing was heard of a device over its line here."""
        return self._followers.silence_s(device_id)

    def disconnect_user(self, user_id: int) -> None:
        """Send all pages of a user away; those still signed in come back at once."""
        self._followers.send_away(lambda actor: actor.user_id == user_id)

    # What clients ask.

    def _connected(self, _auth: object = None) -> None:
        self._followers.come(_sid(), self._actors_of(flask.request))
        self._socketio.emit("heartbeat", self._heartbeat(), to=_sid())

    def _here(self, _wish: object = None) -> dict[str, Any]:
        """Answer a screen that woke up and wonders whether its line still stands."""
        self._followers.heard(_sid())
        return self._heartbeat()

    def _gone(self, *_reason: object) -> None:
        self._followers.gone(_sid())

    def _follow(self, wish: object = None) -> dict[str, Any]:
        """Acknowledge with the topic's state at once, or with the code of a refusal."""
        name = _name_in(wish)
        actors = self._followers.actors(_sid())
        if not actors or name not in self._topics:
            return {"ok": False, "code": "not_found"}
        if not self._followers.may_add(_sid(), name):
            return {"ok": False, "code": "too_many"}
        # First in the room, then the reading: a change in between is told twice, never missed.
        new = self._followers.add(_sid(), name)
        answer: dict[str, Any] = {"ok": False}
        try:
            with self._database.reading() as session:
                answer = self._answer(session, actors, name)
        finally:
            if new and not answer["ok"]:
                self._followers.remove(_sid(), name)
        return answer

    def _unfollow(self, wish: object = None) -> None:
        self._followers.remove(_sid(), _name_in(wish))

    def _answer(self, session: Session, actors: tuple[Actor, ...], name: str) -> dict[str, Any]:
        if not self._topics.may_follow(session, actors, name):
            return {"ok": False, "code": "forbidden"}
        state = self._topics.picture(session)(name)
        return {"ok": True, "state": state} if state else {"ok": False, "code": "not_found"}

    # What happens by itself.

    def _tell_forever(self) -> None:
        while True:
            self._woken.wait()
            gevent.sleep(GATHER.total_seconds())
            self._woken.clear()
            try:
                self.tell()
            except Exception:
                # The outermost door of a greenlet that must not end: a database away for a
                # minute would otherwise leave all screens behind until a restart.
                log.exception("the screens could not be told")
                gevent.sleep(PAUSE.total_seconds())
                self._woken.set()

    def _beat_forever(self) -> None:
        beats = ticks = timedelta()
        while True:
            try:
                self._catch_up()
                if beats <= timedelta():
                    beats = HEARTBEAT
                    self._wire.tell(None, "heartbeat", self._heartbeat())
                if ticks <= timedelta():
                    ticks = self._ticks_every
                    self._tick()
            except Exception:
                # The same door: no heartbeat while the database is away, so screens say so.
                log.exception("the heart missed a beat")
            gevent.sleep(LOOK.total_seconds())
            beats, ticks = beats - LOOK, ticks - LOOK

    def _catch_up(self) -> None:
        with self._database.reading() as session:
            missed = self._tail.unheard(session)
        if missed:
            self._unread.extend(missed)
            self._woken.set()

    def _tick(self) -> None:
        self._dirty |= self._topics.ticking(self._followers.names)
        if self._dirty:
            self._woken.set()

    def tell(self) -> None:
        """Read every followed topic that changed, once, and send it to its followers."""
        events = [self._unread.popleft() for _ in range(len(self._unread))]
        names, self._dirty = self._dirty, set()
        self._send_away_by(events)
        followed = self._followers.names
        try:
            with self._database.reading() as session:
                names |= self._topics.touched(session, events, followed)
                states = self._states(session, names & followed)
        except Exception:
            self._unread.extendleft(reversed(events))
            self._dirty |= names
            raise
        for name, state in states:
            self._wire.tell(name, "state", name, state)

    def _states(self, session: Session, names: Iterable[str]) -> list[tuple[str, State]]:
        found = []
        read = self._topics.picture(session)
        for name in sorted(names):
            try:
                state = read(name)
            except Exception:
                # A door between rooms: one room's fault must not darken the others' screens.
                # A ticket's own name is the key to it, so only the family is told.
                log.exception("topic %s could not be read", name.partition("/")[0])
                session.rollback()
                self._dirty.add(name)  # Once more at the next gathering.
                continue
            if state:
                found.append((name, state))
        return found

    def _send_away_by(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, DeviceWithdrawn) and event.device_id is not None:
                self.disconnect_device(event.device_id)
            if isinstance(event, SignedOut) and event.user_id is not None:
                self.disconnect_user(event.user_id)

    def _heartbeat(self) -> dict[str, Any]:
        with self._database.reading() as session:
            seq = last_seq(session)
        now = self._clock.now().isoformat(timespec="milliseconds")
        return {"now": now, "seq": seq, "epoch": self._topics.epoch, "rate": self._clock.rate}

    def _read_epoch(self) -> str:
        """Name this database, the same for all its processes: a new one counts from the start."""
        drawn = {"epoch": uuid.uuid4().hex[:12]}
        at = self._clock.now()
        epoch: str = self._database.press("live.epoch", "live.epoch", at, lambda _: drawn)["epoch"]
        return epoch


def _sid() -> str:
    # Flask-SocketIO puts the client's id on the request; the stubs of Flask do not know it.
    sid: str = getattr(flask.request, "sid")  # noqa: B009
    return sid


def _name_in(wish: object) -> str:
    name = wish.get("topic") if isinstance(wish, dict) else None
    # No name of a topic has signs that a database would choke on.
    return name if isinstance(name, str) and name.isascii() and name.isprintable() else ""

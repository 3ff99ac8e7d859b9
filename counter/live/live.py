"""Keeps every screen in step: whole states to all who follow a topic, and a heartbeat to all."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import flask
import gevent
from flask_socketio import SocketIO
from gevent.event import Event as Signal
from sqlalchemy.orm import Session

from counter.live.followers import Followers
from counter.live.heart import heartbeat, read_epoch
from counter.live.rights import Rights
from counter.live.tail import Tail
from counter.live.ticks import Ticks
from counter.live.topics import Picture, Topics
from counter.live.turns import Slices, Turns
from counter.live.visitors import ActorsOf, VisitorOf
from counter.live.wire import wire_of
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import About, Event
from models.journal.actors import Actor
from models.journal.record import BREATH
from models.journal.topics import Topic

log = logging.getLogger(__name__)

GATHER = timedelta(milliseconds=30)
# How often the journal is asked for what other processes did.
LOOK = timedelta(milliseconds=250)
HEARTBEAT = timedelta(seconds=2)
TICK = timedelta(seconds=15)
# Before the next try when the database did not answer.
PAUSE = timedelta(seconds=1)
# How long what is being told may take to its end, and then to be cut short.
LAST_WORD = timedelta(seconds=0.5)
# After these somebody may be no longer who they were when their line began.
ABOUT_VISITORS = frozenset({About.ACCOUNT, About.DEVICE})


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
        visitor_of: VisitorOf,
        actors_of: ActorsOf,
        tick: timedelta = TICK,
    ) -> None:
        """Speak over `socketio`, made for its app already.

        `visitor_of` tells what a browser shows, `actors_of` as whom that may act now.

        Topics that tick are told anew every `tick`.
        """
        self._ticks_every = tick
        self._socketio = socketio
        self._wire = wire_of(socketio)
        self._database = database
        self._clock = clock
        self._topics = Topics(clock)
        self._followers = Followers(self._wire)
        self._rights = Rights(self._followers, visitor_of, actors_of)
        self._unread: deque[Event] = deque()
        self._dirty: set[str] = set()
        self._turns = Turns(database, self._topics)
        self._ticks = Ticks(self._topics, self._followers, self._wire, self._turns)
        self._woken = Signal()
        self._stopping = Signal()
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
        self._topics.epoch = read_epoch(self._database, self._clock)
        with self._database.reading() as session:
            self._tail.unheard(session)
        self._database.listeners.append(self.heard)
        self._greenlets = [gevent.spawn(self._tell_forever), gevent.spawn(self._beat_forever)]

    def stop(self) -> None:
        """Fall silent."""
        self._database.listeners.remove(self.heard)
        self._stopping.set()
        self._woken.set()
        last_word_s = LAST_WORD.total_seconds()
        gevent.joinall(self._greenlets, timeout=last_word_s)
        # A database that is asked may hold them, and a driver may take their end for an error of
        # the line: then they see by themselves that it is over, if it ever answers.
        gevent.killall(self._greenlets, timeout=last_word_s)

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

    def silence_s(self, device_id: int) -> float:
        """Return for how many seconds nothing was heard of a device over its line here."""
        return self._followers.silence_s(device_id)

    # What clients ask.

    def _connected(self, _auth: object = None) -> None:
        self._rights.come(_sid(), flask.request)
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
        if name not in self._topics:
            return {"ok": False, "code": "not_found"}
        actors = self._rights.now(_sid())
        if not actors:
            return {"ok": False, "code": "forbidden"}
        if not self._followers.may_add(_sid(), name):
            return {"ok": False, "code": "too_many"}
        # First in the room, then the reading: a change in between is told twice, never missed.
        new = self._followers.add(_sid(), name)
        answer: dict[str, Any] = {"ok": False}
        try:
            answer = self._turns.ask(name, partial(self._answer, actors, name))
        finally:
            if new and not answer["ok"]:
                self._followers.remove(_sid(), name)
        return answer

    def _unfollow(self, wish: object = None) -> None:
        self._followers.remove(_sid(), _name_in(wish))

    def _answer(
        self, actors: tuple[Actor, ...], name: str, session: Session, picture: Picture
    ) -> dict[str, Any]:
        if not self._topics.may_follow(session, actors, name):
            return {"ok": False, "code": "forbidden"}
        state = picture.state(name)
        if state is None:
            return {"ok": False, "code": "not_found"}
        self._ticks.one_has(name, picture.facts(name))
        return {"ok": True, "state": state}

    # What happens by itself.

    def _tell_forever(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._stopping.wait(GATHER.total_seconds())
            self._woken.clear()
            try:
                self.tell()
            except Exception:
                # The outermost door of a greenlet that must not end: a database away for a
                # minute would otherwise leave all screens behind until a restart.
                log.exception("the screens could not be told")
                self._stopping.wait(PAUSE.total_seconds())
                self._woken.set()

    def _beat_forever(self) -> None:
        beats, ticks, missed = timedelta(), timedelta(), False
        while not self._stopping.is_set():
            try:
                self._catch_up()
                if beats <= timedelta():
                    beats = HEARTBEAT
                    self._wire.tell(None, "heartbeat", self._heartbeat())
                    self._rights.check()
                    if missed:
                        log.warning("the heart beats again")
                    missed = False
                if ticks <= timedelta():
                    ticks = self._ticks_every
                    self._tick()
            except Exception:
                # The same door: no heartbeat while the database is away, so screens say so.
                log.exception("the heart missed a beat")
                missed = True
            self._stopping.wait(LOOK.total_seconds())
            beats, ticks = beats - LOOK, ticks - LOOK

    def _catch_up(self) -> None:
        with self._database.reading() as session:
            missed = self._tail.unheard(session)
        if missed:
            self._unread.extend(missed)
            self._woken.set()

    def _tick(self) -> None:
        self._dirty |= self._ticks.tick()
        if self._dirty:
            self._woken.set()

    def tell(self) -> None:
        """Read every followed topic that changed, once, and send it to its followers."""
        slices = Slices()
        events = [self._unread.popleft() for _ in range(len(self._unread))]
        names, self._dirty = self._dirty, set()
        try:
            if any(event.about in ABOUT_VISITORS for event in events):
                self._rights.check()
            with self._database.reading() as session:
                session.info[BREATH] = slices.breathe
                self._ask_again(session, events)
                followed = self._followers.names
                names |= self._topics.touched(session, events, followed)
                slices.breathe()
                self._tell_all(session, names & followed, slices)
        except Exception:
            self._unread.extendleft(reversed(events))
            self._dirty |= names
            raise

    def _tell_all(self, session: Session, names: Iterable[str], slices: Slices) -> None:
        """Read and send the topics from one picture; presses are heard between them."""
        picture = self._topics.picture(session)
        for name in sorted(names):
            try:
                state, facts = picture.state(name), picture.facts(name)
            except Exception:
                # A door between rooms: one room's fault must not darken the others' screens.
                # A ticket's own name is the key to it, so only the family is told.
                log.exception("topic %s could not be read", name.partition("/")[0])
                session.rollback()
                self._dirty.add(name)  # Once more at the next gathering.
                continue
            if state:
                self._ticks.all_have(name, facts)
                self._wire.tell(name, "state", name, state)
            slices.breathe()

    def _ask_again(self, session: Session, events: Sequence[Event]) -> None:
        """Send away who follows a topic that is no longer theirs to see."""
        for name in self._topics.shaken(session, events, self._followers.names):
            self._followers.send_away(
                client_id
                for client_id in self._followers.of(name)
                if not self._topics.may_follow(session, self._followers.actors(client_id), name)
            )

    def _heartbeat(self) -> dict[str, Any]:
        return heartbeat(self._database, self._clock, self._topics.epoch)


def _sid() -> str:
    # Flask-SocketIO puts the client's id on the request; the stubs of Flask do not know it.
    sid: str = getattr(flask.request, "sid")  # noqa: B009
    return sid


def _name_in(wish: object) -> str:
    name = wish.get("topic") if isinstance(wish, dict) else None
    # No name of a topic has signs that a database would choke on.
    return name if isinstance(name, str) and name.isascii() and name.isprintable() else ""

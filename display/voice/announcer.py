"""Decides what each zone hears and when: one announcement at a time, in the order of the calls.

A call waits for its zone until it was shouted or is no longer wanted; nothing else takes it out
but the end of the process. A database that does not answer costs it PAUSE_S, again and again until
STALE; a voice that fails costs it the words, or all sound, and nothing else.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from display.voice.inviting import Spoken, invitation, proclamation
from display.voice.notices import Herald, Notice
from display.voice.pace import Pace, pace_of
from display.voice.sentences import Sentence, Style, announcement
from display.voice.voice import Clip, Voice, VoiceUnavailable
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.events import TicketCalled, TicketCalledAgain
from models.queue.tickets import Call

log = logging.getLogger(__name__)

Shout = Callable[[str, str, dict[str, Any]], None]
Called = TicketCalled | TicketCalledAgain

GAP: Final = timedelta(milliseconds=700)
# How long a screen shows a call as being called when there is no sound to wait for.
SILENT: Final = timedelta(seconds=8)
# Somebody who has not come after so long is called again by the officer, not by a late echo.
STALE: Final = timedelta(minutes=5)
# How often the time of day is asked whether it has something to say.
LOOK_S: Final = 20.0
# Before a database that did not answer is asked again: a starting one gets its peace, and the hall
# hears a pause that it would not notice between two calls.
PAUSE_S: Final = 1.0
# How a database says that it is locked, restarting or out of reach.
_AWAY: Final = (OperationalError, InterfaceError, NoConnection)


@dataclass(frozen=True)
class _Item:
    """What waits to be said since the instant `at`."""

    what: Called | Notice
    at: datetime


@dataclass
class _Pending:
    """What one zone still has to hear; `free_at_s` is an instant of the monotonic clock."""

    waiting: deque[_Item] = field(default_factory=deque)
    free_at_s: float = 0.0

    def place(self, called: Called) -> None:
        """Let a call wait behind the others; a ticket that waits already keeps its place."""
        item = _Item(called, called.at)
        for index, other in enumerate(self.waiting):
            if isinstance(other.what, Called) and other.what.ticket_id == called.ticket_id:
                if other.what.call_id < called.call_id:
                    self.waiting[index] = item
                return
        self.waiting.append(item)


class Announcer:
    """Hears of calls, has them spoken, and tells the screens of each zone in turn."""

    def __init__(
        self, database: Database, clock: Clock, voice: Voice, shout: Shout, *, style: Style
    ) -> None:
        """Speak with `voice` in `style`; `shout(topic, kind, payload)` reaches the screens."""
        self._database = database
        self._clock = clock
        self._voice = voice
        self._shout = shout
        self._style = style
        self._herald = Herald(database)
        self._zones: dict[int, _Pending] = {}
        # Calls whose zones the database has not told yet, in their order.
        self._unplaced: list[Called] = []
        # Instants of the monotonic clock; 0 while the database answers.
        self._asks_at_s = 0.0
        self._looks_at_s = 0.0
        self._arrived: deque[Called | tuple[int, _Item]] = deque()
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def hear(self, events: Sequence[Event]) -> None:
        """Note the calls among `events`; a listener of the database, so it only notes."""
        calls = [one for one in events if isinstance(one, Called)]
        if calls:
            with self._news:
                self._arrived.extend(calls)
                self._news.notify()

    def proclaim(self, zone_ids: Iterable[int], notice: Notice) -> None:
        """Have these zones hear `notice` when those before it have been said."""
        item = _Item(notice, self._clock.now())
        with self._news:
            self._arrived.extend((zone_id, item) for zone_id in zone_ids)
            self._news.notify()

    def start(self) -> None:
        """Announce in the background from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the background work and wait for it."""
        with self._news:
            self._stopping.set()
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join()

    def step(self, now_s: float) -> float | None:
        """Announce what is due at `now_s` of the monotonic clock.

        Returns the seconds until more is due, None when nothing waits.
        """
        at = self._clock.now()
        self._take_in()
        self._admit(now_s)
        for zone_id, pending in self._zones.items():
            while pending.waiting and self._due_s(pending) <= now_s and not self._stopping.is_set():
                self._go_on(zone_id, pending, now_s, at)
        due = [self._due_s(pending) for pending in self._zones.values() if pending.waiting]
        if self._unplaced:
            due.append(self._asks_at_s)
        return max(0.0, min(due) - now_s) if due else None

    def _run(self) -> None:
        # The engine is loaded before the first call needs it, and the log tells if it is missing.
        self._clip((announcement("test"),), Pace(times=1))
        while not self._stopping.is_set():
            try:
                now_s = time.monotonic()
                rest_s = self.step(now_s)
                self._look(now_s)
            except Exception:
                # An outermost door: whatever it is, the hall must not be silent all day.
                log.exception("an announcement failed")
                rest_s = PAUSE_S
            with self._news:
                if not self._stopping.is_set() and not self._arrived:
                    self._news.wait(LOOK_S if rest_s is None else min(rest_s, LOOK_S))

    def _look(self, now_s: float) -> None:
        """Proclaim what the time of day has to say."""
        if now_s < max(self._looks_at_s, self._asks_at_s):
            return
        try:
            for zone_ids, notice in self._herald.due(self._clock.now()):
                self.proclaim(zone_ids, notice)
        except _AWAY as reason:
            # Apart from the calls: to claim a notice is to write, and while somebody else holds
            # the pen the calls, which only read, go on.
            self._looks_at_s = now_s + LOOK_S
            log.warning("the time of day waits for the database: %r", reason)
        else:
            self._asks_at_s = 0.0

    def _take_in(self) -> None:
        with self._news:
            arrived = list(self._arrived)
            self._arrived.clear()
        for one in arrived:
            if isinstance(one, tuple):
                zone_id, item = one
                self._pending(zone_id).waiting.append(item)
            else:
                self._unplaced.append(one)

    def _admit(self, now_s: float) -> None:
        """Let each new call wait for its zones, as soon as the database tells them."""
        if not self._unplaced or now_s < self._asks_at_s:
            return
        with suppress(*_AWAY), self._asking(now_s), self._database.reading() as session:
            calls = select(Call).where(Call.id.in_([called.call_id for called in self._unplaced]))
            zones = {call.id: call.zone_ids for call in session.scalars(calls)}
            for called in self._unplaced:
                # What a backup that was put back does not know is wanted by nobody.
                for zone_id in zones.get(called.call_id, ()):
                    self._pending(zone_id).place(called)
            self._unplaced.clear()

    @contextmanager
    def _asking(self, now_s: float) -> Iterator[None]:
        """Note whether the database answers; one that does not has PAUSE_S to recover."""
        try:
            yield
        except _AWAY as reason:
            if not self._asks_at_s:
                log.warning("the calls wait for the database: %r", reason)
            self._asks_at_s = now_s + PAUSE_S
            raise
        self._asks_at_s = 0.0

    def _due_s(self, pending: _Pending) -> float:
        """When what is first may be said; a notice needs no database."""
        if isinstance(pending.waiting[0].what, Notice):
            return pending.free_at_s
        return max(pending.free_at_s, self._asks_at_s)

    def _go_on(self, zone_id: int, pending: _Pending, now_s: float, at: datetime) -> None:
        """Say what is first; it leaves when it was said or is no longer true."""
        item, pace = pending.waiting[0], pace_of(len(pending.waiting))
        try:
            lasts = timedelta()
            if at - item.at > STALE:
                log.warning("zone %d was not told in time: %s", zone_id, item.what)
            elif spoken := self._worded(item.what, zone_id, pace, now_s):
                lasts = self._announce(zone_id, spoken)
        except _AWAY:
            pending.free_at_s = now_s + PAUSE_S
            return
        except Exception:
            # A door between calls: what is wrong with one keeps the others waiting only once.
            log.exception("zone %d is told later: %s", zone_id, item.what)
            pending.waiting.rotate(-1)
            pending.free_at_s = now_s + PAUSE_S
            return
        pending.waiting.popleft()
        pending.free_at_s = now_s + lasts.total_seconds()

    def _pending(self, zone_id: int) -> _Pending:
        return self._zones.setdefault(zone_id, _Pending())

    def _worded(
        self, what: Called | Notice, zone_id: int, pace: Pace, now_s: float
    ) -> Spoken | None:
        if isinstance(what, Notice):
            return proclamation(what, pace=pace)
        with self._asking(now_s), self._database.reading() as session:
            return invitation(session, what.call_id, zone_id, pace=pace, style=self._style)

    def _announce(self, zone_id: int, spoken: Spoken) -> timedelta:
        """Tell the screens of the zone; return how long it is busy."""
        clip, worded = self._clip(spoken.sentences, spoken.pace)
        lasts = clip.duration if clip else SILENT
        sound = {
            "audio": f"/voice/{clip.key}.wav" if clip else "",
            "voice": worded,
            "duration_s": math.ceil(lasts.total_seconds()),
            "once_ms": round((clip.once if clip else lasts).total_seconds() * 1000),
        }
        self._shout(f"zone/{zone_id}", spoken.kind, spoken.payload | sound)
        return lasts + GAP

    def _clip(self, sentences: tuple[Sentence, ...], pace: Pace) -> tuple[Clip | None, bool]:
        """Return the sound and whether it has words: without a voice there is still the chime."""
        for words, missing in ((sentences, "words"), ((), "a sound")):
            try:
                times = pace.times if words else None
                return self._voice.speak(*words, times=times, chimed=not pace.brief), bool(words)
            except VoiceUnavailable as reason:
                log.warning("the hall is called without %s: %s", missing, reason)
            except Exception:
                # A door to foreign code: however the engine fails, the call is chimed or shown.
                log.exception("the hall is called without %s", missing)
        return None, False

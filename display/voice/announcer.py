"""Decides what each zone hears and when: one announcement at a time, in the order of the calls.

What must be heard stands in the database until it was shouted or is no longer wanted, so that
neither the end of a process nor another one that heard the press loses a call. A database that does
not answer costs it PAUSE_S, again and again until STALE; a voice that fails costs it the words, or
all sound, and nothing else.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from display.voice.clips import clip_for
from display.voice.inviting import Spoken, invitation, proclamation
from display.voice.naming import named_in_log
from display.voice.notices import Herald, Notice
from display.voice.pace import Pace, pace_of
from display.voice.returning import Returning
from display.voice.sentences import Style, announcement
from display.voice.turns import Item, Pending
from display.voice.voice import Voice
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.core.faults import reason_of
from models.journal.events import TicketCalled, TicketCalledAgain
from models.queue.announcing import Unshouted, note_shouted, unshouted

log = logging.getLogger(__name__)

Shout = Callable[[str, str, dict[str, Any]], None]
Called = TicketCalled | TicketCalledAgain

GAP: Final = timedelta(milliseconds=700)
# How long a screen shows a call as being called when there is no sound to wait for.
SILENT: Final = timedelta(seconds=8)
# Somebody who has not come after so long is called again by the officer, not by a late echo.
STALE: Final = timedelta(minutes=5)
# How often the database is asked for calls that another process heard.
RECALL_S: Final = 1.0
# How often the time of day is asked whether it has something to say.
LOOK_S: Final = 20.0
# Before a database that did not answer is asked again: a starting one gets its peace, and the hall
# hears a pause that it would not notice between two calls.
PAUSE_S: Final = 1.0
# For whoever knocks meanwhile to be heard: without any time nobody new would be.
BREATH_S: Final = 0.001
# How a database says that it is locked, restarting or out of reach.
_AWAY: Final = (OperationalError, InterfaceError, NoConnection)


class Announcer:
    """Hears of calls, has them spoken, and tells the screens of each zone in turn."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        voice: Voice,
        shout: Shout,
        *,
        style: Style,
        returning: Returning | None = None,
    ) -> None:
        """Speak with `voice` in `style`; `shout(topic, kind, payload)` reaches the screens."""
        self._database = database
        self._clock = clock
        self._voice = voice
        self._shout = shout
        self._style = style
        self._returning = returning or Returning()
        self._herald = Herald(database)
        self._zones: dict[int, Pending] = {}
        # Whether there may be calls that wait for no zone yet; so it is after a start.
        self._called = True
        self._heard = False
        # What was shouted, a call's id and a zone's, until the database has noted it.
        self._shouted: set[tuple[int, int]] = set()
        # Instants of the monotonic clock; 0 while the database answers.
        self._asks_at_s = 0.0
        self._looks_at_s = 0.0
        self._notes_at_s = 0.0
        self._recalls_at_s = 0.0
        self._arrived: deque[tuple[int, Item]] = deque()
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def hear(self, events: Sequence[Event]) -> None:
        """Note the calls among `events`; a listener of the database, so it only notes."""
        if any(isinstance(one, Called) for one in events):
            with self._news:
                self._heard = True
                self._news.notify()

    def proclaim(self, zone_ids: Iterable[int], notice: Notice) -> None:
        """Have these zones hear `notice` when those before it have been said."""
        item = Item(notice, self._clock.now())
        with self._news:
            self._arrived.extend((zone_id, item) for zone_id in zone_ids)
            self._news.notify()

    def start(self) -> None:
        """Announce in the background from now on, first what was called and not heard before."""
        self._zones.clear()
        self._returning.begin(time.monotonic())
        self._called = True
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background work and wait for it."""
        with self._news:
            self._stopping.set()
            self._news.notify()
        if self._thread:
            self._thread.join()

    def step(self, now_s: float) -> float | None:
        """Announce what is due at `now_s` of the monotonic clock.

        Returns the seconds until more is due, None when nothing waits.
        """
        at = self._clock.now()
        self._take_in()
        self._admit(now_s, at)
        for zone_id, pending in self._zones.items():
            while (
                pending.waiting
                and self._due_s(zone_id, pending, now_s) <= now_s
                and not self._stopping.is_set()
            ):
                self._go_on(zone_id, pending, now_s, at)
                # Many calls may be wanted no more, and presses are answered between them.
                time.sleep(BREATH_S)
        self._note(now_s, at)
        due = [
            self._due_s(zone_id, pending, now_s)
            for zone_id, pending in self._zones.items()
            if pending.waiting
        ]
        if self._called:
            due.append(self._asks_at_s)
        return max(0.0, min(due) - now_s) if due else None

    def _run(self) -> None:
        # The engine is loaded before the first call needs it, and the log tells if it is missing.
        clip_for(self._voice, (announcement("test"),), Pace(times=1))
        while not self._stopping.is_set():
            try:
                now_s = time.monotonic()
                if now_s >= self._recalls_at_s:
                    self._recalls_at_s = now_s + RECALL_S
                    self._called = True
                rest_s = self.step(now_s)
                self._look(now_s)
            except Exception:
                # An outermost door: whatever it is, the hall must not be silent all day.
                log.exception("an announcement failed")
                rest_s = PAUSE_S
            with self._news:
                if not (self._stopping.is_set() or self._arrived or self._heard):
                    self._news.wait(RECALL_S if rest_s is None else min(rest_s, RECALL_S))

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
            log.warning("the time of day waits for the database: %s", reason_of(reason))
        else:
            self._asks_at_s = 0.0

    def _take_in(self) -> None:
        with self._news:
            arrived = list(self._arrived)
            self._arrived.clear()
            self._called |= self._heard
            self._heard = False
        for zone_id, item in arrived:
            self._pending(zone_id).waiting.append(item)

    def _admit(self, now_s: float, at: datetime) -> None:
        """Let each new call wait for its zones, as soon as the database tells them."""
        if not self._called or now_s < self._asks_at_s:
            return
        with suppress(*_AWAY), self._asking(now_s), self._database.reading() as session:
            for call in unshouted(session, since=at - STALE):
                for zone_id in call.zone_ids:
                    if (call.call_id, zone_id) not in self._shouted:
                        self._pending(zone_id).place(call)
            self._called = False

    def _note(self, now_s: float, at: datetime) -> None:
        """Write down what was shouted, so that nobody shouts it again after a restart."""
        if not self._shouted or now_s < max(self._notes_at_s, self._asks_at_s):
            return
        try:
            with self._database.transaction() as session:
                note_shouted(session, self._shouted, at=at)
        except _AWAY as reason:
            # Whoever holds the pen may keep the notes waiting, but not the calls.
            self._notes_at_s = now_s + LOOK_S
            log.warning("what was shouted is noted later: %s", reason_of(reason))
        else:
            self._shouted.clear()

    @contextmanager
    def _asking(self, now_s: float) -> Iterator[None]:
        """Note whether the database answers; one that does not has PAUSE_S to recover."""
        try:
            yield
        except _AWAY as reason:
            if not self._asks_at_s:
                log.warning("the calls wait for the database: %s", reason_of(reason))
            self._asks_at_s = now_s + PAUSE_S
            raise
        self._asks_at_s = 0.0

    def _due_s(self, zone_id: int, pending: Pending, now_s: float) -> float:
        """When what is first may be said; a notice needs no database."""
        due_s = max(pending.free_at_s, self._returning.due_s(f"zone/{zone_id}", now_s))
        if isinstance(pending.waiting[0].what, Notice):
            return due_s
        return max(due_s, self._asks_at_s)

    def _go_on(self, zone_id: int, pending: Pending, now_s: float, at: datetime) -> None:
        """Say what is first; it leaves when it was said or is no longer true."""
        item, pace = pending.waiting[0], pace_of(len(pending.waiting))
        try:
            lasts = timedelta()
            if at - item.at > STALE:
                named = named_in_log(self._database, zone_id, item.what)
                log.warning("the zone %s was not told in time: %s", *named)
            elif spoken := self._worded(item.what, zone_id, pace, now_s):
                lasts = self._announce(zone_id, spoken)
                if isinstance(item.what, Unshouted):
                    self._shouted.add((item.what.call_id, zone_id))
        except _AWAY:
            pending.free_at_s = now_s + PAUSE_S
            return
        except Exception:
            # A door between calls: what is wrong with one keeps the others waiting only once.
            named = named_in_log(self._database, zone_id, item.what)
            log.exception("the zone %s is told later: %s", *named)
            pending.waiting.rotate(-1)
            pending.free_at_s = now_s + PAUSE_S
            return
        pending.waiting.popleft()
        pending.free_at_s = now_s + lasts.total_seconds()

    def _pending(self, zone_id: int) -> Pending:
        return self._zones.setdefault(zone_id, Pending())

    def _worded(
        self, what: Unshouted | Notice, zone_id: int, pace: Pace, now_s: float
    ) -> Spoken | None:
        if isinstance(what, Notice):
            return proclamation(what, pace=pace)
        with self._asking(now_s), self._database.reading() as session:
            return invitation(session, what.call_id, zone_id, pace=pace, style=self._style)

    def _announce(self, zone_id: int, spoken: Spoken) -> timedelta:
        """Tell the screens of the zone; return how long it is busy."""
        clip, worded = clip_for(self._voice, spoken.sentences, spoken.pace)
        lasts = clip.duration if clip else SILENT
        sound = {
            "audio": f"/voice/{clip.key}.wav" if clip else "",
            "voice": worded,
            "duration_s": math.ceil(lasts.total_seconds()),
            "once_ms": round((clip.once if clip else lasts).total_seconds() * 1000),
        }
        self._shout(f"zone/{zone_id}", spoken.kind, spoken.payload | sound)
        return lasts + GAP

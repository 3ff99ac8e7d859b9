"""Decides what each zone hears and when: one announcement at a time, in the order of the calls."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from display.voice.herald import Herald, Notice
from display.voice.numbers import Language
from display.voice.sentences import Sentence, Style, announcement, call_sentence
from display.voice.voice import Clip, Voice, VoiceUnavailable
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.events import TicketCalled, TicketCalledAgain
from models.queue.tickets import Call, StepState

log = logging.getLogger(__name__)

Shout = Callable[[str, str, dict[str, Any]], None]

GAP: Final = timedelta(milliseconds=700)
# How long a screen shows a call as being called when there is no sound to wait for.
SILENT: Final = timedelta(seconds=8)
# Somebody who has not come after so long is called again by the officer, not by a late echo.
STALE: Final = timedelta(minutes=5)
# With so many more in line behind it a call is said once: nobody shall wait for a loudspeaker.
CROWDED: Final = 2
# How often the time of day is asked whether it has something to say.
LOOK_S: Final = 20.0


@dataclass
class _Line:
    """What one zone still has to hear; `free_at_s` is an instant of the monotonic clock."""

    waiting: deque[int | Notice] = field(default_factory=deque)
    free_at_s: float = 0.0


@dataclass(frozen=True)
class _Spoken:
    kind: str
    payload: dict[str, Any]
    sentences: tuple[Sentence, ...]


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
        self._lines: dict[int, _Line] = {}
        self._arrived: deque[int | tuple[int, Notice]] = deque()
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def hear(self, events: Sequence[Event]) -> None:
        """Note the calls among `events`; a listener of the database, so it only notes."""
        calls = [one.call_id for one in events if isinstance(one, TicketCalled | TicketCalledAgain)]
        if calls:
            with self._news:
                self._arrived.extend(calls)
                self._news.notify()

    def proclaim(self, zone_ids: Iterable[int], notice: Notice) -> None:
        """Have these zones hear `notice` when those before it have been said."""
        with self._news:
            self._arrived.extend((zone_id, notice) for zone_id in zone_ids)
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
        self._line_up()
        for zone_id, line in self._lines.items():
            while line.waiting and line.free_at_s <= now_s:
                item = line.waiting.popleft()
                times = 1 if len(line.waiting) >= CROWDED else None
                lasts = self._announce(zone_id, item, times=times, at=at)
                line.free_at_s = now_s + lasts.total_seconds()
        due = [line.free_at_s for line in self._lines.values() if line.waiting]
        return max(0.0, min(due) - now_s) if due else None

    def _run(self) -> None:
        # The engine is loaded before the first call needs it, and the log tells if it is missing.
        self._clip((announcement("test"),), 1)
        while not self._stopping.is_set():
            try:
                for zone_ids, notice in self._herald.due(self._clock.now()):
                    self.proclaim(zone_ids, notice)
                rest_s = self.step(time.monotonic())
            except Exception:
                # An outermost door: a database that hiccups must not silence the hall all day.
                log.exception("an announcement failed")
                rest_s = 1.0
            with self._news:
                if not self._stopping.is_set() and not self._arrived:
                    self._news.wait(LOOK_S if rest_s is None else min(rest_s, LOOK_S))

    def _line_up(self) -> None:
        with self._news:
            arrived = list(self._arrived)
            self._arrived.clear()
        if not arrived:
            return
        with self._database.reading() as session:
            for item in arrived:
                if isinstance(item, int):
                    self._line(session.get_one(Call, item).zone_id).waiting.append(item)
                else:
                    zone_id, notice = item
                    self._line(zone_id).waiting.append(notice)

    def _line(self, zone_id: int) -> _Line:
        return self._lines.setdefault(zone_id, _Line())

    def _announce(
        self, zone_id: int, item: int | Notice, *, times: int | None, at: datetime
    ) -> timedelta:
        """Say `item`, or drop it when it is no longer true; return how long the zone is busy."""
        spoken: _Spoken | None
        if isinstance(item, Notice):
            text = {each.language: each.text for each in item.sentences}
            payload = {"notice": item.kind, "text": text}
            spoken = _Spoken("notice", payload, item.sentences)
        else:
            with self._database.reading() as session:
                spoken = self._invitation(session, item, at)
        if spoken is None:
            return timedelta()
        clip, worded = self._clip(spoken.sentences, times)
        lasts = clip.duration if clip else SILENT
        sound = {
            "audio": f"/voice/{clip.key}.wav" if clip else "",
            "voice": worded,
            "duration_s": math.ceil(lasts.total_seconds()),
            "once_ms": round((clip.once if clip else lasts).total_seconds() * 1000),
        }
        self._shout(f"zone/{zone_id}", spoken.kind, spoken.payload | sound)
        return lasts + GAP

    def _invitation(self, session: Session, call_id: int, at: datetime) -> _Spoken | None:
        """Put the call into words; None when the citizen came, was missed or is called again."""
        call = session.get_one(Call, call_id)
        ticket, step, desk = call.ticket, call.step, call.desk
        superseded = call.round != step.calls or ticket.desk_id != desk.id
        if step.state is not StepState.CALLED or superseded or at - call.at > STALE:
            return None
        languages: tuple[Language, ...] = ("id", "en") if ticket.language == "en" else ("id",)
        sentences = tuple(
            call_sentence(
                ticket.prefix,
                ticket.number,
                desk.number,
                language=language,
                call_round=call.round,
                style=self._style,
            )
            for language in languages
        )
        payload = {
            "call_id": call.id,
            "zone_id": call.zone_id,
            "number": ticket.spoken,
            "letter": ticket.prefix,
            "digits": f"{ticket.number:03d}",
            "desk": desk.number,
            "round": call.round,
            "language": ticket.language,
        }
        return _Spoken("announce", payload, sentences)

    def _clip(self, sentences: tuple[Sentence, ...], times: int | None) -> tuple[Clip | None, bool]:
        """Return the sound and whether it has words: without a voice there is still the chime."""
        try:
            return self._voice.speak(*sentences, times=times), True
        except VoiceUnavailable as reason:
            log.warning("the hall is called without words: %s", reason)
        try:
            return self._voice.speak(), False
        except VoiceUnavailable as reason:
            log.warning("the hall is called without a sound: %s", reason)
            return None, False

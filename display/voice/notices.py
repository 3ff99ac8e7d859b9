"""What the time of day has to say to the whole hall: it opens, it pauses, numbers end soon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from display.voice.numbers import LANGUAGES
from display.voice.sentences import Announcement, Sentence, announcement
from models.core.clock import local_day, local_instant
from models.core.database import Database
from models.mall.arrangement import arrangement_of
from models.mall.hours import IntakePhase, Timetable
from models.mall.mall import Mall

BEFORE_CUT_OFF: Final = timedelta(minutes=15)
# A hall that was down at the moment itself says it a little late, or not at all.
LATE: Final = timedelta(minutes=2)
FRIDAY: Final = 4
# The Friday prayer is held about noon everywhere in Indonesia.
NOON_M: Final = 12 * 60


@dataclass(frozen=True)
class Notice:
    """An announcement for everybody in a zone, in each language."""

    kind: Announcement
    sentences: tuple[Sentence, ...]


class Herald:
    """Says each thing once a day, however many processes run and however often they restart."""

    def __init__(self, database: Database) -> None:
        """Read the hours of all malls in `database`, and note there what was said."""
        self._database = database

    def due(self, at: datetime) -> Iterator[tuple[list[int], Notice]]:
        """Yield what must be said at the instant `at`, each with the ids of the mall's zones.

        Each is handed out as soon as it is claimed: a claim that fails takes no other with it.
        """
        with self._database.reading() as session:
            found = [
                (f"herald/{mall.id}/{said}/{notice.kind}", [zone.id for zone in mall.zones], notice)
                for mall in session.scalars(select(Mall))
                for said, notice in _due_in(session, mall, at)
            ]
        for name, zones, notice in found:
            if self._is_news(name, at):
                yield zones, notice

    def _is_news(self, name: str, at: datetime) -> bool:
        """Claim `name` like a press: whoever carries it out first has the word."""
        first = False

        def claim(_session: Session, _at: datetime) -> dict[str, Any]:
            nonlocal first
            first = True
            return {}

        self._database.press(name, "wall.herald", lambda: at, claim)
        return first


def _due_in(session: Session, mall: Mall, at: datetime) -> Iterator[tuple[str, Notice]]:
    """Yield what the mall's day has to say at `at`, each under a name that it has once."""
    timetable = arrangement_of(session, mall).timetable
    intake = timetable.intake(at)
    zone = ZoneInfo(mall.time_zone)
    day = local_day(at, mall.time_zone)
    if intake.opens_at and intake.opens_at <= at < intake.opens_at + LATE:
        yield day.isoformat(), _notice("opening", clock=at.astimezone(zone).time())
    ends_soon_at = intake.cut_off_at and intake.cut_off_at - BEFORE_CUT_OFF
    given = intake.phase is IntakePhase.OPEN  # a break that lasts until then has ended it before
    if given and ends_soon_at and timedelta() <= at - ends_soon_at < LATE:
        minutes = int(BEFORE_CUT_OFF.total_seconds() // 60)
        yield day.isoformat(), _notice("intake_closing", minutes=minutes)
    if intake.phase is IntakePhase.BREAK and intake.serves_at:
        ends = intake.serves_at.astimezone(zone)
        prayer = _is_for_prayer(timetable, day, at)
        kind: Announcement = "friday_break" if prayer else "hall_break"
        yield f"{day.isoformat()}/{ends:%H%M}", _notice(kind, clock=ends.time())


def _is_for_prayer(timetable: Timetable, day: date, at: datetime) -> bool:
    """Tell whether the break of the hall at `at` is the one of the Friday prayer."""
    noon_at = local_instant(day, NOON_M, timetable.time_zone)
    return day.weekday() == FRIDAY and any(
        starts_at <= at < ends_at and starts_at <= noon_at < ends_at
        for starts_at, ends_at in timetable.breaks_on(day)
    )


def _notice(kind: Announcement, *, minutes: int = 0, clock: time = time(12)) -> Notice:
    return Notice(
        kind,
        tuple(
            announcement(kind, language=language, minutes=minutes, clock=clock)
            for language in LANGUAGES
        ),
    )

"""What the time of day has to say to the whole hall: it opens, it pauses, numbers end soon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from display.voice.numbers import LANGUAGES
from display.voice.sentences import Announcement, Sentence, announcement
from models.core.clock import local_day
from models.core.database import Database
from models.mall.arrangement import arrangement_of
from models.mall.hours import IntakePhase
from models.mall.mall import Mall

BEFORE_CUT_OFF: Final = timedelta(minutes=15)
# A hall that was down at the moment itself says it a little late, or not at all.
LATE: Final = timedelta(minutes=2)
FRIDAY: Final = 4


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
                (f"herald/{mall.id}/{day}/{notice.kind}", [zone.id for zone in mall.zones], notice)
                for mall in session.scalars(select(Mall))
                for day, notice in _due_in(session, mall, at)
            ]
        for name, zones, notice in found:
            if self._is_news(name, at):
                yield zones, notice

    def _is_news(self, name: str, at: datetime) -> bool:
        """Claim `name` like a press: whoever carries it out first has the word."""
        first = False

        def claim(_session: Session) -> dict[str, Any]:
            nonlocal first
            first = True
            return {}

        self._database.press(name, "wall.herald", at, claim)
        return first


def _due_in(session: Session, mall: Mall, at: datetime) -> Iterator[tuple[str, Notice]]:
    """Yield what the mall's day has to say at `at`, each with the local day it belongs to."""
    intake = arrangement_of(session, mall).timetable.intake(at)
    day = local_day(at, mall.time_zone)
    if intake.opens_at and intake.opens_at <= at < intake.opens_at + LATE:
        yield day.isoformat(), _notice("opening")
    if intake.cut_off_at and timedelta() <= at - (intake.cut_off_at - BEFORE_CUT_OFF) < LATE:
        minutes = int(BEFORE_CUT_OFF.total_seconds() // 60)
        yield day.isoformat(), _notice("intake_closing", minutes=minutes)
    # Other days' breaks have no sentence: only this one stops every desk of the hall at once.
    if day.weekday() == FRIDAY and intake.phase is IntakePhase.BREAK and intake.next_at:
        hour = intake.next_at.astimezone(ZoneInfo(mall.time_zone)).hour
        yield day.isoformat(), _notice("friday_break", hour=hour)


def _notice(kind: Announcement, *, minutes: int = 0, hour: int = 0) -> Notice:
    return Notice(
        kind,
        tuple(
            announcement(kind, language=language, minutes=minutes, hour=hour)
            for language in LANGUAGES
        ),
    )

"""The example mall with a play in it, as the tests of the demo and of its figures use it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from counter.demo.citizens import Citizen, citizens, offers_of
from counter.demo.play import Play
from counter.door.example_people import example_people
from counter.files.config import load_config
from counter.files.filling import fill
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.mall.arrangement import arrangement_of
from models.mall.mall import Mall

ROOT = Path(__file__).parents[3]
KEPT = frozenset({"3"})
# The day that follows has the long noon, and the fewest hours for as many people.
THURSDAY_NIGHT = datetime(2026, 11, 26, 20, tzinfo=ZoneInfo("Asia/Jakarta"))


class Hall:
    """The example mall an hour and a half after opening, and a play in it."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.database = Database(f"sqlite:///{folder / 'balai.db'}")
        Base.metadata.create_all(self.database.engine)
        self.clock = Clock(ahead=THURSDAY_NIGHT - Clock().now())
        with self.database.transaction() as session:
            mall = fill(session, load_config(ROOT / "config.toml"))
            self.mall_id = mall.id
            opens_at = arrangement_of(session, mall).timetable.next_day(self.clock.now())
            assert opens_at is not None
            self.clock.jump_to(opens_at + timedelta(minutes=90))
            numbers = [desk.number for desk in mall.desks]
            example_people(session, mall.id, numbers, at=self.clock.now())
        self.new_days = 0
        self.play = Play(
            self.database,
            self.clock,
            self.mall_id,
            seed=seed,
            kept=KEPT,
            new_day=self._next,
        )

    def _next(self) -> None:
        self.new_days += 1
        self.play.stop()

    def citizens(self, seed: int) -> list[Citizen]:
        with self.database.reading() as session:
            mall = session.get_one(Mall, self.mall_id)
            offers = offers_of(session, mall, timedelta(hours=6), without=KEPT)
        return citizens(self.play.day, offers, seed=seed)

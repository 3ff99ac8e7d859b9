"""What time alone does: a new service day at midnight, and the example mall's endless mornings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from counter.demo.example import example_clock
from models.core.clock import Clock, local_day
from models.core.database import Database
from models.keeping.days import close_old_days
from models.keeping.retention import forget_people
from models.mall.mall import Mall


class Ticker:
    """Does what is due whenever it is told to look at the clock."""

    every: Final = timedelta(seconds=1)

    def __init__(self, database: Database, clock: Clock, *, kept: timedelta) -> None:
        """Forget what points to a person `kept` after it happened."""
        self._database = database
        self._clock = clock
        self._kept = kept
        # Whether an example that has closed moves on to its next morning by itself.
        self.moves_example = True
        self._closed: dict[int, date] = {}

    def tick(self) -> None:
        """Close days that are over, forget what is old, and move on an example that has closed."""
        with self._database.reading() as session:
            malls = [
                (mall.id, mall.time_zone, mall.example) for mall in session.scalars(select(Mall))
            ]
        for mall_id, time_zone, example in malls:
            if example and self.moves_example:
                example_clock(self._database, self._clock, mall_id)
            at = self._clock.now()
            today = local_day(at, time_zone)
            if self._closed.get(mall_id) == today:
                continue
            # What is closed and which day it is are decided at the same instant.
            with self._database.acting(self._clock.now) as (session, at):
                today = local_day(at, time_zone)
                close_old_days(session, session.get_one(Mall, mall_id), at=at)
            with self._database.transaction() as session:
                mall = session.get_one(Mall, mall_id)
                forget_people(session, mall, before=at - self._kept)
            self._closed[mall_id] = today

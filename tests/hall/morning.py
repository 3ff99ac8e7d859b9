"""A morning of the example mall, lived by the real rules before a test or a picture begins.

The program goes on from the newest entry of the journal, so the hall stands at 09.41 of a
working day, however late it is outside.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.app import Application, build
from counter.files.config import Config
from models.core.clock import Clock, local_day, local_instant
from models.core.errors import NobodyWaiting
from models.core.roles import Role
from models.journal.account_events import SignedIn
from models.journal.actors import Actor
from models.journal.record import record
from models.mall.catalogue import Service
from models.mall.mall import Desk, DeskService, Mall
from models.mall.people import User
from models.queue.calling import call_next
from models.queue.issuing import Wish, take
from models.queue.missing import miss
from models.queue.serving import check_requirements, finish, start
from models.queue.shifts import sign_on
from models.queue.tickets import Outcome
from models.waits.forecast import announce
from tests.application import StandingClock, example_config

# Where the hall stands when the program goes on: 09.41.
BEGINS_M = 9 * 60 + 41
# Nobody is called at a quiet desk in the last minutes, and then it holds nobody.
QUIET = timedelta(minutes=4)
PRIORITY, MISSED, ENGLISH = 0.12, 0.04, 0.03
# How much more often than the others people ask for the services that the kiosk shows first.
POPULAR = 4

Act = Callable[[Session, datetime], None]


@dataclass
class Morning:
    """One morning: who comes and when is drawn by chance, who is called says the rule."""

    application: Application
    ends_at: datetime
    quiet: Collection[int]
    chance: random.Random
    agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    planned: int = 0
    officers: dict[int, Actor] = field(default_factory=dict)

    def live(self, opens_at: datetime, desks: Collection[int], visitors: int) -> None:
        """Let `visitors` come to `desks` until the morning ends."""
        with self.application.database.reading() as session:
            weights = _wanted(session, desks)
        for number in desks:
            self._plan(opens_at, partial(self._open, number))
        for _ in range(visitors):
            (service_id,) = self.chance.choices(list(weights), list(weights.values()))
            at = opens_at + (self.ends_at - opens_at) * self.chance.random()
            self._plan(at, partial(self._come, service_id))
        while self.agenda and self.agenda[0][0] < self.ends_at:
            at, _, act = heapq.heappop(self.agenda)
            with self.application.database.transaction() as session:
                act(session, at)

    def _plan(self, at: datetime, act: Act) -> None:
        self.planned += 1
        heapq.heappush(self.agenda, (at, self.planned, act))

    def _soon(self, least_s: int, most_s: int) -> timedelta:
        return timedelta(seconds=self.chance.randint(least_s, most_s))

    def _open(self, number: int, session: Session, at: datetime) -> None:
        officers = session.scalars(select(User).where(User.role == Role.OFFICER)).all()
        user = officers[number - 1]
        self.officers[number] = Actor(role=user.role, mall_id=user.mall_id, user_id=user.id)
        sign_on(session, _desk(session, number), user, by=self.officers[number], at=at)
        self._plan(at + self._soon(20, 90), partial(self._call, number))

    def _come(self, service_id: int, session: Session, at: datetime) -> None:
        ticket = take(
            session,
            session.get_one(Mall, self.application.mall_id),
            [Wish(service_id)],
            priority=self.chance.random() < PRIORITY,
            language="en" if self.chance.random() < ENGLISH else "id",
            by=Actor(),
            at=at,
        )
        announce(session, ticket, at)

    def _call(self, number: int, session: Session, at: datetime) -> None:
        if number in self.quiet and self.ends_at - at < QUIET:
            return
        try:
            step = call_next(session, _desk(session, number), by=self.officers[number], at=at).step
        except NobodyWaiting:
            self._plan(at + timedelta(minutes=1), partial(self._call, number))
            return
        if self.chance.random() < MISSED:
            self._plan(at + timedelta(seconds=130), partial(self._miss, number))
        else:
            lasts = timedelta(minutes=step.service.handling_m) * self.chance.uniform(0.5, 1.3)
            self._plan(at + self._soon(20, 80), partial(self._start, number, lasts))

    def _start(self, number: int, lasts: timedelta, session: Session, at: datetime) -> None:
        desk = _desk(session, number)
        step = start(session, desk, by=self.officers[number], at=at)
        papers = [paper.id for paper in step.service.requirements]
        check_requirements(session, desk, papers, by=self.officers[number], at=at)
        ends_at = at + lasts
        if number in self.quiet:
            ends_at = min(ends_at, max(at, self.ends_at - timedelta(seconds=30)))
        self._plan(ends_at, partial(self._finish, number))

    def _finish(self, number: int, session: Session, at: datetime) -> None:
        finish(session, _desk(session, number), Outcome.ISSUED, by=self.officers[number], at=at)
        self._plan(at + self._soon(5, 40), partial(self._call, number))

    def _miss(self, number: int, session: Session, at: datetime) -> None:
        miss(session, _desk(session, number), by=self.officers[number], at=at)
        self._plan(at + timedelta(seconds=5), partial(self._call, number))


def live_through(
    folder: Path,
    *,
    config: Config | None = None,
    desks: Collection[int] = (),
    quiet: Collection[int] = (),
    visitors: int = 0,
    seed: int = 41,
) -> datetime:
    """Make the example mall in `folder` as it is at 09.41 of its next plain working day.

    `visitors` came since eight o'clock to the open `desks`; those of them that are `quiet`
    hold nobody any more. Returns that instant.
    """
    config = config or example_config(folder)
    opens_at, ends_at = _next_morning(config, Clock().now())
    application = build(config, clock=StandingClock(at=opens_at))
    try:
        morning = Morning(application, ends_at, quiet, random.Random(seed))
        morning.live(opens_at, desks, visitors)
        with application.database.transaction() as session:
            # The newest entry says how late it is.
            record(session, SignedIn(mall_id=application.mall_id, at=ends_at), Actor())
    finally:
        application.database.close()
    return ends_at


def _desk(session: Session, number: int) -> Desk:
    return session.scalars(select(Desk).where(Desk.number == str(number))).one()


def _wanted(session: Session, desks: Collection[int]) -> dict[int, float]:
    """Return how often each service is asked for: about as often as the open desks can serve."""
    weights: dict[int, float] = {}
    for number in desks:
        offered = session.scalars(
            select(Service)
            .join(DeskService, DeskService.service_id == Service.id)
            .join(Desk, Desk.id == DeskService.desk_id)
            .where(Desk.number == str(number))
        ).all()
        shares = [POPULAR if one.popular_rank else 1 for one in offered]
        for service, share in zip(offered, shares, strict=True):
            weight = share / sum(shares) / service.handling_m
            weights[service.id] = weights.get(service.id, 0.0) + weight
    return weights


def _next_morning(config: Config, now: datetime) -> tuple[datetime, datetime]:
    """Return when the hall opens on the next Tuesday without holiday, and 09.41 of that day."""
    zone, closed = config.mall.time_zone, {holiday.date for holiday in config.holidays}
    day = local_day(now, zone)
    while day.weekday() != 1 or day in closed or local_instant(day, BEGINS_M, zone) <= now:
        day += timedelta(days=1)
    return local_instant(day, 8 * 60, zone), local_instant(day, BEGINS_M, zone)

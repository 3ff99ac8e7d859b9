"""The play of the demo: who does what when, pressed through the same rules as a real hall."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from counter.demo.citizens import Citizen, Day, Fate, citizens, offers_of
from counter.demo.desk import Act, PlayedDesk
from counter.demo.officers import Officer
from counter.door.example_people import example_officers
from kiosk.given import given
from models.core.clock import Clock, local_day
from models.core.database import Database
from models.core.errors import Refusal
from models.journal.actors import Actor
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk, Mall
from models.mall.people import User
from models.queue import serving
from models.queue.issuing import take
from models.queue.seating import tell_zone
from models.queue.tickets import Step, StepState, Ticket
from models.waits.forecast import announce

log = logging.getLogger(__name__)
T = TypeVar("T")

# How often officers who wait for citizens look up, in the hall's time.
GLANCE = timedelta(seconds=15)
# Officers come a little before the doors open, and each takes the noon break in one of two turns.
BEFORE_OPENING = timedelta(minutes=4)
NOON, NOON_TURN = timedelta(hours=4), timedelta(minutes=30)
# The hall's time after closing when the next day begins, even if a person still serves.
NIGHT_AFTER = timedelta(minutes=90)


class Play:
    """The agenda of one demo: what happens when, and everybody in it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mall_id: int,
        *,
        seed: int,
        kept: frozenset[str],
        new_day: Callable[[], None],
    ) -> None:
        """`kept` are the numbers of desks left to people; `new_day` closes the day before."""
        self.database = database
        self.clock = clock
        self.mall_id = mall_id
        self.refusals: Counter[str] = Counter()
        self.failures = 0
        self.presses = 0
        self.officers: list[Officer] = []
        self._seed = seed
        self._kept = kept
        self._new_day = new_day
        self._dice = Random(seed)  # noqa: S311 — nothing here is a secret.
        self._fates: dict[int, Fate] = {}
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._serial = count()
        self._stopping = threading.Event()
        self.day = self._today(clock.now())

    # What an officer needs of the play.

    def later(self, at: datetime, act: Act) -> None:
        """Do `act` when the hall's clock shows `at`."""
        heapq.heappush(self._agenda, (at, next(self._serial), act))

    def press(self, rule: Callable[[Session], T]) -> T | None:
        """Carry out `rule`, which returns something, in a transaction; None when it is refused."""
        self.presses += 1
        try:
            with self.database.acting(self.clock.now) as (session, _at):
                return rule(session)
        except Refusal as refusal:
            self.refusals[refusal.code] += 1
            return None

    def look(self, glance: Callable[[Session], T]) -> T:
        """Read something."""
        with self.database.reading() as session:
            return glance(session)

    def fate_of(self, ticket_id: int) -> Fate:
        """Tell what the citizen behind the number does; a person's number simply comes."""
        return self._fates.get(ticket_id, Fate.COMES)

    def back_later(self, ticket_id: int) -> None:
        """Let a citizen who was missed come when called the next time."""
        self._fates[ticket_id] = Fate.COMES

    # The days.

    def begin_day(self) -> None:
        """Plan the local day of the clock's now: from its opening if nobody came yet."""
        now = self.clock.now()
        self.day = day = self._today(now)
        self._agenda.clear()
        fresh = not self.look(self._numbers)
        from_at = day.opens_at - BEFORE_OPENING if fresh else now
        offers = self.look(
            lambda session: offers_of(
                session,
                session.get_one(Mall, self.mall_id),
                day.closes_at - day.opens_at - NOON_TURN,
                without=self._kept,
            )
        )
        for citizen in citizens(day, offers, seed=self._seed):
            if citizen.comes_at >= from_at:
                self.later(citizen.comes_at, partial(self._take, citizen))
        self.officers = self._officers()
        for officer in self.officers:
            self.later(from_at + timedelta(seconds=officer.desk.dice.uniform(0, 300)), officer.turn)
        self.later(from_at, self._glance)

    def catch_up(self) -> int:
        """Play what should have happened before now, without waiting; return how many acts."""
        now, done = self.clock.now(), 0
        while self._agenda and self._agenda[0][0] < now:
            at, _, act = heapq.heappop(self._agenda)
            self._do(act, at)
            done += 1
        return done

    def run(self) -> None:
        """Play on the clock, one day after the other, until `stop`."""
        while not self._stopping.is_set():
            now = self.clock.now()
            if now >= self.day.closes_at and self._over(now):
                self._next_day()
                continue
            wait_s = (self._agenda[0][0] - now).total_seconds() / self.clock.rate
            if wait_s > 0:
                self._stopping.wait(min(wait_s, 1.0))
            else:
                _, _, act = heapq.heappop(self._agenda)
                self._do(act, now)
                time.sleep(0)  # Let those who serve pages have their turn.

    def stop(self) -> None:
        """End the play; `run` returns soon."""
        self._stopping.set()

    def _do(self, act: Act, at: datetime) -> None:
        try:
            act(at)
        except Exception:
            # An outermost door: one citizen's bad luck must not end everybody's day.
            self.failures += 1
            log.exception("an act of the demo failed")

    def _take(self, citizen: Citizen, at: datetime) -> None:
        nobody = Actor(mall_id=self.mall_id)

        def rule(session: Session) -> int:
            ticket = take(
                session,
                session.get_one(Mall, self.mall_id),
                citizen.wishes,
                priority=citizen.priority,
                language=citizen.language,
                by=nobody,
                at=at,
            )
            told = given(session, ticket, announce(session, ticket, at))
            tell_zone(session, ticket, told.zone.id)
            return ticket.id

        ticket_id = self.press(rule)
        if ticket_id is None:
            return
        self._fates[ticket_id] = citizen.fate
        if citizen.fate is Fate.CANCELS:
            leaves_at = at + timedelta(minutes=self._dice.uniform(8, 45))
            self.later(leaves_at, partial(self._cancel, ticket_id))

    def _cancel(self, ticket_id: int, at: datetime) -> None:
        def rule(session: Session) -> bool:
            ticket = session.get_one(Ticket, ticket_id)
            serving.cancel(session, ticket, reason="", by=Actor(mall_id=self.mall_id), at=at)
            return True

        self.press(rule)

    def _glance(self, at: datetime) -> None:
        """Let officers who wait look up, if there is something for them to do."""
        waiting = self.look(self._in_demand)
        for officer in self.officers:
            if officer.idle and officer.due(at, waiting):
                officer.idle = False
                self.later(at + timedelta(seconds=officer.desk.dice.uniform(1, 12)), officer.turn)
        self.later(at + GLANCE, self._glance)

    def _in_demand(self, session: Session) -> frozenset[int]:
        return frozenset(
            session.scalars(
                select(Step.service_id)
                .where(Step.mall_id == self.mall_id, Step.state == StepState.WAITING)
                .distinct()
            )
        )

    def _over(self, now: datetime) -> bool:
        gone = all(officer.gone for officer in self.officers)
        return gone or now >= self.day.closes_at + NIGHT_AFTER

    def _next_day(self) -> None:
        now = self.clock.now()
        opens_at = self.look(
            lambda session: arrangement_of(
                session, session.get_one(Mall, self.mall_id)
            ).timetable.next_day(now)
        )
        if opens_at is None:
            raise RuntimeError("the example mall never opens again")
        self.clock.jump_to(opens_at - BEFORE_OPENING)
        self._new_day()
        self.begin_day()

    def _today(self, at: datetime) -> Day:
        def glance(session: Session) -> Day:
            mall = session.get_one(Mall, self.mall_id)
            timetable = arrangement_of(session, mall).timetable
            intake = timetable.intake(at)
            if not (intake.opens_at and intake.cut_off_at and intake.closes_at):
                raise RuntimeError("the example mall is closed on the day of the demo")
            day = local_day(at, mall.time_zone)
            return Day(
                day,
                intake.opens_at,
                intake.cut_off_at,
                intake.closes_at,
                timetable.breaks_on(day),
            )

        return self.look(glance)

    def _numbers(self, session: Session) -> int:
        today = Ticket.mall_id == self.mall_id, Ticket.service_day == self.day.day
        return session.scalar(select(func.count(Ticket.id)).where(*today)) or 0

    def _officers(self) -> list[Officer]:
        """Let one officer sit at each desk that is not left to people."""

        def glance(session: Session) -> list[tuple[str, int, int]]:
            users = dict(
                session.execute(
                    select(User.username, User.id).where(User.mall_id == self.mall_id)
                ).all()
            )
            desks = dict(
                session.execute(
                    select(Desk.number, Desk.id).where(
                        Desk.mall_id == self.mall_id, Desk.in_use.is_(True)
                    )
                ).all()
            )
            return [
                (one.desk, desks[one.desk], users[one.username])
                for one in example_officers(desks)
                if one.desk not in self._kept and one.username in users
            ]

        own_noon = None if self.day.breaks else self.day.opens_at + NOON
        return [
            Officer(
                PlayedDesk(
                    self,
                    desk_id,
                    user_id,
                    Random(f"{self._seed} {self.day.day} {number}"),  # noqa: S311 — no secret.
                ),
                None if own_noon is None else own_noon + NOON_TURN * (turn % 2),
            )
            for turn, (number, desk_id, user_id) in enumerate(self.look(glance), start=1)
        ]

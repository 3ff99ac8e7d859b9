"""The figures of a whole demo day, counted a second time from bare rows by another way."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counter.demo.play import NIGHT_AFTER
from models.figures.figures import Period
from models.figures.reckoning import figures
from models.keeping.days import close_old_days
from models.mall.mall import Mall
from tests.counter.demo.demo_hall import Hall

SEED = 7
MICROSECONDS = 1_000_000
MINUTE = 60 * MICROSECONDS
FIVE_MINUTES = 5 * MINUTE
JOURNAL = """
    SELECT ticket_id, kind, at, step_id, service_id, data FROM journal
    WHERE ticket_id IS NOT NULL ORDER BY ticket_id, id
"""


@dataclass
class Wish:
    """One step of a visit, while the rows go by; times in microseconds."""

    service_id: int
    since: int
    free: int = 0
    called_at: int | None = None
    given_up_at: int | None = None
    bothered: bool = False
    returned: bool = False


@dataclass
class Person:
    """One ticket: a clock that runs for all its uncalled wishes while nobody has the citizen."""

    wishes: dict[int, Wish] = field(default_factory=dict)
    bound: bool = False
    seen_at: int = 0

    def run_to(self, at: int) -> None:
        for wish in self.wishes.values():
            if not self.bound and wish.called_at is None and wish.given_up_at is None:
                wish.free += max(at - max(self.seen_at, wish.since), 0)
        self.seen_at = max(at, self.seen_at)

    def give_up(self, at: int) -> None:
        self.run_to(at)
        for wish in self.wishes.values():
            if wish.called_at is None and wish.given_up_at is None:
                wish.given_up_at = max(at, wish.since)


def people(path: Path, closes_at: int) -> list[Person]:
    everybody: dict[int, Person] = {}
    with closing(sqlite3.connect(path)) as bare:
        for ticket_id, kind, told_at, step_id, service_id, data in bare.execute(JOURNAL):
            person = everybody.setdefault(ticket_id, Person())
            if kind != "TicketExpired":
                hear(person, kind, microseconds(told_at), step_id, service_id, json.loads(data))
    for person in everybody.values():
        person.give_up(closes_at)
    return list(everybody.values())


def microseconds(told: str) -> int:
    at = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def hear(person: Person, kind: str, at: int, step_id: int, service_id: int, data: Any) -> None:
    if kind == "TicketCancelled":
        person.give_up(at)
        return
    person.run_to(at)
    if kind == "StepAdded":
        person.wishes[step_id] = Wish(service_id, at)
    elif kind in ("TicketCalled", "StepContinued"):
        person.bound = True
        wish = person.wishes[step_id]
        wish.called_at = at if wish.called_at is None else wish.called_at
    elif kind in ("StepFinished", "StepTransferred", "TicketWelcomedBack"):
        person.bound = False
        person.wishes[step_id].returned |= kind == "TicketWelcomedBack"
        if kind == "StepTransferred":
            person.wishes[data["to_step_id"]] = Wish(data["to_service_id"], at)
    elif kind in ("StepHeld", "TicketMissed"):
        for wish in person.wishes.values():
            wish.bothered |= wish.called_at is None


def nearest_rank(lengths: list[int], percent: int) -> timedelta:
    place = next(n for n in range(1, len(lengths) + 1) if n * 100 >= percent * len(lengths))
    return timedelta(seconds=sorted(lengths)[place - 1])


def nearest_five(at: int) -> int:
    half_more = at + FIVE_MINUTES // 2
    return half_more - half_more % FIVE_MINUTES


def shown(since: int, low: int, high: int) -> tuple[int, int]:
    """The minutes of the clock between which who began to wait then was told of the call."""
    this_minute = since - since % MINUTE
    begins = this_minute if low == 0 else max(nearest_five(since + low), this_minute)
    ends = nearest_five(since + high)
    return begins, begins + FIVE_MINUTES if ends - begins < FIVE_MINUTES else ends


@pytest.mark.slow
def test_another_way_of_counting_comes_to_the_same(tmp_path: Path) -> None:
    hall = Hall(tmp_path, seed=SEED)
    day = hall.play.day
    hall.play.begin_day()
    hall.clock.jump_to(day.closes_at + NIGHT_AFTER)
    hall.play.catch_up()
    night = day.closes_at + timedelta(hours=12)
    with hall.database.transaction() as session:
        mall = session.get_one(Mall, hall.mall_id)
        close_old_days(session, mall, at=night)
    with hall.database.reading() as session:
        mall = session.get_one(Mall, hall.mall_id)
        told = figures(session, mall, Period.of_day(day.day), at=night)
    hall.database.close()

    path = tmp_path / "balai.db"
    closes = (day.closes_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    wishes = {
        step_id: wish for person in people(path, closes) for step_id, wish in person.wishes.items()
    }
    with closing(sqlite3.connect(path)) as bare:
        promise = dict(bare.execute("SELECT id, promise_m * 60 FROM service"))
        ranges = {
            step_id: (low, high)
            for step_id, low, high in bare.execute(
                "SELECT id, announced_low_s, announced_high_s FROM step"
                " WHERE announced_low_s IS NOT NULL"
            )
        }
    called = [wish for wish in wishes.values() if wish.called_at is not None]
    in_vain = [wish for wish in wishes.values() if wish.called_at is None]
    assert len(called) > 300
    assert in_vain

    total = told.total
    lengths = [wish.free // MICROSECONDS for wish in called]
    assert total.waits.n == len(called)
    assert total.waits.median == nearest_rank(lengths, 50)
    assert total.waits.eight_of_ten == nearest_rank(lengths, 80)
    kept = [wish for wish in called if wish.free // MICROSECONDS <= promise[wish.service_id]]
    late = [wish for wish in in_vain if wish.free // MICROSECONDS > promise[wish.service_id]]
    assert (total.waits.within, total.waits.judged) == (len(kept), len(called) + len(late))
    assert total.never_called == len(in_vain)

    hits = compared = at_once = at_once_hits = 0
    for step_id, (low, high) in ranges.items():
        wish = wishes[step_id]
        ended_at = wish.called_at if wish.called_at is not None else wish.given_up_at
        assert ended_at is not None
        begins, ends = shown(wish.since, low * MICROSECONDS, high * MICROSECONDS)
        over = ended_at > ends
        if wish.bothered or wish.returned or (wish.called_at is None and not over):
            continue
        compared += 1
        hits += begins <= ended_at and not over
        at_once += high == 0
        at_once_hits += high == 0 and begins <= ended_at <= ends
    assert compared > 300
    assert at_once_hits > at_once / 2 > 0
    assert (total.announced, total.announced - total.earlier - total.later) == (compared, hits)

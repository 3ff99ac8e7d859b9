"""The demo plays the same citizens for the same seed, by the real rules, beside real people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from counter.demo.citizens import Fate
from counter.demo.play import NIGHT_AFTER, Play
from counter.demo.show import status
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.mall import Desk
from models.mall.people import User
from models.queue.shifts import Shift, sign_on
from models.queue.tickets import Step, StepState, Ticket
from tests.counter.demo.demo_hall import KEPT, Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path, seed=7)
    yield made
    made.database.close()


def test_the_same_seed_brings_the_same_citizens(hall: Hall) -> None:
    assert hall.citizens(7) == hall.citizens(7)
    assert hall.citizens(7) != hall.citizens(8)


def test_citizens_come_as_the_simulations_assume(hall: Hall) -> None:
    days = [hall.citizens(seed) for seed in range(12)]
    everybody = [citizen for day in days for citizen in day]
    total = len(everybody)
    assert 350 < total / len(days) < 550
    assert 0.09 < sum(one.priority for one in everybody) / total < 0.15
    assert 0.15 < sum(len(one.wishes) > 1 for one in everybody) / total < 0.21
    fates = Counter(one.fate for one in everybody)
    assert 0.04 < (fates[Fate.MISSES] + fates[Fate.RETURNS]) / total < 0.08
    day = hall.play.day
    assert all(day.opens_at <= one.comes_at < day.cut_off_at for one in everybody)

    def coming(from_h: float, to_h: float) -> float:
        since = [(one.comes_at - day.opens_at) / timedelta(hours=1) for one in everybody]
        return sum(from_h <= hour < to_h for hour in since) / (to_h - from_h)

    assert coming(1, 2.5) > 1.5 * coming(4, 5)


@pytest.mark.slow
def test_the_morning_is_played_by_the_real_rules(hall: Hall) -> None:
    hall.play.begin_day()
    assert hall.play.catch_up() > 100
    assert hall.play.failures == 0
    assert set(hall.play.refusals) <= {"nobody_waiting", "ticket_closed", "not_allowed"}
    with hall.database.reading() as session:
        taken = session.scalar(select(func.count(Ticket.id))) or 0
        done = select(func.count(Step.id)).where(Step.state == StepState.DONE)
        assert taken > 50
        assert (session.scalar(done) or 0) > 20
        held = session.scalars(select(Desk.number).join(Shift, Shift.desk_id == Desk.id)).all()
    assert set(held) == {str(number) for number in range(1, 25)} - KEPT
    assert f"{taken} numbers" in status(hall.play, "Asia/Jakarta")


@pytest.mark.slow
def test_a_desk_where_a_person_sits_is_left_alone(hall: Hall) -> None:
    with hall.database.transaction() as session:
        person = User(
            mall_id=hall.mall_id,
            username="tamu",
            name="Tamu",
            role=Role.OFFICER,
            password_hash="",
            created_at=hall.clock.now(),
        )
        session.add(person)
        session.flush()
        desk = session.scalars(select(Desk).where(Desk.number == "5")).one()
        by = Actor(role=Role.OFFICER, mall_id=hall.mall_id, user_id=person.id)
        sign_on(session, desk, person, by=by, at=hall.play.day.opens_at - timedelta(minutes=9))
        desk_id, person_id = desk.id, person.id
    hall.play.begin_day()
    hall.play.catch_up()
    with hall.database.reading() as session:
        shifts = session.scalars(select(Shift.user_id).where(Shift.desk_id == desk_id)).all()
        assert shifts == [person_id]
        called = select(func.count(Step.id)).where(Step.desk_id == desk_id)
        assert session.scalar(called) == 0


@pytest.mark.slow
def test_a_stopped_demo_goes_on_with_the_day(hall: Hall) -> None:
    hall.play.begin_day()
    hall.play.catch_up()

    def numbers() -> int:
        with hall.database.reading() as session:
            return session.scalar(select(func.count(Ticket.id))) or 0

    before = numbers()
    again = Play(hall.database, hall.clock, hall.mall_id, seed=7, kept=KEPT, new_day=lambda: None)
    again.begin_day()
    again.catch_up()
    assert numbers() == before
    assert again.failures == 0


@pytest.mark.slow
def test_a_whole_day_ends_with_everybody_gone_and_the_next_begins(hall: Hall) -> None:
    today = hall.play.day.day
    hall.play.begin_day()
    end: datetime = hall.play.day.closes_at + NIGHT_AFTER - timedelta(minutes=1)
    hall.clock.jump_to(end)
    hall.play.catch_up()
    with hall.database.reading() as session:
        assert session.scalar(select(func.count(Shift.id)).where(Shift.ended_at.is_(None))) == 0
    hall.play.run()
    assert hall.play.failures == 0
    assert hall.new_days == 1
    assert hall.play.day.day > today

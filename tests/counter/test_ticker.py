"""What time alone does: yesterday is closed once, and a closed example moves on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from counter.ticker import Ticker
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.events import ServiceDayClosed
from models.mall.arrangement import arrangement_of
from models.mall.hours import IntakePhase
from models.mall.mall import Mall
from models.queue.tickets import StepState, Ticket
from tests.builders import MONDAY, small_mall, ticket


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = small_mall(session)
        ticket(session, hall.mall, hall.a)
    return database


def on_tuesday() -> Clock:
    """A clock that goes on from the day after MONDAY, whatever day it is outside."""
    return Clock(ahead=MONDAY + timedelta(days=1) - Clock().now())


def test_yesterdays_open_ticket_is_closed_once(database: Database) -> None:
    heard: list[Event] = []
    database.listeners.append(heard.extend)
    ticker = Ticker(database, on_tuesday(), kept=timedelta(days=30))
    ticker.tick()
    ticker.tick()
    with database.reading() as session:
        left = session.scalars(select(Ticket)).one()
        assert left.closed_at is not None
        assert [step.state for step in left.steps] == [StepState.EXPIRED]
    assert sum(isinstance(one, ServiceDayClosed) for one in heard) == 1
    database.close()


@pytest.mark.parametrize("moves", [True, False])
def test_a_closed_example_moves_on_only_while_it_may(database: Database, moves: bool) -> None:
    with database.transaction() as session:
        mall = session.scalars(select(Mall)).one()
        mall.example = True
        mall_id = mall.id
    clock = on_tuesday()
    with database.reading() as session:
        timetable = arrangement_of(session, session.get_one(Mall, mall_id)).timetable
        opens_at = timetable.next_day(clock.now())
    assert opens_at is not None
    clock.jump_to(opens_at - timedelta(hours=3))
    ticker = Ticker(database, clock, kept=timedelta(days=30))
    ticker.moves_example = moves
    ticker.tick()
    with database.reading() as session:
        intake = arrangement_of(session, session.get_one(Mall, mall_id)).timetable.intake(
            clock.now()
        )
    assert (intake.phase is IntakePhase.OPEN) == moves
    database.close()

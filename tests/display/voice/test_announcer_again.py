"""What a zone hears after the program was ended with calls waiting: each wanted one, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from display.voice.announcer import STALE, Announcer
from display.voice.returning import Returning
from display.voice.voice import Voice
from models.core.database import Database
from models.queue.announcing import Unshouted, unshouted
from models.queue.serving import cancel
from models.queue.tickets import Call, Ticket
from tests.application import running_application
from tests.builders import CITIZEN, MINUTE, MONDAY
from tests.display.hall_presses import Citizen
from tests.display.voice.test_announcer import Hall, hall_in
from tests.display.wall.test_announced import SocketWall
from tests.display.wall.test_wall_page import Place, hurried_config
from tests.outage import being_written
from tests.patience import until


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock as long as a test may; asked for before the database is opened."""
    monkeypatch.setattr("models.core.engines.BUSY_S", 0.05)


@pytest.fixture
def hall(database: Database, tmp_path: Path) -> Iterator[Hall]:
    with hall_in(database, Voice(tmp_path / "clips")) as hall:
        yield hall


def after_a_restart(hall: Hall) -> list[str]:
    """Let the program start again; return what the screens were sent until nothing is due."""
    hall.heard.clear()
    again = Announcer(hall.database, hall.clock, hall.voice, hall.shout, style="digits")
    now_s, wait_s = 0.0, again.step(0.0)
    while wait_s is not None:
        now_s += wait_s
        wait_s = again.step(now_s)
    return hall.numbers


def give_up(hall: Hall, number: str) -> None:
    with hall.database.transaction() as session:
        call = next(one for one in session.scalars(select(Call)) if one.ticket.spoken == number)
        cancel(session, call.ticket, reason="", by=CITIZEN, at=MONDAY)


def test_calls_that_waited_are_heard_in_their_order_and_no_other(hall: Hall) -> None:
    heard, given_up = hall.call(), hall.call(hall.mall.desk_ab)
    waiting = [hall.call(hall.desk()), hall.call(hall.desk())]
    hall.announcer.step(0.0)
    assert hall.numbers == [heard]
    give_up(hall, given_up)
    assert after_a_restart(hall) == waiting
    assert after_a_restart(hall) == []


def test_a_call_between_two_zones_is_taken_up_where_it_was_not_heard(hall: Hall) -> None:
    seat = hall.desk("mawar").zone_id
    first = hall.call(hall.desk("mawar"))
    second = hall.call(sits_in=seat)
    hall.announcer.step(0.0)
    assert hall.numbers == [first, second]
    assert after_a_restart(hall) == [second]
    assert [topic for topic, _, _ in hall.heard] == [f"zone/{seat}"]


def test_nobody_is_called_by_a_late_echo(hall: Hall) -> None:
    hall.call()
    hall.clock.ahead += STALE + MINUTE
    assert after_a_restart(hall) == []


def test_a_call_of_another_process_is_heard_here(hall: Hall) -> None:
    hall.database.listeners.clear()
    hall.announcer.start()
    number = hall.call()
    assert hall.news.wait(30)
    assert hall.numbers == [number]


def test_while_another_holds_the_pen_a_call_is_said_and_noted_later(
    impatient: None, hall: Hall
) -> None:
    if not hall.database.sqlite:
        pytest.skip("PostgreSQL has more than one writer")
    number = hall.call()
    with being_written(hall.database):
        hall.announcer.step(0.0)
        assert hall.numbers == [number]
        hall.announcer.step(1.0)
    hall.announcer.step(60.0)
    assert hall.numbers == [number]
    assert after_a_restart(hall) == []


def test_the_screens_come_back_before_anything_is_shouted() -> None:
    followed: list[str] = []
    returning = Returning(followed.__contains__, timedelta(seconds=3))
    returning.begin(100.0)
    assert returning.due_s("zone/1", 100.0) == 103.0
    assert returning.due_s("zone/1", 104.0) == 104.2
    assert returning.due_s("zone/1", 109.0) <= 109.0, "where there is no screen nobody waits"
    followed.append("zone/1")
    assert returning.due_s("zone/1", 100.5) == 103.0
    assert returning.due_s("zone/1", 104.0) <= 104.0


@pytest.mark.slow
def test_a_power_cut_costs_nobody_the_call(tmp_path: Path) -> None:
    """The real program, killed while three calls wait for the loudspeaker; one is given up."""
    run = partial(running_application, tmp_path, "--config", str(hurried_config(tmp_path)))
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    with run() as hall:
        place = Place(hall, database)
        wall, citizen = SocketWall(place, "melati"), Citizen(hall)
        for _ in range(4):
            desk = place.desk_in("melati")
            officer = place.officer(desk)
            citizen.take(place.service_of(desk))
            officer.act("call-next")
            officer.close()
        with database.reading() as session:
            calls = list(session.scalars(select(Call).order_by(Call.id)))
        until(partial(wall.has_heard, 1))
        until(lambda: len(not_heard(database)) < len(calls))
        hall.kill()
        citizen.close()
        given_up, *wanted = not_heard(database)
    assert wanted, "some still wait"
    with database.transaction() as session:
        ticket = session.get_one(Ticket, given_up.ticket_id)
        cancel(session, ticket, reason="", by=CITIZEN, at=calls[-1].at)
    with run(port=hall.port) as hall:
        again = SocketWall(Place(hall, database), "melati")
        until(lambda: not_heard(database), [])
        until(partial(again.has_heard, len(wanted)))
        assert [one["call_id"] for one in again.heard] == [one.call_id for one in wanted]
        again.close()
    spared = {given_up.call_id, *(one.call_id for one in wanted)}
    noted = [call.id for call in calls if call.id not in spared]
    assert [one["call_id"] for one in wall.heard][: len(noted)] == noted
    database.close()


def not_heard(database: Database) -> list[Unshouted]:
    with database.reading() as session:
        return unshouted(session, since=MONDAY)

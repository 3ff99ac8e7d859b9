"""The hall's time beside its record: what is asked, what leaders answer, what a restart keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from counter.ticker import Ticker
from counter.timekeeper import DatabaseTime, Timekeeper
from models.core.clock import Clock
from models.core.database import Database
from models.core.errors import ClockNotDoubted
from models.core.steady import Steady
from models.journal.actors import Actor
from models.journal.events import ClockKept
from models.journal.record import JournalEntry, record
from models.keeping.migrating import upgrade
from models.keeping.schema import metadata
from models.keeping.timekeeping import ClockAnswer, answer, open_question
from models.mall.mall import Mall
from models.mall.sign_ins import begin_sign_in, users_of_tokens
from models.queue.tickets import Step, StepState
from tests.builders import MINUTE, MONDAY, mall, small_mall, ticket, user
from tests.postgres import Postgres

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Hall:
    """A hall at work on a machine whose clocks are two numbers; numbers are waiting in it."""

    database: Database
    mall_id: int
    system_s: float = MONDAY.timestamp()
    monotonic_s: float = 900.0
    boot: str = "first"

    def open(self) -> None:
        steady = Steady(lambda: self.system_s, lambda: self.monotonic_s)
        self.clock = Clock(source=steady.now_s)
        self.timekeeper = Timekeeper(
            self.database,
            self.clock,
            steady,
            self.mall_id,
            system=lambda: self.system_s,
            monotonic=lambda: self.monotonic_s,
            boot=self.boot,
        )
        self.ticker = Ticker(self.database, self.clock, kept=timedelta(days=30))

    def look(self) -> None:
        self.timekeeper.look()
        self.ticker.tick()

    def wait(self, length: timedelta) -> datetime:
        self.monotonic_s += length.total_seconds()
        self.system_s += length.total_seconds()
        self.look()
        return self.clock.now()

    def set_clock(self, by: timedelta) -> None:
        self.system_s += by.total_seconds()
        self.look()

    def ask_for(self) -> timedelta | None:
        with self.database.reading() as session:
            kept = open_question(session, self.mall_id)
            return None if kept is None else timedelta(seconds=round(kept.ahead_s or 0))

    def say(self, what: ClockAnswer, question: int = 0, *, looks: bool = True) -> None:
        with self.database.transaction() as session:
            kept = open_question(session, self.mall_id)
            assert kept is not None
            by, at = Actor(mall_id=self.mall_id), self.clock.now()
            answer(session, self.mall_id, what, question=question or kept.question, by=by, at=at)
        if looks:
            self.look()

    def sign_in(self) -> str:
        with self.database.transaction() as session:
            one = user(session, session.get_one(Mall, self.mall_id))
            at = self.clock.now()
            return begin_sign_in(session, one.id, address="", browser="", at=at)

    def signed_in(self, token: str) -> bool:
        at = self.clock.now()
        with self.database.glancing() as connection:
            return token in users_of_tokens(connection, [token], idle=timedelta(hours=2), at=at)

    def waiting(self) -> int:
        with self.database.reading() as session:
            states = session.scalars(select(Step.state)).all()
            return states.count(StepState.WAITING)

    def told(self) -> list[str]:
        kinds = select(JournalEntry.kind).where(JournalEntry.kind.startswith("Clock"))
        with self.database.reading() as session:
            return list(session.scalars(kinds.order_by(JournalEntry.id)))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    metadata.create_all(database.engine)
    with database.transaction() as session:
        small = small_mall(session)
        for _ in range(3):
            ticket(session, small.mall, small.a)
        made = Hall(database, small.mall.id)
    made.open()
    made.look()
    yield made
    database.close()


def test_a_day_ahead_closes_nothing_before_a_leader_has_said_so(hall: Hall) -> None:
    hall.set_clock(DAY)
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    assert (hall.waiting(), hall.ask_for()) == (3, DAY)
    hall.set_clock(-DAY)
    assert hall.wait(MINUTE) == MONDAY + 2 * MINUTE
    assert (hall.waiting(), hall.ask_for()) == (3, None)
    assert hall.told() == ["ClockDoubted", "ClockFollowed"]


def test_a_true_jump_closes_the_day_once_it_is_believed(hall: Hall) -> None:
    hall.set_clock(DAY)
    hall.say(ClockAnswer.ACCEPT)
    assert hall.clock.now() == MONDAY + DAY
    assert (hall.waiting(), hall.ask_for()) == (0, None)
    assert hall.told() == ["ClockDoubted", "ClockFollowed"]
    # A day later the same happens: that answer was for the first time.
    hall.set_clock(DAY)
    assert hall.ask_for() == DAY
    assert hall.clock.now() == MONDAY + DAY


def test_an_hour_back_asks_and_the_time_goes_on(hall: Hall) -> None:
    hall.set_clock(-timedelta(hours=1))
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    assert hall.ask_for() == -timedelta(hours=1)


def test_who_refuses_a_jump_is_asked_again_about_the_next_and_may_change_their_mind(
    hall: Hall,
) -> None:
    hall.set_clock(DAY)
    hall.say(ClockAnswer.KEEP)
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    hall.set_clock(DAY)
    assert hall.ask_for() == 2 * DAY
    hall.say(ClockAnswer.KEEP)
    hall.say(ClockAnswer.ACCEPT)
    assert hall.clock.now() == MONDAY + 2 * DAY + MINUTE
    assert hall.told() == [
        *("ClockDoubted", "ClockKept"),
        *("ClockDoubted", "ClockKept", "ClockFollowed"),
    ]


@pytest.mark.parametrize("boot", ["first", "second"])
def test_a_restart_keeps_the_question_and_the_time(hall: Hall, boot: str) -> None:
    hall.set_clock(DAY)
    hall.boot = boot
    hall.open()
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    assert (hall.waiting(), hall.ask_for()) == (3, DAY)
    assert hall.told() == ["ClockDoubted"]
    hall.say(ClockAnswer.ACCEPT)
    assert hall.clock.now() == MONDAY + DAY + MINUTE


def test_a_battery_that_is_flat_opens_the_hall_on_its_record_and_says_so(hall: Hall) -> None:
    hall.boot, hall.monotonic_s = "second", 30.0
    hall.system_s = datetime(2010, 1, 1, tzinfo=MONDAY.tzinfo).timestamp()
    hall.open()
    assert hall.clock.now() == MONDAY
    assert (hall.waiting(), hall.told()) == (3, ["ClockDoubted"])
    # Somebody sets the system's clock, on the next morning: nobody has to answer any more.
    hall.system_s = (MONDAY + DAY).timestamp()
    hall.look()
    assert (hall.clock.now(), hall.ask_for()) == (MONDAY + DAY, None)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_jump_that_is_followed_signs_nobody_out(hall: Hall, restarts: bool) -> None:
    hall.wait(MINUTE)
    token = hall.sign_in()
    hall.set_clock(DAY)
    if restarts:
        hall.open()
    hall.say(ClockAnswer.ACCEPT)
    assert hall.clock.now() > MONDAY + DAY
    assert hall.signed_in(token)
    other = replace(hall)
    other.open()
    # What really passes counts on, and no second process carries it over once more.
    hall.wait(timedelta(hours=1))
    assert hall.signed_in(token)
    hall.wait(timedelta(minutes=61))
    assert not hall.signed_in(token)


def test_a_guess_that_gives_way_signs_nobody_out(hall: Hall) -> None:
    hall.boot, hall.monotonic_s = "second", 30.0
    hall.system_s = datetime(2010, 1, 1, tzinfo=MONDAY.tzinfo).timestamp()
    hall.open()
    token = hall.sign_in()
    hall.system_s = (MONDAY + DAY).timestamp()
    hall.look()
    assert hall.clock.now() == MONDAY + DAY
    assert hall.signed_in(token)


def test_an_accepted_jump_back_outlives_a_night(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.set_clock(-2 * HOUR)
    hall.say(ClockAnswer.ACCEPT)
    slow = "the hall's time is ahead of the system's and runs at half its pace until"
    assert [one for one in caplog.messages if one.startswith(slow)]
    evening = hall.wait(HOUR)
    assert evening == MONDAY + HOUR / 2
    with hall.database.transaction() as session:
        record(session, ClockKept(mall_id=hall.mall_id, at=evening, ahead_s=0))
    hall.boot, hall.monotonic_s = "second", 30.0
    hall.open()
    assert (hall.clock.now(), hall.ask_for()) == (evening, None)
    assert len([one for one in caplog.messages if one.startswith(slow)]) == 2
    hall.wait(3 * HOUR)
    assert hall.clock.now().timestamp() == hall.system_s
    # That answer was for this jump: a battery that is flat is asked about.
    hall.boot, hall.system_s = "third", MONDAY.timestamp() - DAY.total_seconds()
    hall.open()
    assert hall.ask_for() is not None


def test_an_answer_to_an_old_question_is_refused(hall: Hall) -> None:
    hall.set_clock(DAY)
    hall.set_clock(DAY)
    with pytest.raises(ClockNotDoubted):
        hall.say(ClockAnswer.ACCEPT, question=1)


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("what", ClockAnswer)
def test_an_answer_holds_for_the_jump_that_was_asked_about(
    hall: Hall, what: ClockAnswer, *, restarts: bool
) -> None:
    hall.set_clock(DAY)
    hall.say(what, looks=False)
    hall.system_s += 400 * DAY.total_seconds()  # before anybody has looked
    if restarts:
        hall.open()
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    assert (hall.waiting(), hall.ask_for()) == (3, 401 * DAY)
    assert hall.told()[2:] == ["ClockDoubted"]
    hall.say(ClockAnswer.ACCEPT)
    assert hall.clock.now() == MONDAY + 401 * DAY + MINUTE


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=3)])
def test_who_refused_a_jump_is_asked_about_another_one_after_a_restart(
    hall: Hall, jump: timedelta
) -> None:
    hall.set_clock(DAY)
    hall.say(ClockAnswer.KEEP)
    hall.system_s += (jump - DAY).total_seconds()
    hall.open()
    assert hall.wait(MINUTE) == MONDAY + MINUTE
    assert hall.ask_for() == jump
    assert hall.told() == ["ClockDoubted", "ClockKept", "ClockDoubted"]


def test_a_slowed_time_goes_on_after_a_restart_where_it_was(hall: Hall) -> None:
    two_hours, hour = timedelta(hours=2), timedelta(hours=1)
    hall.set_clock(-two_hours)
    hall.say(ClockAnswer.ACCEPT)
    assert hall.wait(hour) == MONDAY + hour / 2
    hall.open()
    assert hall.clock.now() == MONDAY + hour / 2
    # The machine itself starts anew, with its clock right and nothing recorded.
    hall.boot, hall.monotonic_s = "second", 30.0
    hall.open()
    assert hall.clock.now() == MONDAY + hour / 2
    assert hall.wait(3 * hour) == MONDAY + two_hours
    assert hall.wait(hour) == MONDAY + two_hours + hour


def test_one_answer_is_enough_for_two_processes(hall: Hall) -> None:
    other = replace(hall)
    other.open()
    for one in (hall, other):
        one.set_clock(DAY)
    hall.say(ClockAnswer.ACCEPT)
    other.look()
    assert other.clock.now() == hall.clock.now() == MONDAY + DAY
    assert hall.told() == ["ClockDoubted", "ClockFollowed"]


def test_where_a_server_keeps_the_database_its_clock_decides(postgres: Postgres) -> None:
    """The machine is a year behind, and nobody is asked."""
    with postgres.fresh() as url:
        database = Database(url)
        upgrade(database)
        with database.transaction() as session:
            mall_id = mall(session).id
        behind_s = (Clock().now() - 365 * DAY).timestamp()
        hall = Hall(database, mall_id, system_s=behind_s)
        hall.open()
        assert abs(hall.clock.now() - Clock().now()) < MINUTE
        assert hall.ask_for() is None
        database.close()


def test_an_answer_that_took_long_says_little_of_a_servers_time() -> None:
    passed_s, took_s, theirs_s = 0.0, 0.1, 500.0

    def ask_server() -> float:
        nonlocal passed_s
        passed_s += took_s
        return theirs_s + passed_s

    time = DatabaseTime(lambda: passed_s, ask_server)
    before = time.now_s()
    took_s = 30.0
    time.compare()
    assert time.now_s() == pytest.approx(before + 30.0)
    took_s, theirs_s = 0.1, 4_100.0
    time.compare()
    assert time.now_s() == pytest.approx(4_100.0 + passed_s, abs=took_s)

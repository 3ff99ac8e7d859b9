"""What the console shows, and that every desk hears of what changed on it, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from counter.app import House
from counter.desk.state import QUEUE_SHOWN, desk_state, may_follow, touched
from kiosk.phone.visit import visit_of
from models.core.event import Event
from models.journal.actors import Actor, Role
from models.mall.catalogue import ServiceCase
from models.mall.mall import Desk
from models.mall.people import User
from models.queue.tickets import Ticket
from tests.counter.desk.crew import Crew, citizen, crew, desk_id, ticket_of
from tests.house import clock_of, open_house, service_id, user_client

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as built:
        yield built


@pytest.fixture
def rina(house: House) -> Crew:
    return crew(house, 3)


def test_each_place_in_the_queue_has_its_reason(house: House, rina: Crew) -> None:
    first = citizen(house, "ktp-el")
    clock_of(house).pass_by(10 * MINUTE)
    both = citizen(house, "ktp-el", "skck")
    favoured = citizen(house, "kia", priority=True)
    shown = rina.state()["queue"]
    assert [row["number"] for row in shown] == [favoured, first, both]
    assert [row["standing"] for row in shown] == ["priority", "regular", "regular"]
    assert [row["also"] for row in shown] == [[], [], ["Polres"]]
    assert shown[1]["since"] == shown[1]["due_at"]
    assert shown[0]["since"] > shown[0]["due_at"]


def test_a_long_queue_is_counted_whole_and_shown_in_part(house: House, rina: Crew) -> None:
    for _ in range(QUEUE_SHOWN + 3):
        citizen(house, "ktp-el")
    state = rina.state()
    assert (state["waiting"], len(state["queue"])) == (QUEUE_SHOWN + 3, QUEUE_SHOWN)


def test_the_visit_says_where_each_step_waits(house: House, rina: Crew) -> None:
    police = crew(house, 8)
    citizen(house, "skck")
    number = citizen(house, "ktp-el", "skck")
    rina.serve()
    here, there = rina.state()["current"]["steps"]
    assert rina.state()["current"]["number"] == number
    assert (here["state"], here["desk"]) == ("serving", 3)
    assert (there["state"], there["desks"], there["waiting"]) == ("paused", [police.number], 1)


def test_a_paper_made_in_the_mall_is_known(house: House) -> None:
    police, rina = crew(house, 8), crew(house, 3)
    ktp = service_id(house, "ktp-el")
    with house.database.reading() as session:
        lost = session.scalars(
            select(ServiceCase.id).where(
                ServiceCase.service_id == ktp, ServiceCase.code == "hilang"
            )
        ).one()
    citizen(house, "surat-kehilangan")
    step = police.serve()
    police.press("add-service", step_id=step, service_id=ktp, case_id=lost)
    police.finish()
    rina.press("call-next")
    made = [paper["made_at_desk"] for paper in rina.state()["current"]["requirements"]]
    assert 8 in made


def test_neighbours_share_a_service_and_serve_now(house: House, rina: Crew) -> None:
    other = crew(house, 4)
    crew(house, 7)
    assert rina.state()["neighbours"] == [4]
    other.press("begin-break", minutes=10)
    assert rina.state()["neighbours"] == []


def test_the_own_day_is_the_officers_own(house: House, rina: Crew) -> None:
    for minutes in (4, 6):
        citizen(house, "ktp-el")
        rina.serve()
        clock_of(house).pass_by(minutes * MINUTE)
        rina.finish()
    assert rina.state()["today"] == {"served": 2, "mean_s": 300, "within": 2}
    rina.press("sign-off")
    hendra = Crew(house, user_client(house, "hendra.saputra"), rina.desk_id, 3)
    hendra.press("sign-on")
    assert rina.state()["today"] == {"served": 0, "mean_s": None, "within": 0}
    clock_of(house).pass_by(24 * 60 * MINUTE)
    assert hendra.state()["today"]["served"] == 0


def test_only_the_desks_officer_and_who_may_stand_in_follow(house: House, rina: Crew) -> None:
    crew(house, 4)
    with house.database.reading() as session:
        by_name = {user.username: user for user in session.scalars(select(User))}
        shift_user = rina.state()["officer"]["id"]

        def follows(user: User, key: str = str(rina.desk_id), mall_id: int | None = None) -> bool:
            actor = Actor(user.role, mall_id or user.mall_id, user.id)
            return may_follow(session, actor, key)

        allowed = {user.username for user in by_name.values() if follows(user)}
        own = next(user for user in by_name.values() if user.id == shift_user)
        assert allowed == {own.username, "hendra.saputra", "admin"}
        assert not follows(own, key=str(desk_id(house, 4)))
        assert not follows(by_name["admin"], key="999999")
        assert not follows(by_name["admin"], key="tiga")
        assert not follows(by_name["admin"], mall_id=house.mall_id + 1)
        assert not may_follow(session, Actor(Role.PUBLIC, house.mall_id), str(rina.desk_id))


class Watcher:
    """Compares every desk before and after each press with what the topic said it touched."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: list[Event] = []
        house.database.listeners.append(self._hear)
        with house.database.reading() as session:
            self.keys = [str(id_) for id_ in session.scalars(select(Desk.id))]
        self.before = self._all()

    def _hear(self, events: Sequence[Event]) -> None:
        self.told.extend(events)

    def _all(self) -> dict[str, Any]:
        with self.house.database.reading() as session:
            at = self.house.clock.now()
            return {key: desk_state(session, key, at) for key in self.keys}

    def check(self, what: str) -> None:
        """Every desk that changed must have been touched by what was told since the last look."""
        after = self._all()
        changed = {key for key in self.keys if after[key] != self.before[key]}
        with self.house.database.reading() as session:
            heard = {key for event in self.told for key in touched(session, event)}
        assert changed, f"{what} changed nothing: the test is blind"
        assert changed <= heard, what
        assert len(heard) <= len(self.keys) / 2, f"{what} woke nearly every desk"
        self.before, self.told = after, []


@pytest.mark.slow
def test_every_desk_hears_of_each_change(house: House) -> None:
    watcher = Watcher(house)
    rina, ayu, police = crew(house, 3), crew(house, 4), crew(house, 7)
    watcher.check("sign-on")
    citizen(house, "ktp-el", "skck")
    watcher.check("take")
    citizen(house, "kia")
    citizen(house, "ktp-el")
    watcher.check("take two more")

    def press(who: Crew, act: str, **facts: Any) -> None:
        if act in ("start", "check", "hold", "miss", "call-again", "finish", "transfer"):
            facts = {"step_id": who.step_id()} | facts
        who.press(act, **facts)
        watcher.check(act)

    press(rina, "call-next")
    press(rina, "start")
    papers = [paper["id"] for paper in rina.state()["current"]["requirements"]]
    press(rina, "check", checked=papers[:1])
    held = rina.step_id()
    press(rina, "hold", reason="Fotokopi")
    press(rina, "resume", step_id=held)
    press(rina, "add-service", step_id=held, service_id=service_id(house, "kartu-keluarga"))
    press(rina, "transfer", to_desk_id=ayu.desk_id)
    press(ayu, "call-next")
    press(ayu, "start")
    press(ayu, "finish", outcome="issued")
    press(police, "call-next")
    press(police, "call-again")
    clock_of(house).pass_by(2 * MINUTE)
    missed = police.step_id()
    press(police, "miss")
    press(police, "welcome-back", step_id=missed)
    press(rina, "call-next")
    press(rina, "cancel", step_id=rina.step_id(), reason="Pulang")
    press(rina, "begin-break", minutes=10)
    press(rina, "end-break")
    press(rina, "sign-off")


def test_desk_and_phone_wait_equally_long_for_who_was_called(house: House, rina: Crew) -> None:
    ticket_id = ticket_of(house, citizen(house, "ktp-el")).id

    def phone_waits_until() -> str | None:
        with house.database.reading() as session:
            visit = visit_of(session, session.get_one(Ticket, ticket_id), house.clock.now())
            return None if visit.until_at is None else visit.until_at.isoformat()

    assert phone_waits_until() is None
    rina.press("call-next")
    assert rina.state()["current"]["miss_from_at"] == phone_waits_until() is not None
    clock_of(house).pass_by(2 * MINUTE)
    rina.press("miss", step_id=rina.step_id())
    assert rina.state()["aside"][0]["back_until_at"] == phone_waits_until() is not None

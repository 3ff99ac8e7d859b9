"""What the console shows, and that every desk hears of what changed on it, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from counter.app import Application
from counter.desk.following import may_follow
from counter.desk.queue import QUEUE_SHOWN
from counter.desk.state import desk_state, touched
from kiosk.phone.follow import Phone
from kiosk.phone.visit import visit_of
from models.core.event import Event
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import CallShown
from models.mall.catalogue import ServiceCase
from models.mall.mall import Desk, DeskService
from models.mall.people import User
from models.queue.announcing import mark_shown
from models.queue.tickets import Call, Ticket
from tests.application import clock_of, open_application, service_id, user_client
from tests.counter.desk.crew import Crew, citizen, crew, desk_id, ticket_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as built:
        yield built


@pytest.fixture
def rina(application: Application) -> Crew:
    return crew(application, 3)


def test_each_place_in_the_queue_has_its_reason(application: Application, rina: Crew) -> None:
    first = citizen(application, "ktp-el")
    clock_of(application).pass_by(10 * MINUTE)
    both = citizen(application, "ktp-el", "skck")
    favoured = citizen(application, "kia", priority=True)
    shown = rina.state()["queue"]
    assert [row["number"] for row in shown] == [favoured, first, both]
    assert [row["standing"] for row in shown] == ["priority", "regular", "regular"]
    assert [row["also"] for row in shown] == [[], [], ["Polres"]]
    assert shown[1]["since"] == shown[1]["due_at"]
    assert shown[0]["since"] > shown[0]["due_at"]


def test_time_at_another_desk_is_no_wait_for_this_one(application: Application, rina: Crew) -> None:
    clock = clock_of(application)
    citizen(application, "ktp-el", "skck")
    police = crew(application, desk_for(application, "skck"))
    clock.pass_by(3 * MINUTE)
    rina.serve()
    clock.pass_by(20 * MINUTE)
    rina.finish()
    clock.pass_by(2 * MINUTE)
    now = clock.now()
    (row,) = police.state()["queue"]
    for told in (row["free_since"], police.state()["longest_since"]):
        minutes = (now - datetime.fromisoformat(told)) / MINUTE
        assert minutes == pytest.approx(5, abs=0.1)
    assert row["since"] < row["free_since"]
    police.press("call-next")
    current = police.state()["current"]
    assert current["waited_s"] == pytest.approx(5 * 60, abs=6)
    # What was announced foresaw the other desk, and is not set beside a wait without it.
    assert current["announced"] is None


def desk_for(application: Application, code: str) -> int:
    """The number of a desk that offers the service."""
    with application.database.reading() as session:
        number = session.scalars(
            select(Desk.number)
            .join(DeskService, DeskService.desk_id == Desk.id)
            .where(DeskService.service_id == service_id(application, code))
            .order_by(Desk.sorts_as)
        ).first()
    assert number is not None
    return int(number)


def test_a_long_queue_is_counted_whole_and_shown_in_part(
    application: Application, rina: Crew
) -> None:
    for _ in range(QUEUE_SHOWN + 3):
        citizen(application, "ktp-el")
    state = rina.state()
    assert (state["waiting"], len(state["queue"])) == (QUEUE_SHOWN + 3, QUEUE_SHOWN)


def test_the_visit_says_where_each_step_waits(application: Application, rina: Crew) -> None:
    crew(application, 8)
    citizen(application, "skck")
    number = citizen(application, "ktp-el", "skck")
    rina.serve()
    here, there = rina.state()["current"]["steps"]
    assert rina.state()["current"]["number"] == number
    assert (here["state"], here["desk"]) == ("serving", "3")
    assert (there["state"], there["desks"], there["waiting"]) == ("paused", ["8"], 1)


def test_a_paper_made_in_the_mall_is_known(application: Application) -> None:
    police, rina = crew(application, 8), crew(application, 3)
    ktp = service_id(application, "ktp-el")
    with application.database.reading() as session:
        lost = session.scalars(
            select(ServiceCase.id).where(
                ServiceCase.service_id == ktp, ServiceCase.code == "hilang"
            )
        ).one()
    citizen(application, "surat-kehilangan")
    step = police.serve()
    police.press("add-service", step_id=step, service_id=ktp, case_id=lost)
    police.finish()
    rina.press("call-next")
    made = [paper["made_at_desk"] for paper in rina.state()["current"]["requirements"]]
    assert "8" in made


def test_neighbours_share_a_service_and_serve_now(application: Application, rina: Crew) -> None:
    other = crew(application, 4)
    crew(application, 7)
    assert rina.state()["neighbours"] == ["4"]
    other.press("begin-break", minutes=10)
    assert rina.state()["neighbours"] == []


def test_the_own_day_is_the_officers_own(application: Application, rina: Crew) -> None:
    for minutes in (4, 6):
        citizen(application, "ktp-el")
        rina.serve()
        clock_of(application).pass_by(minutes * MINUTE)
        rina.finish()
    assert rina.state()["today"] == {"served": 2, "mean_s": 300, "within": 2}
    rina.press("sign-off")
    hendra = Crew(application, user_client(application, "hendra.saputra"), rina.desk_id, 3)
    hendra.press("sign-on")
    assert rina.state()["today"] == {"served": 0, "mean_s": None, "within": 0}
    clock_of(application).pass_by(24 * 60 * MINUTE)
    assert hendra.state()["today"]["served"] == 0


def test_only_the_desks_officer_and_who_may_stand_in_follow(
    application: Application, rina: Crew
) -> None:
    crew(application, 4)
    with application.database.reading() as session:
        by_name = {user.username: user for user in session.scalars(select(User))}
        shift_user = rina.state()["officer"]["id"]

        def follows(user: User, key: str = str(rina.desk_id), mall_id: int | None = None) -> bool:
            actor = Actor(user.role, mall_id or user.mall_id, user.id)
            return may_follow(session, actor, key)

        allowed = {user.username for user in by_name.values() if follows(user)}
        own = next(user for user in by_name.values() if user.id == shift_user)
        assert allowed == {own.username, "hendra.saputra", "admin"}
        assert not follows(own, key=str(desk_id(application, 4)))
        assert not follows(by_name["admin"], key="999999")
        assert not follows(by_name["admin"], key="tiga")
        assert not follows(by_name["admin"], mall_id=application.mall_id + 1)
        assert not may_follow(session, Actor(Role.PUBLIC, application.mall_id), str(rina.desk_id))


def test_who_closes_a_desk_sees_it_closed_until_it_is_opened_or_they_are_elsewhere(
    application: Application, rina: Crew
) -> None:
    officer = Actor(Role.OFFICER, application.mall_id, rina.state()["officer"]["id"])

    def sees(desk: Crew) -> bool:
        with application.database.reading() as session:
            return may_follow(session, officer, str(desk.desk_id))

    rina.press("sign-off")
    assert sees(rina)
    other = replace(rina, desk_id=desk_id(application, 4), number=4)
    assert not sees(other)
    other.press("sign-on")
    assert sees(other)
    assert not sees(rina)
    other.press("sign-off")
    assert not sees(rina)
    assert sees(other)


class Watcher:
    """Compares every desk before and after each press with what the topic said it touched."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.told: list[Event] = []
        application.database.listeners.append(self._hear)
        with application.database.reading() as session:
            self.keys = [str(id_) for id_ in session.scalars(select(Desk.id))]
        self.before = self._all()

    def _hear(self, events: Sequence[Event]) -> None:
        self.told.extend(events)

    def _all(self) -> dict[str, Any]:
        with self.application.database.reading() as session:
            at = self.application.clock.now()
            return {key: desk_state(session, key, at) for key in self.keys}

    def check(self, what: str) -> None:
        """Every desk that changed must have been touched by what was told since the last look."""
        after = self._all()
        changed = {key for key in self.keys if after[key] != self.before[key]}
        with self.application.database.reading() as session:
            heard = {key for event in self.told for key in touched(session, event)}
        assert changed, f"{what} changed nothing: the test is blind"
        assert changed <= heard, what
        assert len(heard) <= len(self.keys) / 2, f"{what} woke nearly every desk"
        self.before, self.told = after, []


@pytest.mark.slow
def test_every_desk_hears_of_each_change(application: Application) -> None:
    watcher = Watcher(application)
    rina, ayu, police = crew(application, 3), crew(application, 4), crew(application, 7)
    watcher.check("sign-on")
    citizen(application, "ktp-el", "skck")
    watcher.check("take")
    citizen(application, "kia")
    citizen(application, "ktp-el")
    watcher.check("take two more")

    def press(who: Crew, act: str, **facts: Any) -> None:
        if act in (
            "start",
            "check",
            "hold",
            "miss",
            "call-again",
            "finish",
            "transfer",
            "set-case",
        ):
            facts = {"step_id": who.step_id()} | facts
        who.press(act, **facts)
        watcher.check(act)

    press(rina, "call-next")
    press(rina, "start")
    papers = [paper["id"] for paper in rina.state()["current"]["requirements"]]
    press(rina, "check", checked=papers[:1])
    press(rina, "set-case", case_id=rina.state()["current"]["cases"][1]["id"])
    held = rina.step_id()
    press(rina, "hold", reason="Fotokopi")
    press(rina, "resume", step_id=held)
    press(rina, "add-service", step_id=held, service_id=service_id(application, "kartu-keluarga"))
    press(rina, "transfer", to_desk_id=ayu.desk_id)
    press(ayu, "call-next")
    press(ayu, "start")
    press(ayu, "finish", outcome="issued")
    press(ayu, "undo", entry=ayu.state()["undo"]["entry"])
    press(ayu, "finish", outcome="issued")
    press(ayu, "finish", outcome="issued")
    press(police, "call-next")
    press(police, "call-again")
    clock_of(application).pass_by(2 * MINUTE)
    missed = police.step_id()
    press(police, "miss")
    press(police, "welcome-back", step_id=missed)
    press(rina, "call-next")
    press(rina, "cancel", step_id=rina.step_id(), reason="Pulang")
    press(rina, "begin-break", minutes=10)
    press(rina, "end-break")
    press(rina, "sign-off")


def test_desk_and_phone_wait_equally_long_for_who_was_called(
    application: Application, rina: Crew
) -> None:
    ticket_id = ticket_of(application, citizen(application, "ktp-el")).id

    def phone_waits_until() -> str | None:
        with application.database.reading() as session:
            visit = visit_of(session, session.get_one(Ticket, ticket_id), application.clock.now())
            return None if visit.until_at is None else visit.until_at.isoformat()

    assert phone_waits_until() is None
    rina.press("call-next")
    assert rina.state()["current"]["miss_from_at"] == phone_waits_until() is not None
    clock_of(application).pass_by(2 * MINUTE)
    rina.press("miss", step_id=rina.step_id())
    assert rina.state()["aside"][0]["back_until_at"] == phone_waits_until() is not None


def test_the_console_says_how_far_a_call_is_announced(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    rina.press("call-next")
    called_at = application.clock.now().isoformat()
    told = rina.state()["current"]["announcement"]
    # No screen is paired in this hall: the officer is asked to call by mouth at once.
    assert told == {
        "called_at": called_at,
        "shown_at": None,
        "spoken_at": None,
        "by_mouth_from_at": called_at,
        "zone": "",
    }
    clock_of(application).pass_by(MINUTE)
    with application.database.transaction() as session:
        call = session.scalars(select(Call)).one()
        mark_shown(session, call, by=Actor(), at=application.clock.now())
    told = rina.state()["current"]["announcement"]
    assert told["shown_at"] == application.clock.now().isoformat()
    assert (told["spoken_at"], told["by_mouth_from_at"]) == (None, None)
    rina.press("start", step_id=rina.step_id())
    assert rina.state()["current"]["announcement"] is None


def test_a_receipt_reaches_the_desk_the_phone_and_who_waits_behind_it(
    application: Application, rina: Crew
) -> None:
    """Who waits behind it learns that the wall answers, and is not asked to call by mouth."""
    token = ticket_of(application, citizen(application, "ktp-el")).token
    citizen(application, "ktp-el")
    ayu = crew(application, 2)
    rina.press("call-next")
    ayu.press("call-next")
    with application.database.transaction() as session:
        call = session.scalars(select(Call).order_by(Call.id)).first()
        assert call is not None
        shown = CallShown(
            mall_id=call.mall_id,
            at=application.clock.now(),
            ticket_id=call.ticket_id,
            desk_id=call.desk_id,
            call_id=call.id,
            zone_id=call.zone_id,
        )
        assert set(touched(session, shown)) == {str(rina.desk_id), str(ayu.desk_id)}
        elsewhere = replace(shown, zone_id=call.zone_id + 1)
        assert set(touched(session, elsewhere)) == {str(rina.desk_id)}
    phone = Phone(application.app, application.database, application.clock).topic()
    with application.database.reading() as session:
        assert list(phone.touched(session, shown)) == [token, f"{token}/id", f"{token}/en"]

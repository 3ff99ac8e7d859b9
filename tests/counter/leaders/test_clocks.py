"""A doubted clock on the leaders' page: what is asked, and what each answer needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from counter.leaders.clocks import clocks_to_settle
from models.core.steady import Footing
from models.journal.record import JournalEntry
from models.keeping.timekeeping import ask, note_footing
from tests.application import OWN_PAGE, kiosk_client, open_application, service_id, user_client


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as opened:
        yield opened


@pytest.fixture
def leader(application: Application) -> FlaskClient:
    return user_client(application, "hendra.saputra")


@pytest.mark.parametrize(("says", "stays"), [("keep", True), ("accept", False)])
def test_a_doubted_clock_is_told_and_counted_until_a_leader_answers(
    application: Application, leader: FlaskClient, says: str, stays: bool
) -> None:
    mall_id, at = application.mall_id, application.clock.now()
    assert "Jam diragukan" not in leader.get("/printers").text
    with application.database.transaction() as session:
        note_footing(session, mall_id, "boot", Footing(0.0))
        ask(session, mall_id, timedelta(days=1).total_seconds(), after=0, at=at)
    page = leader.get("/printers").text
    assert "Senin, 23 November 2026, 09.00" in page
    assert "Selasa, 24 November 2026, 09.00" in page
    assert "Senin, 23 November 2026 ditutup" in page
    assert "<b>1</b>" in page
    press = {"press_id": "p" * 16, "question": "1", "answer": says, "sure": "yes"}
    for _ in range(2):
        sent = leader.post("/printers/clock", data=press, headers=OWN_PAGE)
        assert sent.status_code == 303
    page = leader.get("/printers").text
    assert ("Jam diragukan" in page) == stays
    assert "<b>1</b>" not in page
    with application.database.reading() as session:
        told = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()[-1]
        assert told.kind == ("ClockKept" if stays else "ClockFollowed")
        assert told.user_id is not None
    old = press | {"press_id": "q" * 16, "question": "2"}
    assert leader.post("/printers/clock", data=old, headers=OWN_PAGE).status_code == 409


def test_a_clock_that_closes_the_day_is_followed_only_when_asked_twice(
    application: Application, leader: FlaskClient
) -> None:
    mall_id, at = application.mall_id, application.clock.now()
    wish = {"service_id": service_id(application, "ktp-el")}
    facts = {"press_id": "p" * 16, "services": [wish], "priority": False, "language": "id"}
    kiosk_client(application).post("/kiosk/take", json=facts, headers=OWN_PAGE)
    with application.database.transaction() as session:
        note_footing(session, mall_id, "boot", Footing(0.0))
        ask(session, mall_id, timedelta(days=1).total_seconds(), after=0, at=at)
    press = {"press_id": "r" * 16, "question": "1", "answer": "accept"}
    for _ in range(2):
        sent = leader.post("/printers/clock", data=press, headers=OWN_PAGE)
        assert sent.location == "/printers?ask=clock#clock"
    page = leader.get("/printers?ask=clock").text
    assert "Nomor yang belum selesai: 1." in page
    assert '<details class="pr-ask" id="clock-ask" open>' in page
    assert 'btn--primary" id="clock-keep"' in page
    with application.database.reading() as session:
        assert clocks_to_settle(session, mall_id) == 1
    sure = press | {"press_id": "q" * 16, "sure": "yes"}
    leader.post("/printers/clock", data=sure, headers=OWN_PAGE)
    with application.database.reading() as session:
        assert clocks_to_settle(session, mall_id) == 0

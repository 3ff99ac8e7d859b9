"""The leaders' sight of today's waits: what is at risk first, and what newcomers are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from counter.app import Application
from counter.leaders.waits import Sight, sight_of
from models.journal.actors import Actor
from models.mall.mall import Mall
from models.queue.issuing import Wish, take
from tests.application import (
    clock_of,
    kiosk_client,
    open_application,
    open_desk,
    service_id,
    user_client,
)
from tests.builders import MINUTE


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as opened:
        yield opened


@pytest.fixture
def leader(application: Application) -> FlaskClient:
    return user_client(application, "hendra.saputra")


def come(application: Application, *codes: str, people: int = 1) -> None:
    wishes = [Wish(service_id(application, code)) for code in codes]
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        for _ in range(people):
            take(session, mall, wishes, by=Actor(mall_id=mall.id), at=application.clock.now())


def sight(application: Application) -> Sight:
    with application.database.reading() as session:
        return sight_of(session, application.mall_id, application.clock.now())


def said_on(client: FlaskClient) -> str:
    page = client.get("/waits").text
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_a_service_says_who_waits_how_long_what_newcomers_are_told_and_the_promise(
    application: Application, leader: FlaskClient
) -> None:
    open_desk(application, 1)
    come(application, "ktp-el", people=3)
    clock_of(application).pass_by(7 * MINUTE)
    said = said_on(leader)
    assert "KTP-el Dukcapil Janji terancam 3 7 menit 25–50 menit 45 menit 1" in said
    assert "mungkin tidak terlayani" not in said
    assert "Nomor diberikan sampai pukul 14.30, tutup pukul 15.00." in said


def test_who_may_not_be_served_today_is_counted_and_comes_first(
    application: Application, leader: FlaskClient
) -> None:
    for desk in (1, 9):
        open_desk(application, desk)
    clock_of(application).pass_by(timedelta(hours=5, minutes=20))  # 14.20
    come(application, "skck")
    come(application, "ktp-el", people=20)
    seen = sight(application)
    first, second = seen.rows
    assert first.id == service_id(application, "ktp-el")
    assert first.unlikely > first.doubtful > 0
    assert first.chance == "unlikely"
    assert (second.unlikely, second.doubtful) == (0, 0)
    assert seen.at_risk == first.unlikely + first.doubtful
    assert f"{seen.at_risk} orang yang menunggu mungkin tidak terlayani hari ini." in said_on(
        leader
    )


def test_a_number_with_two_needs_is_one_person(application: Application) -> None:
    for desk in (1, 9):
        open_desk(application, desk)
    clock_of(application).pass_by(timedelta(hours=5, minutes=20))
    come(application, "ktp-el", "skck", people=9)
    seen = sight(application)
    assert seen.waiting == 9
    assert seen.at_risk <= 9
    assert sum(row.unlikely + row.doubtful for row in seen.rows) > seen.at_risk


def test_who_waits_where_no_desk_is_open_is_not_overlooked(
    application: Application, leader: FlaskClient
) -> None:
    open_desk(application, 9)
    come(application, "skck", people=2)
    come(application, "ktp-el")
    seen = sight(application)
    assert [row.stranded for row in seen.rows] == [True, False]
    assert "1 layanan ditunggu tanpa loket yang buka." in said_on(leader)


def test_waiting_longer_than_promised_is_a_sign_with_words(
    application: Application, leader: FlaskClient
) -> None:
    open_desk(application, 1)
    come(application, "ktp-el")
    clock_of(application).pass_by(80 * MINUTE)
    assert [row.promise for row in sight(application).rows] == ["broken"]
    said = said_on(leader)
    assert "Melewati janji" in said
    assert "1 jam 20 menit" in said


def test_an_empty_hall_and_a_closed_one_say_so(
    application: Application, leader: FlaskClient
) -> None:
    said = said_on(leader)
    assert "Tidak ada yang menunggu" in said
    assert "Layanan tanpa antrean:" in said
    clock_of(application).pass_by(timedelta(hours=8))
    assert "Mal sedang tutup. Buka Selasa, 24 November 2026, pukul 08.00." in said_on(leader)


def test_leaders_see_it_and_no_officer_and_no_screen(
    application: Application, leader: FlaskClient
) -> None:
    assert leader.get("/waits").status_code == 200
    assert kiosk_client(application).get("/waits").status_code in {302, 303, 403}
    officer = user_client(application, open_desk(application, 1))
    assert officer.get("/waits").status_code == 403

"""The leaders' sight of the hall: what needs a hand, what is at risk first, and each desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from counter.leaders.alert_signs import signs_of, unfolded
from counter.leaders.waits import Sight, sight_of
from models.core.roles import Role
from models.figures.alerts import Alert, AlertKind
from models.journal.actors import Actor
from models.mall.mall import Desk, Mall
from models.paper.printers import PrinterState, note_printer
from models.queue.calling import call_next
from models.queue.issuing import Wish, take
from tests.application import (
    clock_of,
    kiosk_client,
    open_application,
    open_desk,
    service_id,
    user_client,
)
from tests.builders import MINUTE, MONDAY


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


def said_on(client: FlaskClient, path: str = "/waits") -> str:
    page = client.get(path).text
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


def test_the_desks_and_what_needs_a_hand_are_told_in_words(
    application: Application, leader: FlaskClient
) -> None:
    open_desk(application, 1)
    for code in ("ktp-el", "skck"):
        come(application, code)
    at = clock_of(application).now()
    with application.database.transaction() as session:
        desk = session.scalars(select(Desk).where(Desk.number == "1")).one()
        call_next(session, desk, by=Actor(mall_id=application.mall_id), at=at)
        note_printer(session, application.mall_id, "kiosk-1", PrinterState.PAPER_OUT, at=at)
    clock_of(application).pass_by(12 * MINUTE)
    said = said_on(leader)
    assert "1 orang menunggu 0 selesai hari ini 0 sedang dilayani" in said
    assert "Loket 1 Memanggil A 001 sejak 09.00 Ayu W." in said
    assert "Loket 2 Tutup" in said
    assert (
        "SKCK: tidak ada loket yang buka 1 orang menunggu, yang terlama sejak pukul 09.00" in said
    )
    assert "Printer Kiosk 1: Kertas habis Sejak pukul 09.00 Buka Printer" in said
    english = said_on(leader, "/waits?lang=en")
    assert "Desk 1 Calling A 001 since 09:00 Ayu W." in english
    assert "Printer Kiosk 1: Out of paper Since 09:00 Open Printers" in english


def alert(kind: AlertKind, minutes: int) -> Alert:
    return Alert(kind, MONDAY + minutes * MINUTE, thing=f"{kind} {minutes}")


def test_of_each_kind_the_heaviest_is_in_sight_and_never_only_one() -> None:
    late = [alert(AlertKind.OVER_PROMISE, minutes) for minutes in range(4)]
    away, full = alert(AlertKind.PRINTER, 9), alert(AlertKind.QUOTA_LOW, 9)
    for found, in_sight in (
        ([], []),
        (late, late[:3]),
        ([*late, away], [*late[:2], away]),
        ([*late, away, full], [late[0], away, full]),
    ):
        shown, folded = unfolded(signs_of(found, Role.SUPERVISOR))
        assert [sign.alert for sign in shown] == in_sight
        assert [sign.alert for sign in folded] == [one for one in found if one not in in_sight]


def test_only_who_may_act_there_is_sent_there() -> None:
    away = [alert(AlertKind.PRINTER, 0), alert(AlertKind.DEVICE, 0)]
    sent = [sign.href for sign in signs_of(away, Role.SUPERVISOR)]
    assert sent == ["/printers", "/devices"]
    assert [sign.href for sign in signs_of(away, Role.AUDITOR)] == ["", ""]


def test_leaders_see_it_and_no_officer_and_no_screen(
    application: Application, leader: FlaskClient
) -> None:
    assert leader.get("/waits").status_code == 200
    assert kiosk_client(application).get("/waits").status_code in {302, 303, 403}
    officer = user_client(application, open_desk(application, 1))
    assert officer.get("/waits").status_code == 403

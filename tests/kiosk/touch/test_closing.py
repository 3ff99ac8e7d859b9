"""One desk, twenty numbers, 14.20, closing at 15.00: told before the number is taken, and after."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.app import Application
from kiosk.touch.figures import services_state
from models.core.clock import local_day, local_instant
from models.mall.mall import Mall
from models.paper.jobs import PrintJob
from models.queue.tickets import ticket_of_token
from printing.papers.slip import Slip
from tests.application import OWN_PAGE, clock_of, kiosk_client, open_desk, service_id


@pytest.fixture
def late(application: Application) -> FlaskClient:
    """A kiosk at 14.20, when twenty people wait for the desk that is open."""
    open_desk(application, 1)
    clock = clock_of(application)
    clock.pass_by(_closes(application) - timedelta(minutes=40) - clock.now())
    kiosk = kiosk_client(application)
    for number in range(20):
        _take(kiosk, application, number, "ktp-el")
    return kiosk


def _closes(application: Application) -> datetime:
    with application.database.reading() as session:
        zone = session.get_one(Mall, application.mall_id).time_zone
    return local_instant(local_day(application.clock.now(), zone), 15 * 60, zone)


def _take(kiosk: FlaskClient, application: Application, number: int, *codes: str) -> dict[str, Any]:
    wanted = [{"service_id": service_id(application, code)} for code in codes]
    order = {
        "press_id": f"press-{number:010d}",
        "services": wanted,
        "priority": False,
        "language": "id",
    }
    answer = kiosk.post("/kiosk/take", json=order, headers=OWN_PAGE)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def _phone(application: Application, token: str) -> str:
    """What the ticket's own page says, without the sentences that it may need later."""
    page = application.app.test_client().get(f"/t/{token}").text
    return page.partition("<main")[2].partition("</main>")[0]


def _newcomer(application: Application, code: str) -> dict[str, Any]:
    with application.database.reading() as session:
        at = application.clock.now()
        state = services_state(session, str(application.mall_id), at)
        assert state is not None
        found: dict[str, Any] = state["services"][str(service_id(application, code))]["regular"]
        return found


def test_the_kiosk_knows_before_a_number_is_taken(
    application: Application, late: FlaskClient
) -> None:
    newcomer = _newcomer(application, "ktp-el")
    assert newcomer["chance"] == "unlikely"
    assert newcomer["promise"] == "broken"
    assert newcomer["not_before"] is None
    assert newcomer["closes_at"] == _closes(application).isoformat()


def test_the_number_is_given_all_the_same_and_names_no_instant_after_closing(
    application: Application, late: FlaskClient
) -> None:
    answer = _take(late, application, 99, "ktp-el")
    assert answer["expected"] is None
    assert [doubt["chance"] for doubt in answer["doubts"]] == ["unlikely"]
    with application.database.reading() as session:
        ticket = ticket_of_token(session, answer["token"])
        assert ticket is not None
        assert ticket.steps[0].announced_high_s is None
        payload = session.get_one(PrintJob, answer["job_id"]).payload
    slip = Slip.from_json(payload)
    assert slip.expected is None
    assert [doubt.chance for doubt in slip.doubts] == ["unlikely"]


def test_the_phone_says_so_instead_of_an_hour_in_the_night(
    application: Application, late: FlaskClient
) -> None:
    token = _take(late, application, 99, "ktp-el")["token"]
    page = _phone(application, token)
    assert "Kemungkinan besar tidak terlayani hari ini." in page
    assert "Loket tutup pukul 15.00." in page
    assert re.findall(r"(?:1[5-9]|2\d)\.\d\d", page.replace("15.00", "")) == []


def test_of_several_needs_the_number_says_which(
    application: Application, late: FlaskClient
) -> None:
    open_desk(application, 9)
    answer = _take(late, application, 99, "ktp-el", "skck")
    assert [doubt["service"]["id"] for doubt in answer["doubts"]] == ["KTP-el"]
    assert answer["expected"] is not None
    page = _phone(application, answer["token"])
    assert page.count("Kemungkinan besar tidak terlayani hari ini.") == 1


def test_with_a_free_desk_nothing_is_doubted_until_closing(application: Application) -> None:
    open_desk(application, 1)
    clock = clock_of(application)
    clock.pass_by(_closes(application) - timedelta(minutes=40) - clock.now())
    assert _newcomer(application, "ktp-el")["chance"] == "sure"

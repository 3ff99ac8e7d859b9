"""A code typed on a phone opens the ticket's page; who tries many is stopped, and nobody else."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.event import listens_for, remove
from werkzeug.test import TestResponse

from counter.app import Application
from kiosk.phone.find import PER_ADDRESS, PER_HALL
from models.core.presses import new_press_id
from models.paper.jobs import PrintJob
from models.queue.codes import written
from models.queue.tickets import Ticket
from tests.application import OWN_PAGE, clock_of, service_id

WRONG = "7777-7777"


@pytest.fixture
def phone(application: Application) -> FlaskClient:
    return application.app.test_client()


@pytest.fixture
def given(application: Application, kiosk: FlaskClient) -> dict[str, str]:
    """A number from the kiosk: its token, and the code on its slip."""
    order = {
        "press_id": new_press_id(),
        "services": [{"service_id": service_id(application, "ktp-el")}],
        "priority": False,
        "language": "id",
    }
    told = kiosk.post("/kiosk/take", json=order, headers=OWN_PAGE).get_json()
    with application.database.reading() as session:
        (paper,) = session.scalars(select(PrintJob.payload)).all()
        (code,) = session.scalars(select(Ticket.code)).all()
    assert paper["follow_code"] == written(code)
    return {"token": told["token"], "code": paper["follow_code"]}


def type_in(phone: FlaskClient, code: str, *, address: str = "10.0.0.5") -> TestResponse:
    return phone.post(
        "/t?lang=id",
        data={"code": code},
        headers=OWN_PAGE,
        environ_overrides={"REMOTE_ADDR": address},
    )


def test_the_page_asks_in_both_languages_and_needs_no_script(phone: FlaskClient) -> None:
    for path, title in (
        ("/t?lang=id", "Ketik kode pada kertas nomor"),
        ("/t/?lang=en", "Type the code on your slip"),
    ):
        page = phone.get(path)
        assert page.status_code == 200
        assert f"<h1>{title}</h1>" in page.text
        assert "<script" not in page.text


def test_the_code_on_the_slip_opens_the_number(phone: FlaskClient, given: dict[str, str]) -> None:
    for typed in (given["code"], given["code"].lower().replace("-", " ")):
        answer = type_in(phone, typed)
        assert (answer.status_code, answer.location) == (303, f"/t/{given['token']}?lang=id")
        assert phone.get(answer.location).status_code == 200


def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(
    phone: FlaskClient, given: dict[str, str]
) -> None:
    unknown, short = type_in(phone, WRONG), type_in(phone, "<b>7KT4")
    assert unknown.status_code == 404
    assert "Hari ini tidak ada nomor dengan kode itu" in unknown.text
    assert f'value="{WRONG}"' in unknown.text
    assert short.status_code == 422
    assert "delapan huruf dan angka" in short.text
    assert "<b>7KT4" not in short.text
    assert given["token"] not in unknown.text


def test_yesterdays_code_opens_nothing(
    application: Application, phone: FlaskClient, given: dict[str, str]
) -> None:
    clock_of(application).pass_by(timedelta(days=1))
    assert type_in(phone, given["code"]).status_code == 404


def test_who_tries_many_codes_shuts_out_their_own_network_for_a_minute(
    application: Application, phone: FlaskClient, given: dict[str, str]
) -> None:
    # Slips of the tongue are no guesses, so they cost nothing.
    for _ in range(PER_ADDRESS):
        assert type_in(phone, "7KT4").status_code == 422
    for _ in range(PER_ADDRESS):
        assert type_in(phone, WRONG).status_code == 404
    refused = type_in(phone, given["code"])
    assert refused.status_code == 429
    assert "Tunggu satu menit" in refused.text
    assert type_in(phone, given["code"], address="10.0.0.6").status_code == 303
    # The link in the QR code is no guess at all.
    assert phone.get(f"/t/{given['token']}").status_code == 200
    clock_of(application).pass_by(timedelta(minutes=1))
    assert type_in(phone, given["code"]).status_code == 303


def test_after_a_wrong_code_the_field_has_the_focus(phone: FlaskClient) -> None:
    field = (
        type_in(phone, WRONG).text.partition('<input class="input pf-code"')[2].partition(">")[0]
    )
    assert f'value="{WRONG}"' in field
    assert 'aria-describedby="wrong"' in field
    assert field.endswith(" autofocus")


def test_many_who_try_together_are_stopped_by_the_hall(
    application: Application, phone: FlaskClient, given: dict[str, str]
) -> None:
    tries = [
        type_in(phone, WRONG, address=f"10.1.0.{one // (PER_ADDRESS - 1)}").status_code
        for one in range(PER_HALL)
    ]
    assert set(tries) == {404}
    assert type_in(phone, given["code"], address="10.2.0.1").status_code == 429
    clock_of(application).pass_by(timedelta(minutes=1))
    assert type_in(phone, given["code"], address="10.2.0.1").status_code == 303


def test_no_log_learns_a_code(
    phone: FlaskClient, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        type_in(phone, given["code"])
        type_in(phone, WRONG)
        phone.post("/t", data={"code": given["code"]}, headers={"Sec-Fetch-Site": "cross-site"})
    for secret in (given["code"], given["code"].replace("-", ""), WRONG, given["token"]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("token", "asked"), [("0" * 20, 1), ("0" * 19, 0), ("x" * 4000, 0), ("%00" * 20, 0)]
)
def test_a_link_that_leads_nowhere_costs_one_look_at_most(
    application: Application, phone: FlaskClient, token: str, asked: int
) -> None:
    """Links are tried by the thousand: what nobody was given must not reckon a queue."""
    asking: list[str] = []

    @listens_for(Engine, "before_cursor_execute")
    def hear(*told: Any) -> None:
        asking.append(told[2])

    try:
        answer = phone.get(f"/t/{token}")
    finally:
        remove(Engine, "before_cursor_execute", hear)
    assert answer.status_code == 404
    assert sum(statement.startswith("SELECT") for statement in asking) == asked

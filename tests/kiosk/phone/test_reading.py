"""Whoever reloads a ticket's page without end waits; the phones beside them do not notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from counter.app import Application
from kiosk.phone import reading
from kiosk.phone.reading import PER_ADDRESS, PER_TOKEN
from models.journal.actors import Actor
from models.mall.mall import Mall
from models.queue.issuing import Wish, take
from tests.application import OWN_PAGE, clock_of, service_id

WIFI, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is refused waits a second for the no; a test need not."""
    monkeypatch.setattr(reading, "PAUSE", timedelta())


@pytest.fixture
def phone(application: Application) -> FlaskClient:
    return application.app.test_client()


@pytest.fixture
def tokens(application: Application) -> Iterator[str]:
    """The tokens of numbers, one after the other."""
    wish = Wish(service_id(application, "ktp-el"))

    def one(session: Session) -> str:
        mall = session.get_one(Mall, application.mall_id)
        return take(session, mall, [wish], by=Actor(), at=application.clock.now()).token

    with application.database.transaction() as session:
        return iter([one(session) for _ in range(3)])


def read(phone: FlaskClient, token: str, *, address: str = WIFI, lang: str = "id") -> TestResponse:
    return phone.get(f"/t/{token}?lang={lang}", environ_overrides={"REMOTE_ADDR": address})


def test_who_reads_without_end_is_asked_to_wait_and_comes_back_alone(
    application: Application, phone: FlaskClient, tokens: Iterator[str]
) -> None:
    hammered, beside = next(tokens), next(tokens)
    assert {read(phone, hammered).status_code for _ in range(PER_TOKEN)} == {200}
    refused = read(phone, hammered, address=ELSEWHERE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert f'http-equiv="refresh" content="60;url=/t/{hammered}"' in refused.text
    assert "Nomor Anda tetap berlaku" in refused.text
    assert "stays valid" in read(phone, hammered, lang="en").text
    form = {"press_id": "p" * 16}
    assert phone.post(f"/t/{hammered}/here", data=form, headers=OWN_PAGE).status_code == 429
    # The others on the same Wi-Fi go on.
    assert read(phone, beside).status_code == 200
    clock_of(application).pass_by(timedelta(minutes=1))
    assert read(phone, hammered).status_code == 200


def test_a_familys_phones_without_scripts_are_never_refused(
    application: Application, phone: FlaskClient, tokens: Iterator[str]
) -> None:
    token = next(tokens)
    for _ in range(12):
        assert {read(phone, token).status_code for _ in range(8)} == {200}
        clock_of(application).pass_by(timedelta(seconds=15))


def test_an_address_that_tries_many_links_leaves_the_other_addresses_alone(
    phone: FlaskClient, tokens: Iterator[str]
) -> None:
    token = next(tokens)
    guesses = [f"{number:020x}" for number in range(PER_ADDRESS)]
    assert {read(phone, guess).status_code for guess in guesses} == {404}
    assert read(phone, token).status_code == 429
    assert read(phone, token, address=ELSEWHERE).status_code == 200


def test_what_is_refused_for_its_number_costs_the_wifi_nothing(
    phone: FlaskClient, tokens: Iterator[str]
) -> None:
    hammered, beside = next(tokens), next(tokens)
    for _ in range(PER_ADDRESS + PER_TOKEN):
        read(phone, hammered)
    assert read(phone, beside).status_code == 200


def test_a_link_that_can_be_nobodys_is_not_counted(phone: FlaskClient) -> None:
    for _ in range(PER_TOKEN + 1):
        assert read(phone, "nobody").status_code == 404

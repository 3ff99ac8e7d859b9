"""A press that the disk does not take: a calm no, nothing half kept, and afterwards all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from counter.app import Application
from models.core.database import Database
from models.core.presses import AnsweredPress
from models.paper.jobs import PrintJob
from models.queue.tickets import Ticket
from tests.application import (
    OWN_PAGE,
    kiosk_client,
    open_application,
    service_id,
    user_client,
)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as made:
        yield made


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """Let the SQLite file of `database` not grow until the end of the block."""
    _most_pages(database, 1)  # never fewer than it has
    yield
    _most_pages(database, 2**30)


def _most_pages(database: Database, most: int) -> None:
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute(f"PRAGMA max_page_count = {most}")


def kept(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(kind)) or 0
            for kind in (Ticket, AnsweredPress, PrintJob)
        ]


def take(kiosk: FlaskClient, service: int, press_id: str) -> TestResponse:
    wish = {"press_id": press_id, "services": [{"service_id": service}]}
    more = {"priority": False, "language": "id"}
    return kiosk.post("/kiosk/take", json=wish | more, headers=OWN_PAGE)


def take_until_refused(kiosk: FlaskClient, service: int) -> tuple[str, TestResponse]:
    """Press until what is free inside the file is used up."""
    for number in count():
        answer = take(kiosk, service, press_id := f"press-{number:04}")
        if answer.status_code != 200:
            return press_id, answer
    raise AssertionError


def test_a_full_disk_refuses_the_press_whole_and_later_takes_it(application: Application) -> None:
    kiosk, service = kiosk_client(application), service_id(application, "ktp-el")
    with full_disk(application.database):
        press_id, answer = take_until_refused(kiosk, service)
        before = kept(application.database)
        assert (answer.status_code, answer.get_json()["code"]) == (507, "no_space")
        assert answer.content_type == "application/problem+json"
        assert before[0] == before[1] == before[2]
    assert take(kiosk, service, press_id).status_code == 200
    assert kept(application.database) == [each + 1 for each in before]


def test_a_form_on_a_full_disk_answers_with_a_page(application: Application) -> None:
    kiosk, service = kiosk_client(application), service_id(application, "ktp-el")
    leader = user_client(application, "hendra.saputra")
    form = {"press_id": "press-of-a-form", "printer": "kiosk-1"}
    with full_disk(application.database):
        take_until_refused(kiosk, service)
        answer = leader.post("/printers/test", data=form, headers=OWN_PAGE)
    assert answer.status_code == 507
    assert "penyimpanan server penuh" in answer.text


def test_what_is_read_goes_on_while_nothing_can_be_kept(application: Application) -> None:
    kiosk, service = kiosk_client(application), service_id(application, "ktp-el")
    with full_disk(application.database):
        take_until_refused(kiosk, service)
        assert kiosk.get("/kiosk").status_code == 200
        application.ticker.tick()

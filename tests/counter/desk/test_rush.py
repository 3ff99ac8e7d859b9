"""Twenty desks press at the same instant, over HTTP, and no citizen is called twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from werkzeug.serving import make_server

from counter.app import Application
from models.mall.mall import DeskService
from models.queue.tickets import StepState
from tests.application import OWN_PAGE, open_application, service_id
from tests.counter.desk.crew import Crew, citizen, crew, ticket_of

DESKS = 20


@pytest.fixture
def application(tmp_path: Path, example_url: str) -> Iterator[Application]:
    with open_application(tmp_path, example_url) as built:
        yield built


@pytest.fixture
def url(application: Application) -> Iterator[str]:
    """The house's address on a server that gives each request a thread of its own."""
    server = make_server("127.0.0.1", 0, application.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def all_desks(application: Application) -> list[Crew]:
    """Twenty open desks that all offer the same service."""
    crews = [crew(application, number) for number in range(1, DESKS + 1)]
    wanted = service_id(application, "ktp-el")
    with application.database.transaction() as session:
        having = set(
            session.scalars(select(DeskService.desk_id).where(DeskService.service_id == wanted))
        )
        session.add_all(
            DeskService(desk_id=one.desk_id, service_id=wanted)
            for one in crews
            if one.desk_id not in having
        )
    return crews


def pressed_at_once(url: str, crews: list[Crew], press_id: str) -> list[requests.Response]:
    """Let every desk press call-next at the same instant; return the answers."""
    together = threading.Barrier(len(crews))

    def press(one: Crew) -> requests.Response:
        jar = one.client._cookies or {}
        cookies = {cookie.key: cookie.value for cookie in jar.values()}
        body: dict[str, str | int] = {
            "press_id": f"{press_id}-{one.number:02d}-serentak",
            "desk_id": one.desk_id,
        }
        together.wait(timeout=30)
        return requests.post(
            f"{url}/desk/call-next", json=body, cookies=cookies, headers=OWN_PAGE, timeout=60
        )

    with ThreadPoolExecutor(len(crews)) as pool:
        return list(pool.map(press, crews))


def test_twenty_desks_get_twenty_different_tickets(application: Application, url: str) -> None:
    crews = all_desks(application)
    taken = {citizen(application, "ktp-el") for _ in range(DESKS)}
    answers = pressed_at_once(url, crews, "rame")
    assert [answer.status_code for answer in answers] == [200] * DESKS
    assert {answer.json()["called"] for answer in answers} == taken


def test_the_last_five_tickets_go_to_five_desks(application: Application, url: str) -> None:
    crews = all_desks(application)
    taken = {citizen(application, "ktp-el") for _ in range(5)}
    answers = pressed_at_once(url, crews, "sepi")
    called = [answer.json()["called"] for answer in answers if answer.ok]
    refused = {answer.json()["code"] for answer in answers if not answer.ok}
    assert (sorted(called), refused) == (sorted(taken), {"nobody_waiting"})
    for number in taken:
        (step,) = ticket_of(application, number).steps
        assert step.state is StepState.CALLED


def test_one_desk_pressed_from_many_browsers_calls_one_ticket(
    application: Application, url: str
) -> None:
    desk = crew(application, 3)
    for _ in range(8):
        citizen(application, "ktp-el")
    many = [Crew(application, desk.client, desk.desk_id, number) for number in range(8)]
    answers = pressed_at_once(url, many, "ganda")
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {answer.json()["code"] for answer in answers if not answer.ok} == {"desk_busy"}
    assert desk.state()["waiting"] == 7

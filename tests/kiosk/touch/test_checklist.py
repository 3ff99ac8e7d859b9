"""The checklist at the kiosk: what to bring on paper, and no number is taken for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from counter.app import Application
from kiosk.touch.paper import slip_topic
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.catalogue import Service, ServiceCase
from models.mall.devices import Device
from models.paper.jobs import JobState, PrintJob
from models.paper.kinds import PaperKind
from models.queue.tickets import Ticket
from printing.papers.checklist import Checklist
from tests.application import OWN_PAGE, kiosk_client, service_id, user_client

PRESS = "0123456789abcdef"


def press(
    client: FlaskClient, application: Application, code: str = "ktp-el", **more: Any
) -> TestResponse:
    body = {"press_id": PRESS, "service_id": service_id(application, code), "language": "id"} | more
    return client.post("/kiosk/checklist", json=body, headers=OWN_PAGE)


def job_of(application: Application, response: TestResponse) -> PrintJob:
    assert response.status_code == 200, response.text
    with application.database.reading() as session:
        return session.get_one(PrintJob, response.get_json()["job_id"])


def case_of(application: Application, code: str, case: str) -> int:
    with application.database.reading() as session:
        wanted = select(ServiceCase.id).join(Service)
        return session.scalars(wanted.where(Service.code == code, ServiceCase.code == case)).one()


def count(application: Application, table: type[Ticket | PrintJob]) -> int:
    with application.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_checklist_is_promised_at_the_kiosks_printer_and_no_number_is_taken(
    application: Application, kiosk: FlaskClient
) -> None:
    job = job_of(
        application, press(kiosk, application, case_id=case_of(application, "ktp-el", "hilang"))
    )
    assert (job.printer, job.kind, job.ticket_id) == ("kiosk-1", PaperKind.CHECKLIST, None)
    assert job.state is JobState.WAITING
    told = Checklist.from_json(job.payload)
    assert (told.need.name, told.kiosk, told.language, told.also) == (
        "KTP-el",
        "Kiosk 1",
        "id",
        "en",
    )
    assert any("hilang" in one.lower() for one in told.need.papers)
    assert count(application, Ticket) == 0


def test_without_a_case_the_list_says_that_more_may_be_needed(
    application: Application, kiosk: FlaskClient
) -> None:
    all_cases = Checklist.from_json(job_of(application, press(kiosk, application)).payload)
    lost = press(
        kiosk,
        application,
        case_id=case_of(application, "ktp-el", "hilang"),
        press_id="another-press",
    )
    with_case = Checklist.from_json(job_of(application, lost).payload)
    assert (all_cases.need.case, all_cases.need.lacks_reason) == ("", True)
    assert (with_case.need.case, with_case.need.lacks_reason) == ("hilang", False)
    assert set(all_cases.need.papers) < set(with_case.need.papers)


def test_an_english_checklist_repeats_in_indonesian(
    application: Application, kiosk: FlaskClient
) -> None:
    told = Checklist.from_json(
        job_of(application, press(kiosk, application, language="en")).payload
    )
    assert (told.language, told.also) == ("en", "id")


def test_the_same_press_twice_is_one_paper(application: Application, kiosk: FlaskClient) -> None:
    first, again = press(kiosk, application), press(kiosk, application)
    assert first.get_json() == again.get_json()
    assert count(application, PrintJob) == 1


def test_a_kiosk_without_a_printer_prints_nothing(
    application: Application, kiosk: FlaskClient
) -> None:
    with application.database.transaction() as session:
        device = session.scalars(select(Device)).one()
        device.settings = {}
    assert press(kiosk, application).status_code == 404
    assert count(application, PrintJob) == 0


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"service_id": 999_999}, 404),
        ({"service_id": 0}, 422),
        ({"service_id": "1"}, 422),
        ({"case_id": 999_999}, 422),
        ({"language": "jv"}, 422),
        ({"press_id": "x"}, 422),
        ({"number": "A-001"}, 422),
    ],
)
def test_nonsense_is_refused(
    application: Application, kiosk: FlaskClient, more: dict[str, Any], status: int
) -> None:
    response = press(kiosk, application, **more)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert count(application, PrintJob) == 0


def test_a_case_of_another_service_is_refused(application: Application, kiosk: FlaskClient) -> None:
    other = case_of(application, "ktp-el", "hilang")
    assert press(kiosk, application, "skck", case_id=other).status_code == 422


def test_only_a_kiosk_may_ask(application: Application) -> None:
    assert press(user_client(application, "hendra.saputra"), application).status_code == 403
    assert press(application.app.test_client(), application).status_code in {401, 403}
    assert count(application, PrintJob) == 0


def test_the_kiosk_follows_its_own_checklists_alone(
    application: Application, kiosk: FlaskClient
) -> None:
    job = job_of(application, press(kiosk, application))
    kiosk_client(application, "kiosk-2")
    may = slip_topic().may_follow
    with application.database.reading() as session:
        devices = {one.place: one for one in session.scalars(select(Device))}
        allowed = {
            place: may(
                session,
                Actor(device_id=device.id, mall_id=application.mall_id, role=Role.KIOSK),
                str(job.id),
            )
            for place, device in devices.items()
        }
    assert allowed == {"kiosk-1": True, "kiosk-2": False}

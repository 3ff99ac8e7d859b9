from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from models.core.presses import new_press_id
from models.paper.jobs import PrintJob
from models.paper.kinds import PaperKind
from tests.application import OWN_PAGE, kiosk_client, open_application, service_id

PRESSES = ("take", "add", "checklist", "reprint")


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as built:
        yield built


@pytest.fixture
def kiosk(application: Application) -> FlaskClient:
    return kiosk_client(application)


@pytest.mark.parametrize("act", PRESSES)
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"press_id": "0123456789abcdef"}', "text/plain", 415),
        (b"press_id=0123456789abcdef", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
    ],
)
def test_each_press_is_opened_alike(
    kiosk: FlaskClient, act: str, body: bytes, kind: str, status: int
) -> None:
    answer = kiosk.post(f"/kiosk/{act}", data=body, content_type=kind, headers=OWN_PAGE)
    assert answer.status_code == status


def test_each_paper_says_its_kiosk_and_may_come_out_of_the_second_printer(
    application: Application, kiosk: FlaskClient
) -> None:
    wanted = service_id(application, "ktp-el")
    order = {"services": [{"service_id": wanted}], "priority": False, "language": "id"}
    checklist = {"service_id": wanted, "language": "id"}
    for act, facts in (("take", order), ("checklist", checklist)):
        body = facts | {"press_id": new_press_id()}
        assert kiosk.post(f"/kiosk/{act}", json=body, headers=OWN_PAGE).status_code == 200
    own = next(one for one in application.config.kiosks if one.code == "kiosk-1")
    with application.database.reading() as session:
        jobs = {job.kind: job for job in session.scalars(select(PrintJob))}
    assert set(jobs) == {PaperKind.SLIP, PaperKind.CHECKLIST}
    for job in jobs.values():
        assert (job.printer, job.fallback) == (own.printer, own.fallback)
        assert job.payload["kiosk"] == own.name

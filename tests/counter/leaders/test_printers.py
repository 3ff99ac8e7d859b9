"""The leaders' printers: what the page says of each, test pages, and papers once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from counter.leaders.cautions import slow_lines
from counter.leaders.printers import rows_of
from kiosk.touch.paper import slip_topic, tray_topic
from models.core.clock import Clock
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.devices import Device
from models.paper.jobs import JobState, PrintJob, settle_job
from models.paper.kinds import PaperKind
from models.paper.printers import PrinterState, note_printer
from printing.ink.layout import PAPERS
from printing.papers.composing import compose_paper
from tests.application import (
    OWN_PAGE,
    clock_of,
    kiosk_client,
    open_application,
    service_id,
    user_client,
)
from tests.printing.papers.slips import WORDS


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as opened:
        yield opened


@pytest.fixture
def leader(application: Application) -> FlaskClient:
    return user_client(application, "hendra.saputra")


def take(
    application: Application, client: FlaskClient, press_id: str = "p" * 16
) -> dict[str, object]:
    wish = {"service_id": service_id(application, "ktp-el")}
    facts = {"press_id": press_id, "services": [wish], "priority": False, "language": "id"}
    answer: dict[str, object] = client.post("/kiosk/take", json=facts, headers=OWN_PAGE).get_json()
    return answer


def end(application: Application, job_id: object, state: JobState, error: str = "") -> None:
    with application.database.transaction() as session:
        job = session.get_one(PrintJob, job_id)
        settle_job(session, job, state, at=application.clock.now(), error=error)


def note(application: Application, printer: str, state: PrinterState, detail: str = "") -> None:
    with application.database.transaction() as session:
        note_printer(
            session, application.mall_id, printer, state, at=application.clock.now(), detail=detail
        )


def jobs(application: Application) -> list[PrintJob]:
    with application.database.reading() as session:
        return list(session.scalars(select(PrintJob).order_by(PrintJob.id)))


def test_the_page_says_how_each_printer_fares_since_when_and_what_to_do(
    application: Application, leader: FlaskClient
) -> None:
    note(application, "kiosk-1", PrinterState.PAPER_OUT)
    clock_of(application).pass_by(timedelta(minutes=6))
    page = leader.get("/printers").text
    for said in ("Kertas habis", "sejak 09.00", "6 menit", "Pasang gulungan kertas baru"):
        assert said in page
    clock_of(application).pass_by(timedelta(hours=27))
    page = leader.get("/printers").text
    assert "sejak 23 Nov, 09.00" in page
    assert "27 jam" in page
    # Nobody has asked the other one yet: that is not "ready".
    assert "Tidak diketahui" in page
    assert "Siap<" not in page


@pytest.mark.parametrize(
    ("detail", "advice"),
    [
        ("Connection refused", "away_virtual"),
        ("silent", "away_silent"),
        ("stalled", "away_stalled"),
    ],
)
def test_what_to_do_about_a_printer_that_is_away_depends_on_why(
    application: Application, detail: str, advice: str
) -> None:
    note(application, "kiosk-1", PrinterState.AWAY, detail)
    with application.database.reading() as session:
        rows = rows_of(session, application.config, application.mall_id, application.clock.now())
    assert rows[0].advice == advice


def test_the_advice_follows_the_newest_reason_of_the_same_trouble(
    application: Application, leader: FlaskClient
) -> None:
    note(application, "kiosk-1", PrinterState.AWAY, "agent_silent")
    clock_of(application).pass_by(timedelta(minutes=6))
    note(application, "kiosk-1", PrinterState.AWAY, "stalled")
    page = leader.get("/printers").text
    assert "tetapi tidak menerima data" in page
    assert "tidak terdengar" not in page
    # It has not printed since the first of them.
    assert "sejak 09.00" in page
    assert "6 menit" in page


def test_a_line_that_is_too_slow_for_a_slip_is_named(
    application: Application, leader: FlaskClient
) -> None:
    assert "detik di port serial ini" not in leader.get("/printers").text
    plain = application.config
    serial = plain.printers[0].model_copy(
        update={"kind": "serial", "path": "/dev/ttyUSB0", "baud": 9600}
    )
    config = plain.model_copy(update={"printers": (serial, *plain.printers[1:])})
    (seconds,) = slow_lines(config, WORDS).values()
    assert 20 < seconds < 60
    fast = serial.model_copy(update={"drawings": False})
    assert not slow_lines(plain.model_copy(update={"printers": (fast,)}), WORDS)
    with application.database.reading() as session:
        at = application.clock.now()
        rows = rows_of(session, config, application.mall_id, at, slow=slow_lines(config, WORDS))
    assert [row.slow_s for row in rows] == [seconds, 0]


def test_every_advice_and_reason_has_its_words(application: Application) -> None:
    known = application.language.words("counter.leaders", "id")
    kinds = ("network", "usb", "serial", "file", "virtual", "agent")
    reasons = ("silent", "stalled", "busy", "no_agent", "agent_silent", *kinds)
    wanted = [f"do_away_{reason}" for reason in reasons] + [f"kind_{kind}" for kind in kinds]
    wanted += [f"state_{state}" for state in PrinterState]
    wanted += [f"do_{state}" for state in PrinterState if state is not PrinterState.AWAY]
    wanted += [f"job_{state}" for state in JobState]
    assert [key for key in wanted if f"printers.{key}" not in known] == []
    papers = application.language.words("printing.papers", "id")
    assert [kind for kind in PaperKind if f"kind.{kind}" not in papers] == []


def test_a_test_page_is_promised_once_however_often_the_button_is_hit(
    application: Application, leader: FlaskClient
) -> None:
    press = {"press_id": "t" * 16, "printer": "kiosk-2"}
    for _ in range(2):
        answer = leader.post("/printers/test", data=press, headers=OWN_PAGE)
        assert (answer.status_code, answer.location) == (303, "/printers?done=test")
    (job,) = jobs(application)
    assert (job.printer, job.kind, job.state) == ("kiosk-2", PaperKind.TEST, JobState.WAITING)
    at = Clock().now()
    assert compose_paper(job.kind, job.payload, PAPERS[32], WORDS, copy=False, at=at)


def test_a_test_page_for_a_printer_that_nobody_knows_is_refused(leader: FlaskClient) -> None:
    press = {"press_id": "t" * 16, "printer": "nowhere"}
    assert leader.post("/printers/test", data=press, headers=OWN_PAGE).status_code == 404


def test_a_leader_has_any_ended_paper_printed_once_more(
    application: Application, leader: FlaskClient
) -> None:
    job_id = take(application, kiosk_client(application))["job_id"]
    press = {"press_id": "a" * 16, "job_id": job_id}
    assert leader.post("/printers/again", data=press, headers=OWN_PAGE).status_code == 409
    end(application, job_id, JobState.PRINTED)
    for _ in range(2):
        assert leader.post("/printers/again", data=press, headers=OWN_PAGE).status_code == 303
    first, copy = jobs(application)
    assert (copy.copy_of_id, copy.state, copy.payload) == (
        first.id,
        JobState.WAITING,
        first.payload,
    )
    assert "Salinan" in leader.get("/printers").text


def test_officers_have_no_business_with_printers(application: Application) -> None:
    officer = user_client(application, "rina.kusumawati")
    assert officer.get("/printers").status_code == 403


# The kiosk's side of the same papers.


@pytest.mark.parametrize(
    "state", [JobState.SENT, JobState.DOUBTFUL, JobState.FAILED, JobState.EXPIRED]
)
def test_a_kiosk_prints_once_more_what_nobody_is_sure_of(
    application: Application, state: JobState
) -> None:
    kiosk = kiosk_client(application)
    given = take(application, kiosk)
    end(application, given["job_id"], state)
    press = {"press_id": "r" * 16, "token": given["token"], "job_id": given["job_id"]}
    answers = [kiosk.post("/kiosk/reprint", json=press, headers=OWN_PAGE).json for _ in range(2)]
    first, copy = jobs(application)
    assert answers == [{"job_id": copy.id}] * 2
    assert (copy.copy_of_id, copy.fallback) == (first.id, "kiosk-2")
    press["press_id"] = "s" * 16
    assert kiosk.post("/kiosk/reprint", json=press, headers=OWN_PAGE).status_code == 409


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.SENDING, JobState.PRINTED])
def test_a_kiosk_prints_nothing_twice_that_came_out_or_will(
    application: Application, state: JobState
) -> None:
    kiosk = kiosk_client(application)
    given = take(application, kiosk)
    end(application, given["job_id"], state)
    press = {"press_id": "r" * 16, "token": given["token"], "job_id": given["job_id"]}
    answer = kiosk.post("/kiosk/reprint", json=press, headers=OWN_PAGE)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_reprintable")


def test_a_paper_is_reprinted_only_where_its_number_was_given(application: Application) -> None:
    kiosk, other = kiosk_client(application), kiosk_client(application, "kiosk-2")
    given = take(application, kiosk)
    end(application, given["job_id"], JobState.DOUBTFUL)
    press = {"press_id": "r" * 16, "token": given["token"], "job_id": given["job_id"]}
    assert other.post("/kiosk/reprint", json=press, headers=OWN_PAGE).status_code == 404
    wrong = press | {"token": "0" * 32}
    assert kiosk.post("/kiosk/reprint", json=wrong, headers=OWN_PAGE).status_code == 404
    assert len(jobs(application)) == 1


def test_a_slip_tells_its_kiosk_when_it_is_stuck_and_where_it_went(
    application: Application,
) -> None:
    job_id = take(application, kiosk_client(application))["job_id"]
    slip, tray = slip_topic(), tray_topic()
    at = application.clock.now()
    with application.database.reading() as session:
        device = session.scalars(select(Device).where(Device.role == Role.KIOSK)).one()
        kiosk = Actor(role=Role.KIOSK, mall_id=application.mall_id, device_id=device.id)
        assert tray.may_follow(session, kiosk, str(device.id))
        assert not tray.may_follow(session, kiosk, str(device.id + 1))
        assert slip.may_follow(session, kiosk, str(job_id))
    note(application, "kiosk-1", PrinterState.PAPER_OUT)
    with application.database.reading() as session:
        assert slip.state(session, str(job_id), at) == {
            "state": "waiting",
            "tries": 0,
            "stuck": True,
            "elsewhere": "",
        }
        assert tray.state(session, str(device.id), at) == {"prints": True}
    note(application, "kiosk-2", PrinterState.AWAY)
    with application.database.transaction() as session:
        assert tray.state(session, str(device.id), at) == {"prints": False}
        job = session.get_one(PrintJob, job_id)
        job.printer = "kiosk-2"
    with application.database.reading() as session:
        told = slip.state(session, str(job_id), at)
        assert told is not None
        assert told["elsewhere"] == "Printer Kiosk 2"

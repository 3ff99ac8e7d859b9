from __future__ import annotations

import csv
import http.cookiejar
import io
import re
import threading
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook
from playwright.sync_api import Page
from pypdf import PdfReader
from sqlalchemy import select

from benchmarks.busy_year import add_year
from counter.app import Application
from counter.cli.main import balai
from counter.door.example_people import EXAMPLE_PASSWORD, EXAMPLE_SUPERVISOR
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.queue.calling import call_next
from models.queue.issuing import Wish, take
from models.queue.serving import finish, start
from models.queue.tickets import Outcome
from tests.application import (
    ROOT,
    clock_of,
    open_application,
    open_desk,
    running_application,
    user_client,
)
from tests.builders import MINUTE, MONDAY

SUPERVISOR = EXAMPLE_SUPERVISOR[0]
TODAY = "2026-11-23"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A Monday with two visits: one waited 10 minutes and was served in 5, one waits."""
    with open_application(tmp_path_factory.mktemp("house")) as application:
        open_desk(application, 1)
        nobody = Actor(mall_id=application.mall_id)
        with application.database.transaction() as session:
            mall = session.get_one(Mall, application.mall_id)
            desk = session.scalars(select(Desk).where(Desk.number == "1")).one()
            ktp = session.scalars(select(Service).where(Service.code == "ktp-el")).one()
            take(session, mall, [Wish(ktp.id)], by=nobody, at=MONDAY)
            call_next(session, desk, by=nobody, at=MONDAY + 10 * MINUTE)
            start(session, desk, by=nobody, at=MONDAY + 10 * MINUTE)
            take(session, mall, [Wish(ktp.id)], by=nobody, at=MONDAY + 12 * MINUTE)
            finish(session, desk, Outcome.ISSUED, by=nobody, at=MONDAY + 15 * MINUTE)
        clock_of(application).jump_to(MONDAY + 20 * MINUTE)
        yield application


@pytest.fixture
def client(application: Application) -> FlaskClient:
    return user_client(application, SUPERVISOR)


def told_on_screen(page: str) -> dict[str, str]:
    cells = re.findall(r'<td class="num" data-fact="(\w+)">(.*?)(?:</td>| <small>)', page)
    return {key: unescape(told) for key, told in cells}


def test_today_is_what_opens_first(client: FlaskClient) -> None:
    page = client.get("/reports", headers=PAGE)
    assert page.status_code == 200
    assert "2 kunjungan, 100% dipanggil sesuai janji" in page.text
    assert f"/reports/day/{TODAY}.pdf" in page.text
    assert "Berikutnya" not in page.text  # tomorrow has no report yet


@pytest.mark.parametrize(("span", "name"), [("day", TODAY), ("month", "2026-11")])
def test_screen_paper_and_files_tell_the_same(client: FlaskClient, span: str, name: str) -> None:
    screen = told_on_screen(client.get(f"/reports?{span}={name}", headers=PAGE).text)
    assert (screen["visits"], screen["wait_median"], screen["serving_median"]) == ("2", "10", "5")
    assert (screen["wait_kept"], screen["open_visits"], screen["steps"]) == ("100%", "1", "2")
    data = client.get(f"/reports/{span}/{name}.csv").data.decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(data), delimiter=";") if len(row) > 2}
    labels = {"Kunjungan": "visits", "Tunggu, tengah": "wait_median", "Sesuai janji": "wait_kept"}
    assert {key: rows[label][1] for label, key in labels.items()} == {
        key: screen[key] for key in labels.values()
    }
    pdf = PdfReader(io.BytesIO(client.get(f"/reports/{span}/{name}.pdf").data))
    first = " ".join(pdf.pages[0].extract_text().split())
    assert f"Tunggu, tengah {screen['wait_median']} menit" in first
    assert f"Sesuai janji {screen['wait_kept']}" in first
    book = load_workbook(io.BytesIO(client.get(f"/reports/{span}/{name}.xlsx").data))
    cells = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=6)}
    assert (cells["Kunjungan"], cells["Tunggu, tengah"], cells["Sesuai janji"]) == (2, 10, 1)


@pytest.mark.parametrize(
    ("form", "kind", "disposition"),
    [
        ("pdf", "application/pdf", "inline"),
        ("csv", "text/csv; charset=utf-8", "attachment"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
        ),
    ],
)
def test_files_say_what_they_are(
    client: FlaskClient, form: str, kind: str, disposition: str
) -> None:
    answer = client.get(f"/reports/day/{TODAY}.{form}")
    assert (answer.status_code, answer.content_type) == (200, kind)
    assert answer.headers["Content-Disposition"] == (
        f'{disposition}; filename="laporan-{TODAY}.{form}"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("named", ["day=2026-02-31", "day=kemarin", "month=2026-13", "month=2026"])
def test_dates_that_do_not_exist_are_refused_in_words(client: FlaskClient, named: str) -> None:
    page = client.get(f"/reports?{named}", headers=PAGE)
    assert page.status_code == 422
    assert "Tanggal itu tidak ada." in page.text


@pytest.mark.parametrize("named", ["day=2026-11-24", "month=2026-12"])
def test_future_has_no_report_yet(client: FlaskClient, named: str) -> None:
    page = client.get(f"/reports?{named}", headers=PAGE)
    assert page.status_code == 422
    assert "belum tiba" in page.text


@pytest.mark.parametrize(
    "path", ["day/2026-11-24.pdf", "day/x.pdf", "week/2026-11-23.pdf", f"day/{TODAY}.docx"]
)
def test_files_that_cannot_be_are_not_found(client: FlaskClient, path: str) -> None:
    page = client.get(f"/reports/{path}", headers=PAGE)
    assert page.status_code == 404
    assert 'role="alert"' in page.text


def test_english_reader_gets_an_english_report(client: FlaskClient) -> None:
    page = client.get(f"/reports?day={TODAY}&lang=en", headers=PAGE)
    assert "2 visits, 100% called within the promise" in page.text
    data = client.get(f"/reports/day/{TODAY}.csv?lang=en").data.decode("utf-8-sig")
    assert "Visits,2," in data


def test_officers_read_no_reports(application: Application) -> None:
    answer = user_client(application, "rina.kusumawati").get("/reports", headers=PAGE)
    assert answer.status_code == 403


def test_no_report_names_an_officer(application: Application, client: FlaskClient) -> None:
    page = client.get(f"/reports?day={TODAY}", headers=PAGE).text
    assert "Rina" not in page


@pytest.mark.slow
def test_others_are_answered_while_a_month_is_made(
    tmp_path: Path, application: Application
) -> None:
    with running_application(tmp_path):
        pass  # makes the database
    add_year(tmp_path / "balai.db", date(2026, 3, 31), days=22, a_day=300)
    with running_application(tmp_path) as hall:
        supervisor = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        form = f"name={SUPERVISOR}&password={EXAMPLE_PASSWORD}".encode()
        supervisor.open(f"{hall.url}/sign-in", form).read()
        made: list[bytes] = []
        report = threading.Thread(
            target=lambda: made.append(
                supervisor.open(f"{hall.url}/reports/month/2026-03.pdf").read()
            )
        )
        report.start()
        answered = 0
        while report.is_alive():
            with urllib.request.urlopen(f"{hall.url}/sign-in") as answer:  # noqa: S310 — ours.
                answer.read()
            answered += report.is_alive()
        report.join()
    assert made[0].startswith(b"%PDF")
    # On the loop itself, one request might have slipped in before the report began.
    assert answered >= 3


def test_command_writes_the_same_file(tmp_path: Path, application: Application) -> None:
    # Commands go by the real clock; a month that is over for it has no visits here.
    target = tmp_path / "january.csv"
    words = ["report", "month", "2026-01", "--out", str(target), "--config"]
    words += [str(ROOT / "config.toml"), "--data-dir", str(application.config.data_dir)]
    said = CliRunner().invoke(balai, words)
    assert said.exit_code == 0, said.output
    assert "Laporan pelayanan, Januari 2026. Tidak ada kunjungan." in said.output
    client = user_client(application, SUPERVISOR)
    served = client.get("/reports/month/2026-01.csv").data
    assert without_instant(target.read_bytes()) == without_instant(served)
    again = CliRunner().invoke(balai, words)
    assert again.exit_code == 1
    assert "cannot be written" in again.output


def without_instant(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8-sig").splitlines() if "dihasilkan" not in line]


@pytest.mark.parametrize("words", [("day", "2026-02-31", "a.pdf"), ("day", "2026-02-01", "a.doc")])
def test_command_says_what_it_cannot_write(words: tuple[str, str, str], tmp_path: Path) -> None:
    span, name, file = words
    command = ["report", span, name, "--out", str(tmp_path / file)]
    said = CliRunner().invoke(balai, [*command, "--config", str(ROOT / "config.toml")])
    assert said.exit_code == 1
    assert not (tmp_path / file).exists()


@pytest.mark.slow
def test_page_has_no_barrier(page: Page, tmp_path: Path) -> None:
    with running_application(tmp_path) as hall:
        page.goto(f"{hall.url}/sign-in?next=/reports")
        page.locator("#name").fill(SUPERVISOR)
        page.locator("#password").fill(EXAMPLE_PASSWORD)
        page.locator("#password").press("Enter")
        page.locator("h1").wait_for()
        found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_week_ago_is_what_a_day_is_compared_with(application: Application) -> None:
    clock_of(application).pass_by(timedelta(days=7))
    try:
        page = user_client(application, SUPERVISOR).get("/reports", headers=PAGE).text
    finally:
        clock_of(application).pass_by(timedelta(days=-7))
    assert "Tidak ada kunjungan" in page
    assert "Senin lalu 2" in page

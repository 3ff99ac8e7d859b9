from __future__ import annotations

import csv
import http.cookiejar
import io
import re
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner, Result
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
from models.journal.events import CatalogueChanged
from models.journal.record import record
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
    assert "2 kunjungan, 100% keperluan sesuai janji" in page.text
    assert f"/reports/day/{TODAY}.pdf" in page.text
    assert "Berikutnya" not in page.text  # tomorrow has no report yet


PERIODS = [
    ("day", TODAY, f"day={TODAY}"),
    ("week", TODAY, "week=2026-11-29"),  # named by its Sunday, known by its Monday
    ("month", "2026-11", "month=2026-11"),
    ("range", f"2026-11-20--{TODAY}", f"from=2026-11-20&to={TODAY}"),
]


@pytest.mark.parametrize(("length", "name", "query"), PERIODS)
def test_screen_paper_and_files_tell_the_same(
    client: FlaskClient, length: str, name: str, query: str
) -> None:
    page = client.get(f"/reports?{query}", headers=PAGE).text
    assert f"/reports/{length}/{name}.pdf" in page
    screen = told_on_screen(page)
    assert (screen["visits"], screen["wait_median"], screen["serving_median"]) == ("2", "10", "5")
    assert (screen["wait_kept"], screen["open_visits"], screen["steps"]) == ("100%", "1", "2")
    rows = {row[0]: row for row in facts_in(client.get(f"/reports/{length}/{name}.zip").data)}
    labels = {"Kunjungan": "visits", "Tunggu, tengah": "wait_median", "Sesuai janji": "wait_kept"}
    assert {key: rows[label][1] for label, key in labels.items()} == {
        key: screen[key] for key in labels.values()
    }
    pdf = PdfReader(io.BytesIO(client.get(f"/reports/{length}/{name}.pdf").data))
    first = " ".join(pdf.pages[0].extract_text().split())
    assert f"Tunggu, tengah {screen['wait_median']} menit" in first
    assert f"Sesuai janji {screen['wait_kept']}" in first
    book = load_workbook(io.BytesIO(client.get(f"/reports/{length}/{name}.xlsx").data))
    cells = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=6)}
    assert (cells["Kunjungan"], cells["Tunggu, tengah"], cells["Sesuai janji"]) == (2, 10, 1)


def facts_in(data: bytes, delimiter: str = ";") -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        (name,) = (one for one in bundle.namelist() if one.startswith("01-"))
        text = bundle.read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_page_leads_to_every_length_and_to_what_lies_beside(client: FlaskClient) -> None:
    page = unescape(client.get("/reports?from=2026-11-16&to=2026-11-18", headers=PAGE).text)
    for address in (
        "/reports?day=2026-11-18",
        "/reports?week=2026-11-16",
        "/reports?month=2026-11",
        "/reports?from=2026-11-16&to=2026-11-18",
        "/reports?from=2026-11-13&to=2026-11-15",
        "/reports?from=2026-11-19&to=2026-11-21",
    ):
        assert f'href="{address}"' in page


def test_page_says_how_waits_are_counted_and_of_how_many(client: FlaskClient) -> None:
    page = client.get("/reports", headers=PAGE).text
    assert "waktu warga bebas untuk dipanggil" in page
    assert "tanpa panggilan, sampai nomor dibatalkan, mal tutup, atau laporan dibuat" in page
    assert "dari 1 keperluan yang dipanggil" in page
    assert "0 tidak pernah" not in page


@pytest.mark.parametrize(
    ("form", "kind", "disposition"),
    [
        ("pdf", "application/pdf", "inline"),
        ("zip", "application/zip", "attachment"),
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


@pytest.mark.parametrize(
    "named",
    [
        "day=2026-02-31",
        "day=kemarin",
        "day=20261123",
        "day=2026-W48-1",
        "day=0001-01-01",
        "day=9999-12-31",
        "week=2026-W48",
        "month=2026-13",
        "month=2026",
        "from=2026-11-23",
        "to=2026-11-23",
        "from=2026-11-23&to=besok",
    ],
)
def test_dates_that_do_not_exist_are_refused_in_words(client: FlaskClient, named: str) -> None:
    page = client.get(f"/reports?{named}", headers=PAGE)
    assert page.status_code == 422
    assert "Tanggal itu tidak ada." in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-23&to=2026-11-22", "berakhir sebelum dimulai"),
        ("from=2026-08-23&to=2026-11-23", "paling lama 92 hari"),
    ],
)
def test_ranges_that_cannot_be_told_are_refused_with_the_reason(
    client: FlaskClient, query: str, said: str
) -> None:
    page = client.get(f"/reports?{query}", headers=PAGE)
    assert page.status_code == 422
    assert said in page.text
    # What was asked for is still there to be mended.
    assert 'value="2026-11-23"' in page.text


def test_a_quarter_is_not_too_long(client: FlaskClient) -> None:
    assert client.get("/reports?from=2026-08-24&to=2026-11-23", headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    "named", ["day=2026-11-24", "week=2026-11-30", "month=2026-12", "from=2026-11-24&to=2026-11-25"]
)
def test_future_has_no_report_yet(client: FlaskClient, named: str) -> None:
    page = client.get(f"/reports?{named}", headers=PAGE)
    assert page.status_code == 422
    assert "belum tiba" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "day/2026-11-24.pdf",
        "day/x.pdf",
        "year/2026.pdf",
        f"range/{TODAY}.pdf",
        f"day/{TODAY}.docx",
        f"day/{TODAY}.csv",
    ],
)
def test_files_that_cannot_be_are_not_found(client: FlaskClient, path: str) -> None:
    page = client.get(f"/reports/{path}", headers=PAGE)
    assert page.status_code == 404
    assert 'role="alert"' in page.text


def test_english_reader_gets_an_english_report(client: FlaskClient) -> None:
    page = client.get(f"/reports?day={TODAY}&lang=en", headers=PAGE)
    assert "2 visits, 100% of needs within the promise" in page.text
    facts = facts_in(client.get(f"/reports/day/{TODAY}.zip?lang=en").data, ",")
    assert ["Visits", "2", "", ""] in facts


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


def test_command_writes_the_same_files(tmp_path: Path, application: Application) -> None:
    target = tmp_path / "range.zip"
    words = ("range", "2026-01-05", "2026-01-16", "--out", str(target))
    said = command(application, *words)
    assert said.exit_code == 0, said.output
    assert "Laporan pelayanan, 5–16 Januari 2026. Tidak ada kunjungan." in said.output
    client = user_client(application, SUPERVISOR)
    served = client.get("/reports/range/2026-01-05--2026-01-16.zip").data
    assert facts_in(target.read_bytes()) == facts_in(served)
    again = command(application, *words)
    assert again.exit_code == 1
    assert "cannot be written" in again.output


def test_command_goes_by_the_examples_clock(tmp_path: Path) -> None:
    someday = MONDAY + timedelta(weeks=1000)
    with open_application(tmp_path) as ahead:
        clock_of(ahead).jump_to(someday)
        with ahead.database.transaction() as session:
            mall = session.get_one(Mall, ahead.mall_id)
            ktp = session.scalars(select(Service).where(Service.code == "ktp-el")).one()
            take(session, mall, [Wish(ktp.id)], by=Actor(mall_id=mall.id), at=someday)
        said = command(ahead, "day", f"{someday:%Y-%m-%d}", "--out", str(tmp_path / "day.pdf"))
    assert said.exit_code == 0, said.output
    assert "1 kunjungan" in said.output


def test_command_never_jumps_to_a_day_that_has_not_begun(tmp_path: Path) -> None:
    evening = MONDAY + timedelta(weeks=1000, hours=10)  # 19.00, long after closing
    with open_application(tmp_path) as ahead:
        with ahead.database.transaction() as session:
            record(session, CatalogueChanged(mall_id=ahead.mall_id, at=evening))
        today, tomorrow = (f"{evening + timedelta(days=n):%Y-%m-%d}" for n in (0, 1))
        target = tmp_path / "day.pdf"
        told = command(ahead, "day", today, "--out", str(target))
        too_soon = command(ahead, "day", tomorrow, "--out", str(tmp_path / "tomorrow.pdf"))
    assert told.exit_code == 0, told.output
    page = " ".join(PdfReader(target).pages[0].extract_text().split())
    assert "pukul 19.00, belum selesai" in page
    assert too_soon.exit_code == 1
    assert "it has not begun" in too_soon.output


def command(application: Application, *words: str) -> Result:
    house = ["--config", str(ROOT / "config.toml")]
    house += ["--data-dir", str(application.config.data_dir)]
    return CliRunner().invoke(balai, ["report", *words, *house])


@pytest.mark.parametrize(
    ("words", "file", "why"),
    [
        ("day 2026-02-31", "a.pdf", "name a date of the calendar"),
        ("day 2026-11-20 2026-11-23", "a.pdf", "name a date of the calendar"),
        ("month 2026-11-23", "a.pdf", "name a month of the calendar"),
        ("range 2026-11-23", "a.pdf", "name two dates of the calendar"),
        ("range 2026-11-23 2026-11-20", "a.pdf", "ends before it begins"),
        ("range 2026-01-01 2026-11-20", "a.pdf", "92 days at most"),
        ("day 2099-01-01", "a.pdf", "it has not begun"),
        (f"day {TODAY}", "a.csv", "should end with .pdf, .zip, .xlsx"),
    ],
)
def test_command_says_what_it_cannot_write(
    application: Application, words: str, file: str, why: str, tmp_path: Path
) -> None:
    said = command(application, *words.split(), "--out", str(tmp_path / file))
    assert said.exit_code == 1
    assert why in said.output
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

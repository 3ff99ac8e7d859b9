"""The power fails in the middle of the morning, and comes back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from models.database import Database
from models.paper import JobState, PrintJob
from models.tickets import Ticket
from tests.hall.morning import live_through
from tests.hall.windows import Windows, expect_number, service_ids, take
from tests.hall_server import Hall
from tests.house import running_house

pytestmark = pytest.mark.slow

# What the house promises: so long until every screen says so, and until it is right again.
SAYS_SO_WITHIN_S = 5.0
RIGHT_WITHIN_S = 2.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example mall in the morning, before anybody has come."""
    live_through(tmp_path)
    return tmp_path


@contextmanager
def reading(folder: Path) -> Iterator[Database]:
    """The hall's own database, beside the program."""
    database = Database(f"sqlite:///{folder / 'balai.db'}")
    yield database
    database.close()


def expect_all(places: list[Locator], within_s: float) -> None:
    """Wait until every one of `places` is to be seen, all within the same `within_s` seconds."""
    until = time.monotonic() + within_s
    for place in places:
        left_ms = max(1.0, (until - time.monotonic()) * 1000)
        expect(place).to_be_visible(timeout=left_ms)


def signs_of_loss(kiosk: Page, wall: Page, desk: Page, phone: Page) -> list[Locator]:
    return [
        kiosk.locator(".k-away"),
        wall.locator(".w-lost"),
        desk.locator(".dk-lost"),
        phone.locator("#lost"),
    ]


def test_every_screen_says_so_and_is_right_again(folder: Path, windows: Windows) -> None:
    with running_house(folder) as hall:
        kiosk, wall = windows.kiosk(hall), windows.wall(hall)
        service = service_ids(kiosk)["KTP-el"]
        called, waiting = take(kiosk, service), take(kiosk, service)
        desk, phone = windows.desk(hall, 3), windows.phone(hall, waiting["token"])
        expect_number(desk.locator(".dk-ready .plate__n"), called["number"])
        desk.keyboard.press("Enter")
        expect_number(wall.locator(".w-num"), called["number"])
        screens = [kiosk, wall, desk, phone]
        for screen in screens:
            screen.evaluate("window.stayed = true")
        hall.kill()
        expect_all(signs_of_loss(*screens), SAYS_SO_WITHIN_S)
        expect(phone.locator("#visit")).to_contain_text(waiting["number"].split("-")[1])

    with running_house(folder, port=hall.port):
        right = [
            kiosk.locator(".k-home"),
            wall.locator(".w--settled, .w--calling"),
            desk.locator("body:not(.dk--lost) .plate--call"),
            phone.locator("body.p-waiting:not(.is-stale) .p-ticket"),
        ]
        expect_all(right, RIGHT_WITHIN_S)
        for sign in signs_of_loss(*screens):
            expect(sign).to_be_hidden()
        assert all(screen.evaluate("window.stayed === true") for screen in screens)
        expect_number(wall.locator(".w-num"), called["number"])
        expect_number(desk.locator(".plate--call .plate__n"), called["number"])
        expect(desk.locator(".dk-q .num, .dk-side")).to_contain_text(
            re.compile(waiting["number"].split("-")[1])
        )


def test_a_number_and_its_paper_outlive_the_cut(folder: Path, windows: Windows) -> None:
    with running_house(folder) as hall:
        kiosk = windows.kiosk(hall)
        given = take(kiosk, service_ids(kiosk)["KTP-el"])
        hall.kill()
    with running_house(folder, port=hall.port) as hall:
        paper = windows.open(f"{hall.url}/paper")
        with reading(folder) as database, database.reading() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.token == given["token"])).one()
            (job,) = session.scalars(select(PrintJob).where(PrintJob.ticket_id == ticket.id))
            # Interrupted while it was being sent it may have come out: then people must look.
            if job.state is not JobState.DOUBTFUL:
                expect(paper.locator("#papers img")).to_have_count(1)
        desk = windows.desk(hall, 3)
        expect_number(desk.locator(".dk-ready .plate__n"), given["number"])


def test_a_press_during_the_cut_is_done_once(folder: Path, windows: Windows) -> None:
    with running_house(folder) as hall:
        kiosk = windows.kiosk(hall)
        kiosk.get_by_role("button", name=re.compile("^KTP-el")).click()
        button = kiosk.get_by_role("button", name=re.compile("^Ambil nomor"))
        expect(button).to_be_enabled()
        hall.kill()
        button.click()
    with running_house(folder, port=hall.port):
        expect(kiosk.locator(".t-num")).to_be_visible(timeout=15_000)
        with reading(folder) as database, database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Ticket)) == 1

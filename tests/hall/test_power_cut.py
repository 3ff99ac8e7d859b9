"""The power fails in the middle of the morning, and comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob
from models.queue.tickets import Ticket
from tests.application import running_application
from tests.hall.morning import live_through
from tests.hall.windows import Windows, expect_number, service_ids, take

pytestmark = pytest.mark.slow

# The screens say so after 5 s of silence and are right in 2; on a busy machine it may take longer.
SAYS_SO_WITHIN_MS = 15_000
RIGHT_WITHIN_MS = 10_000
# Each screen notes by itself when its sign of loss came or went, so a busy machine that asks
# late does not count; and by how much its own look came too late, which is the machine's, too.
WATCH = """(sign) => {
  window.stayed = true;
  window.late = 0;
  let lookedAt = Date.now();
  const look = () => {
    window.late = Math.max(window.late, Date.now() - lookedAt - 50);
    lookedAt = Date.now();
    const part = document.querySelector(sign);
    const lost = Boolean(part && part.checkVisibility());
    if (lost !== window.lost) [window.lost, window.changedAt] = [lost, Date.now()];
  };
  look();
  setInterval(look, 50);
}"""
WAIT_MS = 30_000


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


def changed_within(screens: dict[Page, str], since_ms: int) -> int:
    """Return after how many milliseconds the last of `screens` had changed its sign of loss."""
    changed_ms: int = max(screen.evaluate("window.changedAt - window.late") for screen in screens)
    return changed_ms - since_ms


def test_every_screen_says_so_and_is_right_again(folder: Path, windows: Windows) -> None:
    with running_application(folder) as hall:
        kiosk, wall = windows.kiosk(hall), windows.wall(hall)
        service = service_ids(kiosk)["KTP-el"]
        called, waiting = take(kiosk, service), take(kiosk, service)
        desk, phone = windows.desk(hall, 3), windows.phone(hall, waiting["token"])
        expect_number(desk.locator(".dk-ready .plate__n"), called["number"])
        expect(desk.locator("#go")).to_have_attribute("data-steady", "")
        desk.keyboard.press("Enter")
        expect_number(wall.locator(".w-num"), called["number"])
        screens = {kiosk: ".k-away", wall: ".w-lost", desk: ".dk-lost", phone: "#lost"}
        for screen, sign in screens.items():
            screen.evaluate(WATCH, sign)
        cut_ms = wall.evaluate("Date.now()")
        hall.kill()
        for screen, sign in screens.items():
            expect(screen.locator(sign)).to_be_visible(timeout=WAIT_MS)
        assert changed_within(screens, cut_ms) <= SAYS_SO_WITHIN_MS
        expect(phone.locator("#visit")).to_contain_text(waiting["number"].split("-")[1])

    with running_application(folder, port=hall.port):
        back_ms = wall.evaluate("Date.now()")
        for screen, sign in screens.items():
            expect(screen.locator(sign)).to_be_hidden(timeout=WAIT_MS)
        assert changed_within(screens, back_ms) <= RIGHT_WITHIN_MS
        assert all(screen.evaluate("window.stayed === true") for screen in screens)
        expect(kiosk.locator(".k-home")).to_be_visible()
        expect_number(wall.locator(".w-num"), called["number"])
        expect_number(desk.locator(".plate--call .plate__n"), called["number"])
        expect(desk.locator(".dk-side")).to_contain_text(waiting["number"].split("-")[1])
        expect(phone.locator("body")).to_have_class(re.compile(r"\bp-waiting\b"))


def test_a_number_and_its_paper_outlive_the_cut(folder: Path, windows: Windows) -> None:
    with running_application(folder) as hall:
        kiosk = windows.kiosk(hall)
        given = take(kiosk, service_ids(kiosk)["KTP-el"])
        hall.kill()
    with running_application(folder, port=hall.port) as hall:
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
    with running_application(folder) as hall:
        kiosk = windows.kiosk(hall)
        kiosk.get_by_role("button", name=re.compile("^KTP-el")).click()
        button = kiosk.get_by_role("button", name=re.compile("^Ambil nomor"))
        expect(button).to_be_enabled()
        hall.kill()
        button.click()
        # It tries for eight seconds by itself, and then leaves it to the citizen.
        again = kiosk.get_by_role("button", name="Coba lagi")
        expect(again).to_be_visible(timeout=WAIT_MS)
    with running_application(folder, port=hall.port):
        again.click()
        expect(kiosk.locator(".t-num")).to_be_visible(timeout=WAIT_MS)
        with reading(folder) as database, database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Ticket)) == 1

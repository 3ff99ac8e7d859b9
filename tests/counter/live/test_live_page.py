"""A page is in step, says when it is not, and is right again after a break without a reload."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from models.core.database import Database
from tests.counter import tiny_hall
from tests.servers import Server, running_server
from tests.slow_network import line_to

TINY = "tests.counter.tiny_hall"


def empty_mall(folder: Path) -> str:
    """The URL of a mall without tickets in a database of its own."""
    url = f"sqlite:///{folder / 'balai.db'}"
    database = Database(url)
    tiny_hall.make_mall(database)
    database.close()
    return url


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One hall for all that do it no harm; each test counts from what it finds."""
    with running_server(TINY, empty_mall(tmp_path_factory.mktemp("live")), "0") as running:
        yield running


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The database of `own_hall`."""
    return empty_mall(tmp_path)


@pytest.fixture
def own_hall(url: str) -> Iterator[Server]:
    """A hall for one test alone, which may be stopped."""
    with running_server(TINY, url, "0") as running:
        yield running


def open_page(page: Page, hall: Server, topic: str = "number/1") -> None:
    page.goto(f"{hall.url}/?topic={topic}")
    expect(page.locator("#status")).to_have_text("live", timeout=5000)


def waiting(page: Page) -> int:
    """The number that the page shows, as soon as it shows one."""
    place = page.locator("#waiting")
    expect(place).to_have_text(re.compile(r"^\d+$"))
    return int(place.inner_text())


def post(hall: Server, path: str, body: dict[str, Any] | None = None) -> None:
    requests.post(f"{hall.url}{path}", json=body, timeout=5).raise_for_status()


def port_of(hall: Server) -> int:
    return int(hall.url.rsplit(":", 1)[1])


def state(seq: int, *, waiting: int, minute: int = 30, epoch: str = "one") -> dict[str, Any]:
    now = f"2026-11-23T02:{minute}:00.000+00:00"
    return {"seq": seq, "now": now, "epoch": epoch, "waiting": waiting}


def test_a_page_shows_the_number_and_every_change(page: Page, hall: Server) -> None:
    open_page(page, hall)
    before = waiting(page)
    post(hall, "/take/3")
    expect(page.locator("#waiting")).to_have_text(str(before + 3))


def test_a_page_on_a_very_slow_line_becomes_live(page: Page, hall: Server) -> None:
    # An answer takes 3.4 s: longer than the first question waits for it.
    with line_to(port_of(hall), delay_s=1.7) as line:
        page.goto(f"http://127.0.0.1:{line.port}/?topic=number/1", wait_until="commit")
        expect(page.locator("#status")).to_have_text("live", timeout=60_000)
        before = waiting(page)
        post(hall, "/take/3")
        expect(page.locator("#waiting")).to_have_text(str(before + 3), timeout=10_000)


@pytest.mark.long
def test_a_page_whose_cable_was_long_out_is_soon_right_again(page: Page, hall: Server) -> None:
    with line_to(port_of(hall)) as line:
        page.goto(f"http://127.0.0.1:{line.port}/?topic=number/1")
        expect(page.locator("#status")).to_have_text("live", timeout=5000)
        before = waiting(page)
        line.plugged.clear()
        expect(page.locator("#status")).to_have_text("lost", timeout=6000)
        # By then a page that learnt patience from silence would try for 16 s in vain.
        page.wait_for_timeout(30_000)
        post(hall, "/take/3")
        line.plugged.set()
        expect(page.locator("#waiting")).to_have_text(str(before + 3), timeout=10_000)


def test_a_late_packet_is_dropped_and_a_tick_is_shown(page: Page, hall: Server) -> None:
    open_page(page, hall)
    told = [
        state(500, waiting=50),
        state(499, waiting=49),  # overtaken
        state(500, waiting=48, minute=29),  # the same journal, read earlier
        state(500, waiting=51, minute=31),  # a tick
    ]
    for one in told[:3]:
        post(hall, "/tell/1/1", one)
    post(hall, "/shout", {"number": "A-047"})
    expect(page.locator("#heard")).to_have_text('announce {"number":"A-047"}')
    expect(page.locator("#waiting")).to_have_text("50")
    post(hall, "/tell/1/1", told[3])
    expect(page.locator("#waiting")).to_have_text("51")


def test_a_new_database_counts_from_its_own_beginning(page: Page, hall: Server) -> None:
    open_page(page, hall)
    post(hall, "/tell/1/1", state(500, waiting=50))
    expect(page.locator("#waiting")).to_have_text("50")
    post(hall, "/tell/1/1", state(2, waiting=2, epoch="two"))
    expect(page.locator("#waiting")).to_have_text("2")


def test_a_refused_page_is_told_why(page: Page, hall: Server) -> None:
    open_page(page, hall, "number/9")
    expect(page.locator("#heard")).to_have_text('refused {"code":"forbidden"}')


def test_a_page_that_stops_following_is_told_no_more(page: Page, hall: Server) -> None:
    open_page(page, hall)
    before = waiting(page)
    page.evaluate("window.leave()")
    page.evaluate("void window.live.follow('clock/1', () => (window.answered = true))")
    page.wait_for_function("window.answered")
    post(hall, "/take/1")
    post(hall, "/shout", {})
    # The gathering that the number took part in is over when the tick's state is here.
    page.evaluate("window.answered = false")
    page.wait_for_function("window.answered")
    assert waiting(page) == before
    assert page.locator("#heard").text_content() == ""


def test_a_page_knows_the_servers_time_whatever_its_device_says(page: Page, hall: Server) -> None:
    page.clock.set_system_time("2001-01-01T00:00:00Z")
    open_page(page, hall)
    page.wait_for_function("window.live.now().getFullYear() > 2020")


def test_a_page_is_lost_and_then_right_again_without_a_reload(
    page: Page, own_hall: Server, url: str
) -> None:
    open_page(page, own_hall)
    page.evaluate("window.unloaded = false")
    own_hall.kill()
    page.wait_for_function("live.status === 'lost'", timeout=5000)
    database = Database(url)
    tiny_hall.take_one(database)
    database.close()
    with running_server(TINY, url, str(own_hall.port)):
        expect(page.locator("#waiting")).to_have_text("1", timeout=2000)
        expect(page.locator("#status")).to_have_text("live", timeout=500)
    assert page.evaluate("window.unloaded") is False


def test_a_page_notices_a_line_that_is_silent_but_not_cut(page: Page, own_hall: Server) -> None:
    open_page(page, own_hall)
    own_hall.process.send_signal(signal.SIGSTOP)
    page.wait_for_function("live.status === 'lost'", timeout=5000)
    own_hall.process.send_signal(signal.SIGCONT)
    expect(page.locator("#status")).to_have_text("live", timeout=2000)


def test_a_device_that_slept_asks_whether_its_line_still_stands(page: Page, hall: Server) -> None:
    page.clock.install()
    open_page(page, hall)
    page.evaluate("window.said = []; live.addEventListener('status', (e) => said.push(e.detail))")
    seen = page.evaluate("live.lastSeenAt")
    page.clock.fast_forward("05:00:00")
    page.wait_for_function(f"live.lastSeenAt > {seen}", timeout=1000)
    assert page.evaluate("window.said") == []


def test_a_device_that_slept_through_the_end_of_its_line_says_so(
    page: Page, own_hall: Server
) -> None:
    page.clock.install()
    open_page(page, own_hall)
    own_hall.process.send_signal(signal.SIGSTOP)
    page.clock.fast_forward("05:00:00")
    expect(page.locator("#status")).to_have_text("lost", timeout=2000)


def test_a_short_break_alarms_nobody(page: Page, hall: Server) -> None:
    open_page(page, hall)
    page.evaluate("window.said = []; live.addEventListener('status', (e) => said.push(e.detail))")
    before = page.evaluate("window.states")
    post(hall, "/cut")
    page.wait_for_function(f"window.states > {before}", timeout=2000)
    assert page.evaluate("window.said") == []

"""The rail in a browser: from the desk to the reports and back, by keyboard, and on a phone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.application import running_application
from tests.hall.windows import PHONE, Windows
from tests.servers import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    with running_application(folder) as running:
        yield running


def test_from_the_desk_to_the_reports_and_back(hall: Server, windows: Windows) -> None:
    page = windows.signed_in(hall, "hendra.saputra")
    page.goto(f"{hall.url}/desk?desk=3")
    page.get_by_role("link", name="Halaman pengelola").click()
    expect(page).to_have_url(re.compile("/waits$"))
    rail = page.get_by_role("navigation", name="Utama")
    rail.get_by_role("link", name="Laporan").click()
    expect(page).to_have_url(re.compile("/reports$"))
    expect(rail.get_by_role("link", name="Laporan")).to_have_attribute("aria-current", "page")
    rail.get_by_role("link", name="Konsol").click()
    expect(page).to_have_url(re.compile("/desk$"))
    expect(page.get_by_role("heading", name="Pilih loket")).to_be_visible()
    expect(page.locator(".st-user")).to_have_text(re.compile("Hendra Saputra.*Pengawas"))


def test_an_officer_has_no_way_out_of_the_console(hall: Server, windows: Windows) -> None:
    desk = windows.desk(hall, 3)
    expect(desk.get_by_role("link", name="Halaman pengelola")).to_have_count(0)


def test_the_rail_is_walked_by_keyboard(hall: Server, windows: Windows) -> None:
    page = windows.signed_in(hall, "hendra.saputra")
    page.goto(f"{hall.url}/printers")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Langsung ke isi halaman")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    for name in (
        "Mal Pelayanan Publik, halaman depan",
        "Langsung",
        "Laporan",
        "Layar",
        "Konsol",
        "Perangkat",
    ):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name, exact=name == "Langsung")).to_be_focused()
    page.goto(f"{hall.url}/printers")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_printer_that_needs_a_hand_is_counted_on_every_page(
    hall: Server, folder: Path, windows: Windows
) -> None:
    page = windows.signed_in(hall, "hendra.saputra")
    page.goto(f"{hall.url}/reports")
    screens = page.get_by_role("navigation", name="Utama").get_by_role("link", name="Layar")
    expect(page.locator("#connection")).to_have_text("Tersambung")
    expect(screens).to_have_accessible_name("Layar")
    tray = folder / "paper" / "kiosk-1"
    shutil.rmtree(tray, ignore_errors=True)
    tray.parent.mkdir(exist_ok=True)
    tray.touch()  # A file in the folder's place: nothing can be written there.
    expect(screens).to_have_accessible_name("Layar , 1 perlu tindakan", timeout=15_000)
    tray.unlink()
    expect(screens).to_have_accessible_name("Layar", timeout=15_000)


def test_a_phone_has_its_bar_below(hall: Server, windows: Windows) -> None:
    page = windows.signed_in(hall, "hendra.saputra")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for path in (
        "/waits",
        "/reports",
        "/devices",
        "/printers",
        "/desk",
        "/paper",
        "/nothing-here",
        "/",
    ):
        page.goto(f"{hall.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0], path
        expect(page.locator(".st-user, .we-me")).to_contain_text("Hendra Saputra")
    page.goto(f"{hall.url}/printers")
    rail = page.get_by_role("navigation", name="Utama")
    box = rail.bounding_box()
    assert box
    assert box["y"] + box["height"] == PHONE[1]
    assert box["height"] < 80
    expect(rail.get_by_role("link")).to_have_text(
        ["Langsung", "Laporan", re.compile("Layar"), "Konsol"]
    )
    leave = rail.get_by_role("button", name="Keluar")
    rail.get_by_text("Lainnya").click()
    expect(leave).to_be_visible()
    page.keyboard.press("Escape")
    expect(leave).to_be_hidden()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#connection")).to_contain_text("Tersambung")
    rail.get_by_text("Lainnya").click()
    leave.click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    expect(other).to_have_url(re.compile("/sign-in"))

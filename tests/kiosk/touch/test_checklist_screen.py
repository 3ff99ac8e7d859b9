"""The checklist in a real browser: one touch prints it, and the screen tells how it went."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import MONDAY
from tests.kiosk.hall_at import hall_at, kiosk_screen

pytestmark = pytest.mark.slow

PRINT = "button:has-text('Cetak daftar syarat')"


@pytest.fixture
def kiosk(screen: Page) -> Page:
    """The kiosk where somebody has lost their card."""
    screen.locator(".k-card", has_text="KTP-el").click()
    screen.get_by_role("button", name="Hilang", exact=True).click()
    return screen


def test_one_touch_prints_the_list_and_takes_no_number(kiosk: Page, folder: Path) -> None:
    waiting = kiosk.locator(".k-facts").inner_text()
    kiosk.locator(PRINT).click()
    expect(kiosk.locator(".k-list")).to_have_text("Daftar ada di bawah layar")
    assert kiosk.locator(".k-facts").inner_text() == waiting
    # Other tests print, too; the file's name is the time at which it came out.
    printed = max((folder / "paper" / "kiosk-1").glob("*.bin")).read_bytes()
    assert b"Surat" in printed
    assert b"A-0" not in printed


def test_another_reason_is_another_list(kiosk: Page) -> None:
    kiosk.locator(PRINT).click()
    expect(kiosk.locator(".k-list")).to_have_text("Daftar ada di bawah layar")
    kiosk.get_by_role("button", name="Rusak", exact=True).click()
    expect(kiosk.locator(PRINT)).to_be_enabled()


def test_a_server_that_is_away_is_said(kiosk: Page) -> None:
    kiosk.route("**/kiosk/checklist", lambda route: route.fulfill(status=403, json={}))
    kiosk.locator(PRINT).click()
    expect(kiosk.locator(".k-list")).to_have_text("Daftar belum tercetak")


def test_an_unplugged_printer_is_said(chromium: Browser, tmp_path: Path) -> None:
    with (
        hall_at(MONDAY, tmp_path, paper=False) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        page.locator(".k-card", has_text="KTP-el").click()
        page.get_by_role("button", name="Hilang", exact=True).click()
        page.locator(PRINT).click()
        expect(page.locator(".k-list")).to_have_text("Daftar belum tercetak", timeout=10_000)

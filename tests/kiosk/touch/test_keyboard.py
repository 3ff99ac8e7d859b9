"""The kiosk by keys alone: where the focus stands after each step, and that fingers see no ring."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kiosk.hall_at import kiosk_screen
from tests.servers import Server

pytestmark = pytest.mark.slow

TAKE = "button:has-text('Ambil nomor')"
# A tile, the way past the choices, the number: each is reached with Tab or pressed with Enter.
FROM_HOME_TO_NUMBER = ("Tab", "Enter", "Tab", "Enter", "Enter")


@pytest.fixture
def kiosk(screen: Page) -> Page:
    # Keys do not wait for what they press.
    expect(screen.locator(".k-card").first).to_be_visible()
    return screen


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def test_a_number_is_five_keys_from_home(kiosk: Page) -> None:
    *way, last = FROM_HOME_TO_NUMBER
    keys(kiosk, *way)
    expect(kiosk.locator(TAKE)).to_be_focused()
    expect(kiosk.locator(TAKE)).to_be_enabled()
    keys(kiosk, last)
    expect(kiosk.locator(".t-num")).to_be_focused()


def test_a_key_that_is_held_down_takes_no_number(kiosk: Page) -> None:
    keys(kiosk, "Tab", "Enter")
    expect(kiosk.locator(TAKE)).to_be_enabled()
    keys(kiosk, "Enter", "Enter")
    expect(kiosk.locator("h1")).to_be_focused()
    assert kiosk.locator(".t-num").count() == 0


def test_every_screen_begins_at_its_heading_and_back_leads_to_its_button(kiosk: Page) -> None:
    heading, back = kiosk.locator("h1"), kiosk.get_by_role("button", name="Kembali", exact=True)
    kiosk.locator(".k-tile", has_text="Polres").press("Enter")
    expect(heading).to_have_text("Layanan mana yang Anda perlukan?")
    expect(heading).to_be_focused()
    kiosk.locator(".k-row", has_text="SKCK").press("Enter")
    expect(heading).to_have_text("SKCK")
    expect(heading).to_be_focused()
    back.press("Enter")
    expect(kiosk.locator(".k-row", has_text="SKCK")).to_be_focused()
    back.press("Enter")
    expect(kiosk.locator(".k-tile", has_text="Polres")).to_be_focused()
    kiosk.locator(".k-card", has_text="KTP-el").press("Enter")
    kiosk.locator(".k-opt", has_text="Layanan lain").press("Enter")
    expect(heading).to_have_text("Layanan apa yang mau ditambahkan?")
    expect(heading).to_be_focused()
    back.press("Enter")
    expect(kiosk.locator(".k-opt", has_text="Layanan lain")).to_be_focused()
    back.press("Enter")
    expect(kiosk.locator(".k-card", has_text="KTP-el")).to_be_focused()


def test_back_leads_to_the_page_one_came_from(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="Teks besar").press("Enter")
    kiosk.locator(".k-pager button").press("Enter")
    kiosk.locator(".k-tile").last.press("Enter")
    expect(kiosk.locator(".k-row").first).to_be_visible()
    kiosk.get_by_role("button", name="Kembali", exact=True).press("Enter")
    expect(kiosk.locator(".k-tile").last).to_be_focused()
    expect(kiosk.locator(".k-pager")).not_to_contain_text("1–")


def test_after_the_number_the_next_citizen_begins_at_the_question(kiosk: Page) -> None:
    keys(kiosk, *FROM_HOME_TO_NUMBER[:-1])
    expect(kiosk.locator(TAKE)).to_be_enabled()
    keys(kiosk, FROM_HOME_TO_NUMBER[-1])
    kiosk.get_by_role("button", name="Tambah layanan").press("Enter")
    expect(kiosk.locator("h1")).to_be_focused()
    kiosk.get_by_role("button", name="Kembali", exact=True).press("Enter")
    expect(kiosk.get_by_role("button", name="Tambah layanan")).to_be_focused()
    kiosk.get_by_role("button", name="Selesai").press("Enter")
    expect(kiosk.locator("h1")).to_have_text("Mau mengurus apa hari ini?")
    expect(kiosk.locator("h1")).to_be_focused()


def test_a_dialog_takes_the_focus_and_gives_it_back(kiosk: Page) -> None:
    asked = kiosk.get_by_role("button", name="Bantuan petugas")
    asked.press("Enter")
    expect(kiosk.get_by_role("dialog").get_by_role("button", name="Tutup")).to_be_focused()
    keys(kiosk, "Escape")
    expect(asked).to_be_focused()


def test_a_refusal_gives_the_focus_back_to_the_one_button(kiosk: Page) -> None:
    refusal = {"code": "quota_used_up", "facts": {}}
    kiosk.route("**/kiosk/take", lambda route: route.fulfill(status=409, json=refusal))
    keys(kiosk, *FROM_HOME_TO_NUMBER[:-1])
    expect(kiosk.locator(TAKE)).to_be_enabled()
    keys(kiosk, FROM_HOME_TO_NUMBER[-1])
    expect(kiosk.get_by_role("dialog").get_by_role("button")).to_be_focused()
    keys(kiosk, "Enter")
    expect(kiosk.locator(TAKE)).to_be_focused()


def test_fingers_see_no_ring(chromium: Browser, hall: Server, folder: Path) -> None:
    with kiosk_screen(chromium, hall, folder, touch=True) as page:
        page.goto(f"{hall.url}/kiosk")
        for step in (
            ".k-tool--help",
            "dialog button",
            ".k-tile",
            ".k-row",
            ".k-tool--back",
            ".k-row",
            TAKE,
            ".t-done",
        ):
            expect(page.locator(step).first).to_be_enabled()
            page.locator(step).first.tap()
            page.evaluate("new Promise(requestAnimationFrame)")
            ringed = page.evaluate("document.querySelector(':focus-visible')?.outerHTML ?? ''")
            assert ringed == "", step
        page.locator(".k-card").first.tap()
        expect(page.locator(".k-skip")).to_have_css("opacity", "0")

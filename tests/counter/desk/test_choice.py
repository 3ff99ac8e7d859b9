"""Choosing a desk out of many: by its number, by what it serves, and without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from counter.door.example_people import EXAMPLE_PASSWORD
from tests.counter.desk.windows import Citizens, other_browser, ready, sign_in
from tests.servers import Server

pytestmark = pytest.mark.slow

SHOWN = "li[data-number]:visible"


def come_in(page: Page, hall: Server, username: str = "rina.kusumawati") -> None:
    """Sign in without a desk."""
    page.goto(f"{hall.url}/sign-in")
    page.fill("#name", username)
    page.fill("#password", EXAMPLE_PASSWORD)
    page.select_option("#desk", "")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator("#find")).to_be_focused()


def test_a_desk_is_found_by_its_number_and_opened_by_keyboard(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    come_in(page, hall)
    page.keyboard.type("1")
    assert page.locator(SHOWN).count() > 1
    page.keyboard.press("Enter")  # the very number is meant, not the first that begins so
    ready(page)
    expect(page.locator(".dk-loket")).to_have_text("Loket 1")


def test_a_desk_is_found_by_what_it_serves_and_reached_with_the_arrows(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    come_in(page, hall)
    page.keyboard.type("kartu keluarga")
    for row in page.locator(SHOWN).all():
        expect(row).to_contain_text("Kartu Keluarga")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator(SHOWN).nth(1)
    expect(second.locator("button")).to_be_focused()
    page.keyboard.type("x")
    expect(page.locator("#find")).to_have_value("kartu keluargax")
    expect(page.locator("#said")).to_contain_text("Tidak ada loket yang cocok")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    number = page.locator(SHOWN).first.get_attribute("data-number")
    page.keyboard.press("Enter")
    ready(page)
    expect(page.locator(".dk-loket")).to_have_text(f"Loket {number}")


def test_a_desk_in_use_says_so_and_by_whom_to_a_colleague(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    assert page.context.browser
    sign_in(page, hall)
    with other_browser(page.context.browser) as colleague:
        come_in(colleague, hall, "ayu.wulandari")
        colleague.keyboard.type("3")
        desk = colleague.locator("li[data-number='3']")
        expect(desk).to_contain_text("Dipakai Rina Kusumawati")
        colleague.keyboard.press("Enter")
        expect(colleague).to_have_title("Pilih loket")

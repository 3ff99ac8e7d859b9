"""The console when something comes between: a refusal, another window, another officer, an end."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.counter.desk_windows import (
    GO,
    Citizens,
    main_says,
    sign_in,
)
from tests.hall_server import Hall


def serve(page: Page) -> None:
    """Call the next and begin to serve, by keyboard."""
    for words in ("Panggil berikutnya", "Mulai layani"):
        main_says(page, words)
        page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")


def test_papers_found_after_all_are_not_told_as_missing(
    page: Page, hall: Hall, citizens: Citizens
) -> None:
    citizens.take("ktp-el", case="hilang")
    sign_in(page, hall)
    serve(page)
    page.get_by_label("Berkas dikembalikan").check(force=True)
    page.locator(".dk-miss label").first.click()
    main_says(page, "Antrean kosong")
    page.keyboard.press("1")
    expect(page.locator(".dk-req input").first).to_be_checked()
    expect(page.locator(GO)).to_contain_text("Pilih berkas yang kurang")
    page.locator(".dk-miss label").first.click()
    with page.expect_request("**/desk/finish") as request:
        page.keyboard.press("s")
    assert len(json.loads(request.value.post_data or "{}")["missing"]) == 1
    main_says(page, "Antrean kosong")


def test_private_service_is_returned_without_a_reason(
    page: Page, hall: Hall, citizens: Citizens
) -> None:
    """Nothing of why is kept, so nothing of why is asked."""
    citizens.take("skck")
    sign_in(page, hall, 7)
    serve(page)
    page.get_by_label("Dikembalikan", exact=True).check(force=True)
    expect(page.locator(".dk-private")).to_be_visible()
    expect(page.locator(".dk-miss")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Belum ada yang menunggu")

"""The console in a browser: by keyboard alone, in two windows at once, without a line, audited."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.counter.desk.windows import (
    GO,
    NUMBER,
    Citizens,
    main_says,
    plate,
    ready,
    second_window,
    sign_in,
)
from tests.servers import Server, running_server

pytestmark = pytest.mark.slow

OUTCOMES = ("Terbit", "Diterima untuk diproses", "Berkas dikembalikan", "Konsultasi")


def test_a_whole_service_by_keyboard_alone(page: Page, hall: Server, citizens: Citizens) -> None:
    first = citizens.take("ktp-el", case="hilang")
    second = citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    expect(page.locator(NUMBER)).to_have_text(plate(first))
    page.keyboard.press("u")
    expect(page.locator(".dk-timer")).to_contain_text("Dipanggil 2 kali")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.keyboard.press("1")
    page.keyboard.press("2")
    papers = page.locator(".dk-req input")
    expect(papers.nth(0)).to_be_checked()
    expect(papers.nth(1)).to_be_checked()
    page.keyboard.press("l")
    page.keyboard.type("keluarga")
    expect(page.locator(".dk-ask footer")).to_contain_text("Tambahkan Kartu Keluarga")
    page.keyboard.press("Enter")
    expect(page.locator(".dk-steps")).to_contain_text("Kartu Keluarga")
    expect(page.locator(".dk-ask")).to_have_count(0)
    main_says(page, "Selesai, lanjut")
    page.keyboard.press("Enter")
    expect(page.locator(".dk-who h2")).to_have_text("Kartu Keluarga (KK)")
    expect(page.locator(NUMBER)).to_have_text(plate(first))
    main_says(page, "Selesai, panggil berikutnya")
    # Taken back and done again: Z leads to the need before.
    page.keyboard.press("z")
    expect(page.locator(".dk-who h2")).to_have_text("KTP-el, hilang")
    main_says(page, "Selesai, lanjut")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    expect(page.locator(NUMBER)).to_have_text(plate(second))


def test_a_number_without_a_reason_is_given_one_and_its_papers(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    papers = page.locator("section[aria-labelledby=papers]")
    expect(papers).to_contain_text("Alasan belum dipilih. Berkasnya bergantung pada alasan.")
    expect(papers).not_to_contain_text("Tidak ada persyaratan")
    expect(papers).to_contain_text("Biaya resmi: gratis. Jangan terima uang dari warga.")
    page.keyboard.press("m")
    page.keyboard.type("hilang")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".dk-ask footer")).to_contain_text("Catat: Hilang")
    page.keyboard.press("Enter")
    expect(page.locator(".dk-ask")).to_have_count(0)
    expect(papers.locator(".dk-req li")).to_have_count(2)
    expect(page.locator(".dk-who h2")).to_have_text("KTP-el, hilang")
    expect(papers).to_contain_text("Alasan: Hilang")
    page.keyboard.press("a")
    page.keyboard.type("skck")
    page.keyboard.press("ArrowDown")
    page.locator(".dk-ask select").select_option(label="Baru")
    page.locator(".dk-ask footer .btn--primary").click()
    expect(page.locator(".dk-ask")).to_have_count(0)
    main_says(page, "Panggil berikutnya")


def test_enter_held_down_calls_one_number_and_starts_nothing(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.down("Enter")
    for _ in range(20):
        page.keyboard.down("Enter")  # what a resting finger sends: the same key, repeated
    main_says(page, "Mulai layani")
    for _ in range(20):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.locator(".dk-timer")).to_contain_text("Dipanggil 1 kali")
    main_says(page, "Mulai layani")


def test_two_quick_presses_do_one_thing(page: Page, hall: Server, citizens: Citizens) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.locator(GO).dblclick()
    main_says(page, "Mulai layani")
    page.locator(GO).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    expect(page.locator(".dk-timer")).to_contain_text("Waktu layanan")


def test_two_windows_agree(page: Page, chromium: Browser, hall: Server, citizens: Citizens) -> None:
    number = citizens.take("ktp-el")
    sign_in(page, hall)
    with second_window(chromium, page) as other:
        ready(other)
        main_says(page, "Panggil berikutnya")
        page.keyboard.press("Enter")
        main_says(other, "Mulai layani")
        expect(other.locator(NUMBER)).to_have_text(plate(number))
        other.keyboard.press("Enter")
        main_says(page, "Selesai, panggil berikutnya")
        other.keyboard.press("s")
        expect(page.locator(GO)).to_contain_text("Antrean kosong")
        expect(other.locator(GO)).to_contain_text("Antrean kosong")


def test_keys_are_silent_in_a_field_and_when_switched_off(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.locator("#note").focus()
    page.keyboard.type("Tas asli. ")
    page.keyboard.press("Enter")
    expect(page.locator("#note")).to_have_value("Tas asli. \n")
    expect(page.locator("dialog")).to_have_count(0)
    page.locator(GO).focus()
    page.keyboard.press("a")
    # However long the list is, one Tab leads from the choice to the reason.
    page.keyboard.press("Tab")
    expect(page.locator("dialog #reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.locator(".dk-menu summary").click()
    page.get_by_label("Tombol pintas satu huruf").uncheck()
    page.locator(GO).focus()
    page.keyboard.press("a")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".dk-sec .kbd")).to_have_count(0)
    page.reload()
    ready(page)
    expect(page.locator(".dk-sec .kbd")).to_have_count(0)


def test_the_outcome_and_its_note_are_given_by_keyboard(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    for key, outcome in zip("qwer", OUTCOMES, strict=True):
        label = page.locator(".dk-res label", has_text=outcome)
        expect(label.locator(".kbd")).to_have_text(key.upper())
        page.keyboard.press(key)
        expect(label.locator("input")).to_be_checked()
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("qwers")
    expect(page.locator("#note")).to_have_value("qwers")
    expect(page.locator(".dk-res label", has_text="Konsultasi").locator("input")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("#note")).not_to_be_focused()
    page.keyboard.press("q")
    expect(page.locator(".dk-res label", has_text="Terbit").locator("input")).to_be_checked()
    page.keyboard.press("s")
    expect(page.locator("main")).to_contain_text("Belum ada yang menunggu")


def test_what_is_impossible_says_why(page: Page, hall: Server, citizens: Citizens) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall)
    page.keyboard.press("t")
    expect(page.locator(".dk-toast")).to_contain_text("Belum ada nomor di loket ini")
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    late = page.locator("[data-act=miss]")
    expect(late).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("h")
    expect(page.locator(".dk-toast")).to_contain_text("Tidak hadir bisa ditandai")


def test_the_first_number_wakes_an_empty_desk(page: Page, hall: Server, citizens: Citizens) -> None:
    sign_in(page, hall)
    expect(page.locator("main")).to_contain_text("Belum ada yang menunggu")
    expect(page.locator(GO)).to_have_attribute("aria-disabled", "true")
    number = citizens.take("ktp-el", priority=True)
    expect(page.locator(f"{GO}.is-fresh")).to_be_visible()
    expect(page.locator(".dk-ready .plate__n")).to_have_text(plate(number))
    expect(page.locator(".dk-q li").first).to_contain_text("Prioritas")


def test_a_lost_line_is_said_and_holds_the_buttons(page: Page, tmp_path: Path) -> None:
    with running_server("tests.counter.desk.hall", str(tmp_path)) as hall:
        sign_in(page, hall)
        hall.kill()
    expect(page.locator(".dk-lost")).to_contain_text("Sambungan terputus", timeout=5000)
    expect(page.locator(".dk-conn")).to_contain_text("Terputus sejak 09.0")
    expect(page.locator(GO)).to_have_attribute("aria-disabled", "true")


def test_papers_returned_name_what_is_missing(page: Page, hall: Server, citizens: Citizens) -> None:
    citizens.take("ktp-el", case="hilang")
    sign_in(page, hall)
    for words in ("Panggil berikutnya", "Mulai layani"):
        main_says(page, words)
        page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.get_by_label("Berkas dikembalikan").check(force=True)
    expect(page.locator(GO)).to_contain_text("Pilih berkas yang kurang")
    page.locator(".dk-miss label").first.click()
    main_says(page, "Antrean kosong")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Belum ada yang menunggu")


def test_the_console_passes_the_audit_in_each_phase(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page, hall)
    audited(page, "empty")
    citizens.take("ktp-el", case="hilang", priority=True)
    citizens.take("kia")
    main_says(page, "Panggil berikutnya")
    audited(page, "ready")
    page.keyboard.press("c")
    expect(page.locator(".dk-pick__list li")).to_have_count(2)
    audited(page, "number")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    expect(page.locator(".dk-breaks")).to_be_visible()
    audited(page, "ask break")
    page.keyboard.press("Enter")
    main_says(page, "Kembali melayani")
    audited(page, "break")
    page.keyboard.press("Enter")
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    audited(page, "called")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.get_by_label("Berkas dikembalikan").check(force=True)
    audited(page, "serving")
    page.keyboard.press("t")
    main_says(page, "Panggil berikutnya")
    expect(page.locator(".dk-aside")).to_contain_text("Ditunda")
    audited(page, "held")


def audited(page: Page, what: str) -> None:
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=options).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], what


# The first is 1280 × 720 at 125 %.
@pytest.mark.parametrize("size", [(1024, 576), (1024, 768), (1280, 800), (1366, 768), (1920, 1080)])
def test_everything_fits(
    page: Page, hall: Server, citizens: Citizens, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    citizens.take("ktp-el", case="hilang")
    for _ in range(20):
        citizens.take("kartu-keluarga")
    sign_in(page, hall)
    for words in ("Panggil berikutnya", "Mulai layani"):
        main_says(page, words)
        page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    for seen in (GO, "[data-act=finish]", ".dk-stat dd >> nth=3", ".dk-time"):
        expect(page.locator(seen)).to_be_in_viewport(ratio=1)
    expect(page.locator("#note")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_label("Berkas dikembalikan").check(force=True)
    expect(page.locator(".dk-miss label").first).to_be_in_viewport(ratio=1)
    page.keyboard.press("a")
    expect(page.locator("dialog #reason")).to_be_in_viewport(ratio=1)
    expect(page.locator("dialog footer .btn--primary")).to_be_in_viewport(ratio=1)


def test_the_note_stays_in_sight_below_the_papers_that_are_missing(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("akta-kelahiran", "kia", "skck")
    sign_in(page, hall)
    for words in ("Panggil berikutnya", "Mulai layani"):
        main_says(page, words)
        page.keyboard.press("Enter")
    main_says(page, "Selesai, lanjut")
    page.keyboard.press("e")
    papers = page.locator(".dk-miss label")
    for width, height in [(1920, 1080), (1440, 900), (1280, 720), (1024, 576)]:
        page.set_viewport_size({"width": width, "height": height})
        expect(papers.first).to_be_in_viewport(ratio=1)
        expect(page.locator("#note")).to_be_in_viewport(ratio=1)
        expect(page.locator(".dk-addstep .kbd")).to_be_in_viewport(ratio=1)
        papers.last.click()
        expect(papers.last).to_be_in_viewport(ratio=0.9)
        expect(page.locator("#note")).to_be_in_viewport(ratio=1)
        papers.first.scroll_into_view_if_needed()

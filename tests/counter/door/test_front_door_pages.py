"""The front door in a real browser: landing page, signing in, and a screen that pairs itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.application import running_application
from tests.servers import Server


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_application(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture
def leader(chromium: Browser, hall: Server) -> Iterator[Page]:
    """A supervisor's window, at the list of devices."""
    with chromium.new_context(locale="id-ID") as context:
        window = context.new_page()
        window.goto(hall.url)
        window.get_by_role("button", name="Hendra Saputra").click()
        expect(window.get_by_role("heading", name="Perlu tindakan")).to_be_visible()
        yield window


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere"])
def test_no_page_is_wider_than_its_window(
    page: Page, hall: Server, path: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(hall.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_one_press_on_a_name_leads_to_the_desk(page: Page, hall: Server) -> None:
    page.goto(hall.url)
    page.get_by_role("button", name="Rina Kusumawati Loket 3").first.click()
    expect(page).to_have_url(re.compile("/desk$"))


def test_the_landing_page_shows_the_malls_own_clock(page: Page, hall: Server) -> None:
    page.goto(hall.url)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^\d\d\.\d\d$"))
    page.get_by_role("link", name="English").click()
    expect(page.locator("#clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    # Chosen once, it stays.
    page.goto(f"{hall.url}/sign-in")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_password_can_be_seen_and_a_wrong_one_is_told_beside_it(page: Page, hall: Server) -> None:
    page.goto(f"{hall.url}/sign-in")
    page.get_by_label("Nama pengguna atau NIP").fill("nurul.hidayah")
    field = page.locator("#password")
    field.fill("salah sekali")
    page.get_by_role("button", name="Tampilkan kata sandi").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sembunyikan kata sandi").click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_label("Loket hari ini").select_option("9")
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Empat kali lagi sebelum akun dikunci")
    expect(page.get_by_label("Loket hari ini")).to_have_value("9")
    expect(field).to_be_focused()


def test_signing_in_needs_no_script(chromium: Browser, hall: Server) -> None:
    with chromium.new_context(java_script_enabled=False, locale="id-ID") as context:
        window = context.new_page()
        window.goto(f"{hall.url}/devices")
        window.get_by_label("Nama pengguna atau NIP").fill("hendra.saputra")
        window.locator("#password").fill("melati-pagi")
        window.get_by_role("button", name="Masuk", exact=True).click()
        expect(window).to_have_url(re.compile("/devices$"))


def test_a_screen_goes_on_when_it_is_paired_and_back_when_it_is_not(
    page: Page, leader: Page, hall: Server
) -> None:
    page.goto(f"{hall.url}/wall")
    expect(page.get_by_text("Layar ini belum dipasangkan")).to_be_visible()
    shown = page.locator("#code")
    expect(shown).to_have_text(re.compile(r"^\d{6}$"))
    expect(page.locator("#left")).to_contain_text(re.compile(r"[45]:\d\d"))

    leader.goto(f"{hall.url}/devices")
    leader.get_by_label("Kode di layar").fill(shown.inner_text().replace("\n", ""))
    words = page.locator("#words")
    expect(words).to_have_text(re.compile("^[a-z]+ [a-z]+$"))
    expect(leader.locator("#shows")).to_contain_text(words.inner_text())
    leader.get_by_label("Tugas layar ini").select_option("kenanga")
    leader.get_by_label("Nama, bila perlu").fill("TV dekat tangga")
    leader.get_by_role("button", name="Pasangkan").click()
    expect(leader.get_by_role("status")).to_contain_text("TV dekat tangga sudah dipasangkan")
    expect(page).to_have_url(re.compile("/wall$"))
    expect(page.locator("#wall")).to_contain_text("Kenanga")

    leader.get_by_label("Cabut TV dekat tangga").click()
    leader.get_by_role("button", name="Ya, cabut").click()
    expect(page).to_have_url(re.compile("/pair"), timeout=2000)
    expect(shown).to_have_text(re.compile(r"^\d{6}$"))


def test_the_examples_screens_open_with_one_press(page: Page, hall: Server) -> None:
    page.goto(f"{hall.url}/wall?place=mawar")
    expect(page.locator("#wall")).to_contain_text("Mawar")
    page.goto(f"{hall.url}/kiosk?place=kiosk-2")
    expect(page).to_have_url(re.compile(r"/kiosk\?place=kiosk-2$"))
    expect(page.locator("#kiosk")).to_contain_text("KTP")

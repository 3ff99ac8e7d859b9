"""The kiosk in a real browser: the citizen's way, and everything that gets in its way."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route, expect

from models.core.clock import Clock
from models.waits.ranges import Range
from tests.builders import MONDAY
from tests.kiosk.hall_at import hall_at, kiosk_screen
from tests.servers import Server

pytestmark = pytest.mark.slow

TAKE = "button:has-text('Ambil nomor')"
LONG_NAME = (
    "Penerbitan Kartu Tanda Penduduk Elektronik karena Hilang atau Rusak bagi Penduduk Luar Daerah"
)
HURRY = """
const parse = JSON.parse;
JSON.parse = (...text) => {
  const read = parse(...text);
  if (read && read.patience) Object.assign(read.patience, hurry);
  return read;
};"""


@pytest.fixture
def kiosk(screen: Page) -> Page:
    return screen


def impatient(page: Page, **seconds: float) -> None:
    """Let the screen wait less for people and paper than it does in a hall."""
    # Not by answering for the server: Chromium would then refuse the page its WebSocket.
    page.add_init_script(f"const hurry = {json.dumps(seconds)};{HURRY}")
    page.reload()


def presses(page: Page) -> list[str]:
    """The bodies of all presses that the page sends from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data or "")

    page.on("request", note)
    return sent


def open_ktp(page: Page) -> None:
    page.locator(".k-card", has_text="KTP-el").click()
    expect(page.locator("h1")).to_have_text("KTP-el")


def number_on(page: Page) -> str:
    number = page.locator(".t-num")
    expect(number).to_be_visible()
    return number.inner_text().replace("\n", "")


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def test_the_way_from_need_to_number(kiosk: Page) -> None:
    sent = presses(kiosk)
    kiosk.locator(".k-tile", has_text="Dukcapil").click()
    kiosk.locator(".k-row", has_text="KTP-el").click()
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    kiosk.get_by_role("checkbox", name="Fotokopi Kartu Keluarga").click()
    kiosk.locator(".k-opt", has_text="Aktivasi IKD").click()
    kiosk.get_by_role("button", name="Lansia").click()
    expect(kiosk.locator(TAKE)).to_contain_text("2 layanan · dipanggil sekitar pukul")
    kiosk.locator(TAKE).click()
    assert re.fullmatch(r"A\d{3}", number_on(kiosk))
    expect(kiosk.locator(".t-svc")).to_have_text("KTP-el, lalu Aktivasi IKD")
    expect(kiosk.locator(".t-zone")).to_contain_text("Zona Melati")
    expect(kiosk.locator(".t-print")).to_contain_text("Tiket sudah dicetak")
    assert '"priority":true' in sent[0]
    assert "old" not in sent[0]


def test_a_phone_reads_the_code_beside_the_number(kiosk: Page, hall: Server) -> None:
    open_ktp(kiosk)
    with kiosk.expect_response("**/kiosk/take") as answered:
        kiosk.locator(TAKE).click()
    seen = Image.open(io.BytesIO(kiosk.locator(".qrbox").screenshot()))
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [answered.value.json()["url"]]


def test_a_missing_paper_is_added_in_its_row(kiosk: Page) -> None:
    open_ktp(kiosk)
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    kiosk.get_by_role("button", name="Tambahkan Surat kehilangan").click()
    expect(kiosk.locator(".k-opt.is-on")).to_contain_text("Surat kehilangan")
    expect(kiosk.locator(TAKE)).to_contain_text("2 layanan")


def test_a_second_need_asks_its_reason_and_shows_its_papers(kiosk: Page) -> None:
    sent = presses(kiosk)
    open_ktp(kiosk)
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    kiosk.get_by_role("button", name="Layanan lain").click()
    kiosk.locator(".k-tile", has_text="Polres").click()
    kiosk.locator(".k-row", has_text="SKCK").click()
    tile, further = kiosk.locator(".k-opt.is-on"), kiosk.get_by_role("region", name="SKCK").first
    expect(tile).to_contain_text("Pilih alasannya di bawah")
    expect(further).to_contain_text("Rp30.000. PNBP untuk WNI")
    expect(further).to_contain_text("di luar tarif resmi")
    further.get_by_role("button", name="Baru", exact=True).click()
    expect(further.get_by_role("checkbox").first).to_be_visible()
    expect(tile).not_to_contain_text("Pilih alasannya")
    kiosk.locator(TAKE).click()
    number_on(kiosk)
    assert sent[0].count('"case_id"') == 2
    expect(kiosk.locator(".t-fees")).to_contain_text("KTP-el: Gratis. SKCK: Rp30.000.")
    expect(kiosk.locator(".t-card")).not_to_contain_text("belum dipilih")


def test_rare_reasons_wait_behind_one_button(kiosk: Page) -> None:
    open_ktp(kiosk)
    expect(kiosk.get_by_role("button", name="Pindah datang")).to_have_count(0)
    kiosk.get_by_role("button", name="Lainnya").click()
    kiosk.get_by_role("button", name="Pindah datang").click()
    expect(kiosk.get_by_role("button", name="Rusak", exact=True)).to_be_visible()
    last = kiosk.get_by_role("button", name="Pindah datang")
    expect(last).to_have_attribute("aria-pressed", "true")
    expect(kiosk.get_by_role("button", name="Orang asing")).to_have_count(0)
    assert shown_whole(kiosk, ".k-checks"), "what to bring is in sight"


def test_a_double_tap_on_the_other_reasons_chooses_none(kiosk: Page) -> None:
    open_ktp(kiosk)
    kiosk.get_by_role("button", name="Lainnya").dblclick()
    expect(kiosk.get_by_role("button", name="Pindah datang")).to_be_enabled()
    assert kiosk.locator(".k-seg [aria-pressed=true]").count() == 0
    kiosk.get_by_role("button", name="Pindah datang").dblclick()
    expect(kiosk.get_by_role("button", name="Orang asing")).to_have_count(0)
    assert kiosk.locator(".k-opt.is-on, .k-check.is-on").count() == 0


def test_a_number_without_a_reason_says_so(kiosk: Page) -> None:
    open_ktp(kiosk)
    kiosk.locator(TAKE).click()
    number_on(kiosk)
    expect(kiosk.locator(".t-needs")).to_contain_text("Alasan untuk KTP-el belum dipilih.")


def test_a_service_of_another_agency_fits_on_the_same_number(kiosk: Page) -> None:
    open_ktp(kiosk)
    kiosk.get_by_role("button", name="Layanan lain").click()
    kiosk.locator(".k-tile", has_text="Polres").click()
    kiosk.locator(".k-row", has_text="SKCK").click()
    expect(kiosk.locator("h1")).to_have_text("KTP-el")
    expect(kiosk.locator(".k-opt.is-on")).to_contain_text("SKCK")


def test_one_service_more_after_the_number_was_given(kiosk: Page) -> None:
    open_ktp(kiosk)
    kiosk.locator(TAKE).click()
    number = number_on(kiosk)
    kiosk.get_by_role("button", name="Tambah layanan").click()
    kiosk.locator(".k-tile", has_text="Polres").click()
    kiosk.locator(".k-row", has_text="SKCK").click()
    asked = kiosk.get_by_role("dialog")
    asked.get_by_role("button", name="Baru", exact=True).click()
    expect(asked.locator("li").first).to_be_visible()
    expect(asked).to_contain_text("Rp30.000")
    asked.get_by_role("button", name="Tambahkan", exact=True).click()
    expect(kiosk.locator(".t-needs")).to_contain_text("Alasan untuk KTP-el belum dipilih.")
    expect(kiosk.locator(".t-svc")).to_contain_text("SKCK")
    assert number_on(kiosk) == number


def test_a_double_tap_gives_one_number(kiosk: Page) -> None:
    open_ktp(kiosk)
    expect(kiosk.locator(TAKE)).to_be_enabled()
    kiosk.locator(TAKE).evaluate("button => { button.click(); button.click(); }")
    first = number_on(kiosk)
    kiosk.get_by_role("button", name="Selesai").click()
    open_ktp(kiosk)
    kiosk.locator(TAKE).click()
    assert int(number_on(kiosk)[1:]) == int(first[1:]) + 1


def test_a_double_tap_on_a_service_takes_no_number(kiosk: Page) -> None:
    sent = presses(kiosk)
    kiosk.locator(".k-card", has_text="KTP-el").click()
    kiosk.locator(".k-cta button").evaluate("button => button.click()")
    expect(kiosk.locator(TAKE)).to_be_enabled()
    assert sent == []


def test_a_lost_answer_is_asked_for_again(kiosk: Page) -> None:
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.json()["number"])
            route.abort()

    kiosk.route("**/kiosk/take", lose_the_first)
    open_ktp(kiosk)
    kiosk.locator(TAKE).click()
    assert number_on(kiosk) == lost[0].replace("-", "")


def test_who_walks_away_leaves_nothing_behind(kiosk: Page) -> None:
    impatient(kiosk, idle_s=1, warning_s=1)
    kiosk.get_by_role("button", name="English").click()
    kiosk.get_by_role("button", name="Large text").click()
    kiosk.locator(".k-card", has_text="KTP-el").click()
    expect(kiosk.get_by_role("dialog")).to_contain_text("Still there?")
    expect(kiosk.locator("h1")).to_have_text("Mau mengurus apa hari ini?")
    expect(kiosk.locator("html")).to_have_attribute("lang", "id")
    expect(kiosk.locator("html")).not_to_have_attribute("data-text", "large")


def test_more_time_is_one_touch_away(kiosk: Page) -> None:
    impatient(kiosk, idle_s=1, warning_s=30)
    open_ktp(kiosk)
    kiosk.get_by_role("button", name="Tambah waktu").click()
    expect(kiosk.get_by_role("dialog")).to_be_hidden()
    expect(kiosk.locator("h1")).to_have_text("KTP-el")


def test_a_touch_after_the_time_is_over_takes_no_number(kiosk: Page) -> None:
    impatient(kiosk, idle_s=1, warning_s=1)
    sent = presses(kiosk)
    open_ktp(kiosk)
    expect(kiosk.locator(TAKE)).to_be_enabled()
    # The timers stand still while this runs, as on a machine that was busy or asleep.
    kiosk.locator(TAKE).evaluate(
        """button => {
          const ends = performance.now() + 2500;
          while (performance.now() < ends);
          button.click();
        }"""
    )
    expect(kiosk.locator("h1")).to_have_text("Mau mengurus apa hari ini?")
    assert sent == []


def test_the_ticket_makes_way_for_the_next_citizen(kiosk: Page) -> None:
    impatient(kiosk, ticket_s=2)
    open_ktp(kiosk)
    kiosk.locator(TAKE).click()
    number_on(kiosk)
    expect(kiosk.locator("h1")).to_have_text("Mau mengurus apa hari ini?")


def test_every_word_changes_with_the_language(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="English").click()
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    expect(kiosk.locator("h1")).to_have_text("What do you need today?")
    expect(kiosk.locator(".k-clock")).to_contain_text("Monday, 23 November 2026")
    expect(kiosk.locator(".k-live")).to_contain_text("1 desk open")
    kiosk.locator(".k-card", has_text="Identity card").click()
    kiosk.get_by_role("button", name="Take a number").click()
    expect(kiosk.locator(".t-zone")).to_contain_text("Zone Melati")
    shown = kiosk.locator("body").inner_text()
    assert "kiosk." not in shown
    assert "{" not in shown


def test_help_says_where_people_are(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="Bantuan petugas").click()
    expect(kiosk.get_by_role("dialog")).to_contain_text("Meja informasi di dekat pintu masuk")
    expect(kiosk.get_by_role("dialog")).to_contain_text("bisa mengambilkan nomor untuk Anda")
    kiosk.keyboard.press("Escape")
    expect(kiosk.get_by_role("dialog")).to_be_hidden()


def test_the_keyboard_finds_the_whole_way(kiosk: Page) -> None:
    kiosk.locator(".k-card", has_text="KTP-el").focus()
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator(TAKE)).to_be_enabled()
    kiosk.locator(TAKE).focus()
    outline = kiosk.locator(TAKE).evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    kiosk.keyboard.press("Enter")
    number_on(kiosk)


def test_nothing_leads_out_of_the_page(kiosk: Page) -> None:
    open_ktp(kiosk)
    assert kiosk.locator("a[href]").count() == 0
    prevented = kiosk.evaluate(
        """() => ["contextmenu", "dragstart", "selectstart"].map(kind => {
          const event = new Event(kind, { bubbles: true, cancelable: true });
          return !document.querySelector("h1").dispatchEvent(event);
        })"""
    )
    assert prevented == [True, True, True]


@pytest.mark.parametrize("aid", ["", "Teks besar", "Kontras", "Kursi roda"])
@pytest.mark.parametrize("landscape", [False, True])
def test_everybody_can_read_and_reach_every_screen(
    chromium: Browser, hall: Server, folder: Path, aid: str, landscape: bool
) -> None:
    with kiosk_screen(chromium, hall, folder, landscape=landscape) as page:
        page.goto(f"{hall.url}/kiosk")
        if aid:
            page.get_by_role("button", name=aid).click()
        check_screen(page)
        page.locator(".k-tile").first.click()
        check_screen(page)
        page.locator(".k-row").first.click()
        expect(page.locator(TAKE)).to_be_enabled()
        assert shown_whole(page, ".k-prio"), "nobody may miss that they could come first"
        page.get_by_role("button", name="Hilang", exact=True).click()
        check_screen(page)
        page.locator(TAKE).click()
        number_on(page)
        check_screen(page)


def shown_whole(page: Page, selector: str) -> bool:
    """Whether all of `selector` shows in the sheet without leafing."""
    shown: bool = page.evaluate(
        """selector => {
          const [part, sheet] = [selector, ".k-scroll"]
            .map(one => document.querySelector(one).getBoundingClientRect());
          return part.top >= sheet.top && part.bottom <= sheet.bottom;
        }""",
        selector,
    )
    return shown


@pytest.mark.parametrize("landscape", [False, True])
def test_reasons_papers_and_extras_are_in_sight_together(
    chromium: Browser, hall: Server, folder: Path, landscape: bool
) -> None:
    with kiosk_screen(chromium, hall, folder, landscape=landscape) as page:
        page.goto(f"{hall.url}/kiosk")
        open_ktp(page)
        page.get_by_role("button", name="Hilang", exact=True).click()
        expect(page.locator(".k-checks")).to_contain_text("Surat kehilangan dari polisi")
        expect(page.locator(".k-leaf")).to_have_count(0)
        for part in (".k-prio", ".k-seg", ".k-checks", ".k-multi"):
            assert shown_whole(page, part), part
        expect(page.locator(".k-hero")).to_contain_text("Jangan beri uang kepada siapa pun")


def test_without_a_popular_service_the_block_is_absent(chromium: Browser, tmp_path: Path) -> None:
    with hall_at(MONDAY, tmp_path) as hall, kiosk_screen(chromium, hall, tmp_path) as page:
        with closing(sqlite3.connect(tmp_path / "balai.db")) as database, database:
            database.execute("UPDATE service SET popular_rank = NULL")
        page.goto(f"{hall.url}/kiosk")
        expect(page.locator(".k-tile", has_text="Polres")).to_be_visible()
        expect(page.get_by_text("Paling sering diurus")).to_have_count(0)
        expect(page.locator(".k-card")).to_have_count(0)


def check_screen(page: Page) -> None:
    assert violations(page) == []
    small = page.evaluate(
        """() => [...document.querySelectorAll("button")]
          .filter(one => one.getBoundingClientRect().height < 71.5)
          .map(one => one.innerText)"""
    )
    assert small == []
    # What can be touched lies inside the screen, or in a sheet that leafs.
    outside = page.evaluate(
        """() => [...document.querySelectorAll("button")]
          .filter(one => !one.closest(".k-scroll"))
          .filter(one => {
            const box = one.getBoundingClientRect();
            return box.top < 0 || box.left < 0
              || box.bottom > innerHeight + 1 || box.right > innerWidth + 1;
          })
          .map(one => one.innerText)"""
    )
    assert outside == []
    # The number's card and what stands below it do not cover each other.
    gap = page.evaluate(
        """() => {
          const [card, foot] = [".t-card", ".t-foot"].map(one => document.querySelector(one));
          return card
            ? foot.getBoundingClientRect().top - card.getBoundingClientRect().bottom : 0;
        }"""
    )
    assert gap >= 0


@pytest.fixture(scope="module")
def wordy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wordy-hall")


@pytest.fixture(scope="module")
def wordy_hall(wordy_folder: Path) -> Iterator[Server]:
    """A hall whose services have names of the law, and no desk that is open for them."""
    with hall_at(MONDAY, wordy_folder) as running:
        with closing(sqlite3.connect(wordy_folder / "balai.db")) as database, database:
            database.execute("UPDATE service SET name_id = ?", [LONG_NAME])
            database.execute("UPDATE shift SET ended_at = began_at")
        yield running


@pytest.mark.parametrize("aid", ["", "Teks besar"])
@pytest.mark.parametrize("landscape", [False, True])
def test_long_names_cover_nothing(
    chromium: Browser, wordy_hall: Server, wordy_folder: Path, aid: str, landscape: bool
) -> None:
    with kiosk_screen(chromium, wordy_hall, wordy_folder, landscape=landscape) as page:
        page.goto(f"{wordy_hall.url}/kiosk")
        card = page.locator(".k-card").first
        expect(card).to_contain_text("Penerbitan")
        assert card.evaluate("one => one.scrollWidth <= one.clientWidth")
        card.click()
        if aid:
            page.get_by_role("button", name=aid).click()
        expect(page.locator(TAKE)).to_be_enabled()
        assert shown_whole(page, ".k-prio")
        told, head = page.locator(".k-facts").bounding_box(), page.locator(".k-hero").bounding_box()
        assert told
        assert head
        assert told["y"] + told["height"] <= head["y"] + head["height"]
        for more in (2, 3):
            page.get_by_role("button", name="Layanan lain").click()
            page.locator(".k-tile").first.click()
            page.locator(".k-row:enabled").first.click()
            expect(page.locator(TAKE)).to_contain_text(f"{more} layanan")
        page.locator(TAKE).click()
        number_on(page)
        check_screen(page)


@pytest.mark.parametrize("aids", [[], ["Large text"], ["Large text", "Contrast", "Low reach"]])
@pytest.mark.parametrize("landscape", [False, True])
def test_agencies_are_paged_or_leafed_but_not_both(
    chromium: Browser, hall: Server, folder: Path, aids: list[str], landscape: bool
) -> None:
    with kiosk_screen(chromium, hall, folder, landscape=landscape) as page:
        page.goto(f"{hall.url}/kiosk")
        page.get_by_role("button", name="English").click()
        for aid in aids:
            page.get_by_role("button", name=aid).click()
        tiles = page.locator(".k-tile")
        expect(tiles.first).to_be_visible()
        expect(page.locator(".k-leaf")).to_have_count(0)
        assert all(shown_whole(page, part) for part in (".k-pop", ".k-grid"))
        assert tiles.count() >= (4 if aids else 12)
        page.locator(".k-card").first.click()
        page.get_by_role("button", name="Another service").click()
        expect(tiles).to_have_count(12)
        expect(page.locator(".k-leaf, .k-pager")).to_have_count(0)


def test_a_long_wait_stays_on_its_card(kiosk: Page) -> None:
    # Written and measured at one go, before the screen draws its own figures again.
    ends = kiosk.locator(".k-card .wait > span").first.evaluate(
        """one => {
          one.textContent = "30 menit–1,5 jam";
          const words = document.createRange();
          words.selectNodeContents(one);
          const card = one.closest(".k-card").getBoundingClientRect();
          return [words.getBoundingClientRect().right, card.right - 20];
        }"""
    )
    assert ends[0] <= ends[1]


def test_nothing_is_left_to_leaf_through_once_all_fits_again(kiosk: Page) -> None:
    kiosk.locator(".k-tile").first.click()
    rows = kiosk.locator(".k-list")
    leaf = kiosk.locator(".k-leaf")
    expect(leaf).to_have_count(0)
    # So high that it just fits, and would not beside the button.
    rows.evaluate(
        """one => {
          const foot = document.querySelector(".k-foot");
          one.style.minHeight = `${foot.offsetTop - one.offsetTop - 40}px`;
        }"""
    )
    expect(leaf).to_have_count(0)
    rows.evaluate("one => { one.style.marginBottom = '200px'; }")
    expect(leaf).to_be_visible()
    rows.evaluate("one => { one.style.marginBottom = ''; }")
    expect(leaf).to_have_count(0)


def test_no_queue_is_said_only_where_nobody_is_ahead(kiosk: Page) -> None:
    ranges = kiosk.evaluate(
        """async () => {
          const { rangeOf } = await import("/static/kiosk/touch/figures.js");
          const sure = { chance: "sure", promise: "kept" };
          const wait = (low_m, high_m, ahead) => ({ regular: { low_m, high_m, ahead, ...sure } });
          const services = { 1: wait(0, 0, 0), 2: wait(0, 0, 1), 3: wait(10, 25, 4) };
          return [[1], [2], [1, 3]].map((ids) => rangeOf({ services }, ids));
        }"""
    )
    assert [(one["low_m"], one["high_m"]) for one in ranges] == [(0, 0), (0, 5), (0, 25)]


def test_the_screen_tells_the_minutes_that_figures_compare(kiosk: Page) -> None:
    instants = [MONDAY + timedelta(seconds=seconds) for seconds in (0, 130, 150, 170, 290)]
    asked = list(product(((0, 0), (0, 5), (5, 15)), instants))
    told = kiosk.evaluate(
        """async (asked) => {
          const { expected } = await import("/static/kiosk/touch/figures.js");
          return asked.map(([[low_m, high_m], at]) => {
            const span = expected({ low_m, high_m, closes_at: null }, new Date(at));
            return span.map((one) => one.toISOString());
          });
        }""",
        [[wait, at.isoformat()] for wait, at in asked],
    )
    for (wait, at), ends in zip(asked, told, strict=True):
        low, high = (timedelta(minutes=minutes) for minutes in wait)
        assert tuple(map(datetime.fromisoformat, ends)) == Range(low, high).by_the_clock(at), at


def test_low_reach_leaves_the_upper_half_to_the_eyes(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="Kursi roda").click()
    expect(kiosk.locator(".k-pager")).to_contain_text(re.compile(r"^1–\d dari 12 instansi"))
    tops = kiosk.evaluate(
        """() => [...document.querySelectorAll("button")]
          .map(one => one.getBoundingClientRect().top / innerHeight)"""
    )
    assert min(tops) > 0.4
    kiosk.get_by_role("button", name="instansi lainnya").click()
    expect(kiosk.locator(".k-pager")).to_contain_text(re.compile(r"^\d+–12 dari 12 instansi"))


def test_without_paper_the_number_says_that_it_is_valid(chromium: Browser, tmp_path: Path) -> None:
    with (
        hall_at(MONDAY, tmp_path, paper=False) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        open_ktp(page)
        page.locator(TAKE).click()
        trouble = page.locator(".t-paper")
        expect(trouble).to_contain_text("nomor Anda tetap sah", timeout=10_000)
        expect(trouble).to_contain_text("Meja informasi di dekat pintu masuk")
        expect(page.locator(".t-count")).to_contain_text(re.compile(r"5\d|60"))
        check_screen(page)


# After nine, on the days of the next test: numbers have ended, and desks serve on.
SERVED_ON = (timedelta(hours=5, minutes=45), timedelta(hours=2, minutes=35))
NUMBERS_TOMORROW = "Nomor bisa diambil lagi besok, Selasa, pukul 08.00"


@pytest.mark.parametrize(
    ("after", "title", "next_time"),
    [
        (timedelta(hours=10), "sudah ditutup", "Buka lagi besok, Selasa, pukul 08.00"),
        (timedelta(hours=5, minutes=45), "sudah ditutup", NUMBERS_TOMORROW),
        (timedelta(hours=-3), "Kami belum buka", "Buka hari ini pukul 08.00"),
        (timedelta(days=5), "Hari ini kami tutup", "Buka lagi pada hari Senin, 30 November 2026"),
        (timedelta(days=4, hours=3), "sedang istirahat", "Kami melayani lagi hari ini pukul 13.00"),
        # A Tuesday that is shortened: the week below does not tell.
        (timedelta(days=-328, hours=2, minutes=35), "ditutup", "Hari ini tutup pukul 12.00"),
        (
            timedelta(days=32),
            "Hari ini libur: Hari Natal",
            "Buka lagi pada hari Senin, 28 Desember 2026",
        ),
    ],
)
def test_a_closed_hall_says_when_to_come(
    chromium: Browser, tmp_path: Path, after: timedelta, title: str, next_time: str
) -> None:
    with (
        hall_at(MONDAY + after, tmp_path) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        expect(page.locator("h1")).to_contain_text(title)
        expect(page.locator("main")).to_contain_text(next_time)
        expect(page.locator("main")).to_contain_text("Senin–Kamis 08.00–15.00")
        expect(page.locator("main")).to_contain_text("Jumat 08.00–15.30, istirahat 11.30–13.00")
        expect(page.locator(TAKE)).to_have_count(0)
        # Whoever has gone home, or pauses with the whole hall, is not ready to help.
        served = after % timedelta(days=1) in SERVED_ON
        queued = page.get_by_text(
            re.compile("Nomor yang sudah diambil dilayani sampai pukul 1[25]")
        )
        expect(queued).to_have_count(1 if served else 0)
        expect(page.get_by_text("Petugas siap membantu")).to_have_count(1 if served else 0)
        check_screen(page)
        page.get_by_role("button", name="Bantuan petugas").click()
        title = "Petugas siap membantu" if served else "Sekarang belum ada petugas"
        expect(page.locator("dialog h2")).to_have_text(title)
        # Nobody may take a number for anybody now.
        expect(page.locator("dialog")).not_to_contain_text("mengambilkan nomor")
        asked = "Ada pertanyaan?" if served else "Datang ke Meja informasi"
        expect(page.locator("dialog p").first).to_contain_text(asked)
        again = page.locator("dialog").get_by_text("Nomor bisa diambil lagi")
        expect(again).to_have_count(1 if served else 0)


def test_before_the_desks_open_the_screens_say_when_they_do(
    chromium: Browser, tmp_path: Path
) -> None:
    before = MONDAY - timedelta(hours=1, minutes=20)
    with (
        hall_at(before, tmp_path, ahead_m=30) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        expect(page.locator(".k-live")).to_contain_text("Loket mulai melayani 08.00")
        expect(page.locator(".k-live")).not_to_contain_text("loket melayani")
        # Whether an officer has come or not.
        for place in (".k-card", ".k-tile"):
            waits = page.locator(place).locator(".wait")
            assert set(waits.all_inner_texts()) == {"Dilayani mulai 08.00"}
        check_screen(page)
        open_ktp(page)
        expect(page.locator(".k-facts")).to_contain_text("Dilayani mulai 08.00")
        expect(page.locator(TAKE)).to_contain_text("dipanggil sekitar pukul 08.00–08.05")
        page.locator(TAKE).click()
        number_on(page)
        expect(page.locator(".t-facts")).to_contain_text("08.00–08.05")


@pytest.mark.parametrize(
    ("after", "tile", "said"),
    [
        # Kantor Pajak closes at 14.00, and numbers for it end half an hour before.
        (
            timedelta(hours=4, minutes=45),
            "Nomor sudah ditutup",
            "Nomor untuk NPWP hari ini sudah ditutup. Silakan datang lagi besok, Selasa:",
        ),
        (
            timedelta(hours=5),
            "Sudah tutup",
            "NPWP hari ini sudah tutup. Silakan datang lagi besok, Selasa:",
        ),
    ],
)
def test_a_service_whose_numbers_have_ended_is_not_called_closed(
    chromium: Browser, tmp_path: Path, after: timedelta, tile: str, said: str
) -> None:
    with (
        hall_at(MONDAY + after, tmp_path, ahead_m=30) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        agency = page.locator(".k-tile", has_text="NPWP dan pajak pusat")
        expect(agency).to_contain_text(tile)
        agency.click()
        page.locator(".k-row").first.click()
        ahead = "nomor mulai 07.30, dilayani mulai 08.00."
        expect(page.locator(TAKE)).to_contain_text(f"{said} {ahead}")
        check_screen(page)


def test_a_service_that_is_closed_today_says_when_it_is_served(
    chromium: Browser, tmp_path: Path
) -> None:
    # Kantor Pajak closes an hour before the hall.
    with (
        hall_at(MONDAY + timedelta(hours=5), tmp_path) as hall,
        kiosk_screen(chromium, hall, tmp_path) as page,
    ):
        page.goto(f"{hall.url}/kiosk")
        expect(page.locator(".k-live")).to_contain_text("Nomor s.d. 14.30, tutup 15.00")
        tile = page.locator(".k-tile", has_text="NPWP dan pajak pusat")
        expect(tile).to_contain_text("Sudah tutup")
        tile.click()
        page.locator(".k-row").first.click()
        said = "NPWP hari ini sudah tutup. Silakan datang lagi besok, Selasa, pukul 08.00."
        expect(page.locator(TAKE)).to_contain_text(said)
        expect(page.locator(TAKE)).to_be_disabled()
        check_screen(page)


def test_a_server_that_goes_away_and_comes_back(chromium: Browser, tmp_path: Path) -> None:
    began = Clock().now()
    with hall_at(MONDAY, tmp_path) as hall, kiosk_screen(chromium, hall, tmp_path) as page:
        page.goto(f"{hall.url}/kiosk")
        open_ktp(page)
        port = hall.port
        hall.kill()
        expect(page.locator("h1")).to_contain_text("tidak bisa memberi nomor", timeout=10_000)
        expect(page.locator("main")).to_contain_text("Sambungan ke server terputus sejak 09.0")
        expect(page.locator(TAKE)).to_have_count(0)
        drawn = page.locator(".st-ic use").evaluate("one => one.getBoundingClientRect().width")
        assert drawn > 0, "the icon must not need the server that is away"
        check_screen(page)
        with hall_at(MONDAY + (Clock().now() - began), tmp_path, port=port):
            expect(page.locator("h1")).to_have_text("KTP-el", timeout=10_000)
            page.locator(TAKE).click()
            number_on(page)

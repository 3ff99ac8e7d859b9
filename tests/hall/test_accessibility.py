"""Every page in each of its states, looked at by axe-core: nothing serious and nothing critical."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.application import ROOT, example_config, running_application
from tests.hall.morning import live_through
from tests.hall.windows import DESK, KIOSK, PHONE, WALL, Windows, press, service_ids, take
from tests.servers import Server

pytestmark = pytest.mark.slow

OPTIONS = {
    "resultTypes": ["violations"],
    # WCAG 2.2's smallest target is not among what axe looks at by itself.
    "rules": {"target-size": {"enabled": True}},
}
# Without movement there is no half-faded text, whose contrast nobody ever meets.
STILL: dict[str, Any] = {"reduced_motion": "reduce"}


@dataclass
class Audit:
    """Looks at pages and keeps what is wrong with them, each with the name of its state."""

    axe: Axe = field(default_factory=Axe)
    findings: list[str] = field(default_factory=list)

    def look(self, page: Page, state: str) -> None:
        """Note what is serious or critical on `page` as it is now."""
        # A sentence may be there before the sheets that lay the page out.
        page.wait_for_load_state("load")
        results = self.axe.run(page, options=OPTIONS).response
        self.findings += [
            f"{state}: {found['id']} at {' '.join(map(str, node['target']))}: {node['html'][:90]}"
            for found in results["violations"]
            if found["impact"] in ("serious", "critical")
            for node in found["nodes"][:3]
        ]


@pytest.fixture
def audit() -> Iterator[Audit]:
    """What the test has seen; it must not have seen anything bad."""
    begun = Audit()
    yield begun
    assert begun.findings == []


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A morning with people in it; nobody needs to wait before a number counts as missed."""
    folder = tmp_path_factory.mktemp("hall")
    settings = varied(folder, ("miss_after_seconds = 120", "miss_after_seconds = 0"))
    config = example_config(folder)
    calling = config.calling.model_copy(update={"miss_after_seconds": 0})
    config = config.model_copy(update={"calling": calling})
    live_through(folder, config=config, desks=range(1, 9), quiet={1, 2, 3, 7}, visitors=30)
    with running_application(folder, "--config", str(settings)) as running:
        yield running


def varied(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write config.toml into `folder` with each (before, after) of `changes` made."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for before, after in (*changes, ('catalogue_dir = "', f'catalogue_dir = "{ROOT}/')):
        assert before in text
        text = text.replace(before, after)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_pages_for_everybody(hall: Server, windows: Windows, audit: Audit) -> None:
    page = windows.open(f"{hall.url}/", **STILL)
    audit.look(page, "landing")
    for path, state in (("/sign-in", "sign-in"), ("/paper", "paper"), ("/nothing-here", "404")):
        page.goto(f"{hall.url}{path}")
        audit.look(page, state)
    page.goto(f"{hall.url}/sign-in?lang=en")
    page.locator("#name").fill("rina.kusumawati")
    page.locator("#password").fill("not her password")
    page.locator("#password").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    audit.look(page, "sign-in refused")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for path in ("/", "/sign-in", "/paper", "/nothing-here"):
        page.goto(f"{hall.url}{path}")
        audit.look(page, f"{path} on a phone")


def test_pages_for_leaders(hall: Server, windows: Windows, audit: Audit) -> None:
    screen = windows.open(f"{hall.url}/pair", WALL, **STILL)
    expect(screen.locator("#code span")).to_have_count(6)
    audit.look(screen, "pair")
    page = windows.signed_in(hall, "admin", **STILL)
    page.goto(f"{hall.url}/devices")
    audit.look(page, "devices")
    page.locator("#code").fill("000 000")
    page.locator("#place").select_option("hall")
    page.locator("#code").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    audit.look(page, "devices, wrong code")
    code = "".join(screen.locator("#code span").all_inner_texts())
    page.locator("#code").fill(code)
    expect(page.locator("#shows")).to_contain_text(screen.locator("#words").inner_text())
    audit.look(page, "devices, words to compare")
    page.locator("#place").select_option("hall")
    page.locator("#code").press("Enter")
    expect(page.locator(".banner--ok")).to_be_visible()
    audit.look(page, "devices, paired")
    page.goto(f"{hall.url}/account")
    audit.look(page, "account")
    for name in ("old", "new", "again"):
        page.locator(f"#{name}").fill(f"bukan ini, {name}")
    page.locator("#again").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    audit.look(page, "account, two unlike passwords")
    officer = windows.desk(hall, 7, **STILL)
    officer.goto(f"{hall.url}/devices")
    audit.look(officer, "403")


def test_printers_and_reports(hall: Server, windows: Windows, audit: Audit) -> None:
    page = windows.signed_in(hall, "admin", **STILL)
    page.goto(f"{hall.url}/printers")
    page.get_by_role("button", name=re.compile("^Cetak halaman uji")).first.click()
    expect(page.locator(".banner--ok")).to_be_visible()
    audit.look(page, "printers")
    page.goto(f"{hall.url}/waits")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    audit.look(page, "live")
    today = page.goto(f"{hall.url}/reports") and page.locator("#day").input_value()
    assert today
    for query, state in (
        (f"day={today}", "a day"),
        (f"month={today[:7]}", "a month"),
        ("day=2020-01-05", "a day without visits"),
        ("day=2026-02-31", "no such day"),
        ("day=2099-01-01", "a day to come"),
    ):
        page.goto(f"{hall.url}/reports?{query}")
        expect(page.locator("h1")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        audit.look(page, f"reports, {state}")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for path in ("/waits", "/printers", f"/reports?day={today}", "/devices", "/account"):
        page.goto(f"{hall.url}{path}")
        audit.look(page, f"{path} on a phone")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE[0], path
    page.get_by_text("Lainnya").click()
    audit.look(page, "what a phone's bar has no room for")


def test_page_of_a_broken_house(tmp_path: Path, windows: Windows, audit: Audit) -> None:
    with running_application(tmp_path) as hall:
        with closing(sqlite3.connect(tmp_path / "balai.db")) as database:
            database.execute("ALTER TABLE ticket RENAME TO lost")
        for path, size in (("/sign-in", DESK), ("/sign-in?lang=en", PHONE)):
            page = windows.open(f"{hall.url}{path}", size, **STILL)
            expect(page.locator(".er-p")).to_contain_text("500")
            audit.look(page, f"500 at {path}")


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_kiosk(hall: Server, windows: Windows, audit: Audit, theme: str) -> None:
    contrast = "more" if theme == "contrast" else "no-preference"
    kiosk = windows.kiosk(hall, contrast=contrast, **STILL)
    button = kiosk.get_by_role("button", name=re.compile("^KTP-el"))
    expect(button).to_be_visible()
    audit.look(kiosk, f"home, {theme}")
    for aid in ("Teks besar", "Kursi roda", "English"):
        kiosk.get_by_role("button", name=aid).click()
        audit.look(kiosk, f"home, {aid}, {theme}")
    kiosk.reload()
    kiosk.get_by_role("button", name="Bantuan petugas").click()
    expect(kiosk.locator("dialog")).to_be_visible()
    audit.look(kiosk, f"help, {theme}")
    kiosk.reload()
    kiosk.locator(".k-agency, .k-tile").first.click()
    expect(kiosk.locator(".k-row").first).to_be_visible()
    audit.look(kiosk, f"agency, {theme}")
    kiosk.get_by_role("button", name="Kembali").click()
    button.click()
    audit.look(kiosk, f"service, {theme}")
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    kiosk.get_by_role("button", name=re.compile("^Lansia")).click()
    audit.look(kiosk, f"service chosen, {theme}")
    kiosk.get_by_role("button", name=re.compile("^Ambil nomor")).click()
    expect(kiosk.locator(".t-num")).to_be_visible()
    audit.look(kiosk, f"ticket, {theme}")
    kiosk.get_by_role("button", name="Tambah layanan").click()
    audit.look(kiosk, f"one service more, {theme}")


def test_desk_wall_and_phone(hall: Server, windows: Windows, audit: Audit) -> None:
    kiosk, wall = windows.kiosk(hall, **STILL), windows.wall(hall, **STILL)
    audit.look(wall, "wall, settled")
    audit.look(windows.wall(hall, "hall", **STILL), "wall of the whole hall")
    given = take(kiosk, service_ids(kiosk)["KTP-el"])
    desk = windows.desk(hall, 3, **STILL)
    phone = windows.phone(hall, given["token"], **STILL)
    audit.look(desk, "desk, ready")
    audit.look(phone, "phone, waiting")
    phone.goto(f"{hall.url}/t/{given['token']}/cancel")
    audit.look(phone, "phone, give up?")
    phone.goto(f"{hall.url}/t/{given['token']}?lang=en")

    desk_id = desk_state(desk, hall)["desk"]["id"]
    choices = desk.request.get(f"{hall.url}/desk/{desk_id}/choices").json()["numbers"]
    (ticket_id,) = (
        one["ticket_id"] for one in choices if one["number"].replace(" ", "-") == given["number"]
    )
    act(desk, "call-number", desk_id=desk_id, ticket_id=ticket_id, reason="pemeriksaan")
    expect(wall.locator(".w--calling")).to_be_visible()
    audit.look(wall, "wall, calling")
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-called\b"))
    audit.look(phone, "phone, called")
    expect(desk.locator(".plate--call")).to_be_visible()
    audit.look(desk, "desk, called")

    step_id = desk_state(desk, hall)["current"]["step_id"]
    act(desk, "miss", desk_id=desk_id, step_id=step_id)
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-missed\b"))
    audit.look(phone, "phone, missed")
    audit.look(desk, "desk, with a missed number")
    act(desk, "call-number", desk_id=desk_id, ticket_id=ticket_id, reason="pemeriksaan")
    act(desk, "start", desk_id=desk_id, step_id=step_id)
    expect(desk.locator("#go")).to_have_attribute("data-act", "finish-and-call-next")
    audit.look(desk, "desk, serving")
    for key, state in (("a", "transfer"), ("l", "add")):
        desk.keyboard.press(key)
        expect(desk.locator("dialog form")).to_be_visible()
        audit.look(desk, f"desk, {state}")
        desk.keyboard.press("Escape")
        expect(desk.locator("dialog")).to_have_count(0)
    act(desk, "finish", desk_id=desk_id, step_id=step_id, outcome="issued")
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-done\b"))
    audit.look(phone, "phone, done")


def act(desk: Page, name: str, **facts: object) -> None:
    """Press at the desk, however long its buttons would have rested."""
    press(desk, f"/desk/{name}", **facts)


def desk_state(desk: Page, hall: Server) -> dict[str, Any]:
    """What a desk that is opened now begins with."""
    page = desk.request.get(f"{hall.url}/desk").text()
    found = re.search(r'id="boot">(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, Any] = json.loads(found[1])["state"]
    return state


def test_desk_without_citizens(hall: Server, windows: Windows, audit: Audit) -> None:
    desk = windows.desk(hall, 24, **STILL)
    expect(desk.locator("#go")).to_have_attribute("data-act", "call-next")
    audit.look(desk, "desk, empty")
    desk.keyboard.press("i")
    expect(desk.locator("dialog")).to_be_visible()
    audit.look(desk, "desk, how long a break?")
    desk.get_by_role("button", name="10 menit").click()
    expect(desk.locator(".dk-brk")).to_be_visible()
    audit.look(desk, "desk, break")
    desk.locator(".dk-menu summary").click()
    audit.look(desk, "desk, menu")
    desk.get_by_role("button", name="Tutup loket").click()
    expect(desk.locator("#go")).to_have_attribute("data-act", "sign-on")
    audit.look(desk, "desk, closed")
    desk.goto(f"{hall.url}/desk")
    audit.look(desk, "which desk?")


def test_screens_of_a_closed_and_a_lost_hall(
    tmp_path: Path, windows: Windows, audit: Audit
) -> None:
    settings = varied(
        tmp_path,
        # No number is ever given, whatever day it is.
        ("intake_cutoff_minutes = 30", "intake_cutoff_minutes = 1440"),
    )
    with running_application(tmp_path, "--config", str(settings)) as hall:
        kiosk, wall = windows.kiosk(hall, **STILL), windows.wall(hall, **STILL)
        expect(kiosk.locator(".k-closed")).to_be_visible()
        expect(wall.locator(".w-idle")).to_be_visible()
        audit.look(kiosk, "kiosk, closed")
        audit.look(wall, "wall, idle")
        kiosk.set_viewport_size({"width": KIOSK[1], "height": KIOSK[0]})
        audit.look(kiosk, "kiosk, closed, landscape")
        hall.kill()
        expect(kiosk.locator(".k-away")).to_be_visible(timeout=15_000)
        expect(wall.locator(".w--lost")).to_be_visible(timeout=15_000)
        audit.look(kiosk, "kiosk, away")
        audit.look(wall, "wall, lost")

"""Takes the pictures of README.md and the handbooks in a running example hall, at 09.41."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright
from sqlalchemy import select

from models.core.database import Database
from models.queue.tickets import Ticket
from tests.application import ROOT, running_application
from tests.conftest import CHROMIUM, chromium_program
from tests.hall.morning import live_through
from tests.hall.windows import Windows, shown
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.servers import Server

FOLDER = Path(__file__).parent / "img"
# Sharp enough for a page of text, small enough for a repository.
WIDTHS = {"kiosk": 540, "paper": 400, "phone": 390, "wall": 1200, "web": 1200}
QUALITY = 88


def keep(of: Page | Locator, name: str, kind: str) -> None:
    """Write the picture `name` of what shows in `of`, as wide as its kind asks."""
    page = of if isinstance(of, Page) else of.page
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(of.screenshot()))
    width = min(WIDTHS[kind], picture.width)
    size = (width, round(picture.height * width / picture.width))
    small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


def visit_the_kiosk(kiosk: Page) -> str:
    """Take a number for a lost identity card; return the token of its phone page."""
    button = kiosk.get_by_role("button", name=re.compile("^KTP-el"))
    expect(button).to_be_visible()
    keep(kiosk, "kiosk", "kiosk")
    button.click()
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    take = kiosk.get_by_role("button", name=re.compile("^Ambil nomor"))
    expect(take).to_be_enabled()
    keep(kiosk, "kiosk-layanan", "kiosk")
    with kiosk.expect_response("**/kiosk/take") as answer:
        take.click()
    expect(kiosk.locator(".is-printed")).to_be_visible()
    keep(kiosk, "kiosk-nomor", "kiosk")
    token: str = answer.value.json()["token"]
    return token


def call_and_serve(desk: Page, wall: Page, phone: Page) -> None:
    """Call the next number, whose phone page `phone` is, and begin to serve it."""
    desk.keyboard.press("Enter")
    expect(wall.locator(".w--calling")).to_be_visible()
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-called\b"))
    keep(wall, "papan", "wall")
    keep(phone, "ponsel-dipanggil", "phone")
    expect(desk.locator("#go")).to_have_attribute("data-act", "start")
    expect(desk.locator("#go")).not_to_have_attribute("aria-busy", "true")
    desk.keyboard.press("Enter")
    expect(desk.locator("#go")).to_have_attribute("data-act", "finish-and-call-next")
    desk.keyboard.press("1")
    expect(desk.locator("#go")).not_to_have_attribute("aria-busy", "true")
    keep(desk, "loket", "web")


def token_of(folder: Path, number: str) -> str:
    """Return the token of the ticket that is spoken of as `number`."""
    database = Database(f"sqlite:///{folder / 'balai.db'}")
    try:
        with database.reading() as session:
            tickets = session.scalars(select(Ticket))
            return next(ticket.token for ticket in tickets if ticket.spoken == number)
    finally:
        database.close()


def take_all(hall: Server, windows: Windows, folder: Path) -> None:
    """Take every picture of the hall."""
    keep(windows.open(f"{hall.url}/", (1280, 1000)), "depan", "web")
    token = visit_the_kiosk(windows.kiosk(hall, reduced_motion="reduce"))
    paper = windows.open(f"{hall.url}/paper", (1280, 1600))
    slip = paper.locator("#papers img").first
    expect(slip).to_be_visible()
    keep(slip, "kertas", "paper")
    keep(windows.phone(hall, token, device_scale_factor=2), "ponsel", "phone")
    desk = windows.desk(hall, 3)
    keep(desk, "loket-siap", "web")
    called = token_of(folder, shown(desk.locator(".dk-ready .plate__n")))
    phone = windows.phone(hall, called, device_scale_factor=2, reduced_motion="reduce")
    call_and_serve(desk, windows.wall(hall), phone)
    keep(windows.wall(hall, "hall"), "papan-lobi", "wall")
    keep(windows.signed_in(hall, "admin"), "perangkat", "web")


def take_trouble(windows: Windows, folder: Path) -> None:
    """Take what the kiosk and the leaders see when the paper is out."""
    with EscposPrinter() as printer:
        config = with_printer(folder, printer.port)
        live_through(folder, desks=range(1, 23), visitors=120)
        with running_application(folder, "--config", str(config)) as hall:
            kiosk = windows.kiosk(hall, reduced_motion="reduce")
            leader = windows.signed_in(hall, "hendra.saputra")
            leader.goto(f"{hall.url}/printers")
            printer.run_out()
            expect(leader.locator("#printers")).to_contain_text("Kertas habis", timeout=15_000)
            kiosk.get_by_role("button", name=re.compile("^KTP-el")).click()
            kiosk.get_by_role("button", name=re.compile("^Ambil nomor")).click()
            expect(kiosk.locator(".t-paper")).to_be_visible(timeout=15_000)
            keep(kiosk, "kiosk-tanpa-kertas", "kiosk")
            keep(leader, "printer", "web")


def with_printer(folder: Path, port: int) -> Path:
    """Write into `folder` the example's settings with a network printer at `port`; return them."""
    shutil.copytree(ROOT / "catalogue", folder / "catalogue")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (
        ('kind = "virtual"', 'kind = "network"'),
        ('host = ""', 'host = "127.0.0.1"'),
        ("port = 9100", f"port = {port}"),
        ('fallback = "kiosk-2"', 'fallback = ""'),
    ):
        text = text.replace(old, new, 1)
    config = folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    return config


def main() -> None:
    """Live through a morning, open the hall, take the pictures, close it again."""
    program = chromium_program()
    assert program, "the pictures need Chromium: on Debian, the package chromium-headless-shell"
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        live_through(Path(folder), desks=range(1, 23), quiet={3}, visitors=200)
        with running_application(Path(folder)) as hall, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
            windows = Windows(chromium)
            take_all(hall, windows, Path(folder))
            take_trouble(windows, Path(folder) / "trouble")
            windows.close()
            chromium.close()
            assert windows.errors == []


if __name__ == "__main__":
    main()

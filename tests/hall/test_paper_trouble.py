"""Paper that fails in front of a citizen: kiosk and supervisor know within three seconds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printing.ink.virtual import printout
from tests.application import ROOT, running_application
from tests.hall.morning import live_through
from tests.hall.windows import Windows
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.servers import Server

pytestmark = pytest.mark.slow
# Three seconds for the house, as it promises, and two for a browser on a busy machine.
SOON_MS = 5_000
SLOWLY_MS = 15_000


@dataclass
class PaperHall:
    """The example mall whose first kiosk prints on a printer of ours."""

    hall: Server
    printer: EscposPrinter


@pytest.fixture
def running(tmp_path: Path) -> Iterator[PaperHall]:
    with hall_with(EscposPrinter(), tmp_path) as hall:
        yield hall


@pytest.fixture
def unanswered(tmp_path: Path) -> Iterator[PaperHall]:
    """The same with a printer that tells nobody how it fares, and remembers whole papers."""
    mute = EscposPrinter(answers=False, marks=False, pushes=False, memory=200_000)
    with hall_with(mute, tmp_path) as hall:
        yield hall


@contextmanager
def hall_with(machine: EscposPrinter, tmp_path: Path) -> Iterator[PaperHall]:
    with machine as printer:
        shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        for old, new in (
            ('kind = "virtual"', 'kind = "network"'),
            ('host = ""', 'host = "127.0.0.1"'),
            ("port = 9100", f"port = {printer.port}"),
            ('fallback = "kiosk-2"', 'fallback = ""'),
        ):
            text = text.replace(old, new, 1)
        config = tmp_path / "config.toml"
        config.write_text(text, encoding="utf-8")
        folder = tmp_path / "var"
        live_through(folder)
        with running_application(folder, "--config", str(config)) as hall:
            yield PaperHall(hall, printer)


def take_by_hand(kiosk: Page) -> str:
    """Touch what a citizen touches; return the number's token."""
    kiosk.get_by_role("button", name=re.compile("^KTP-el")).click()
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    button = kiosk.get_by_role("button", name=re.compile("^Ambil nomor"))
    expect(button).to_be_enabled()
    with kiosk.expect_response("**/kiosk/take") as answer:
        button.click()
    token: str = answer.value.json()["token"]
    return token


def test_kiosk_and_supervisor_soon_know_what_ails_the_printer(
    running: PaperHall, windows: Windows
) -> None:
    kiosk = windows.kiosk(running.hall)
    leader = windows.signed_in(running.hall, "hendra.saputra")
    leader.goto(f"{running.hall.url}/printers")
    card = leader.locator("section", has=leader.locator("#p-kiosk-1"))
    expect(card).to_contain_text("Siap", timeout=SLOWLY_MS)

    running.printer.run_out()
    expect(card).to_contain_text("Kertas habis", timeout=SOON_MS)
    expect(card).to_contain_text("Pasang gulungan kertas baru")
    expect(kiosk.locator(".k-nopaper")).to_be_visible(timeout=SOON_MS)

    take_by_hand(kiosk)
    expect(kiosk.locator(".t-paper")).to_contain_text(
        "Tiket belum tercetak, nomor Anda tetap sah", timeout=SOON_MS
    )
    expect(kiosk.locator(".t-paper")).to_contain_text("Foto layar ini")
    expect(kiosk.get_by_role("img", name="Kode QR ke halaman nomor Anda")).to_be_visible()
    assert int(kiosk.locator(".t-count").inner_text()) > 50
    expect(card).to_contain_text("1 kertas menunggu")

    running.printer.put_paper()
    expect(kiosk.locator(".t-print")).to_contain_text("Tiket sudah dicetak", timeout=SLOWLY_MS)
    expect(card).to_contain_text("Siap")
    kiosk.get_by_role("button", name=re.compile("^Selesai")).click()
    expect(kiosk.locator(".k-nopaper")).to_have_count(0)


def test_a_doubtful_ticket_is_printed_again_as_a_copy(running: PaperHall, windows: Windows) -> None:
    kiosk = windows.kiosk(running.hall)
    leader = windows.signed_in(running.hall, "hendra.saputra")
    leader.goto(f"{running.hall.url}/printers")
    card = leader.locator("section", has=leader.locator("#p-kiosk-1"))
    expect(card).to_contain_text("Siap", timeout=SLOWLY_MS)

    running.printer.break_paper_after(9000)
    token = take_by_hand(kiosk)
    line = kiosk.locator(".t-paper")
    expect(line).to_contain_text("Tiket mungkin sudah tercetak", timeout=SOON_MS)
    expect(card).to_contain_text("Meragukan", timeout=SOON_MS)
    kiosk.get_by_role("button", name="Cetak ulang").click()
    expect(kiosk.locator(".t-print")).to_contain_text("Salinan sudah dicetak", timeout=SLOWLY_MS)
    expect(card).to_contain_text("Salinan")
    running.printer.wait_for(lambda: bool(running.printer.sheets))
    (copy,) = running.printer.sheets
    assert printout(copy, 576).qr[0].endswith(token)


def test_a_ticket_that_nobody_saw_printed_is_said_to_be_sent(
    unanswered: PaperHall, windows: Windows
) -> None:
    unanswered.printer.run_out()
    kiosk = windows.kiosk(unanswered.hall)
    leader = windows.signed_in(unanswered.hall, "hendra.saputra")
    leader.goto(f"{unanswered.hall.url}/printers")
    card = leader.locator("section", has=leader.locator("#p-kiosk-1"))

    take_by_hand(kiosk)
    line = kiosk.locator(".t-paper")
    expect(line).to_contain_text("Tiket terkirim, mohon lihat", timeout=SLOWLY_MS)
    expect(line).to_contain_text("foto layar ini")
    assert int(kiosk.locator(".t-count").inner_text()) > 50
    expect(card).to_contain_text("Terkirim, mohon lihat", timeout=SOON_MS)
    unanswered.printer.put_paper()
    kiosk.get_by_role("button", name="Cetak ulang").click()
    expect(card).to_contain_text("Salinan", timeout=SLOWLY_MS)
    expect(line).to_contain_text("Tiket terkirim, mohon lihat", timeout=SLOWLY_MS)


def test_a_test_page_comes_out_at_the_touch_of_a_button(
    running: PaperHall, windows: Windows
) -> None:
    leader = windows.signed_in(running.hall, "hendra.saputra")
    leader.goto(f"{running.hall.url}/printers")
    leader.get_by_role("button", name="Cetak halaman uji di Printer Kiosk 1").click()
    expect(leader.get_by_role("status").filter(has_text="Halaman uji dikirim")).to_be_visible()
    card = leader.locator("section", has=leader.locator("#p-kiosk-1"))
    expect(card.locator("tbody tr")).to_contain_text("Tercetak", timeout=SLOWLY_MS)
    running.printer.wait_for(lambda: len(running.printer.sheets) == 1)

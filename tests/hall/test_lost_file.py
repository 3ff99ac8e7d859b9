"""Somebody moves the database away under a running hall, and puts it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.application import running_application
from tests.hall.morning import live_through
from tests.hall.windows import Windows

pytestmark = pytest.mark.slow


def test_every_screen_says_why_and_goes_on_with_the_same_file(
    tmp_path: Path, windows: Windows
) -> None:
    live_through(tmp_path)
    with running_application(tmp_path) as hall:
        kiosk, wall, desk = windows.kiosk(hall), windows.wall(hall), windows.desk(hall, 3)
        leader = windows.signed_in(hall, "hendra.saputra")
        leader.goto(f"{hall.url}/printers")
        screens = {kiosk: ".k-away", wall: ".w-lost", desk: ".dk-lost"}
        (tmp_path / "balai.db").rename(tmp_path / "elsewhere.db")
        for screen, sign in screens.items():
            expect(screen.locator(sign)).to_be_visible()
        expect(kiosk.locator(".k-away")).to_contain_text("nomor baru tidak dapat dicatat")
        expect(desk.locator(".dk-lost")).to_contain_text("hilang atau tertukar")
        expect(leader.locator("#halted")).to_contain_text("hilang atau tertukar")
        (tmp_path / "elsewhere.db").rename(tmp_path / "balai.db")
        for screen, sign in screens.items():
            expect(screen.locator(sign)).to_be_hidden()
        expect(leader.locator("#halted")).to_be_hidden()
        expect(leader.locator("[data-halts]")).to_have_count(0, timeout=30_000)

"""The leaders' live page in a browser: it follows a call, and leaves alone what did not change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.application import running_application
from tests.hall.test_accessibility import STILL, Audit
from tests.hall.windows import Windows, service_ids, take

pytestmark = pytest.mark.slow


def test_the_live_page_follows_a_call_and_touches_nothing_else(
    tmp_path: Path, windows: Windows
) -> None:
    with running_application(tmp_path) as hall:
        page = windows.signed_in(hall, "hendra.saputra", **STILL)
        page.goto(f"{hall.url}/waits")
        desk, kiosk = windows.desk(hall, 3), windows.kiosk(hall)
        three, four = (page.locator(f"[data-desk='{number}']") for number in (3, 4))
        expect(three).to_contain_text("Siap")
        four.evaluate("(one) => { one.dataset.seen = 'before'; }")
        given = take(kiosk, service_ids(kiosk)["KTP-el"])
        expect(page.get_by_role("heading", level=1)).to_have_text("1 orang menunggu")
        expect(desk.locator("#go")).to_be_enabled()
        desk.locator("#go").click()
        expect(three).to_contain_text(given["number"].replace("-", " "))
        expect(three).to_have_class(re.compile("is-calling"))
        expect(three.locator("time")).to_have_text(re.compile(r"^0:\d\d$"))
        audit = Audit()
        audit.look(page, "live, a call")
        assert audit.findings == []
        # Whoever reads or points at another desk is not disturbed.
        expect(four).to_have_attribute("data-seen", "before")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tidak ada yang menunggu")

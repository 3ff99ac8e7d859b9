"""The kiosk before closing in a real browser: it says what may not be served, and asks first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders import MONDAY
from tests.kiosk.hall_at import hall_at
from tests.servers import Server

pytestmark = pytest.mark.slow

AT_14_20 = MONDAY + timedelta(hours=5, minutes=20)
TAKE_TWENTY = """async () => {
  const { press } = await import("/static/shared/press.js");
  const { catalogue } = JSON.parse(document.getElementById("boot").textContent);
  const ktp = Object.values(catalogue.services).find((one) => one.name.id.startsWith("KTP-el"));
  for (let number = 10; number < 30; number += 1) {
    const order = { services: [{ service_id: ktp.id }], priority: false, language: "id" };
    await press("/kiosk/take", { press_id: `twenty-numbers-${number}`, ...order });
  }
}"""


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    with hall_at(AT_14_20, folder) as running:
        yield running


def test_a_number_past_closing_is_asked_about_and_given_all_the_same(screen: Page) -> None:
    screen.evaluate(TAKE_TWENTY)
    screen.reload()
    card = screen.locator(".k-card", has_text="KTP-el")
    expect(card).to_contain_text("Kecil kemungkinan terlayani")
    card.click()
    take = screen.get_by_role("button", name=re.compile("^Ambil nomor"))
    expect(take).to_contain_text("Kemungkinan besar tidak terlayani hari ini.")
    expect(take).to_contain_text("Loket tutup pukul 15.00.")
    assert re.findall(r"1[5-9]\.\d\d", screen.locator("body").inner_text()) == ["15.00"]
    take.click()
    asked = screen.get_by_role("dialog")
    expect(asked).to_contain_text("Kemungkinan besar tidak terlayani hari ini.")
    asked.get_by_role("button", name="Kembali").click()
    expect(asked).to_have_count(0)
    take.click()
    asked.get_by_role("button", name="Tetap ambil nomor").click()
    expect(screen.locator(".t-num")).to_be_visible()
    facts = screen.locator(".t-facts")
    expect(facts).to_contain_text("Kemungkinan besar tidak terlayani hari ini.")
    expect(facts).to_contain_text("Loket tutup pukul 15.00.")
    card_box, code = screen.locator(".t-card").bounding_box(), screen.locator(".qr").bounding_box()
    assert card_box
    assert code
    assert code["y"] + code["height"] < card_box["y"] + card_box["height"]

"""The kiosk before closing in a real browser: it says what may not be served, and asks first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import MONDAY
from tests.kiosk.hall_at import hall_at, kiosk_screen
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

# A printer that takes the paper and never tells whether it came out.
SILENT = """
const parse = JSON.parse;
JSON.parse = (...text) => {
  const read = parse(...text);
  for (const one of Array.isArray(read) ? read : []) {
    const slip = one && one.state && "stuck" in one.state ? one.state : one;
    if (slip && typeof slip === "object" && "stuck" in slip) slip.state = "sent";
  }
  return read;
};"""
# What of the ticket lies over something else, or beyond its card, or does not show whole.
FAULTS = """() => {
  const names = ["label", "num", "svc", "needs", "fees", "zone", "else", "facts", "qr", "foot"];
  const parts = names.flatMap((name) => [...document.querySelectorAll(`.t-${name}`)]);
  const box = (one) => one.getBoundingClientRect();
  const card = box(document.querySelector(".t-card"));
  const over = (at, by) => at.top < by.bottom - 1 && by.top < at.bottom - 1
    && at.left < by.right - 1 && by.left < at.right - 1;
  const outside = (at) => at.top < card.top || at.bottom > card.bottom
    || at.left < card.left || at.right > card.right;
  return parts.flatMap((one) => [
    ...parts.filter((other) => other !== one && over(box(one), box(other)))
      .map((other) => `${one.className} over ${other.className}`),
    ...(!one.matches(".t-foot") && outside(box(one)) ? [`${one.className} outside`] : []),
    ...(one.matches(".t-needs, .t-fees") && one.scrollHeight > one.clientHeight + 1
      ? [`${one.className} cut`] : []),
  ]);
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
    title = asked.get_by_role("heading")
    expect(title).to_have_text("Waktu hari ini kemungkinan besar tidak cukup")
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


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("landscape", [False, True])
def test_the_fullest_ticket_shows_whole(
    chromium: Browser, hall: Server, folder: Path, landscape: bool, silent: bool
) -> None:
    with kiosk_screen(chromium, hall, folder, landscape=landscape) as page:
        if silent:
            page.add_init_script(SILENT)
        page.goto(f"{hall.url}/kiosk")
        page.evaluate(TAKE_TWENTY)
        page.reload()
        page.get_by_role("button", name="English").click()
        page.get_by_role("button", name="Large text").click()
        page.locator(".k-card").first.click()
        page.get_by_role("button", name="Another service").click()
        page.locator(".k-tile").first.click()
        page.locator(".k-row:enabled").first.click()
        page.get_by_role("button", name=re.compile("^Take a number")).click()
        page.get_by_role("button", name="Take a number anyway").click()
        expect(page.locator(".t-needs .k-doubt")).to_have_count(2)
        expect(page.locator(".t-paper" if silent else ".is-printed")).to_be_visible()
        expect(page.locator(".t-fees")).to_contain_text("Do not give money to anyone.")
        assert page.evaluate(FAULTS) == []

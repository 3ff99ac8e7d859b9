"""The phone's page in a real browser: small screens, and eyes that need large letters."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hall.windows import Windows, service_ids, take
from tests.kiosk.hall_at import KEY
from tests.patience import until
from tests.servers import Server

pytestmark = pytest.mark.slow

# As in the settings of a phone: the size of all letters that are not sized in pixels.
LARGE_LETTERS = """() => {
  const size = () => parseFloat(getComputedStyle(document.querySelector(".p-steps b")).fontSize);
  const before = size();
  document.documentElement.style.fontSize = "200%";
  return size() / before;
}"""


@pytest.mark.parametrize("width", [320, 360])
def test_large_letters_fit_on_a_small_phone(
    chromium: Browser, hall: Server, screen: Page, width: int
) -> None:
    windows = Windows(chromium)
    ids = service_ids(screen)
    token = take(screen, ids["KTP-el"], ids["SKCK"])["token"]
    for lang in ("id", "en"):
        phone = windows.open(f"{hall.url}/t/{token}?lang={lang}", (width, 640))
        expect(phone.locator("#notify")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") == width
        assert phone.evaluate(LARGE_LETTERS) == pytest.approx(2)
        assert phone.evaluate("document.documentElement.scrollWidth") == width
        expect(phone.get_by_text(KEY)).to_have_count(0)
    windows.close()
    assert windows.errors == []


# What a citizen's credit pays for one look at a new number. The guide promises it.
FIRST_LOOK = 100_000


def test_the_first_look_costs_less_than_100_kb(
    chromium: Browser, hall: Server, screen: Page
) -> None:
    token = take(screen, service_ids(screen)["KTP-el"])["token"]
    windows = Windows(chromium)
    phone = windows.open("about:blank", (390, 844))
    wire = phone.context.new_cdp_session(phone)
    wire.send("Network.enable")
    loaded: list[int] = []
    wire.on("Network.loadingFinished", lambda done: loaded.append(int(done["encodedDataLength"])))
    heard: list[int] = []
    wire.on(
        "Network.webSocketFrameReceived",
        lambda frame: heard.append(len(frame["response"]["payloadData"].encode())),
    )
    phone.goto(f"{hall.url}/t/{token}", wait_until="networkidle")
    expect(phone.locator("#notify")).to_be_visible()
    # Until the first live state, which is the largest thing that the line brings.
    phone.wait_for_function("document.fonts.status === 'loaded'")
    # The line speaks while somebody listens for the page, so each look is a word with it.
    until(lambda: phone.evaluate("true") and any(size > 1000 for size in heard))
    windows.close()
    assert len(loaded) > 8
    assert sum(loaded) + sum(heard) < FIRST_LOOK


def test_the_screen_stays_on_while_the_turn_is_near(
    chromium: Browser, hall: Server, screen: Page
) -> None:
    wanted = service_ids(screen)["SKCK"]
    near = take(screen, wanted, priority=True)["token"]
    *_, far = (take(screen, wanted)["token"] for _ in range(5))
    windows = Windows(chromium)
    # A Chromium without a window of its own asks for leave first.
    leave = {"permissions": ["screen-wake-lock"]}
    phone = windows.open(f"{hall.url}/t/{near}", (390, 844), **leave)
    expect(phone.locator("#awake")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    # A number that is given up keeps no screen on.
    phone.request.post(
        f"{hall.url}/t/{near}/cancel",
        form={"press_id": "phone-given-up"},
        headers={"Origin": hall.url},
    )
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-cancelled\b"))
    expect(phone.locator("#awake")).to_be_hidden()
    waits = windows.open(f"{hall.url}/t/{far}", (390, 844), **leave)
    until(lambda: waits.evaluate("document.body.className"), "p p-waiting")
    expect(waits.locator("#notify")).to_be_visible()
    expect(waits.locator("#awake")).to_be_hidden()
    windows.close()
    assert windows.errors == []


def test_without_tls_no_screen_is_kept_on(chromium: Browser, hall: Server, screen: Page) -> None:
    token = take(screen, service_ids(screen)["SKCK"], priority=True)["token"]
    windows = Windows(chromium)
    phone = windows.open("about:blank", (390, 844))
    # This machine's own address counts as safe, so the browser is made one that has no lock.
    phone.add_init_script("delete Navigator.prototype.wakeLock")
    phone.goto(f"{hall.url}/t/{token}")
    expect(phone.locator("#notify")).to_be_visible()
    expect(phone.locator("#awake")).to_be_hidden()
    windows.close()
    assert windows.errors == []

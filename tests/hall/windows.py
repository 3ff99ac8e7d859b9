"""The windows of a hall: kiosks, walls, desks and phones, each a browser of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from counter.door.example_people import EXAMPLE_PASSWORD, example_officers
from models.core.clock import Clock
from tests.servers import Server

KIOSK = (1080, 1920)
WALL = (1920, 1080)
DESK = (1440, 900)
PHONE = (390, 844)

# What the page's own script does with `press.js`, for tests that need no finger on the glass.
_PRESS = """async ([url, body]) => {
  const { press } = await import("/static/shared/press.js");
  return press(url, body);
}"""
# Everything waits for one instant of the machine's clock, so that presses really meet.
_CLICK_AT = """([selector, at]) => {
  window.clicked = new Promise((done) => setTimeout(() => {
    document.querySelector(selector).click();
    done();
  }, at - Date.now()));
}"""


@dataclass
class Windows:
    """Opens windows in one Chromium and remembers what went wrong in them.

    The clocks of windows that are opened from now on are so many `days_ahead`.
    """

    chromium: Browser
    days_ahead: int = 0
    errors: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, url: str, size: tuple[int, int] = DESK, **settings: Any) -> Page:
        """Open `url` in a window of `size` pixels that shares nothing with the others."""
        width, height = size
        context = self.chromium.new_context(
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            viewport={"width": width, "height": height},
            **settings,
        )
        self._contexts.append(context)
        if self.days_ahead:
            context.clock.install(time=Clock().now() + timedelta(days=self.days_ahead))
        window = context.new_page()
        window.on("pageerror", lambda error: self.errors.append(f"{url}: {error}"))
        window.goto(url)
        return window

    def kiosk(self, hall: Server, **settings: Any) -> Page:
        """Open the first kiosk of the example, which pairs by itself."""
        kiosk = self.open(f"{hall.url}/kiosk?place=kiosk-1", KIOSK, **settings)
        expect(kiosk.locator("#kiosk > *")).to_be_visible(timeout=15_000)
        return kiosk

    def wall(self, hall: Server, place: str = "melati", **settings: Any) -> Page:
        """Open the wall `place` of the example, touched once so that it may be heard."""
        wall = self.open(f"{hall.url}/wall?place={place}", WALL, **settings)
        expect(wall.locator(".w-main, .w-idle")).to_be_visible(timeout=15_000)
        wall.mouse.click(5, 5)
        return wall

    def desk(self, hall: Server, number: int, **settings: Any) -> Page:
        """Sign the officer of desk `number` in, on paper and in the browser."""
        (officer,) = (
            one for one in example_officers(map(str, range(1, 25))) if one.desk == str(number)
        )
        desk = self.signed_in(hall, officer.username, desk=number, **settings)
        expect(desk.locator("#go")).to_be_visible()
        return desk

    def signed_in(
        self, hall: Server, username: str, *, desk: int | Literal[""] = "", **settings: Any
    ) -> Page:
        """Sign `username` in with the password of the example."""
        window = self.open(f"{hall.url}/sign-in", **settings)
        window.locator("#name").fill(username)
        window.locator("#password").fill(EXAMPLE_PASSWORD)
        window.locator("#desk").select_option(str(desk))
        window.locator("#password").press("Enter")
        window.wait_for_url(lambda url: not url.endswith("/sign-in"))
        return window

    def phone(self, hall: Server, token: str, **settings: Any) -> Page:
        """Open the page behind the QR code of the ticket with `token`."""
        return self.open(f"{hall.url}/t/{token}", PHONE, **settings)

    def close(self) -> None:
        """Close them all."""
        for context in self._contexts:
            context.close()


def press(window: Page, url: str, **facts: object) -> dict[str, Any]:
    """Press as the page's own script would; return the server's answer."""
    answer: dict[str, Any] = window.evaluate(_PRESS, [url, facts])
    return answer


def take(kiosk: Page, *service_ids: int, priority: bool = False) -> dict[str, Any]:
    """Take a number at the kiosk without touching the glass; return what it was given."""
    services = [{"service_id": one, "case_id": None} for one in service_ids]
    facts = {"services": services, "priority": priority, "language": "id"}
    return press(kiosk, "/kiosk/take", **facts)


def click_together(selector: str, *windows: Page) -> None:
    """Click `selector` in all windows at the same instant of the machine's clock."""
    at = windows[0].evaluate("Date.now() + 700")
    for window in windows:
        window.evaluate(_CLICK_AT, [selector, at])
    for window in windows:
        window.evaluate("window.clicked")


def service_ids(kiosk: Page) -> dict[str, int]:
    """The ids of the services that the kiosk offers, by their Indonesian names."""
    services: dict[str, int] = kiosk.evaluate(
        """() => Object.fromEntries(
          Object.values(JSON.parse(document.getElementById("boot").textContent).catalogue.services)
            .map((service) => [service.name.id, service.id]))"""
    )
    return services


def shown(number: Locator) -> str:
    """The number that a plate or panel shows, as "A-047"; its gap is no character."""
    text = "".join(number.inner_text().split())
    return f"{text[0]}-{text[1:]}"


def expect_number(place: Locator, number: str) -> None:
    """Wait until `place` shows `number`."""
    letter, digits = number.split("-")
    expect(place).to_have_text(re.compile(rf"^\s*{letter}\s*{digits}\s*$"))

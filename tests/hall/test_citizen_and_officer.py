"""From the touch on the kiosk to the end of the visit, on every screen that takes part."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.application import running_application
from tests.hall.morning import live_through
from tests.hall.windows import Windows, click_together, expect_number, service_ids, shown, take
from tests.servers import Server

pytestmark = pytest.mark.slow

# Notes the first instant at which the panel shows the number, on the clock all windows share.
WATCH = """(digits) => {
  const look = () => {
    const panel = document.querySelector(".w--calling .w-num");
    if (panel && panel.textContent.includes(digits)) window.shownAt ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
}"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The example mall in the morning, before anybody has come."""
    folder = tmp_path_factory.mktemp("hall")
    live_through(folder)
    with running_application(folder) as running:
        yield running


def take_by_hand(kiosk: Page) -> tuple[str, str]:
    """Touch what a citizen touches who has lost the identity card; return number and token."""
    kiosk.get_by_role("button", name=re.compile("^KTP-el")).click()
    kiosk.get_by_role("button", name="Hilang", exact=True).click()
    button = kiosk.get_by_role("button", name=re.compile("^Ambil nomor"))
    expect(button).to_be_enabled()
    with kiosk.expect_response("**/kiosk/take") as answer:
        button.click()
    given = answer.value.json()
    expect_number(kiosk.locator(".t-num"), given["number"])
    return given["number"], given["token"]


def finish(desk: Page) -> None:
    """Finish the visit without calling the next."""
    button = desk.locator("button", has=desk.locator("kbd", has_text=re.compile("^S$")))
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()
    expect(desk.locator("#go")).to_have_attribute("data-act", "call-next")


def test_one_visit_from_the_kiosk_to_the_end(hall: Server, windows: Windows) -> None:
    paper = windows.open(f"{hall.url}/paper")
    wall = windows.wall(hall)
    desk = windows.desk(hall, 3)
    expect(desk.get_by_role("heading", name="Loket 3", exact=True)).to_be_visible()

    number, token = take_by_hand(windows.kiosk(hall))
    slip = paper.locator("#papers img").first
    expect(slip).to_be_visible()
    drawn = paper.request.get(f"{hall.url}{slip.get_attribute('src')}")
    assert drawn.body().startswith(b"\x89PNG")
    phone = windows.phone(hall, token)
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-waiting\b"))

    expect(desk.locator("#go")).to_have_attribute("data-act", "call-next")
    expect(desk.locator("#go")).not_to_have_attribute("aria-disabled", "true")
    expect(desk.locator("#go")).to_have_attribute("data-steady", "")
    expect_number(desk.locator(".dk-ready .plate__n"), number)
    wall.evaluate(WATCH, number.split("-")[1])
    with wall.expect_response("**/voice/*.wav") as sound:
        pressed_at = desk.evaluate("Date.now()")
        desk.keyboard.press("Enter")
    expect_number(wall.locator(".w--calling .w-num"), number)
    expect(wall.locator(".w-to b")).to_have_text("3")
    print(f"\npress to wall: {wall.evaluate('window.shownAt') - pressed_at} ms")  # noqa: T201 — for who asks with -s.
    assert sound.value.headers["content-type"].startswith("audio/")
    assert sound.value.body()[:4] == b"RIFF"
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-called\b"))
    expect(phone.locator(".pc-loket b")).to_have_text("3")
    yellow = phone.evaluate("getComputedStyle(document.body).getPropertyValue('--call').trim()")
    assert yellow
    assert phone.evaluate(
        """(colour) => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.backgroundColor = colour;
          const wanted = getComputedStyle(probe).backgroundColor;
          probe.remove();
          const places = [document.querySelector(".pc"), document.body];
          return places.some((one) => getComputedStyle(one).backgroundColor === wanted);
        }""",
        yellow,
    )

    expect(desk.locator("#go")).to_have_attribute("data-act", "start")
    expect(desk.locator("#go")).not_to_have_attribute("aria-busy", "true")
    # A main action that has just changed its meaning lets a moment pass.
    expect(desk.locator("#go")).to_have_attribute("data-steady", "")
    desk.keyboard.press("Enter")
    expect(desk.locator("#go")).to_have_attribute("data-act", "finish-and-call-next")
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-serving\b"))
    finish(desk)
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-done\b"))


def test_two_officers_who_press_at_once_call_two_numbers(hall: Server, windows: Windows) -> None:
    kiosk = windows.kiosk(hall)
    # Where nobody else of this file waits: they would be called first.
    service = service_ids(kiosk)["SKCK"]
    desks = [windows.desk(hall, 7), windows.desk(hall, 8)]
    taken = {take(kiosk, service)["number"] for _ in desks}
    for desk in desks:
        expect(desk.locator(".dk-ready .plate__n")).to_be_visible()
        expect(desk.locator("#go")).to_have_attribute("data-steady", "")

    click_together("#go", *desks)

    called = [desk.locator(".plate--call .plate__n") for desk in desks]
    for plate in called:
        expect(plate).to_be_visible()
    assert {shown(plate) for plate in called} == taken


def test_a_visit_goes_on_while_the_clocks_of_all_screens_are_wrong_by_days(
    hall: Server, windows: Windows
) -> None:
    windows.days_ahead = 2
    desk = windows.desk(hall, 3)
    windows.days_ahead = -400
    kiosk = windows.kiosk(hall)
    windows.days_ahead = 30
    wall = windows.wall(hall)
    number, token = take_by_hand(kiosk)
    windows.days_ahead = -1
    phone = windows.phone(hall, token)
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-waiting\b"))
    # They tell the day of the hall, and none of the three that their devices believe in.
    expect(wall.locator(".w-clock span")).to_have_text(kiosk.locator(".k-clock span").inner_text())
    expect(desk.locator("#go")).to_have_attribute("data-act", "call-next")
    expect(desk.locator("#go")).not_to_have_attribute("aria-disabled", "true")
    expect(desk.locator("#go")).to_have_attribute("data-steady", "")
    expect_number(desk.locator(".dk-ready .plate__n"), number)
    desk.keyboard.press("Enter")
    expect_number(wall.locator(".w--calling .w-num"), number)
    expect(phone.locator("body")).to_have_class(re.compile(r"\bp-called\b"))
    # The time that the citizen has to come is counted from seconds ago, not from days.
    expect(desk.locator(".dk-timer b")).to_have_text(re.compile(r"^0+[.:]\d\d$"))

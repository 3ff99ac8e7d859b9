"""A single loudspeaker for the whole hall: it takes the zones' calls in turn and loses none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from sqlalchemy import select

from models.core.database import Database
from models.queue.tickets import Call
from tests.application import running_application
from tests.display.hall_presses import Citizen, Officer
from tests.display.wall.test_wall_page import WALL, Place, as_drawn, hurried_config
from tests.patience import until

pytestmark = pytest.mark.slow

# Notes each number that the panel shows as being called, in the order in which they come.
WATCH = """() => {
  window.called = [];
  setInterval(() => {
    const number = document.querySelector(".w--calling .w-num");
    const shown = number ? number.textContent : "";
    if (!shown || shown === window.called[window.called.length - 1]) return;
    window.called.push(shown);
    document.body.dataset.called = String(window.called.length);
  }, 30);
}"""
# Lets the loudspeaker speak four times as fast, where only the order of the calls is looked at.
FAST = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  this.playbackRate = 4;
  return play.call(this);
};"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    settings = hurried_config(tmp_path)
    text = settings.read_text("utf-8")
    text, found = re.subn(r"(name = \"Lobi utama\"[^[]*?voice = )false", r"\1true", text)
    assert found == 1
    settings.write_text(text, "utf-8")
    with running_application(tmp_path, "--config", str(settings)) as hall:
        database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
        yield Place(hall, database)
        database.close()


class Hold:
    """Lets some of what the server says not through to a wall, and the rest at once.

    `states` are what it tells by itself, `answers` what it says when it is asked.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.states = self.answers = self.twice = False
        self._held = 0
        page.route_web_socket(re.compile("/socket.io/"), self._lead)

    def _lead(self, wall: WebSocketRoute) -> None:
        server = wall.connect_to_server()
        server.on_message(lambda said: self._hand_on(wall, str(said)))

    def _hand_on(self, wall: WebSocketRoute, said: str) -> None:
        held = (self.states and said.startswith('42["state"')) or (
            self.answers and re.match(r"43\d+\[", said)
        )
        if held:
            self._held += 1
            self._page.evaluate("(held) => (document.body.dataset.held = held)", self._held)
            return
        wall.send(said)
        if self.twice and said.startswith('42["shout"'):
            wall.send(said)


@pytest.fixture
def lobby(chromium: Browser, place: Place) -> Iterator[Page]:
    arguments = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", "viewport": WALL}
    with chromium.new_context(**arguments) as context:  # type: ignore[arg-type]  # typed by key
        yield context.new_page()


def open_lobby(page: Page, place: Place, shown: str = ".w-zcard") -> None:
    page.goto(f"{place.hall.url}/wall?place=hall")
    expect(page.locator(shown).first).to_be_visible(timeout=15_000)
    page.mouse.click(5, 5)
    page.evaluate(WATCH)


def crowd(place: Place, zones: list[str]) -> list[Officer]:
    """An officer for each of `zones` in turn, everyone with a citizen who waits."""
    officers = []
    for zone in zones:
        desk = place.desk_in(zone)
        officers.append(place.officer(desk))
        citizen = Citizen(place.hall)
        citizen.take(place.service_of(desk))
        citizen.close()
    return officers


def test_twelve_calls_at_once_are_all_heard_one_after_the_other(lobby: Page, place: Place) -> None:
    lobby.add_init_script(FAST)
    open_lobby(lobby, place)
    officers = crowd(place, ["melati", "mawar", "kenanga", "cempaka"] * 3)
    numbers = [str(officer.act("call-next")["called"]) for officer in officers]
    drawn = {as_drawn(number) for number in numbers}
    expect(lobby.locator("body")).to_have_attribute("data-called", "12", timeout=120_000)
    called = lobby.evaluate("window.called")
    assert set(called) == drawn
    assert len(called) == len(drawn)
    expect(lobby.locator(".w--settled")).to_be_visible(timeout=20_000)
    until(lambda: unheard(place), [])
    for officer in officers:
        officer.close()


def test_many_who_are_awaited_stand_all_on_the_wall_of_the_hall(lobby: Page, place: Place) -> None:
    """A zone's card has room for two; the third was nowhere to be read."""
    open_lobby(lobby, place)
    officers = crowd(place, ["cempaka"] * 3 + ["melati"])
    numbers = {as_drawn(str(officer.act("call-next")["called"])) for officer in officers}
    rows = lobby.locator(".w-await li")
    expect(rows).to_have_count(4)
    assert set(lobby.locator(".w-await li b").all_inner_texts()) == numbers
    expect(lobby.locator('.w-await__z[data-zone="cempaka"]')).to_have_count(3)
    for officer in officers[:2]:
        officer.act("start", step_id=place.step_at(officer.desk))
    expect(lobby.locator(".w-zcard")).not_to_have_count(0)
    for officer in officers:
        officer.close()


def unheard(place: Place) -> list[str]:
    """The numbers of whose call the wall has not said yet that it was heard."""
    with place.database.reading() as session:
        calls = session.scalars(select(Call).where(Call.spoken_at.is_(None)))
        return [call.ticket.spoken for call in calls]


def test_who_came_meanwhile_is_not_called_any_more(lobby: Page, place: Place) -> None:
    open_lobby(lobby, place)
    officers = crowd(place, ["melati", "mawar", "kenanga", "cempaka"])
    numbers = [as_drawn(str(officer.act("call-next")["called"])) for officer in officers]
    # Not the last one: that the number behind it is called shows that its turn has gone by.
    came = numbers.pop(2)
    officers[2].act("start", step_id=place.step_at(officers[2].desk))
    expect(lobby.locator(".w--calling .w-num")).to_have_text(numbers[-1], timeout=60_000)
    assert came not in lobby.evaluate("window.called")
    for officer in officers:
        officer.close()


def test_call_whose_state_is_late_is_said_and_stays_on_the_wall(lobby: Page, place: Place) -> None:
    """The second waits for the loudspeaker, and nothing but the shout tells that it is wanted."""
    officers = crowd(place, ["melati", "mawar"])
    hold = Hold(lobby)
    open_lobby(lobby, place)
    # Each zone's first state comes by itself.
    expect(lobby.locator(".w-zcard")).to_have_count(4)
    hold.states = hold.answers = True
    numbers = [as_drawn(str(officer.act("call-next")["called"])) for officer in officers]
    expect(lobby.locator("body")).to_have_attribute("data-called", "2", timeout=30_000)
    # Two zones are two loudspeakers: either may be told first, and the later one stays.
    called = lobby.evaluate("window.called")
    assert set(called) == set(numbers)
    expect(lobby.locator(".w--settled .w-num")).to_have_text(called[-1], timeout=20_000)
    for zone, number in zip(("Melati", "Mawar"), numbers, strict=True):
        expect(lobby.locator(".w-zcard", has_text=zone).locator("li")).to_contain_text(number)
    for officer in officers:
        officer.close()


def test_state_that_does_not_come_is_asked_for(lobby: Page, place: Place) -> None:
    (officer,) = crowd(place, ["kenanga"])
    hold = Hold(lobby)
    open_lobby(lobby, place)
    expect(lobby.locator(".w-zcard")).to_have_count(4)
    hold.states = True
    citizen = Citizen(place.hall)
    next_one = as_drawn(citizen.take(place.service_of(officer.desk)))
    officer.act("call-next")
    # Who comes next is told by the state alone, and the next that comes unasked is held, too.
    expect(lobby.locator(".w-next").first).to_have_text(next_one, timeout=10_000)
    citizen.close()
    officer.close()


def test_call_is_seen_before_the_first_state_has_come(lobby: Page, place: Place) -> None:
    (officer,) = crowd(place, ["cempaka"])
    hold = Hold(lobby)
    hold.states = hold.answers = True
    open_lobby(lobby, place, ".w-call--empty")
    expect(lobby.locator("body")).to_have_attribute("data-held", re.compile("^[4-9]$"))
    number = as_drawn(str(officer.act("call-next")["called"]))
    expect(lobby.locator(".w--calling .w-num")).to_have_text(number)
    expect(lobby.locator(".w-to__n")).to_contain_text("Cempaka")
    officer.close()


def test_call_that_is_told_twice_is_said_once(lobby: Page, place: Place) -> None:
    (officer,) = crowd(place, ["melati"])
    hold = Hold(lobby)
    hold.twice = True
    open_lobby(lobby, place)
    officer.act("call-next")
    with lobby.expect_response("**/wall/spoken", timeout=20_000):
        expect(lobby.locator(".w--calling")).to_be_visible()
    # Said again, it would be yellow for some seconds more.
    expect(lobby.locator(".w--settled")).to_be_visible(timeout=1500)
    officer.close()


def test_sound_that_never_comes_does_not_stop_the_hall(lobby: Page, place: Place) -> None:
    """A cable that is pulled under a clip leaves the player waiting for minutes."""
    officers = crowd(place, ["melati", "mawar"])
    open_lobby(lobby, place)
    lobby.route("**/voice/*.wav", lambda _: None)
    for officer in officers:
        officer.act("call-next")
    expect(lobby.locator("body")).to_have_attribute("data-called", "2", timeout=30_000)
    expect(lobby.locator(".w--settled")).to_be_visible(timeout=20_000)
    for officer in officers:
        officer.close()

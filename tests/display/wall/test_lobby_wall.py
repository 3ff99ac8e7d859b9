"""A single loudspeaker for the whole hall: it takes the zones' calls in turn and loses none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from models.core.database import Database
from models.queue.tickets import Call
from tests.display.hall_presses import Citizen, Officer
from tests.display.wall.test_wall_page import WALL, Place, as_drawn, hurried_config
from tests.house import running_house

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


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    settings = hurried_config(tmp_path)
    text = settings.read_text("utf-8")
    text, found = re.subn(r"(name = \"Lobi utama\"[^[]*?voice = )false", r"\1true", text)
    assert found == 1
    settings.write_text(text, "utf-8")
    with running_house(tmp_path, "--config", str(settings)) as hall:
        database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
        yield Place(hall, database)
        database.close()


@pytest.fixture
def lobby(chromium: Browser, place: Place) -> Iterator[Page]:
    arguments = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", "viewport": WALL}
    with chromium.new_context(**arguments) as context:  # type: ignore[arg-type]  # typed by key
        page = context.new_page()
        page.goto(f"{place.hall.url}/wall?place=hall")
        expect(page.locator(".w-zcard").first).to_be_visible(timeout=15_000)
        page.mouse.click(5, 5)
        page.evaluate(WATCH)
        yield page


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
    officers = crowd(place, ["melati", "mawar", "kenanga", "cempaka"] * 3)
    numbers = [str(officer.act("call-next")["called"]) for officer in officers]
    drawn = {as_drawn(number) for number in numbers}
    expect(lobby.locator("body")).to_have_attribute("data-called", "12", timeout=120_000)
    called = lobby.evaluate("window.called")
    assert set(called) == drawn
    assert len(called) == len(drawn)
    expect(lobby.locator(".w--settled")).to_be_visible(timeout=20_000)
    with place.database.reading() as session:
        calls = session.scalars(select(Call)).all()
        assert [call.ticket.spoken for call in calls if call.spoken_at is None] == []
    for officer in officers:
        officer.close()


def test_who_came_meanwhile_is_not_called_any_more(lobby: Page, place: Place) -> None:
    officers = crowd(place, ["melati", "mawar", "kenanga", "cempaka"])
    numbers = [as_drawn(str(officer.act("call-next")["called"])) for officer in officers]
    officers[-1].act("start", step_id=place.step_at(officers[-1].desk))
    expect(lobby.locator("body")).to_have_attribute("data-called", "3", timeout=60_000)
    expect(lobby.locator(".w--settled")).to_be_visible(timeout=20_000)
    assert numbers[-1] not in lobby.evaluate("window.called")
    for officer in officers:
        officer.close()

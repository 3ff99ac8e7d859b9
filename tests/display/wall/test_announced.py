"""Calls between two zones, and twelve at once: real walls and sockets before the running house."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from models.core.database import Database
from models.core.presses import new_press_id
from models.mall.mall import Zone
from models.queue.announcing import receipts_in
from models.queue.missing import may_miss_from
from models.queue.tickets import Call
from tests.application import OWN_PAGE, running_application
from tests.display.hall_presses import Citizen, Officer
from tests.display.wall.test_wall_page import SAID_MS, WALL, Place, as_drawn, hurried_config
from tests.patience import until

pytestmark = pytest.mark.slow

TWELVE = 12
MISS_AFTER = timedelta(minutes=2)


@contextmanager
def house(folder: Path, *, one_zone: bool = False) -> Iterator[Place]:
    """A house of its own; in `one_zone` all desks stand in Melati."""
    config = hurried_config(folder)
    if one_zone:
        before, desks, after = re.split(
            r"(?=^\[\[(?:desks|printers)\]\]\n#)", config.read_text("utf-8"), flags=re.MULTILINE
        )[:3]
        desks = re.sub(r'^zone = ".*"$', 'zone = "melati"', desks, flags=re.MULTILINE)
        config.write_text(before + desks + after, "utf-8")
    with running_application(folder, "--config", str(config)) as hall:
        database = Database(f"sqlite:///{folder / 'balai.db'}")
        yield Place(hall, database)
        database.close()


class SocketWall:
    """A wall without a browser: hears the shouts of its zone, and answers when it is told to."""

    def __init__(self, place: Place, board: str) -> None:
        self._url = place.hall.url
        self._session = requests.Session()
        self._session.headers.update(OWN_PAGE | {"Accept": "application/json"})
        here = self._session.post(f"{self._url}/pair/here", json={"place": board}, timeout=10)
        here.raise_for_status()
        self.heard: list[dict[str, Any]] = []
        self._line: Any = socketio.Client(reconnection=False)
        self._line.on("shout", lambda _topic, _kind, payload: self.heard.append(payload))
        cookie = "; ".join(f"{one.name}={one.value}" for one in self._session.cookies)
        self._line.connect(self._url, headers={"Cookie": cookie}, transports=["websocket"])
        with place.database.reading() as session:
            zone_id = session.scalars(select(Zone.id).where(Zone.code == board)).one()
        assert self._line.call("follow", {"topic": f"zone/{zone_id}"}, timeout=10)["ok"]

    def has_heard(self, count: int) -> bool:
        return len(self.heard) >= count

    def answers(self, kind: str, call_id: int) -> None:
        body: dict[str, Any] = {"press_id": new_press_id(), "call_id": call_id}
        self._session.post(f"{self._url}/wall/{kind}", json=body, timeout=10).raise_for_status()

    def close(self) -> None:
        self._line.disconnect()
        self._session.close()


def call_together(place: Place, citizen: Citizen) -> list[Officer]:
    """Twelve officers who press at the same moment, each for somebody."""
    officers = []
    for _ in range(TWELVE):
        desk = place.desk_in("melati")
        officers.append(place.officer(desk))
        citizen.take(place.service_of(desk))
    with ThreadPoolExecutor(TWELVE) as pool:
        list(pool.map(lambda officer: officer.act("call-next"), officers))
    return officers


def test_the_twelfth_of_twelve_waits_from_its_own_receipt(tmp_path: Path) -> None:
    with house(tmp_path, one_zone=True) as place:
        wall, citizen = SocketWall(place, "melati"), Citizen(place.hall)
        officers = call_together(place, citizen)
        for turn in range(TWELVE):
            until(partial(wall.has_heard, turn + 1))
            wall.answers("shown", wall.heard[turn]["call_id"])
        with place.database.reading() as session:
            calls = {call.id: call for call in session.scalars(select(Call))}
            order = [calls[one["call_id"]] for one in wall.heard]
            assert [call.id for call in order] == sorted(calls)
            shown = [receipts_in(call, call.zone_id)[0] for call in order]
            for call, at in zip(order, shown, strict=True):
                assert at is not None
                assert may_miss_from(session, call.step) == at + MISS_AFTER
            first, last = order[0], order[-1]
            assert shown[-1] is not None
            # What it was told of others meanwhile is no word of its own.
            assert shown[-1] - last.at > timedelta(seconds=12)
            assert last.at - first.at < timedelta(seconds=5)
        for person in (*officers, citizen):
            person.close()
        wall.close()


@pytest.fixture
def screens(chromium: Browser) -> Iterator[Callable[[], Page]]:
    """Televisions, each with a memory of its own; an error in their scripts fails the test."""
    errors: list[str] = []
    contexts = []

    def screen() -> Page:
        context = chromium.new_context(
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            viewport=WALL,  # type: ignore[arg-type]  # typed by key
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield screen
    for context in contexts:
        context.close()
    assert errors == []


def test_a_number_told_one_zone_and_called_in_another_is_seen_and_heard_in_both(
    screens: Callable[[], Page], tmp_path: Path
) -> None:
    with house(tmp_path) as place:
        told, called = screens(), screens()
        for page, board in ((told, "melati"), (called, "mawar")):
            page.goto(f"{place.hall.url}/wall?place={board}")
            expect(page.locator(".w-desks li").first).to_be_visible(timeout=15_000)
        melati, mawar = place.desk_in("melati"), place.desk_in("mawar")
        near, officer = place.officer(melati), place.officer(mawar)
        citizen = Citizen(place.hall)
        citizen.take(place.service_of(mawar))  # somebody goes first there
        officer.act("call-next")
        number = citizen.take(place.service_of(melati), place.service_of(mawar))
        officer.act("start", step_id=place.step_at(mawar))
        officer.act("finish", step_id=place.step_at(mawar), outcome="issued")
        officer.act("call-next")
        for page in (told, called):
            expect(page.locator(".w--calling .w-num")).to_have_text(
                as_drawn(number), timeout=SAID_MS
            )
            expect(page.locator(".w-to b")).to_have_text(str(mawar.number))
        # In Melati people read and hear which way to walk; in Mawar they are there already.
        expect(told.locator(".w-to__n")).to_contain_text("Mawar")
        expect(told.locator(".w-call")).to_have_attribute("data-zone", "mawar")
        expect(called.locator(".w-to__n")).to_have_count(0)
        until(lambda: all(_spoken_in(place, number)))
        assert len(_spoken_in(place, number)) == 2
        for person in (near, officer, citizen):
            person.close()


def _spoken_in(place: Place, number: str) -> list[bool]:
    """Whether each zone of the number's call has shown and spoken it."""
    with place.database.reading() as session:
        calls = [call for call in session.scalars(select(Call)) if call.ticket.spoken == number]
        return [all(receipts_in(calls[-1], zone_id)) for zone_id in calls[-1].zone_ids]


def test_twelve_at_once_are_all_large_on_the_wall(
    screens: Callable[[], Page], tmp_path: Path
) -> None:
    with house(tmp_path, one_zone=True) as place:
        wall = screens()
        wall.goto(f"{place.hall.url}/wall?place=melati")
        expect(wall.locator(".w-desks li").first).to_be_visible(timeout=15_000)
        citizen = Citizen(place.hall)
        officers = call_together(place, citizen)
        rows = wall.locator(".w-await li")
        expect(rows).to_have_count(TWELVE)
        small = wall.evaluate(
            """() => Array.from(document.querySelectorAll(".w-await li")).filter((row) => {
              const box = row.getBoundingClientRect();
              const cut = row.scrollWidth > row.clientWidth + 1 || box.bottom > innerHeight;
              return cut || parseFloat(getComputedStyle(row).fontSize) < 64;
            }).length"""
        )
        assert small == 0
        for officer in officers[2:]:
            officer.act("start", step_id=place.step_at(officer.desk))
        # Two are no crowd: the desks are back.
        expect(wall.locator(".w-desks li").first).to_be_visible()
        for person in (*officers, citizen):
            person.close()

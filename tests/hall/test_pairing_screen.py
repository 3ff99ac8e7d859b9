"""A screen that waits to be paired, with another tab of its browser, and with a thief beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from counter.door.example_people import EXAMPLE_PASSWORD, EXAMPLE_SUPERVISOR
from tests.application import running_application

pytestmark = pytest.mark.slow


def test_a_screen_says_what_became_of_its_code(tmp_path: Path, page: Page) -> None:
    with running_application(tmp_path) as hall:
        page.goto(f"{hall.url}/pair")
        expect(page.locator("#code span")).to_have_count(6)
        other = page.context.new_page()
        other.goto(f"{hall.url}/pair")
        expect(other.locator("#code span")).to_have_count(6)
        expect(page.locator("#say")).to_contain_text("di tab lain")
        expect(page.locator("#shown")).to_be_hidden()
        page.close()
        code, words = other.locator("#code").inner_text(), other.locator("#words").inner_text()
        # Somebody who listened on the way is quicker than the screen.
        other.context.set_offline(True)
        leader, thief = (requests.Session() for _ in range(2))
        for one in (leader, thief):
            one.headers["Origin"] = hall.url
        form = {"name": EXAMPLE_SUPERVISOR[0], "password": EXAMPLE_PASSWORD}
        leader.post(f"{hall.url}/sign-in", data=form, timeout=20)
        form = {"code": code, "words": words, "place": "hall"}
        assert leader.post(f"{hall.url}/devices", data=form, timeout=20).status_code == 200
        for cookie in other.context.cookies():
            thief.cookies.set(cookie["name"], cookie["value"], domain="127.0.0.1")
        assert thief.post(f"{hall.url}/pair/renew", timeout=20).json()["renewed"]
        assert thief.get(f"{hall.url}/wall", timeout=20).url.endswith("/wall")
        other.context.set_offline(False)
        expect(other.locator("#say")).to_contain_text("dipakai peramban lain")
        expect(other.locator("#words")).not_to_have_text(words)
        expect(other.locator("#shown")).to_be_visible()

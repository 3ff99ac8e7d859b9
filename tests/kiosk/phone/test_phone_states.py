"""Every state of the phone's pages on the smallest screens: a heading, and nothing cut off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from counter.app import Application
from models.journal.actors import Actor
from models.queue.serving import finish, hold, start
from models.queue.tickets import Outcome
from tests.application import clock_of, open_application
from tests.hall.windows import Windows
from tests.kiosk.hall_at import KEY
from tests.kiosk.phone.test_follow import (
    a_ticket,
    called_at_desk_3,
    desk_3,
    missed,
    press,
)

pytestmark = pytest.mark.slow

# A phone, and the same with its page drawn twice as large.
WIDTHS = (390, 195)
# What is wider than the window, or than the box that would cut it off.
CUT_OFF = """() => [...document.querySelectorAll("body *:not(.sprite, .sprite *, .sr)")]
  .filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    const within = left > -0.5 && right < innerWidth + 0.5;
    return !within || (one.clientWidth && one.scrollWidth > one.clientWidth + 1);
  })
  .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""
# The switch waits for a script, which this browser does not run.
SHOW_SWITCH = """() => {
  for (const one of document.querySelectorAll("#notify")) one.hidden = false;
}"""


def waiting(application: Application) -> str:
    for _ in range(12):
        a_ticket(application)
    return a_ticket(application, "ktp-el", "skck")


def next_one(application: Application) -> str:
    return a_ticket(application)


def called(application: Application) -> str:
    token = a_ticket(application)
    called_at_desk_3(application)
    return token


def late(application: Application) -> str:
    token = called(application)
    clock_of(application).pass_by(timedelta(minutes=3))
    return token


def serving(application: Application) -> str:
    token = called(application)
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=application.clock.now())
    return token


def held(application: Application) -> str:
    token = serving(application)
    with application.database.transaction() as session:
        hold(session, desk_3(session), reason="", by=Actor(), at=application.clock.now())
    return token


def lapsed(application: Application) -> str:
    token = missed(application)
    clock_of(application).pass_by(timedelta(minutes=61))
    return token


def finished(application: Application) -> str:
    token = serving(application)
    with application.database.transaction() as session:
        at = application.clock.now()
        finish(session, desk_3(session), Outcome.ISSUED, by=Actor(), at=at)
    return token


def returned(application: Application) -> str:
    token = serving(application)
    with application.database.transaction() as session:
        at, missing = application.clock.now(), ["Fotokopi Kartu Keluarga"]
        finish(session, desk_3(session), Outcome.RETURNED, missing=missing, by=Actor(), at=at)
    return token


def cancelled(application: Application) -> str:
    token = a_ticket(application, "ktp-el", "kia")
    assert press(application.app.test_client(), token, "cancel") == 303
    return token


def asked_to_cancel(application: Application) -> str:
    return f"{a_ticket(application)}/cancel"


def code_to_type(_application: Application) -> str:
    return ""


STATES = (
    waiting,
    next_one,
    called,
    late,
    serving,
    held,
    missed,
    lapsed,
    finished,
    returned,
    cancelled,
    asked_to_cancel,
    code_to_type,
)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as made:
        yield made


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    """Where the house of this process answers, at its standing clock."""
    server = make_server("127.0.0.1", 0, application.app, threaded=True)
    answering = threading.Thread(target=server.serve_forever)
    answering.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    answering.join()
    server.server_close()


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    opened = Windows(chromium)
    yield opened
    opened.close()
    assert opened.errors == []


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_a_heading_and_fits(
    application: Application,
    address: str,
    windows: Windows,
    state: Callable[[Application], str],
) -> None:
    page = f"{address}/t/{state(application)}"
    for lang in ("id", "en"):
        # Without scripts, which would miss the line that this server does not have.
        shown = windows.open(f"{page}?lang={lang}", (390, 844), java_script_enabled=False)
        assert shown.locator("h1").count() == 1
        assert shown.locator("h1").inner_text().strip()
        assert shown.locator("html").get_attribute("lang") == lang
        shown.evaluate(SHOW_SWITCH)
        for width in WIDTHS:
            shown.set_viewport_size({"width": width, "height": 844})
            assert shown.evaluate(CUT_OFF) == [], f"{state.__name__}, {lang}, {width} px"
        assert shown.get_by_text(KEY).count() == 0

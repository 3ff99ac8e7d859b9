"""A real mall that opens at a given instant, with one paired kiosk, for tests in a browser."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from counter.app import Application, build
from counter.door.auth import DEVICE_COOKIE
from counter.files.config import Config
from counter.files.places import places_of
from counter.server import serve
from models.core.clock import Clock
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.mall import Desk
from models.mall.pairing import new_code, pair
from models.mall.people import User
from models.queue.shifts import sign_on
from tests.application import example_config
from tests.servers import Server, running_server

TOKEN_FILE = "kiosk-token"
# What a page shows where it was not sent a sentence.
KEY = re.compile(r"\b(counter|display|kiosk)\.\w+\.\w")


@contextmanager
def hall_at(
    at: datetime, folder: Path, *, port: int = 0, paper: bool = True, ahead_m: int = 0
) -> Iterator[Server]:
    """Run the house from the instant `at` on; without `paper` its printers are unplugged.

    Numbers are given `ahead_m` minutes before desks open.
    """
    arguments = (str(folder), at.isoformat(), str(port), "paper" if paper else "", str(ahead_m))
    with running_server("tests.kiosk.hall_at", *arguments) as hall:
        yield hall


@contextmanager
def kiosk_screen(
    browser: Browser,
    hall: Server,
    folder: Path,
    *,
    landscape: bool = False,
    touch: bool = False,
) -> Iterator[Page]:
    """A window that is paired as the first kiosk; with `touch` fingers can tap on it.

    An error of its scripts fails the test, and so does a key that is shown for a sentence.
    """
    width, height = (1280, 720) if landscape else (1080, 1920)
    with browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=touch,
        locale="id-ID",
        timezone_id="Asia/Makassar",
    ) as context:
        token = (folder / TOKEN_FILE).read_text()
        context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": hall.url}])
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []
        assert page.get_by_text(KEY).count() == 0


def _settings(folder: Path, port: int, *, paper: bool, ahead_m: int) -> Config:
    config = example_config(folder, port=port)
    # Not an example: its clock would jump to an open hour.
    mall = config.mall.model_copy(update={"example": False})
    away = {"kind": "network", "host": "127.0.0.1", "port": 1}
    printers = tuple(one if paper else one.model_copy(update=away) for one in config.printers)
    hours = config.hours.model_copy(update={"intake_opens_minutes_before": ahead_m})
    return config.model_copy(update={"mall": mall, "printers": printers, "hours": hours})


def _furnish(application: Application, folder: Path) -> None:
    """Pair the kiosk and sign an officer on at desk 1, the first time."""
    if (folder / TOKEN_FILE).exists():
        return
    at = application.clock.now()
    with application.database.transaction() as session:
        places = places_of(session, application.config, application.mall_id)
        place = next(one for one in places if one.code == "kiosk-1")
        asked = new_code(session, application.mall_id, token=None, at=at)
        pair(session, application.mall_id, asked.code, place, name="", by=Actor(), at=at)
        officer = User(
            mall_id=application.mall_id,
            username="petugas",
            name="Petugas",
            role=Role.OFFICER,
            password_hash="",
            created_at=at,
        )
        session.add(officer)
        session.flush()
        desk = session.scalars(select(Desk).where(Desk.number == "1")).one()
        sign_on(session, desk, officer, by=Actor(user_id=officer.id), at=at)
    (folder / TOKEN_FILE).write_text(asked.token)


def _run(folder: Path, at: datetime, port: int, *, paper: bool, ahead_m: int) -> None:
    clock = Clock(ahead=at - Clock().now())
    application = build(_settings(folder, port, paper=paper, ahead_m=ahead_m), clock=clock)
    _furnish(application, folder)
    application.start()
    try:
        serve(application.app, application.socketio, "127.0.0.1", port)
    finally:
        application.stop()


if __name__ == "__main__":
    _folder, _at, _port, _paper, _ahead_m = sys.argv[1:]
    _run(
        Path(_folder),
        datetime.fromisoformat(_at),
        int(_port),
        paper=bool(_paper),
        ahead_m=int(_ahead_m),
    )

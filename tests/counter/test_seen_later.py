"""Who looks waits for nobody who writes: that somebody was seen is noted later, if need be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from counter.app import Application
from counter.door.auth import DEVICE_COOKIE
from models.mall.devices import Device
from models.mall.sign_ins import SignIn
from models.mall.tokens import renew_token
from tests.application import kiosk_client, open_application, open_desk, user_client
from tests.outage import away, being_written

LONG_AGO = timedelta(minutes=5)
STAFF = ("/waits", "/printers", "/devices", "/sign-in")


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    folder = tmp_path / "data"
    folder.mkdir()
    with open_application(folder) as made:
        made.database.hold()
        yield made


@pytest.fixture
def browsers(application: Application) -> dict[str, FlaskClient]:
    """Each page with a browser that was last seen long ago."""
    found = {path: user_client(application, "hendra.saputra") for path in STAFF}
    found["/desk"] = user_client(application, open_desk(application, 1))
    found["/kiosk"] = kiosk_client(application)
    found["/wall"] = kiosk_client(application, "hall")
    with application.database.transaction() as session:
        then = application.doorkeeper.real_clock.now() - LONG_AGO
        session.execute(update(SignIn).values(seen_at=then))
    return found


def answers(browsers: dict[str, FlaskClient]) -> set[int]:
    return {browser.get(path).status_code for path, browser in browsers.items()}


def noted(application: Application) -> tuple[int, int]:
    """Count the sign-ins and the devices that were seen just now."""
    then = application.doorkeeper.real_clock.now() - LONG_AGO / 2
    with application.database.reading() as session:
        people = select(func.count()).where(SignIn.seen_at > then)
        devices = select(func.count()).where(Device.last_seen_at == application.clock.now())
        return session.scalar(people) or 0, session.scalar(devices) or 0


def test_every_page_opens_while_another_program_has_the_pen(
    application: Application,
    browsers: dict[str, FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whoever waits at all shows it by a no.
    monkeypatch.setattr("models.core.engines.BUSY_S", 0)
    with application.database.transaction() as session:
        session.execute(update(Device).values(last_seen_at=None))
    with being_written(application.database):
        assert answers(browsers) <= {200, 302}
        assert noted(application) == (0, 0)
    assert answers(browsers) <= {200, 302}
    assert noted(application) == (len(STAFF) + 1, 2)


def test_every_page_opens_while_the_file_is_gone(
    application: Application, browsers: dict[str, FlaskClient], tmp_path: Path
) -> None:
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    application.storage.look()
    assert answers(browsers) <= {200, 302}
    assert "hilang" in browsers["/printers"].get("/printers").text
    assert not (tmp_path / "data").exists()


def test_a_token_that_could_not_be_settled_is_settled_later(application: Application) -> None:
    kiosk = kiosk_client(application)
    cookie = kiosk.get_cookie(DEVICE_COOKIE)
    assert cookie
    with application.database.transaction() as session:
        token = renew_token(session, cookie.value) or ""
    newer = application.app.test_client()
    newer.set_cookie(DEVICE_COOKIE, token)
    with being_written(application.database):
        assert newer.get("/kiosk").status_code == 200
    assert kiosk.get("/kiosk").status_code == 200
    assert newer.get("/kiosk").status_code == 200
    assert kiosk.get("/kiosk").status_code == 401


def test_where_nothing_can_be_read_a_page_says_so_and_comes_again(
    application: Application, browsers: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.core.engines.BUSY_S", 0)
    del browsers["/desk"], browsers["/waits"], browsers["/devices"]
    with away(application.database):
        for path, browser in browsers.items():
            answer = browser.get(path, headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["Refresh"]) == (503, "10"), path
            if path in STAFF:
                assert "data sedang dipakai program lain" in answer.text

"""What the kiosk's tests may ask for: a house in this process, or a hall with a screen in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from counter.app import Application
from tests.application import kiosk_client, open_application
from tests.builders import MONDAY
from tests.kiosk.hall_at import hall_at, kiosk_screen
from tests.servers import Server


@pytest.fixture
def application(tmp_path: Path, example_url: str) -> Iterator[Application]:
    with open_application(tmp_path, example_url) as made:
        yield made


@pytest.fixture
def kiosk(application: Application) -> FlaskClient:
    return kiosk_client(application)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `hall` keeps its data."""
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    """A running hall at nine on a Monday, one for a whole file of tests."""
    with hall_at(MONDAY, folder) as running:
        yield running


@pytest.fixture
def screen(chromium: Browser, hall: Server, folder: Path) -> Iterator[Page]:
    """A kiosk's window, before its first screen."""
    with kiosk_screen(chromium, hall, folder) as page:
        page.goto(f"{hall.url}/kiosk")
        yield page

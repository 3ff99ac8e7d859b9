"""What the kiosk's tests may ask for: a house in this process, or a hall with a screen in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from counter.app import House
from tests.builders import MONDAY
from tests.hall_server import Hall
from tests.house import kiosk_client, open_house
from tests.kiosk.hall_at import hall_at, kiosk_screen


@pytest.fixture
def house(tmp_path: Path, example_url: str) -> Iterator[House]:
    with open_house(tmp_path, example_url) as made:
        yield made


@pytest.fixture
def kiosk(house: House) -> FlaskClient:
    return kiosk_client(house)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `hall` keeps its data."""
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Hall]:
    """A running hall at nine on a Monday, one for a whole file of tests."""
    with hall_at(MONDAY, folder) as running:
        yield running


@pytest.fixture
def screen(chromium: Browser, hall: Hall, folder: Path) -> Iterator[Page]:
    """A kiosk's window, before its first screen."""
    with kiosk_screen(chromium, hall, folder) as page:
        page.goto(f"{hall.url}/kiosk")
        yield page

"""What the tests of the console in a browser need: a hall on a Monday at nine, and its citizens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.core.database import Database
from tests.counter.desk.windows import Citizens
from tests.hall_server import Hall, running_hall
from tests.house import example_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def hall(folder: Path) -> Iterator[Hall]:
    with running_hall("tests.counter.desk.hall", str(folder)) as running:
        yield running


@pytest.fixture
def citizens(folder: Path, hall: Hall) -> Iterator[Citizens]:
    made = Citizens(Database(example_config(folder).database_url))
    yield made
    made.database.close()

"""What the tests of the console in a browser need: a hall on a Monday at nine, and its citizens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.core.database import Database
from tests.counter.desk.windows import Citizens
from tests.hall_server import Hall, running_hall
from tests.house import example_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Hall]:
    """One hall for all tests of a file: each finds it without citizens and without officers."""
    with running_hall("tests.counter.desk.hall", str(folder)) as running:
        yield running


@pytest.fixture
def citizens(folder: Path, hall: Hall) -> Iterator[Citizens]:
    made = Citizens(Database(example_config(folder).database_url))
    made.go_home()
    yield made
    made.database.close()

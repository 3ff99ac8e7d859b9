"""What the tests of the console in a browser need: a hall on a Monday at nine, and its citizens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.core.database import Database
from tests.application import example_config
from tests.counter.desk.windows import Citizens
from tests.servers import Server, running_server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    """One hall for all tests of a file: each finds it without citizens and without officers."""
    with running_server("tests.counter.desk.hall", str(folder)) as running:
        yield running


@pytest.fixture
def citizens(folder: Path, hall: Server) -> Iterator[Citizens]:
    made = Citizens(Database(example_config(folder).database_url))
    made.go_home()
    yield made
    made.database.close()

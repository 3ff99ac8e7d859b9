"""What the rules' tests may ask for: a migrated database of each kind, made by copying one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from models.database import Database
from models.migrating import upgrade
from tests.postgres import Postgres

# These hold the assertions of the random days.
pytest.register_assert_rewrite("tests.models.random_hall", "tests.models.retelling")
POSTGRES = pytest.mark.postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "balai.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> Iterator[str]:
    with postgres.fresh() as url:
        _migrate(url)
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=POSTGRES)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables, once in a SQLite file and once in PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "balai.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield from _opened(f"sqlite:///{path}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.fresh(template=request.getfixturevalue("postgres_template")) as url:
        yield from _opened(url)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=POSTGRES)])
def shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database that stays empty, because nothing in it is ever committed."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "balai.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield from _opened(f"sqlite:///{path}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.fresh(template=request.getfixturevalue("postgres_template")) as url:
        yield from _opened(url)


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction for the whole test, undone at its end."""
    with shared_database.transaction() as session:
        yield session
        session.rollback()


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()

"""Databases that tests may ask for: empty, with all tables, or with the whole example mall.

Each is a SQLite file once and a PostgreSQL database once, made by copying one that was made once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from models.core.database import Database
from models.keeping.migrating import upgrade
from tests.postgres import Postgres, PostgresMissing, running_postgres

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL, or a visible skip where it cannot run."""
    try:
        with running_postgres() as server:
            yield server
    except PostgresMissing as reason:
        pytest.skip(f"PostgreSQL cannot run here: {reason}")


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'balai.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.fresh() as url:
        yield url


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables and nothing in them."""
    with _with_tables(request, tmp_path) as database:
        yield database


@pytest.fixture(scope="session", params=KINDS)
def shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database that stays empty, because nothing in it is ever committed."""
    with _with_tables(request, tmp_path_factory.mktemp("shared")) as database:
        yield database


@pytest.fixture(params=KINDS)
def example_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database for `open_house`, which fills a SQLite file by itself."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'balai.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.fresh(template=request.getfixturevalue("postgres_example")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "balai.db"
    with _opened(f"sqlite:///{path}") as database:
        upgrade(database)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> Iterator[str]:
    with postgres.fresh() as url:
        with _opened(url) as database:
            upgrade(database)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def postgres_example(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Imported here, so that the tests of the rules need not load the whole house.
    from tests.application import open_application

    with postgres.fresh() as url:
        with open_application(tmp_path_factory.mktemp("example"), url):
            pass
        yield str(make_url(url).database)


@contextmanager
def _with_tables(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        path = folder / "balai.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        with _opened(f"sqlite:///{path}") as database:
            yield database
        return
    server: Postgres = request.getfixturevalue("postgres")
    template = request.getfixturevalue("postgres_template")
    with server.fresh(template=template) as url, _opened(url) as database:
        yield database


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()

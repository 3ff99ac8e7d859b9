"""What the rules' tests may ask for beside a database: one transaction for the whole test."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from models.core.database import Database

# These hold the assertions of the random days.
pytest.register_assert_rewrite("tests.models.queue.random_hall", "tests.models.queue.retelling")


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction, undone at its end."""
    with shared_database.transaction() as session:
        yield session
        session.rollback()

"""A doubted clock at the terminal: both times are told, and the answer stands in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from counter.cli.main import balai
from models.core.clock import system_s
from models.core.database import Database
from models.core.steady import Footing, monotonic_s, this_boot
from models.journal.record import JournalEntry
from models.keeping.timekeeping import ask, note_footing
from tests.application import ROOT, open_application

Told = Callable[..., str]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A hall whose system's clock has jumped two days ahead since it opened."""
    with open_application(tmp_path) as application:
        mall_id, at = application.mall_id, application.clock.now()
        footing = Footing(system_s() - monotonic_s() - timedelta(days=2).total_seconds())
        with application.database.transaction() as session:
            note_footing(session, mall_id, this_boot(), footing)
            ask(session, mall_id, timedelta(days=2).total_seconds(), after=0, at=at)
        yield application.database


@pytest.fixture
def told(database: Database, tmp_path: Path) -> Told:
    def call(*words: str) -> str:
        where = ["--config", str(ROOT / "config.toml"), "--data-dir", str(tmp_path)]
        said = CliRunner().invoke(balai, ["clock", *words, *where])
        return said.stdout or said.stderr

    return call


@pytest.mark.parametrize(("word", "kind"), [("accept", "ClockFollowed"), ("keep", "ClockKept")])
def test_a_doubted_clock_is_shown_and_answered_at_the_terminal(
    database: Database, told: Told, word: str, kind: str
) -> None:
    hall, system, said = told().splitlines()
    days = [int(one.split()[3].split("-")[2]) for one in (hall, system)]
    assert days[0] != days[1]
    assert "`clock accept` or `clock keep`" in said
    assert told(word).startswith("The hall ")
    with database.reading() as session:
        assert session.scalars(select(JournalEntry.kind)).all()[-1] == kind

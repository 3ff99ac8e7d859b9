"""A doubted clock at the terminal: both times are told, and the answer stands in the journal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from counter.cli.main import balai
from models.core.clock import Clock, system_s
from models.core.database import Database
from models.core.steady import Footing, Reached, monotonic_s, this_boot
from models.journal.record import JournalEntry
from models.keeping.timekeeping import ask, note_footing, settle
from models.mall.mall import Mall
from tests.application import ROOT, open_application, real_config

Told = Callable[..., str]
ZONE, DAYS = ZoneInfo("Asia/Jakarta"), timedelta(days=400)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_application(tmp_path, config=real_config(tmp_path)) as application:
        yield application.database


@pytest.fixture
def jump(database: Database) -> Callable[[timedelta], None]:
    """Let the system's clock have jumped since the hall opened."""

    def jump(length: timedelta) -> None:
        with database.transaction() as session:
            mall_id = session.scalars(select(Mall.id)).one()
            footing = Footing(system_s() - monotonic_s() - length.total_seconds())
            note_footing(session, mall_id, this_boot(), footing)
            at = Clock().now() - length
            ask(session, mall_id, length.total_seconds(), after=0, at=at)

    return jump


@pytest.fixture
def told(database: Database, tmp_path: Path) -> Told:
    assert database.sqlite
    settings = (ROOT / "config.toml").read_text(encoding="utf-8")
    (tmp_path / "real.toml").write_text(
        settings.replace("example = true", "example = false").replace(
            'catalogue_dir = "catalogue"', f'catalogue_dir = "{ROOT / "catalogue"}"'
        ),
        encoding="utf-8",
    )

    def call(*words: str, config: str = "real.toml") -> str:
        where = ["--config", str(tmp_path / config), "--data-dir", str(tmp_path)]
        said = CliRunner().invoke(balai, ["clock", *words, *where])
        return said.stdout or said.stderr

    return call


@pytest.mark.parametrize(("word", "kind"), [("accept", "ClockFollowed"), ("keep", "ClockKept")])
def test_a_doubted_clock_is_shown_and_answered_at_the_terminal(
    database: Database, told: Told, jump: Callable[[timedelta], None], word: str, kind: str
) -> None:
    jump(timedelta(days=2))
    hall, system, said = told().splitlines()
    days = [int(one.split()[3].split("-")[2]) for one in (hall, system)]
    assert days[0] != days[1]
    assert "`clock accept` or `clock keep`" in said
    assert told(word).startswith("The hall ")
    with database.reading() as session:
        assert session.scalars(select(JournalEntry.kind)).all()[-1] == kind


@pytest.mark.parametrize(("back", "long"), [(timedelta(hours=1), False), (DAYS, True)])
def test_who_accepts_a_jump_back_is_told_until_when_time_runs_slowly(
    database: Database,
    told: Told,
    jump: Callable[[timedelta], None],
    back: timedelta,
    *,
    long: bool,
) -> None:
    jump(-back)
    agrees_at = Clock().now() + 2 * back
    asked, accepted = told(), told("accept")
    with database.transaction() as session:
        # The hall that runs follows it within a second.
        mall_id = session.scalars(select(Mall.id)).one()
        reached = Reached(system_s() + back.total_seconds(), system_s())
        note_footing(session, mall_id, this_boot(), Footing(system_s() - monotonic_s()), reached)
        settle(session, mall_id, at=Clock().now() + back)
    for said in (asked, accepted, told()):
        (until,) = re.findall("runs at half its pace until (.*); then both agree", said)
        said_at = datetime.fromisoformat(until).replace(tzinfo=ZONE)
        assert abs(said_at - agrees_at) < timedelta(minutes=5)
        assert ("put back a backup of before" in " ".join(said.split())) == long
        assert "follows" not in said
    assert told("accept") == "Error: The clock is not doubted: there is nothing to answer.\n"


def test_a_hall_that_has_not_run_since_asks_when_it_is_started(
    database: Database, told: Told
) -> None:
    with database.transaction() as session:
        mall_id = session.scalars(select(Mall.id)).one()
        footing = Footing(system_s() - monotonic_s() - DAYS.total_seconds())
        note_footing(session, mall_id, this_boot(), footing)
    assert "start it, and it asks" in told()
    assert "start it, and it asks" in told("accept")


def test_an_example_has_a_time_of_its_own(tmp_path: Path) -> None:
    said = CliRunner().invoke(
        balai, ["clock", "--config", str(ROOT / "config.toml"), "--data-dir", str(tmp_path)]
    )
    assert "has a time of its own" in said.output
    assert "doubted" not in said.output

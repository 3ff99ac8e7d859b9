"""The example mall is open whenever somebody looks, and never by accident a real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from counter.demo.example import example_clock, refuse_public_example
from counter.files.config import Config, load_config
from counter.files.filling import WrongMall, fill
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.journal.events import CatalogueChanged
from models.journal.record import record
from models.mall.arrangement import arrangement_of
from models.mall.hours import IntakePhase
from models.mall.mall import Mall

ROOT = Path(__file__).parents[3]
SUNDAY_NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # 22.00 in Jakarta
TUESDAY_MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10.00, open
FRIDAY_PRAYER = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)  # 12.00, the hall pauses


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load_config(ROOT / "config.toml")


def listening_on(config: Config, host: str) -> Config:
    return config.model_copy(update={"server": config.server.model_copy(update={"host": host})})


class At(Clock):
    """The house's clock, set to an instant and standing still, as a test needs it."""

    def __init__(self, instant: datetime) -> None:
        super().__init__()
        self.instant = instant

    @override
    def now(self) -> datetime:
        return self.instant + self.ahead


def a_mall(database: Database, config: Config) -> int:
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        return fill(session, config).id


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_example_listens_on_this_machine(shipped: Config, host: str) -> None:
    refuse_public_example(listening_on(shipped, host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "mpp.example"])  # noqa: S104
def test_example_refuses_to_listen_to_others(
    shipped: Config, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        refuse_public_example(listening_on(shipped, host))
    assert ended.value.code == 1
    assert f'not on "{host}"' in capsys.readouterr().err


@pytest.mark.parametrize("began_as_example", [True, False])
def test_a_database_of_the_other_kind_is_refused(
    shipped: Config, database_url: str, began_as_example: bool
) -> None:
    database = Database(database_url)
    kinds = [
        shipped.model_copy(update={"mall": shipped.mall.model_copy(update={"example": kind})})
        for kind in (began_as_example, not began_as_example)
    ]
    a_mall(database, kinds[0])
    with pytest.raises(WrongMall), database.transaction() as session:
        fill(session, kinds[1])
    database.close()


@pytest.mark.parametrize("start", [SUNDAY_NIGHT, FRIDAY_PRAYER])
def test_a_closed_hour_moves_on_to_an_open_one(
    shipped: Config, tmp_path: Path, start: datetime
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    mall_id = a_mall(database, shipped)
    clock = At(start)
    assert example_clock(database, clock, mall_id)
    assert start < clock.now() < start + timedelta(days=1)
    with database.reading() as session:
        intake = arrangement_of(session, session.get_one(Mall, mall_id)).timetable.intake(
            clock.now()
        )
    assert intake.phase is IntakePhase.OPEN
    assert not example_clock(database, clock, mall_id)
    database.close()


def test_an_open_hour_stays_as_it_is(shipped: Config, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    mall_id = a_mall(database, shipped)
    clock = At(TUESDAY_MORNING)
    assert not example_clock(database, clock, mall_id)
    assert clock.now() == TUESDAY_MORNING
    database.close()


def test_time_goes_on_after_the_newest_entry_of_the_journal(
    shipped: Config, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    mall_id = a_mall(database, shipped)
    newest = TUESDAY_MORNING + timedelta(hours=2)
    with database.transaction() as session:
        record(session, CatalogueChanged(mall_id=mall_id, at=newest))
    clock = At(SUNDAY_NIGHT)
    example_clock(database, clock, mall_id)
    assert clock.now() == newest
    database.close()

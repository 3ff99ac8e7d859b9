"""What the hall says by itself: each thing at its minute, and once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from display.voice.notices import Herald
from models.core.database import Database
from models.mall.mall import Mall, ServingHours
from tests import builders
from tests.builders import FRIDAY, MINUTE, MONDAY, small_mall

# The small mall opens at 08.00, stops giving numbers at 14.30 and closes at 15.00.
OPENING = MONDAY - timedelta(hours=1)
BEFORE_CUT_OFF = MONDAY + timedelta(hours=5, minutes=15)


@pytest.fixture
def database(database: Database) -> Database:
    """The small mall's."""
    with database.transaction() as session:
        small_mall(session)
    return database


def said(herald: Herald, at: datetime) -> list[str]:
    return [notice.sentences[0].text for _, notice in herald.due(at)]


def test_opening_is_said_when_the_hall_opens(database: Database) -> None:
    herald = Herald(database)
    assert said(herald, OPENING - timedelta(seconds=1)) == []
    assert said(herald, OPENING)[0].startswith("Selamat pagi. Pelayanan dimulai.")


def test_nothing_is_said_twice_not_even_by_another_process(database: Database) -> None:
    assert len(said(Herald(database), OPENING)) == 1
    assert said(Herald(database), OPENING + timedelta(seconds=20)) == []


def test_next_day_it_is_said_again(database: Database) -> None:
    herald = Herald(database)
    assert len(said(herald, OPENING)) == len(said(herald, OPENING + timedelta(days=1))) == 1


def test_hall_that_starts_late_does_not_pretend_to_open(database: Database) -> None:
    assert said(Herald(database), OPENING + 5 * MINUTE) == []


def test_end_of_the_intake_is_said_a_quarter_before(database: Database) -> None:
    herald = Herald(database)
    assert said(herald, BEFORE_CUT_OFF - MINUTE) == []
    assert "ditutup lima belas menit lagi" in said(herald, BEFORE_CUT_OFF)[0]


def test_friday_break_tells_when_service_goes_on(database: Database) -> None:
    herald = Herald(database)
    noon = FRIDAY + timedelta(hours=2, minutes=31)
    assert "salat Jumat, dan dibuka kembali pukul tiga belas." in said(herald, noon)[0]
    assert said(herald, noon + 10 * MINUTE) == []


def test_every_zone_of_the_mall_hears_it_in_both_languages(database: Database) -> None:
    with database.transaction() as session:
        mall = session.scalars(select(Mall)).one()
        expected = {builders.zone(session, mall, code=code).id for code in ("melati", "mawar")}
    ((zones, notice),) = Herald(database).due(OPENING)
    assert set(zones) == expected
    assert [sentence.language for sentence in notice.sentences] == ["id", "en"]


def _pause(database: Database, weekday: int, starts_m: int, ends_m: int) -> None:
    with database.transaction() as session:
        rows = select(ServingHours).where(ServingHours.weekday == weekday)
        session.scalars(rows).one().breaks = [[starts_m, ends_m]]


def test_the_end_of_a_break_is_told_to_the_minute(database: Database) -> None:
    _pause(database, 4, 11 * 60 + 30, 13 * 60 + 30)
    noon = FRIDAY + timedelta(hours=2, minutes=31)
    assert "kembali pukul tiga belas tiga puluh." in said(Herald(database), noon)[0]


def test_the_break_of_another_day_is_told_without_the_prayer(database: Database) -> None:
    _pause(database, 0, 12 * 60, 13 * 60)
    (text,) = said(Herald(database), MONDAY + timedelta(hours=3))
    assert "untuk istirahat, dan dibuka kembali pukul tiga belas." in text


def test_nothing_ends_soon_in_a_break_that_lasts_until_the_end(database: Database) -> None:
    _pause(database, 0, 14 * 60, 14 * 60 + 30)
    assert said(Herald(database), MONDAY + timedelta(hours=5, minutes=1)) == []
    assert said(Herald(database), BEFORE_CUT_OFF) == []


def test_a_hall_that_opens_in_the_afternoon_wishes_so(database: Database) -> None:
    with database.transaction() as session:
        rows = select(ServingHours).where(ServingHours.weekday == 0)
        session.scalars(rows).one().opens_m = 13 * 60
    (text,) = said(Herald(database), OPENING + timedelta(hours=5))
    assert text.startswith("Selamat siang. Pelayanan dimulai.")

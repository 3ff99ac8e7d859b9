"""A report of the hand-counted Monday, as paper and files tell it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from counter.words.language import Language
from models.core.database import Database
from models.figures.figures import Period
from models.figures.reckoning import figures
from models.journal.events import TicketRefused
from models.journal.record import record, write_recorded
from models.keeping.migrating import upgrade
from models.queue.calling import call_next
from printing.reports.report import Report
from printing.reports.wording import report_of
from tests.builders import CITIZEN, MONDAY, small_mall, ticket
from tests.counted_day import NIGHT, counted_day

DAY = date(2026, 11, 23)
LANGUAGE = Language("Asia/Jakarta")


@contextmanager
def mall_session(folder: Path) -> Iterator[Session]:
    """A session on an empty database; nothing in it is kept."""
    database = Database(f"sqlite:///{folder / 'balai.db'}")
    upgrade(database)
    try:
        with database.transaction() as session:
            yield session
            session.rollback()
    finally:
        database.close()


def told_day(
    folder: Path,
    language: str = "id",
    *,
    month: bool = False,
    period: Period | None = None,
    at: datetime = NIGHT,
) -> Report:
    """The report of that Monday, of its month, or of another period, as it is told `at`."""
    with mall_session(folder) as session:
        hall = counted_day(session).hall
        period = period or (Period.of_month(DAY) if month else Period.of_day(DAY))
        told = figures(session, hall.mall, period, at=at)
    return report_of(told, LANGUAGE.words("printing.reports", language), language)


def empty_day(folder: Path) -> Report:
    """The report of a day to which nobody came."""
    with mall_session(folder) as session:
        told = figures(session, small_mall(session).mall, Period.of_day(DAY), at=NIGHT)
    return report_of(told, LANGUAGE.words("printing.reports", "id"), "id")


def short_day(folder: Path, language: str, *, waited: timedelta) -> Report:
    """The report of a day on which one citizen was called, and one request was refused."""
    with mall_session(folder) as session:
        hall = small_mall(session)
        ticket(session, hall.mall, hall.a, at=MONDAY)
        call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY + waited)
        refused = TicketRefused(
            mall_id=hall.mall.id, at=MONDAY, service_id=hall.a.id, code="quota_used_up"
        )
        record(session, refused)
        write_recorded(session)
        told = figures(session, hall.mall, Period.of_day(DAY), at=NIGHT)
    return report_of(told, LANGUAGE.words("printing.reports", language), language)

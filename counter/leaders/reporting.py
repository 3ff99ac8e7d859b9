"""Reports made: figures read, told in a language, and written in the form that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from counter.words.language import Language
from models.core.database import Database
from models.figures.figures import Length, Period
from models.figures.reckoning import figures
from models.mall.mall import Mall
from printing.reports.look import Faces, builtin_faces
from printing.reports.pdf import as_pdf
from printing.reports.report import Report
from printing.reports.sheets import as_xlsx, as_zip
from printing.reports.wording import report_of

FONTS: Final = Path(__file__).parents[1] / "static" / "vendor" / "fonts"
MIME_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A quarter: longer reports would hold up everybody else's, and no chart shows their days.
LONGEST_DAYS: Final = 92
FIRST_YEAR, LAST_YEAR = 1900, 9000
# Between the two days of a range, in an address as in a file's name.
TO: Final = "--"


class NoSuchPeriod(ValueError):
    """Days were named of which there can be no report; `code` says why."""

    def __init__(self, code: str) -> None:
        """Take the code of the sentence that says it."""
        super().__init__(code)
        self.code = code


def own_faces() -> Faces:
    """Return the faces that set-up has cut, or plain ones in a house without them."""
    text, strong, bold = (FONTS / f"plus-jakarta-sans-{weight}.ttf" for weight in (500, 600, 800))
    return Faces(text, strong, bold) if bold.exists() else builtin_faces()


def period_of(length: str, named: str) -> Period:
    """Return the period that an address names; raise NoSuchPeriod.

    A `day` is 2026-11-24, a `week` any day in it, a `month` 2026-11, and a `range` two days:
    2026-11-03--2026-11-14.
    """
    if length == Length.DAY:
        return Period.of_day(_day(named))
    if length == Length.WEEK:
        return Period.of_week(_day(named))
    if length == Length.MONTH:
        return Period.of_month(_day(f"{named}-01"))
    first, _, last = named.partition(TO)
    if length != Length.RANGE:
        raise NoSuchPeriod("bad_day")
    return range_of(_day(first), _day(last))


def range_of(first: date, last: date) -> Period:
    """Return the days from one to another; raise NoSuchPeriod when they are no range."""
    if last < first:
        raise NoSuchPeriod("backwards")
    if (last - first).days >= LONGEST_DAYS:
        raise NoSuchPeriod("too_long")
    return Period(first, last)


def _day(named: str) -> date:
    try:
        day = date.fromisoformat(named)
    except ValueError as error:
        raise NoSuchPeriod("bad_day") from error
    # Python reads 20261124 and 2026-W48-2, too. The days around must be days as well.
    if day.isoformat() != named or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NoSuchPeriod("bad_day")
    return day


def name_of(length: str, period: Period) -> str:
    """Return how an address and a file name a period: the way back from `period_of`."""
    first, last = period.first.isoformat(), period.last.isoformat()
    if length == Length.RANGE:
        return f"{first}{TO}{last}"
    return first[: len("2026-11")] if length == Length.MONTH else first


def moved(length: str, period: Period, by: int) -> Period:
    """Return the period as long as this that lies `by` (1 or -1) places after it."""
    if length == Length.MONTH:
        return Period.of_month((period.last if by > 0 else period.first) + timedelta(days=by))
    days = len(period.days) * by
    return Period(period.first + timedelta(days=days), period.last + timedelta(days=days))


@dataclass(frozen=True)
class Desire:
    """What somebody wants to know: which mall and period, in which language, when."""

    mall_id: int
    period: Period
    language: str
    at: datetime


def tell(database_url: str, language: Language, desire: Desire) -> Report:
    """Read the figures and tell them.

    Opens the database for itself: this may run in a thread of its own, and a month's reading
    shall not share a connection with anybody's press.
    """
    database = Database(database_url)
    try:
        with database.reading() as session:
            mall = session.get_one(Mall, desire.mall_id)
            told = figures(session, mall, desire.period, at=desire.at)
    finally:
        database.close()
    return report_of(told, language.words("printing.reports", desire.language), desire.language)


def write(report: Report, form: str) -> bytes:
    """Write the report as "pdf", "zip" (of CSV files) or "xlsx"."""
    if form == "pdf":
        return as_pdf(report, own_faces())
    return as_zip(report) if form == "zip" else as_xlsx(report)

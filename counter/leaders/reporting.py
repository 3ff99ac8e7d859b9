"""Reports made: figures read, told in a language, and written in the form that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from counter.words.language import Language
from models.core.database import Database
from models.figures.figures import Period
from models.figures.reckoning import figures
from models.mall.mall import Mall
from printing.reports.look import Faces, builtin_faces
from printing.reports.pdf import as_pdf
from printing.reports.report import Report
from printing.reports.sheets import as_csv, as_xlsx
from printing.reports.wording import report_of

FONTS: Final = Path(__file__).parents[1] / "static" / "vendor" / "fonts"
MIME_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DAY, MONTH = "day", "month"


def own_faces() -> Faces:
    """Return the faces that set-up has cut, or plain ones in a house without them."""
    text, strong, bold = (FONTS / f"plus-jakarta-sans-{weight}.ttf" for weight in (500, 600, 800))
    return Faces(text, strong, bold) if bold.exists() else builtin_faces()


def period_of(span: str, named: str) -> Period | None:
    """Return the period that an address names: `day` 2026-11-24 or `month` 2026-11; else None."""
    try:
        if span == DAY and len(named) == len("2026-11-24"):
            return Period.of_day(date.fromisoformat(named))
        if span == MONTH and len(named) == len("2026-11"):
            return Period.of_month(date.fromisoformat(f"{named}-01"))
    except ValueError:
        return None
    return None


def name_of(period: Period) -> str:
    """Return how an address and a file name a period: `2026-11-24` or `2026-11`."""
    return period.first.isoformat()[: len("2026-11-24") if period.is_day else len("2026-11")]


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
    """Write the report as "pdf", "csv" or "xlsx"."""
    if form == "pdf":
        return as_pdf(report, own_faces())
    return as_csv(report) if form == "csv" else as_xlsx(report)

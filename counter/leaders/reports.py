"""The reports page: a day or a month on the screen, and as PDF, CSV or XLSX to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from flask import Blueprint, Flask, g, render_template, request
from gevent.lock import BoundedSemaphore
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from counter.door.pages import REPORTS, Page
from counter.leaders.reporting import (
    DAY,
    MIME_TYPES,
    MONTH,
    Desire,
    name_of,
    period_of,
    tell,
    write,
)
from counter.words.language import Language
from models.core.clock import local_day
from models.core.roles import REVIEWERS
from models.figures.figures import Period
from models.mall.mall import Mall
from printing.aside import off_the_loop
from printing.reports.glance import tiles_of
from printing.reports.report import Report

T = TypeVar("T")


@dataclass(frozen=True)
class Chosen:
    """The period that a page is about, or why there is none in `says`."""

    span: str
    name: str
    period: Period | None
    says: str = ""

    @property
    def earlier(self) -> str:
        """The name of the period before."""
        assert self.period
        day = self.period.first - timedelta(days=1)
        return name_of(Period.of_day(day) if self.period.is_day else Period.of_month(day))

    @property
    def later(self) -> str:
        """The name of the period after."""
        assert self.period
        day = self.period.last + timedelta(days=1)
        return name_of(Period.of_day(day) if self.period.is_day else Period.of_month(day))


PAGE: Final = Page(
    name="reports",
    path="/reports",
    roles=REVIEWERS,
    acts=("file",),
    words="counter.reports.title",
    within=REPORTS,
)


def register(
    app: Flask, *, doorkeeper: Doorkeeper, language: Language, pages: Callable[[Page], None]
) -> None:
    """Add /reports to `app`."""
    blueprint = Blueprint("reports", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock
    url = doorkeeper.config.database_url
    # One at a time: a report keeps a processor busy, and the screens need the other.
    turn = BoundedSemaphore(1)

    def in_turn(work: Callable[[], T]) -> T:
        with turn:
            return off_the_loop(work)

    def today() -> date:
        with database.reading() as session:
            return local_day(clock.now(), session.get_one(Mall, g.mall_id).time_zone)

    def desire(period: Period) -> Desire:
        return Desire(g.mall_id, period, g.lang, clock.now())

    def shown(chosen: Chosen, status: int = 200) -> tuple[str, int]:
        now = today()
        report: Report | None = None
        if chosen.period is not None and not chosen.says:
            asked = desire(chosen.period)
            report = in_turn(lambda: tell(url, language, asked))
        page = render_template(
            "counter/leaders/reports.html",
            chosen=chosen,
            report=report,
            tiles=[] if report is None else tiles_of(report),
            today=now.isoformat(),
            this_month=now.isoformat()[:7],
        )
        return page, status

    @blueprint.get("/reports")
    def page() -> tuple[str, int]:
        span = MONTH if request.args.get(MONTH) else DAY
        named = request.args.get(span) or today().isoformat()
        chosen = choose(span, named, today())
        return shown(chosen, 422 if chosen.says else 200)

    @blueprint.get("/reports/<span>/<name>.<form>")
    def file(span: str, name: str, form: str) -> Response | tuple[str, int]:
        chosen = choose(span, name, today())
        if form not in MIME_TYPES:
            chosen = replace(chosen, says="bad_form")
        if chosen.says or chosen.period is None:
            return shown(chosen, 404)
        asked = desire(chosen.period)
        body = in_turn(lambda: write(tell(url, language, asked), form))
        response = Response(body, mimetype=MIME_TYPES[form])
        # A PDF opens in the browser, which prints it; tables are for another program.
        disposition = "inline" if form == "pdf" else "attachment"
        filename = f"{language.say(g.lang, 'counter.reports.file')}-{name}.{form}"
        response.headers["Content-Disposition"] = f'{disposition}; filename="{filename}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    app.register_blueprint(blueprint)
    pages(PAGE)


def choose(span: str, name: str, today: date) -> Chosen:
    """Return the period that an address names, or what is wrong with it."""
    period = period_of(span, name)
    if period is None:
        return Chosen(DAY, "", None, "bad_day")
    if period.first > today:
        return Chosen(span, name, period, "not_yet")
    return Chosen(span, name, period)

"""The reports page: a day, week, month or range on the screen, and as PDF, CSV or XLSX to keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from flask import Blueprint, Flask, g, render_template, request
from gevent.lock import BoundedSemaphore
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from counter.door.pages import REPORTS, Page
from counter.leaders.reporting import (
    LONGEST_DAYS,
    MIME_TYPES,
    TO,
    Desire,
    NoSuchPeriod,
    moved,
    name_of,
    period_of,
    tell,
    write,
)
from counter.words.language import Language
from models.core.clock import local_day
from models.core.database import Database
from models.core.roles import REVIEWERS
from models.figures.figures import Length, Period
from models.journal.account_events import ReportDownloaded
from models.journal.record import record
from models.mall.mall import Mall
from printing.aside import off_the_loop
from printing.reports.glance import tiles_of
from printing.reports.report import Report

T = TypeVar("T")


@dataclass(frozen=True)
class Chosen:
    """The period that a page is about, or why there is none in `says`.

    `length` is what it was asked for as, `name` how an address names it.
    """

    length: str
    name: str
    period: Period | None
    says: str = ""

    @property
    def earlier(self) -> str:
        """The address of the period before."""
        assert self.period
        return address_of(self.length, moved(self.length, self.period, -1))

    @property
    def later(self) -> str:
        """The address of the period after."""
        assert self.period
        return address_of(self.length, moved(self.length, self.period, 1))

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last day as they were asked for."""
        first, _, last = self.name.partition(TO)
        return first, last


def address_of(length: str, period: Period) -> str:
    """Return the address of a period's page."""
    name = name_of(length, period)
    if length == Length.RANGE:
        first, _, last = name.partition(TO)
        return f"/reports?from={first}&to={last}"
    return f"/reports?{length}={name}"


def other_lengths(period: Period, today: date) -> dict[str, str]:
    """Return for each length the address of the newest such period in `period`."""
    last = min(period.last, today)
    return {
        Length.DAY: address_of(Length.DAY, Period.of_day(last)),
        Length.WEEK: address_of(Length.WEEK, Period.of_week(last)),
        Length.MONTH: address_of(Length.MONTH, Period.of_month(last)),
        Length.RANGE: address_of(Length.RANGE, Period(min(period.first, last), last)),
    }


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
        _require_kept(database)
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
            lengths=other_lengths(chosen.period or Period.of_day(now), now),
            longest=LONGEST_DAYS,
            report=report,
            tiles=[] if report is None else tiles_of(report),
            today=now.isoformat(),
            this_month=now.isoformat()[:7],
        )
        return page, status

    @blueprint.get("/reports")
    def page() -> tuple[str, int]:
        chosen = choose(*asked(request.args, today()), today())
        return shown(chosen, 422 if chosen.says else 200)

    @blueprint.get("/reports/<length>/<name>.<form>")
    def file(length: str, name: str, form: str) -> Response | tuple[str, int]:
        chosen = choose(length, name, today())
        if form not in MIME_TYPES:
            chosen = replace(chosen, says="bad_form")
        if chosen.says or chosen.period is None:
            return shown(chosen, 404)
        asked = desire(chosen.period)
        body = in_turn(lambda: write(tell(url, language, asked), form))
        with database.acting(clock.now) as (session, at):
            downloaded = ReportDownloaded(
                mall_id=g.mall_id, at=at, length=length, period=chosen.name, form=form
            )
            record(session, downloaded, g.actor)
        response = Response(body, mimetype=MIME_TYPES[form])
        # A PDF opens in the browser, which prints it; tables are for another program.
        disposition = "inline" if form == "pdf" else "attachment"
        filename = f"{language.say(g.lang, 'counter.reports.file')}-{chosen.name}.{form}"
        response.headers["Content-Disposition"] = f'{disposition}; filename="{filename}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    app.register_blueprint(blueprint)
    pages(PAGE)


def asked(arguments: Mapping[str, str], today: date) -> tuple[str, str]:
    """Return which length of period an address asks for, and its name; today without one."""
    if "from" in arguments or "to" in arguments:
        return Length.RANGE, f"{arguments.get('from', '')}{TO}{arguments.get('to', '')}"
    for length in (Length.MONTH, Length.WEEK, Length.DAY):
        if named := arguments.get(length):
            return length, named
    return Length.DAY, today.isoformat()


def choose(length: str, name: str, today: date) -> Chosen:
    """Return the period that an address names, or what is wrong with it."""
    try:
        period = period_of(length, name)
    except NoSuchPeriod as no:
        known = length if length in set(Length) else Length.DAY
        return Chosen(known, name, None, no.code)
    says = "not_yet" if period.first > today else ""
    return Chosen(length, name_of(length, period), period, says)


def _require_kept(database: Database) -> None:
    """Raise why nothing is kept, if so.

    A report opens the database by its address, and where none is, SQLite would make an empty one.
    """
    refusal = database.halted
    if refusal is not None:
        raise refusal

"""The hall's waits for its leaders: each service of today, what is at risk first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Flask, g, render_template
from sqlalchemy.orm import Session

from counter.door.pages import LIVE, Followed, Page
from models.core.clock import Clock
from models.core.database import Database
from models.core.event import About
from models.core.lengths import length_said
from models.core.roles import REVIEWERS
from models.figures.waits_now import ServiceNow, WaitsNow, waits_now
from models.mall.arrangement import arrangement_of
from models.mall.hours import Intake
from models.mall.mall import Mall

_COMMAS: Final[Mapping[str, str]] = {"id": ",", "en": "."}


@dataclass(frozen=True)
class Row:
    """One service as the page shows it; lengths in whole minutes, None where there is none."""

    id: int
    name: dict[str, str]
    agency: str
    waiting: int
    longest_m: int | None
    low_m: int | None
    high_m: int | None
    chance: str  # of a newcomer, "" without an open desk
    promise_m: int
    promise: str
    desks_open: int
    doubtful: int
    unlikely: int
    stranded: bool


@dataclass(frozen=True)
class Sight:
    """All that the page shows."""

    at: datetime
    intake: Intake
    waiting: int
    at_risk: int
    rows: tuple[Row, ...]
    quiet: tuple[Row, ...]

    @property
    def stranded(self) -> int:
        """How many services are waited for without an open desk."""
        return sum(row.stranded for row in self.rows)


def register(
    app: Flask, *, database: Database, clock: Clock, pages: Callable[[Page], None]
) -> None:
    """Add /waits to `app`, live as `waits/<mall_id>`."""
    routes = Blueprint("waits", __name__)

    @routes.get("/waits")
    def page() -> str:
        with database.reading() as session:
            sight = sight_of(session, g.mall_id, clock.now())
        boot = {"mall_id": g.mall_id}
        return render_template("counter/leaders/waits.html", sight=sight, boot=boot, length=_length)

    app.register_blueprint(routes)
    pages(
        Page(
            name="waits",
            path="/waits",
            roles=REVIEWERS,
            words="counter.waits.title",
            within=LIVE,
            # Not after each number: a page that changes every few seconds cannot be listened to.
            live=Followed(_signs, about=frozenset({About.MALL, About.DESK}), ticks=True),
        )
    )


def sight_of(session: Session, mall_id: int, at: datetime) -> Sight:
    """Return the hall's waits at the instant `at` as the page shows them."""
    mall = session.get_one(Mall, mall_id)
    seen: WaitsNow = waits_now(session, mall, at)
    return Sight(
        at=at,
        intake=arrangement_of(session, mall).timetable.intake(at),
        waiting=seen.waiting,
        at_risk=seen.at_risk,
        rows=tuple(_row(one) for one in seen.waited_for),
        quiet=tuple(_row(one) for one in seen.quiet),
    )


def _signs(session: Session, mall_id: int, at: datetime) -> dict[str, Any]:
    """Return what tells an open page that it is no longer right."""
    sight = sight_of(session, mall_id, at)
    return {
        "phase": sight.intake.phase.value,
        "at_risk": sight.at_risk,
        "rows": [asdict(row) for row in sight.rows + sight.quiet],
    }


def _row(one: ServiceNow) -> Row:
    told = one.newcomer
    return Row(
        id=one.service.id,
        name={"id": one.service.name_id, "en": one.service.name_en},
        agency=one.service.agency,
        waiting=one.waiting,
        longest_m=None if one.longest is None else _minutes(one.longest),
        low_m=None if told is None else _minutes(told.wait.low),
        high_m=None if told is None else _minutes(told.wait.high),
        chance="" if told is None else told.chance.value,
        promise_m=_minutes(one.service.promise),
        promise=one.promise.value,
        desks_open=one.desks_open,
        doubtful=one.doubtful,
        unlikely=one.unlikely,
        stranded=one.stranded,
    )


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def _length(low: int, high: int | None = None) -> tuple[str, dict[str, str]]:
    """Return the key and the facts of a length in the language of the page."""
    return length_said(low, high, comma=_COMMAS[g.lang])

"""The hall as it is now, for its leaders: what needs a hand, who waits, and what each desk does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Flask, g, render_template
from sqlalchemy.orm import Session

from counter.door.pages import LIVE, Followed, Page
from counter.files.config import Config
from counter.leaders.alert_signs import signs_of, unfolded
from models.core.clock import Clock, local_day
from models.core.database import Database
from models.core.event import About
from models.core.lengths import length_said
from models.core.roles import REVIEWERS
from models.figures.alerts import Alert, alerts
from models.figures.desks_now import DeskNow, Doing, desks_now
from models.figures.waits_now import ServiceNow, WaitsNow, people_finished, waits_now
from models.mall.arrangement import arrangement_of
from models.mall.facts import ZoneFacts
from models.mall.hours import Intake
from models.mall.mall import Mall

_COMMAS: Final[Mapping[str, str]] = {"id": ",", "en": "."}
# With more desks than this each keeps to one row, so that all of them are in sight.
MANY_DESKS: Final = 30


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
    finished: int
    desks: tuple[DeskNow, ...]
    alerts: tuple[Alert, ...]

    @property
    def serving(self) -> int:
        """How many people are served at a desk now."""
        return sum(one.doing is Doing.SERVING for one in self.desks)

    @property
    def zones(self) -> list[tuple[ZoneFacts, list[DeskNow]]]:
        """The desks by their zones, the zone of the first desk first."""
        found: dict[int, tuple[ZoneFacts, list[DeskNow]]] = {}
        for one in self.desks:
            found.setdefault(one.zone.id, (one.zone, []))[1].append(one)
        return list(found.values())

    @property
    def is_large(self) -> bool:
        """Whether there are too many desks to say everything of each."""
        return len(self.desks) > MANY_DESKS

    @property
    def stranded(self) -> int:
        """How many services are waited for without an open desk."""
        return sum(row.stranded for row in self.rows)


def register(
    app: Flask,
    *,
    config: Config,
    database: Database,
    clock: Clock,
    pages: Callable[[Page], None],
) -> None:
    """Add /waits to `app`, live as `waits/<mall_id>`."""
    routes = Blueprint("waits", __name__)
    printers = {one.code: one.name for one in config.printers}

    @routes.get("/waits")
    def page() -> str:
        with database.reading() as session:
            sight = sight_of(session, g.mall_id, clock.now(), printers=printers, rate=clock.rate)
        return render_template(
            "counter/leaders/waits.html",
            sight=sight,
            alert_signs=unfolded(signs_of(sight.alerts, g.actor.role)),
            today=lambda at: _same_day(at, sight.at, config.mall.time_zone),
            boot={"mall_id": g.mall_id},
            length=_length,
        )

    app.register_blueprint(routes)
    pages(
        Page(
            name="waits",
            path="/waits",
            roles=REVIEWERS,
            words="counter.waits.title",
            within=LIVE,
            live=Followed(
                _phase,
                about=frozenset({About.MALL, About.DESK, About.TICKET, About.PAPER, About.DEVICE}),
                ticks=True,
            ),
        )
    )


def sight_of(
    session: Session,
    mall_id: int,
    at: datetime,
    *,
    printers: Mapping[str, str] | None = None,
    rate: float = 1.0,
) -> Sight:
    """Return the hall at the instant `at` as the page shows it; its time runs `rate` times fast."""
    mall = session.get_one(Mall, mall_id)
    seen: WaitsNow = waits_now(session, mall, at)
    return Sight(
        at=at,
        intake=arrangement_of(session, mall).timetable.intake(at),
        waiting=seen.waiting,
        at_risk=seen.at_risk,
        rows=tuple(_row(one) for one in seen.waited_for),
        quiet=tuple(_row(one) for one in seen.quiet),
        finished=people_finished(session, mall, at),
        desks=desks_now(session, mall, at),
        alerts=alerts(session, mall, at, printers=printers, rate=rate),
    )


def _phase(session: Session, mall_id: int, at: datetime) -> dict[str, Any]:
    """Return hardly anything: that it is told is what makes the page read itself again.

    The whole sight would be reckoned twice for each change, here and for the page.
    """
    mall = session.get_one(Mall, mall_id)
    return {"phase": arrangement_of(session, mall).timetable.intake(at).phase.value}


def _same_day(one: datetime, other: datetime, time_zone: str) -> bool:
    return local_day(one, time_zone) == local_day(other, time_zone)


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

"""The desk console's doors: the page, the choices, and one route for every act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.desk.acts import ACTS, buttons
from counter.desk.buttons import NOTE_KEY, OUTCOME_KEYS
from counter.desk.choices import callable_numbers, desk_rows, transfer_services
from counter.desk.following import DESK, may_follow
from counter.desk.presence import require_officer, the_desk
from counter.desk.state import desk_state
from counter.door.navigation import Navigation
from counter.door.pages import CONSOLE, Page
from models.core.clock import Clock
from models.core.database import Database
from models.core.errors import NotFound
from models.core.roles import LEADERS, OFFICERS
from models.journal.actors import Actor
from models.journal.record import last_seq
from models.journal.topics import Topic
from models.mall.mall import Desk, Mall
from models.mall.people import User
from models.queue.shifts import Shift

PAGE: Final = Page(
    name="desk",
    path="/desk",
    roles=OFFICERS,
    acts=("choices", "press"),
    words="counter.nav.console",
    within=CONSOLE,
)


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    navigation: Navigation,
    topics: Callable[[Topic], None],
) -> None:
    """Open the desk console in `app` and give its topic to `topics`."""
    desk = Blueprint("desk", __name__)

    @desk.get("/desk")
    def page() -> ResponseReturnValue:
        """Show the console of one's own desk, or the desks to choose from."""
        at = clock.now()
        with database.reading() as session:
            own = _own_desk(session, g.actor, request.args.get("desk"))
            mall = session.get_one(Mall, g.mall_id)
            user = session.get_one(User, g.actor.user_id)
            common = {
                "now": at.isoformat(),
                "time_zone": mall.time_zone,
                "user": {"id": user.id, "name": user.name},
                "elsewhere": navigation.beside(PAGE, g.actor),
                "stands_in": g.actor.role in LEADERS,
            }
            if own is None:
                zones = _by_zone(desk_rows(session, g.mall_id))
                return render_template("counter/desk/choice.html", zones=zones, boot=common)
            state = desk_state(session, str(own.id), at)
            told = {"seq": last_seq(session), "now": at.isoformat()}
            keys = {"outcomes": OUTCOME_KEYS, "note": NOTE_KEY}
            boot = common | {"state": (state or {}) | told, "acts": buttons(), "keys": keys}
            return render_template("counter/desk/page.html", boot=boot, number=own.number)

    @desk.get("/desk/<int:desk_id>/choices")
    def choices(desk_id: int) -> ResponseReturnValue:
        """Tell what may be chosen for a transfer, one service more, or a number out of turn."""
        at = clock.now()
        with database.reading() as session:
            if not may_follow(session, g.actor, str(desk_id)):
                raise NotFound
            return jsonify(
                services=transfer_services(session, g.mall_id),
                desks=[row for row in desk_rows(session, g.mall_id) if row["officer"]],
                numbers=callable_numbers(session, session.get_one(Desk, desk_id), at),
            )

    @desk.post("/desk/<act>")
    def press(act: str) -> ResponseReturnValue:
        """Carry out one act; a retry with the same press_id gets the first answer."""
        known = ACTS.get(act)
        if known is None:
            raise NotFound
        wanted = known.reads.validate_json(request.get_data())
        actor: Actor = g.actor

        def rule(session: Session, at: datetime) -> dict[str, Any]:
            place = the_desk(session, actor, wanted.desk_id)
            if known.signed_on:
                require_officer(session, place, actor)
            answer = known.rule(session, place, wanted, actor, at)
            # The page waits for a state at least this new before it offers the next act.
            return answer | {"seq": last_seq(session)}

        return jsonify(
            database.press(wanted.press_id, f"desk.{act}", clock.now, rule, by=actor.key)
        )

    app.register_blueprint(desk)
    navigation.register(PAGE)
    topics(DESK)


def _by_zone(desks: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the desks by name and flower of their zone, the zone of the first desk first."""
    zones: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for desk in desks:
        zones.setdefault((desk["zone"], desk["flower"]), []).append(desk)
    return zones


def _own_desk(session: Session, actor: Actor, number: str | None) -> Desk | None:
    """Return the desk where `actor` is signed on, or the one a stand-in asked to see."""
    if number is not None and actor.role in LEADERS:
        return session.scalars(
            select(Desk).where(Desk.mall_id == actor.mall_id, Desk.number == number)
        ).first()
    shift = session.scalars(
        select(Shift).where(Shift.user_id == actor.user_id, Shift.ended_at.is_(None))
    ).first()
    return None if shift is None else shift.desk

"""Signing in: a name, a password, and for officers the desk where they sit today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, g, redirect, render_template, request
from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper, carry_sign_in, local_path
from counter.door.browser_names import in_short
from counter.door.free_desks import offer_desks
from counter.door.known import KnownBrowsers
from counter.door.permissions import Permissions
from counter.door.reception import Reception, Verdict
from counter.words.language import Language
from models.core.clock import local_day
from models.core.errors import NotFound, Refusal
from models.core.roles import EVERYBODY, LEADERS, OFFICERS, Role
from models.journal.account_events import SignedIn
from models.journal.actors import Actor
from models.journal.record import record
from models.mall.mall import Desk, Mall
from models.mall.people import User
from models.mall.sign_ins import begin_sign_in, end_sign_in, why_out
from models.queue.shifts import sign_on
from models.queue.tickets import Ticket

DESK_COOKIE: Final = "balai-desk"
DESK_COOKIE_LIFETIME: Final = timedelta(days=400)


@dataclass(frozen=True)
class Wanted:
    """What the form says."""

    name: str = ""
    password: str = ""
    desk: str = ""
    next: str = ""


WANTED = TypeAdapter(Wanted)


def register(
    app: Flask,
    *,
    doorkeeper: Doorkeeper,
    reception: Reception,
    language: Language,
    permissions: Permissions,
) -> None:
    """Add /sign-in to `app`."""
    blueprint = Blueprint("sign_in", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock
    browsers = KnownBrowsers(app)

    def form(wanted: Wanted, *, verdict: Verdict | None = None, desk_says: str = "") -> str:
        return _page(
            doorkeeper,
            language,
            wanted,
            known=browsers.users(request),
            verdict=verdict,
            desk_says=desk_says,
        )

    @blueprint.get("/sign-in")
    def page() -> str:
        return form(Wanted(next=request.args.get("next", "")))

    @blueprint.post("/sign-in")
    def check() -> tuple[str, int] | Response:
        wanted = WANTED.validate_python(request.form.to_dict())
        verdict = reception.judge(
            wanted.name, wanted.password, request.remote_addr or "", known=browsers.users(request)
        )
        if verdict.user is None:
            return form(wanted, verdict=verdict), 401
        user, address = verdict.user, request.remote_addr or ""
        # The form may choose the computer's desk for somebody who serves at none.
        desk = wanted.desk if user.role in OFFICERS else ""
        by = Actor(role=user.role, mall_id=user.mall_id, user_id=user.id)
        try:
            with database.acting(clock.now) as (work, at):
                record(work, SignedIn(mall_id=user.mall_id, at=at, address=address), by)
                if desk:
                    sign_on(work, _desk(work, user, desk), user, by=by, at=at)
                if g.person is not None:
                    # Nobody can use any more what this browser held before.
                    end_sign_in(work, g.person.actor.user_id, g.person.sign_in_id)
                token = begin_sign_in(
                    work,
                    user.id,
                    address=address,
                    browser=in_short(request.user_agent.string),
                    at=doorkeeper.real_clock.now(),
                )
        except Refusal as refusal:
            said = language.say(g.lang, f"counter.refusals.{refusal.code}", **refusal.facts)
            return form(wanted, desk_says=said), 409
        carry_sign_in(token)
        asked = local_path(wanted.next)
        may_open = asked is not None and permissions.opens(app, asked, user.role)
        response = redirect(_home(user, asked if may_open else None, desk), 303)
        browsers.remember(response, request, user.id)
        return _remember_desk(response, desk)

    permissions.permit(EVERYBODY, "sign_in.page", "sign_in.check")
    app.register_blueprint(blueprint)


def _page(
    doorkeeper: Doorkeeper,
    language: Language,
    wanted: Wanted,
    *,
    known: list[int],
    verdict: Verdict | None,
    desk_says: str,
) -> str:
    at = doorkeeper.clock.now()
    with doorkeeper.database.reading() as session:
        mall = session.get_one(Mall, g.mall_id)
        remembered = request.cookies.get(DESK_COOKIE, "")
        offer = offer_desks(session, mall, remembered=remembered, chosen=wanted.desk, known=known)
        taken = session.scalar(
            select(func.count())
            .select_from(Ticket)
            .where(
                Ticket.mall_id == mall.id,
                Ticket.service_day == local_day(at, mall.time_zone),
            )
        )
    return render_template(
        "counter/door/sign_in.html",
        greeting=greeting(at, mall.time_zone),
        times_left=language.say(g.lang, f"counter.sign_in.left_{verdict.left}")
        if verdict and verdict.left
        else "",
        wanted=wanted,
        offer=offer,
        verdict=verdict,
        desk_says=desk_says,
        why=_why_out(doorkeeper),
        taken=taken,
    )


def _why_out(doorkeeper: Doorkeeper) -> str:
    """Return why this browser is signed in no longer, "" where that is not known."""
    token = doorkeeper.visitor(request).sign_in
    if not token:
        return ""
    at = doorkeeper.real_clock.now()
    with doorkeeper.database.glancing() as connection:
        return why_out(connection, token, idle=doorkeeper.idle, at=at)


def _desk(session: Session, user: User, number: str) -> Desk:
    """Return the desk of that number in the user's mall; raise NotFound for a made-up one."""
    desk = session.scalars(
        select(Desk).where(
            Desk.mall_id == user.mall_id,
            Desk.number == number,
        )
    ).first()
    if desk is None:
        raise NotFound
    return desk


def _home(user: User, asked: str | None, desk: str) -> str:
    """Return where somebody goes who has just signed in; `asked` is a page they may open."""
    if user.role is Role.OFFICER:
        return "/desk"
    own = "/waits" if user.role in LEADERS else "/reports"
    return asked or ("/desk" if desk else own)


def _remember_desk(response: Response, desk: str) -> Response:
    """Offer the same desk the next morning: the computer stands there."""
    if desk:
        response.set_cookie(
            DESK_COOKIE, desk, max_age=DESK_COOKIE_LIFETIME, httponly=True, samesite="Lax"
        )
    return response


def greeting(at: datetime, time_zone: str) -> str:
    """Return which greeting of words.toml suits the local hour."""
    hour = at.astimezone(ZoneInfo(time_zone)).hour
    ends = ((4, "evening"), (11, "morning"), (15, "noon"), (18, "afternoon"), (24, "evening"))
    return next(name for until, name in ends if hour < until)

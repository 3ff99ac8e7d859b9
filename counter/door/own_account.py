"""One's own account: a new password, and the browsers in which one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from flask import Blueprint, Flask, g, redirect, render_template, request
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked
from werkzeug.wrappers import Response

from counter.door.accounts import new_hash, set_password, sign_out
from counter.door.auth import Doorkeeper
from counter.door.pages import Page
from counter.door.passwords import LONGEST, SHORTEST, WeakPassword
from counter.door.reception import Reception, Verdict
from counter.words.language import Language
from models.core.roles import STAFF
from models.journal.account_events import SignInsEnded
from models.journal.record import record
from models.mall.people import User
from models.mall.sign_ins import end_sign_in, sign_ins_of
from models.queue.shifts import shift_of

DONE: Final = ("password", "ended")


@checked(frozen=True)
class Wanted:
    """What the form for a new password says; nothing of it is ever shown again."""

    old: str = ""
    new: str = ""
    again: str = ""


@checked(frozen=True)
class Ended:
    """Which sign-in is to end."""

    sign_in: Annotated[int, Field(ge=1, lt=2**31)]


@dataclass(frozen=True)
class Complaint:
    """What is wrong with which field of the form, as a key of words.toml with its facts."""

    field: str
    key: str
    minutes: int = 0
    left: int = 0


WANTED, ENDED = TypeAdapter(Wanted), TypeAdapter(Ended)
PAGE: Final = Page(
    name="account",
    path="/account",
    roles=STAFF,
    acts=("password", "end", "end_others"),
    words="counter.account.title",
)


def register(
    app: Flask,
    *,
    doorkeeper: Doorkeeper,
    reception: Reception,
    language: Language,
    pages: Callable[[Page], None],
) -> None:
    """Add /account to `app`."""
    blueprint = Blueprint("account", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock
    called = doorkeeper.config.mall.name

    def shown(complaint: Complaint | None = None) -> str:
        done = request.args.get("done", "")
        with database.reading() as session:
            user = session.get_one(User, g.actor.user_id)
            shift = shift_of(session, user.id)
            return render_template(
                "counter/door/account.html",
                user=user,
                desk=shift.desk.number if shift else "",
                here=g.person.sign_in_id,
                sign_ins=sign_ins_of(
                    session, user.id, idle=doorkeeper.idle, at=doorkeeper.real_clock.now()
                ),
                complaint=complaint,
                times_left=language.say(g.lang, f"counter.sign_in.left_{complaint.left}")
                if complaint and complaint.left
                else "",
                shortest=SHORTEST,
                longest=LONGEST,
                done=done if done in DONE else "",
            )

    @blueprint.get("/account")
    def page() -> str:
        return shown()

    @blueprint.post("/account/password")
    def password() -> tuple[str, int] | Response:
        wanted = WANTED.validate_python(request.form.to_dict())
        if wanted.new != wanted.again:
            return shown(Complaint("again", "unlike")), 422
        verdict = reception.confirm(g.actor.user_id, wanted.old, request.remote_addr or "")
        if verdict.user is None:
            return shown(_why_not(verdict)), 401
        if wanted.new == wanted.old:
            return shown(Complaint("new", "same")), 422
        try:
            password_hash = new_hash(verdict.user, wanted.new, mall=called)
        except WeakPassword as weak:
            return shown(Complaint("new", f"weak_{weak.code}")), 422
        with database.acting(clock.now) as (session, at):
            user = session.get_one(User, g.actor.user_id, with_for_update=True)
            own = g.person.sign_in_id
            # Of several that come at once, one knew the password that is to be replaced.
            first = user.password_hash == verdict.user.password_hash
            if first:
                set_password(session, user, password_hash, by=g.actor, at=at, staying=own)
        if not first:
            return shown(Complaint("old", "meanwhile")), 409
        return redirect("/account?done=password", 303)

    _for_sign_ins(blueprint, doorkeeper)
    app.register_blueprint(blueprint)
    pages(PAGE)


def _for_sign_ins(blueprint: Blueprint, doorkeeper: Doorkeeper) -> None:
    database, clock = doorkeeper.database, doorkeeper.clock

    @blueprint.post("/account/end")
    def end() -> Response:
        ended = ENDED.validate_python(request.form.to_dict())
        user_id = g.actor.user_id
        with database.acting(clock.now) as (session, at):
            # A second tap finds it ended already, and that is what was wanted.
            if end_sign_in(session, user_id, ended.sign_in):
                told = SignInsEnded(mall_id=g.mall_id, at=at, count=1, by_user_id=user_id)
                record(session, told, g.actor)
        return redirect("/account?done=ended", 303)

    @blueprint.post("/account/end-others")
    def end_others() -> Response:
        with database.acting(clock.now) as (session, at):
            user = session.get_one(User, g.actor.user_id)
            sign_out(session, user, by=g.actor, at=at, staying=g.person.sign_in_id)
        return redirect("/account?done=ended", 303)


def _why_not(verdict: Verdict) -> Complaint:
    key = "wrong" if verdict.key == "wrong" else "locked"
    return Complaint("old", key, verdict.minutes, verdict.left)

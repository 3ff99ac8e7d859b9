"""Signing out: from every device at once, and never by mistake away from a citizen at the desk."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Blueprint, Flask, g, redirect, render_template, request, session
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from models.core.errors import DeskBusy
from models.core.roles import EVERYBODY, Permit
from models.journal.actors import Actor
from models.journal.events import SignedOut
from models.journal.record import record
from models.mall.people import User
from models.queue.shifts import Shift, held_by, sign_off

log = logging.getLogger(__name__)


def register(app: Flask, *, doorkeeper: Doorkeeper, permit: Permit) -> None:
    """Add /sign-out to `app`."""
    blueprint = Blueprint("sign_out", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock

    @blueprint.post("/sign-out")
    def leave() -> Response | tuple[str, int]:
        if g.actor.user_id is None:
            session.clear()
            return redirect("/sign-in", 303)
        if not request.form.get("sure"):
            with database.reading() as work:
                question = _question(work, g.actor.user_id)
            if question is not None:
                return question, 409
        with database.acting(clock.now) as (work, at):
            _leave(work, g.actor, at=at, real_at=doorkeeper.real_clock.now())
        session.clear()
        return redirect("/sign-in", 303)

    permit(EVERYBODY, "sign_out.leave")
    app.register_blueprint(blueprint)


def _question(session: Session, user_id: int) -> str | None:
    """Return the page that asks whether a number is to be left at the desk; None without one."""
    shift = _shift_of(session, user_id)
    ticket = None if shift is None else held_by(session, shift.desk)
    if shift is None or ticket is None or ticket.current is None:
        return None
    return render_template(
        "counter/door/leaving.html",
        desk=shift.desk.number,
        flower=shift.desk.zone.flower,
        number=ticket.spoken,
        state=ticket.current.state.value,
    )


def _leave(session: Session, actor: Actor, *, at: datetime, real_at: datetime) -> None:
    """End all sign-ins of the user, so that a copied cookie is worthless, and free their desk.

    A desk that still holds a citizen stays theirs until they come back or somebody else ends it.
    """
    user = session.get_one(User, actor.user_id)
    user.signed_out_at = real_at
    shift = _shift_of(session, user.id)
    if shift is not None:
        try:
            sign_off(session, shift.desk, by=actor, at=at)
        except DeskBusy:
            log.info("user %s signed out with a ticket at desk %s", user.id, shift.desk_id)
    record(session, SignedOut(mall_id=user.mall_id, at=at), actor)


def _shift_of(session: Session, user_id: int) -> Shift | None:
    return session.scalars(
        select(Shift).where(Shift.user_id == user_id, Shift.ended_at.is_(None))
    ).first()

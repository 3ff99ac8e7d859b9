"""Signing out: from every device at once, and never by mistake away from a citizen at the desk."""

from __future__ import annotations

from flask import Blueprint, Flask, g, redirect, render_template, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from models.core.roles import EVERYBODY, Permit
from models.journal.account_events import SignedOut
from models.journal.record import record
from models.mall.sign_ins import end_sign_ins
from models.queue.shifts import held_by, leave_desk, shift_of


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
            # All of them, so that a copied cookie is worthless.
            end_sign_ins(work, g.actor.user_id)
            leave_desk(work, g.actor.user_id, by=g.actor, at=at)
            record(work, SignedOut(mall_id=g.mall_id, at=at), g.actor)
        session.clear()
        return redirect("/sign-in", 303)

    permit(EVERYBODY, "sign_out.leave")
    app.register_blueprint(blueprint)


def _question(session: Session, user_id: int) -> str | None:
    """Return the page that asks whether a number is to be left at the desk; None without one."""
    shift = shift_of(session, user_id)
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

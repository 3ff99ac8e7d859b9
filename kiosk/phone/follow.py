"""The phone behind the QR code: one ticket's own page, seen with its token and never without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, request
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kiosk.phone.find import Throttle
from kiosk.phone.reading import PER_ADDRESS, PER_TOKEN, WITHIN, Readers
from kiosk.phone.visit import Visit, visit_of
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NotFound
from models.core.event import About, Event
from models.core.presses import PressId
from models.core.roles import EVERYBODY, Permit
from models.journal.actors import Actor
from models.journal.record import once
from models.journal.topics import Topic
from models.queue.missing import welcome_back
from models.queue.serving import cancel
from models.queue.tickets import Ticket, ticket_of_token

LANGUAGES = ("id", "en")
# Why a citizen's own cancellation stands in the journal.
BY_CITIZEN = "citizen"


@checked(frozen=True)
class VisitPress:
    """What the forms of the page send; the ticket's token stands in the address."""

    press_id: PressId


_PRESS = TypeAdapter(VisitPress)


@dataclass(frozen=True)
class Phone:
    """The routes of a ticket's page with what they need; `register` makes it."""

    app: Flask
    database: Database
    clock: Clock

    def page(self, token: str) -> str:
        at = self.clock.now()
        with self.database.reading() as session:
            ticket = _ticket(session, token)
            g.lang = _chosen_language(ticket)
            visit = visit_of(session, ticket, at)
            boot = {
                "token": token,
                "now": at.isoformat(),
                "mall_id": ticket.mall_id,
                "time_zone": ticket.mall.time_zone,
                "kind": visit.kind,
                "ahead": visit.ahead,
                "calls": visit.calls,
            }
            return render_template("kiosk/phone/follow.html", visit=visit, boot=boot)

    def ask_to_cancel(self, token: str) -> str:
        with self.database.reading() as session:
            ticket = _ticket(session, token)
            g.lang = _chosen_language(ticket)
            visit = visit_of(session, ticket, self.clock.now())
            return render_template("kiosk/phone/follow_cancel.html", visit=visit)

    def cancel(self, token: str) -> Response:
        def rule(session: Session, ticket: Ticket, at: datetime) -> None:
            cancel(session, ticket, reason=BY_CITIZEN, by=g.actor, at=at)

        return self._press(token, "cancel", rule)

    def here(self, token: str) -> Response:
        def rule(session: Session, ticket: Ticket, at: datetime) -> None:
            welcome_back(session, ticket, by=g.actor, at=at)

        return self._press(token, "here", rule)

    def topic(self) -> Topic:
        """The topic `ticket/<token>/<language>`: the page's inside in the language of the phone.

        Only what happens to the ticket itself is sent at once; how the queue moves comes
        with the ticks, because a page that changes every few seconds cannot be listened to.
        """
        return Topic("ticket", self.state, _touched, _holds_token, ticks=True, facts=facts)

    def state(self, session: Session, key: str, at: datetime) -> dict[str, Any] | None:
        visit = _visit(session, key, at)
        if visit is None:
            return None
        asked = key.partition("/")[2]
        # A page from before an upgrade names no language and looks for its own.
        drawn = [asked] if asked else LANGUAGES
        html = {language: self._drawn(visit, language) for language in drawn}
        return {
            "kind": visit.kind,
            "ahead": visit.ahead,
            "calls": visit.calls,
            "number": visit.number,
            "html": html,
        }

    def _drawn(self, visit: Visit, language: str) -> str:
        with self.app.app_context():
            g.lang = language
            return render_template("kiosk/phone/follow_main.html", visit=visit)

    def _press(
        self, token: str, act: str, rule: Callable[[Session, Ticket, datetime], None]
    ) -> Response:
        press_id = _PRESS.validate_python(request.form.to_dict()).press_id

        def carry_out(session: Session, at: datetime) -> Answer:
            ticket = _ticket(session, token)
            g.lang = _chosen_language(ticket)
            rule(session, ticket, at)
            return {}

        # The ids of these forms can be guessed, so each counts for its own ticket alone.
        now = self.clock.now
        self.database.press(f"{act}-{press_id}-{token}", f"follow.{act}", now, carry_out)
        return redirect(f"/t/{token}", 303)


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    throttle: Callable[[int, timedelta], Throttle],
    pause: Callable[[float], object],
    permit: Permit,
    topics: Callable[[Topic], None],
) -> None:
    """Open the tickets' pages in `app`; `pause` lets others go on for so many seconds."""
    phone = Phone(app, database, clock)
    readers = Readers(clock, throttle(PER_TOKEN, WITHIN), throttle(PER_ADDRESS, WITHIN), pause)
    routes = Blueprint("follow", "kiosk", template_folder="templates", url_prefix="/t/<token>")
    routes.before_request(readers.turn_away)
    routes.add_url_rule("", "page", phone.page)
    routes.add_url_rule("/cancel", "ask_to_cancel", phone.ask_to_cancel)
    routes.add_url_rule("/cancel", "cancel", phone.cancel, methods=["POST"])
    routes.add_url_rule("/here", "here", phone.here, methods=["POST"])
    # Whoever holds the token may.
    permit(EVERYBODY, "follow.page", "follow.ask_to_cancel", "follow.cancel", "follow.here")
    app.register_blueprint(routes)
    topics(phone.topic())


def _ticket(session: Session, token: str) -> Ticket:
    ticket = ticket_of_token(session, token)
    if ticket is None:
        raise NotFound
    return ticket


def _chosen_language(ticket: Ticket) -> str:
    """The language asked for in the address, else the one the number was taken in."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else ticket.language


def facts(session: Session, key: str, at: datetime) -> object | None:
    """Return what the page is drawn from: the visit, and the clock as far as the page shows it."""
    visit = _visit(session, key, at)
    if visit is None:
        return None
    officer_waits = visit.until_at is not None and visit.now < visit.until_at
    return replace(visit, now=at.replace(second=0, microsecond=0)), officer_waits


def _visit(session: Session, key: str, at: datetime) -> Visit | None:
    """Return the visit of a topic's key: a token, and perhaps a language behind it."""
    token, slash, language = key.partition("/")
    if slash and language not in LANGUAGES:
        return None

    def look() -> Visit | None:
        ticket = ticket_of_token(session, token)
        return None if ticket is None else visit_of(session, ticket, at)

    return once(session, ("visit", token, at), look)


def _touched(session: Session, event: Event) -> Iterable[str]:
    if event.about not in (About.TICKET, About.CALL) or event.ticket_id is None:
        return []
    ticket = session.get(Ticket, event.ticket_id)
    if ticket is None:
        return []
    return [ticket.token, *(f"{ticket.token}/{language}" for language in LANGUAGES)]


def _holds_token(_session: Session, _actor: Actor, _token: str) -> bool:
    # Whoever can name the topic holds the token; there is no other way to see a ticket.
    return True

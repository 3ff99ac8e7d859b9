"""The kiosk: its one page, taking a number, and one service more on a number just taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from flask import Blueprint, Flask, Response, g, jsonify, render_template
from sqlalchemy.orm import Session

from kiosk.given import Given, given
from kiosk.touch.checklist import ChecklistPrinter
from kiosk.touch.figures import services_state, services_topic
from kiosk.touch.offer import catalogue_state, catalogue_topic
from kiosk.touch.paper import SlipReprinter, slip_topic, tray_topic
from kiosk.touch.place import place_of, promise_paper, ticket_given
from kiosk.touch.presses import ADD, TAKE, read_press
from kiosk.touch.slip import slip_payload
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NoNumber
from models.core.roles import EVERYBODY, KIOSKS, Permit
from models.journal.actors import Actor
from models.journal.events import TicketRefused
from models.journal.record import record
from models.journal.topics import Topic
from models.mall.mall import Mall
from models.paper.kinds import PaperKind
from models.queue.issuing import Wish, add_service, take
from models.queue.seating import tell_zone
from models.queue.tickets import Ticket
from models.waits.forecast import announce

Words = Callable[[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class Patience:
    """How many seconds the screen waits for a person, or for paper, before it goes on."""

    idle_s: float = 45
    warning_s: float = 20
    ticket_s: float = 20
    ticket_without_paper_s: float = 60
    paper_s: float = 2.5
    sending_s: float = 8


@dataclass(frozen=True)
class Kiosk:
    """The routes of the kiosk with what they need; `register` makes it."""

    database: Database
    clock: Clock
    words: Words
    patience: Patience = field(default_factory=Patience)

    def page(self) -> str:
        at = self.clock.now()
        key = str(g.mall_id)
        with self.database.reading() as session:
            mall = session.get_one(Mall, g.mall_id)
            place = place_of(session, g.actor.device_id)
            boot = {
                "mall_id": mall.id,
                "time_zone": mall.time_zone,
                "now": at.isoformat(),
                "catalogue": catalogue_state(session, key, at),
                "services": services_state(session, key, at),
                "patience": asdict(self.patience),
                "device_id": g.actor.device_id,
                "prints": bool(place and place.printer),
            }
        return render_template("kiosk/touch/kiosk.html", boot=boot)

    def take(self) -> Response:
        press = read_press(TAKE)
        now = self.clock.now
        actor: Actor = g.actor
        wishes = [Wish(wish.service_id, wish.case_id) for wish in press.services]

        def rule(session: Session, at: datetime) -> Answer:
            mall = session.get_one(Mall, g.mall_id)
            ticket = take(
                session,
                mall,
                wishes,
                priority=press.priority,
                language=press.language,
                by=actor,
                at=at,
            )
            return self._with_paper(session, ticket, actor, at)

        try:
            return jsonify(
                self.database.press(press.press_id, "kiosk.take", now, rule, by=actor.key)
            )
        except NoNumber as refusal:
            self._note(refusal, wishes[0].service_id)
            raise

    def add(self) -> Response:
        press = read_press(ADD)
        now = self.clock.now
        actor: Actor = g.actor

        def rule(session: Session, at: datetime) -> Answer:
            ticket = ticket_given(session, actor, press.token)
            wish = Wish(press.service_id, press.case_id)
            add_service(session, ticket, wish, by=actor, at=at)
            return self._with_paper(session, ticket, actor, at)

        return jsonify(self.database.press(press.press_id, "kiosk.add", now, rule, by=actor.key))

    def _with_paper(self, session: Session, ticket: Ticket, actor: Actor, at: datetime) -> Answer:
        """Tell of the number as it stands now, and promise the paper that says all of it."""
        told = _announced(session, ticket, at)
        payload = slip_payload(told, self.words("kiosk.touch", ticket.language))
        place, kind = place_of(session, actor.device_id), PaperKind.SLIP
        job_id = promise_paper(session, place, kind, payload, ticket_id=ticket.id, at=at)
        return told.to_json() | {"job_id": job_id}

    def _note(self, refusal: NoNumber, service_id: int) -> None:
        """Write into the journal that somebody went without a number, and why."""
        with self.database.acting(self.clock.now) as (session, at):
            told = TicketRefused(mall_id=g.mall_id, at=at, service_id=service_id, code=refusal.code)
            record(session, told, g.actor)


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    words: Words,
    permit: Permit,
    topics: Callable[[Topic], None],
    patience: Patience | None = None,
) -> None:
    """Open the kiosk's page, presses and topics in `app`."""
    kiosk = Kiosk(database, clock, words, patience or Patience())
    routes = Blueprint(
        "take",
        "kiosk",
        template_folder="templates",
        static_folder="static/kiosk",
        static_url_path="/static/kiosk",
    )
    routes.add_url_rule("/kiosk", "kiosk", kiosk.page)
    routes.add_url_rule("/kiosk/take", "take", kiosk.take, methods=["POST"])
    routes.add_url_rule("/kiosk/add", "add", kiosk.add, methods=["POST"])
    checklists = ChecklistPrinter(database, clock)
    routes.add_url_rule("/kiosk/checklist", "checklist", checklists.print, methods=["POST"])
    reprinter = SlipReprinter(database, clock)
    routes.add_url_rule("/kiosk/reprint", "reprint", reprinter.reprint, methods=["POST"])
    permit(EVERYBODY, "take.static")
    permit(KIOSKS, "take.kiosk", "take.take", "take.add", "take.checklist", "take.reprint")
    app.register_blueprint(routes)
    for topic in (services_topic(), catalogue_topic(), slip_topic(), tray_topic()):
        topics(topic)


def _announced(session: Session, ticket: Ticket, at: datetime) -> Given:
    told = given(session, ticket, announce(session, ticket, at))
    tell_zone(session, ticket, told.zone.id)
    return told

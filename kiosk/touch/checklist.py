"""The checklist from the kiosk: what to bring for a service, on paper, without taking a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, jsonify
from sqlalchemy.orm import Session

from kiosk.needs import need_of
from kiosk.texts import text_of
from kiosk.touch.place import place_of, promise_paper
from kiosk.touch.presses import CHECKLIST, ChecklistPress, read_press
from kiosk.touch.slip import letterhead
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NotFound
from models.journal.actors import Actor
from models.mall.arrangement import arrangement_of
from models.mall.facts import ServiceFacts
from models.mall.mall import Mall
from models.paper.kinds import PaperKind


@dataclass(frozen=True)
class ChecklistPrinter:
    """The press for a checklist, with what it needs."""

    database: Database
    clock: Clock

    def print(self) -> Response:
        press = read_press(CHECKLIST)
        actor: Actor = g.actor

        def rule(session: Session, at: datetime) -> Answer:
            place = place_of(session, actor.device_id)
            mall = session.get_one(Mall, g.mall_id)
            service = _wanted(session, mall, press)
            payload = {
                **letterhead(mall, press.language),
                "need": need_of(service, press.case_id).in_language(press.language),
                "agency": service.agency,
                "help_desk": text_of(mall, f"help_desk_{press.language}"),
                "printed_at": at.isoformat(),
            }
            job_id = promise_paper(
                session, place, PaperKind.CHECKLIST, payload, ticket_id=None, at=at
            )
            if job_id is None:
                raise NotFound
            return {"job_id": job_id}

        return jsonify(
            self.database.press(
                press.press_id, "kiosk.checklist", self.clock.now, rule, by=actor.key
            )
        )


def _wanted(session: Session, mall: Mall, press: ChecklistPress) -> ServiceFacts:
    service = arrangement_of(session, mall).services.get(press.service_id)
    if service is None or not service.in_use:
        raise NotFound
    service.require_case(press.case_id)
    return service

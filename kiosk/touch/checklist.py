"""The checklist from the kiosk: what to bring for a service, on paper, without taking a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, jsonify
from sqlalchemy.orm import Session

from kiosk.texts import text_in, text_of
from kiosk.touch.place import place_of, promise_paper
from kiosk.touch.presses import CHECKLIST, ChecklistPress, read_press
from kiosk.touch.slip import letterhead, money
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import BadInput, NotFound
from models.journal.actors import Actor
from models.mall.catalogue import Service, ServiceCase, needed_for
from models.mall.mall import Mall
from models.paper.jobs import PaperKind


@dataclass(frozen=True)
class ChecklistPrinter:
    """The press for a checklist, with what it needs."""

    database: Database
    clock: Clock

    def print(self) -> Response:
        press, at = read_press(CHECKLIST), self.clock.now()
        actor: Actor = g.actor

        def rule(session: Session) -> Answer:
            place = place_of(session, actor.device_id)
            service, case = _wanted(session, press)
            mall = session.get_one(Mall, g.mall_id)
            payload = {
                **letterhead(mall, press.language),
                **what_to_bring(service, case, press.language),
                "help_desk": text_of(mall, f"help_desk_{press.language}"),
                "printed_at": at.isoformat(),
            }
            job_id = promise_paper(
                session, place, PaperKind.CHECKLIST, payload, ticket_id=None, at=at
            )
            if job_id is None:
                raise NotFound
            return {"job_id": job_id}

        return jsonify(self.database.press(press.press_id, "kiosk.checklist", at, rule))


def what_to_bring(service: Service, case: ServiceCase | None, language: str) -> dict[str, Any]:
    """Return what a service asks for and costs, in one language."""
    return {
        "service": text_in(language, service, "name"),
        "case": "" if case is None else text_in(language, case, "name"),
        "agency": service.agency.short_name,
        "requirements": [text_in(language, one, "text") for one in needed_for(service, case)],
        **money([service.fee_idr]),
    }


def _wanted(session: Session, press: ChecklistPress) -> tuple[Service, ServiceCase | None]:
    service = session.get(Service, press.service_id)
    if service is None or service.mall_id != g.mall_id or not service.in_use:
        raise NotFound
    case = None if press.case_id is None else session.get(ServiceCase, press.case_id)
    if press.case_id is not None and (case is None or case.service_id != service.id):
        raise BadInput(field="case")
    return service, case

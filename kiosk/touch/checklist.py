"""The checklist from the kiosk: what to bring for a service, on paper, without taking a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from flask import Response, g, jsonify, request
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked
from sqlalchemy.orm import Session

from kiosk.texts import text_in, text_of
from kiosk.touch.place import place_of
from kiosk.touch.slip import letterhead, money
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import BadInput, NotFound
from models.journal.actors import Actor
from models.mall.catalogue import Service, ServiceCase, needed_for
from models.mall.mall import Mall
from models.paper.jobs import PaperKind, ask_for_paper

# PostgreSQL's integer ends here; a larger id names nothing and must not reach the database.
_Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


@checked(frozen=True, config=ConfigDict(strict=True, extra="forbid"))
class ChecklistPress:
    """What `Cetak daftar syarat` sends."""

    press_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    service_id: _Id
    language: Literal["id", "en"]
    case_id: _Id | None = None


_PRESS = TypeAdapter(ChecklistPress)


@dataclass(frozen=True)
class ChecklistPrinter:
    """The press for a checklist, with what it needs."""

    database: Database
    clock: Clock

    def print(self) -> Response:
        request.get_json()  # refuses what does not call itself JSON, as a form of another site
        press = _PRESS.validate_json(request.get_data())
        at = self.clock.now()
        actor: Actor = g.actor

        def rule(session: Session) -> Answer:
            place = place_of(session, actor.device_id)
            if place is None or not place.printer:
                raise NotFound
            service, case = _wanted(session, press)
            mall = session.get_one(Mall, g.mall_id)
            payload = {
                **letterhead(mall, press.language),
                **what_to_bring(service, case, press.language),
                "help_desk": text_of(mall, f"help_desk_{press.language}"),
                "printed_at": at.isoformat(),
                "kiosk": place.name,
            }
            job = ask_for_paper(
                session,
                mall.id,
                place.printer,
                payload,
                ticket_id=None,
                at=at,
                kind=PaperKind.CHECKLIST,
                fallback=place.fallback,
            )
            return {"job_id": job.id}

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

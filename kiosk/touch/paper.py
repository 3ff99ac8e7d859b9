"""How a kiosk's paper fares: each slip, the printer under the kiosk, and a slip once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.touch.place import place_of, places, ticket_given
from kiosk.touch.presses import REPRINT, read_press
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NotFound, NotReprintable
from models.core.event import Event
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import PaperChanged, PrinterChanged
from models.journal.topics import Topic, id_in
from models.paper.jobs import OPEN_STATES, JobState, PrintJob, open_in, reprint
from models.paper.kinds import PaperKind
from models.paper.printers import can_print
from models.queue.tickets import Ticket

# What came out is in somebody's hand; a kiosk prints once more only what nobody is sure of.
_UNSURE = frozenset({JobState.SENT, JobState.DOUBTFUL, JobState.FAILED, JobState.EXPIRED})


@dataclass(frozen=True)
class SlipReprinter:
    """The press for a slip once more, with what it needs."""

    database: Database
    clock: Clock

    def reprint(self) -> Response:
        press = read_press(REPRINT)
        actor: Actor = g.actor

        def rule(session: Session, at: datetime) -> Answer:
            ticket = ticket_given(session, actor, press.token)
            job = session.get(PrintJob, press.job_id)
            if job is None or job.ticket_id != ticket.id:
                raise NotFound
            if job.state not in _UNSURE or _has_copy(session, job):
                raise NotReprintable
            return {"job_id": reprint(session, job, at=at).id}

        now = self.clock.now
        return jsonify(
            self.database.press(press.press_id, "kiosk.reprint", now, rule, by=actor.key)
        )


def slip_topic() -> Topic:
    """The topic `slip/<job_id>`: where one paper stands, for the kiosk that promised it."""
    return Topic("slip", slip_state, _touched_slips, _may_follow_slip)


def tray_topic() -> Topic:
    """The topic `tray/<device_id>`: whether paper comes out for this kiosk at all."""
    return Topic("tray", tray_state, _touched_trays, _may_follow_tray)


def slip_state(session: Session, key: str, _at: datetime) -> dict[str, Any] | None:
    """Return the state of the print job with the id `key`.

    `stuck` tells that its printer cannot print now, `elsewhere` is the name of the printer that
    stepped in, empty for the kiosk's own.
    """
    job = _job(session, key)
    if job is None:
        return None
    return {
        "state": JobState(job.state).value,
        "tries": job.tries,
        "stuck": job.state in OPEN_STATES and not can_print(session, job.mall_id, job.printer),
        "elsewhere": _elsewhere(session, job),
    }


def tray_state(session: Session, key: str, _at: datetime) -> dict[str, Any] | None:
    """Tell whether the printer of the kiosk with the device id `key`, or its second, prints."""
    place = place_of(session, id_in(key))
    if place is None:
        return None
    return {"prints": any(can_print(session, place.mall_id, one) for one in place.printers)}


def _elsewhere(session: Session, job: PrintJob) -> str:
    ticket = None if job.ticket_id is None else session.get(Ticket, job.ticket_id)
    place = None if ticket is None else place_of(session, ticket.taken_by_device_id)
    return "" if place is None or job.printer == place.printer else place.fallback_name


def _has_copy(session: Session, job: PrintJob) -> bool:
    copy = select(PrintJob.id).where(PrintJob.copy_of_id == job.id).limit(1)
    return session.scalars(copy).first() is not None


def _touched_slips(session: Session, event: Event) -> Iterable[str]:
    if isinstance(event, PaperChanged):
        return [str(event.job_id)]
    if not isinstance(event, PrinterChanged):
        return []
    jobs = select(PrintJob.id).where(PrintJob.printer == event.printer, open_in(*OPEN_STATES))
    return [str(job_id) for job_id in session.scalars(jobs)]


def _touched_trays(session: Session, event: Event) -> Iterable[str]:
    if not isinstance(event, PrinterChanged):
        return []
    kiosks = places(session, event.mall_id)
    return [str(one.device_id) for one in kiosks if event.printer in one.printers]


def _may_follow_slip(session: Session, actor: Actor, key: str) -> bool:
    """A kiosk may follow the paper of the numbers that it gave itself, and of its checklists."""
    job = _job(session, key)
    if actor.role is not Role.KIOSK or job is None:
        return False
    if job.ticket_id is None:
        place = place_of(session, actor.device_id)
        own = () if place is None else place.printers
        return job.kind is PaperKind.CHECKLIST and job.printer in own
    ticket = session.get(Ticket, job.ticket_id)
    return ticket is not None and ticket.taken_by_device_id == actor.device_id


def _may_follow_tray(_session: Session, actor: Actor, key: str) -> bool:
    return actor.role is Role.KIOSK and str(actor.device_id) == key


def _job(session: Session, key: str) -> PrintJob | None:
    return session.get(PrintJob, id_in(key))

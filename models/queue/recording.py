"""Telling of a step: the journal entry of an act, with all that the step itself knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.core.event import Event
from models.journal.actors import Actor
from models.journal.record import record
from models.queue.tickets import Step


def record_step(
    session: Session, step: Step, kind: type[Event], at: datetime, by: Actor, **data: object
) -> None:
    """Record an event about `step`, with the fields of its own kind in `data`."""
    session.flush()
    event = kind(
        mall_id=step.mall_id,
        at=at,
        ticket_id=step.ticket_id,
        step_id=step.id,
        service_id=step.service_id,
        desk_id=step.desk_id,
        **data,  # type: ignore[arg-type]  # each kind's own fields, checked by its constructor
    )
    record(session, event, by)

"""Who waits for a desk: how many, since when, and the first of them with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.figures.free_time import Engagements, engagements_of, free_time
from models.journal.record import once
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.facts import CaseFacts, ServiceFacts
from models.mall.mall import Desk
from models.queue.open_steps import OpenStep, OpenSteps, open_steps
from models.queue.tickets import StepState

# As many rows as the tallest supported screen shows; the number of all is told beside them.
QUEUE_SHOWN = 16


def queue_of(session: Session, desk: Desk, services: Sequence[int], at: datetime) -> dict[str, Any]:
    """Return how many people wait for the desk that offers `services`, and who is due first.

    `longest_since` is since when who has waited longest would have waited if they had been free:
    time at other desks is no wait for this one.
    """
    seen = open_steps(session, desk.mall_id, at)
    mine = seen.callable_by(desk.id, services)
    since = _free_since(session, seen, mine, desk.mall_id, at)
    first: dict[int, OpenStep] = {}
    for step in mine:
        first.setdefault(step.ticket_id, step)
    arrangement = arrangement_of(session, desk.mall)
    return {
        "waiting": len(first),
        "longest_since": min(since.values()).isoformat() if since else None,
        "queue": [
            _row(arrangement, seen, step, services, since[step.id])
            for step in list(first.values())[:QUEUE_SHOWN]
        ],
    }


def _free_since(
    session: Session, seen: OpenSteps, steps: Sequence[OpenStep], mall_id: int, at: datetime
) -> dict[int, datetime]:
    """Return from when the wait of each step counts, by its id."""

    def read() -> dict[int, Engagements]:
        return engagements_of(session, seen.called_elsewhere)

    # Whoever was called for nothing else was never busy elsewhere, and that is nearly everybody.
    engaged = once(session, ("engaged", mall_id, at), read)
    since = {step.id: step.began_waiting_at for step in steps}
    for step in steps:
        if step.ticket_id in engaged and _called_elsewhere(seen, step):
            spans = engaged[step.ticket_id].spans
            since[step.id] = at - free_time(step.began_waiting_at, at, spans)
    return since


def _called_elsewhere(seen: OpenSteps, step: OpenStep) -> bool:
    visit = seen.of_ticket[step.ticket_id]
    return any(other.called_at is not None and other.id != step.id for other in visit)


def _row(
    arrangement: Arrangement,
    seen: OpenSteps,
    step: OpenStep,
    services: Sequence[int],
    free_since: datetime,
) -> dict[str, Any]:
    """Return a row with the reason for its place, so that the order can be explained."""
    service = arrangement.services[step.service_id]
    case = service.cases.get(step.case_id or 0)
    others = [
        arrangement.services[other.service_id]
        for other in seen.of_ticket[step.ticket_id]
        if other.id != step.id and other.state is StepState.WAITING
    ]
    return {
        "step_id": step.id,
        "ticket_id": step.ticket_id,
        "number": step.spoken,
        "service": _names(service),
        "case": None if case is None else _names(case),
        "standing": step.standing,
        "only_here": step.only_desk_id is not None,
        "then": [_names(other) for other in others if other.id in services],
        "also": sorted(
            {
                other.agency
                for other in others
                if other.id not in services and other.agency_id != service.agency_id
            }
        ),
        "since": step.began_waiting_at.isoformat(),
        "free_since": free_since.isoformat(),
        "due_at": step.due_at.isoformat(),
        "promise_s": int(service.promise.total_seconds()),
    }


def _names(named: ServiceFacts | CaseFacts) -> dict[str, str]:
    return {"id": named.name_id, "en": named.name_en}

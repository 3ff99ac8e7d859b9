"""The ticket at a desk as its officer needs it: the visit, the case, what to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from counter.desk.figures import handling_of, waits_of
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Requirement, Service, ServiceCase, needed_for
from models.mall.devices import Device
from models.mall.facts import ServiceFacts
from models.mall.mall import Desk, DeskService, Zone
from models.queue.announcing import announcement_of
from models.queue.missing import may_miss_from, may_return_until
from models.queue.serving import next_need
from models.queue.shifts import Shift
from models.queue.tickets import Outcome, Standing, Step, StepState, Ticket
from models.queue.undoing import finish_taken_back

# What may be told of a service whose outcome is private: done, or returned.
PRIVATE_OUTCOMES = (Outcome.ISSUED, Outcome.RETURNED)


def names(named: Service | ServiceCase) -> dict[str, str]:
    """Return a name in each language; the page chooses."""
    return {"id": named.name_id, "en": named.name_en}


def cases_of(service: Service) -> list[dict[str, Any]]:
    """Return why a service may be needed, in the catalogue's order."""
    return [{"id": case.id, "name": names(case)} for case in service.cases if case.in_use]


def ticket_at_desk(session: Session, ticket: Ticket, desk: Desk) -> dict[str, Any] | None:
    """Return what the console shows of a ticket that is at `desk`; None when it just left."""
    step = ticket.current
    if step is None or step.called_at is None:
        return None
    services = arrangement_of(session, ticket.mall).services
    facts = services[step.service_id]
    then = next_need(session, desk, ticket)
    # What was typed to finish is still being written then, and nothing that the number brought.
    taken_back = step.state is StepState.SERVING and finish_taken_back(session, step)
    waited = waits_of(session, [step], step.called_at)[step.id]
    # A range foresees desks in between: beside a wait without them it would look like a broken one.
    elsewhere = waited < step.called_at - step.began_waiting_at
    # Who came back was told the wait long before, and waits anew.
    told = None if elsewhere or step.standing is Standing.RETURNED else _announced(step)
    return {
        "ticket_id": ticket.id,
        "step_id": step.id,
        "number": ticket.spoken,
        "state": step.state,
        "priority": ticket.priority,
        "standing": step.standing,
        "language": ticket.language,
        "taken_at": ticket.taken_at.isoformat(),
        "taken_from": _taken_from(session, ticket),
        "service_id": step.service_id,
        "service": names(step.service),
        "case": None if step.case is None else names(step.case),
        "case_id": step.case_id,
        "cases": cases_of(step.service),
        "lacks_reason": facts.lacks_reason(step.case_id),
        "fee": facts.fee.to_json(),
        "calls": step.calls,
        "called_at": step.called_at.isoformat(),
        "miss_from_at": _said(may_miss_from(session, step)),
        "announcement": _announcement(session, step),
        "waited_s": int(waited.total_seconds()),
        "announced": told,
        "serving_from_at": _serving_from(session, step),
        "target_s": step.service.target_m * 60,
        "note": "" if taken_back else step.note,
        "written": step.note if taken_back else "",
        "outcomes": list(PRIVATE_OUTCOMES if step.service.private_outcome else Outcome),
        "then": None if then is None else names(then.service),
        "steps": _steps(session, ticket, services),
        "requirements": _requirements(ticket, step),
    }


def aside_row(session: Session, step: Step, desk: Desk) -> dict[str, Any]:
    """Return a held or missed step with what the officer at `desk` needs to take it up again."""
    ticket = step.ticket
    return {
        "step_id": step.id,
        "ticket_id": step.ticket_id,
        "number": ticket.spoken,
        "service": names(step.service),
        "state": step.state,
        "note": step.note,
        "desk": None if step.desk is None or step.desk_id == desk.id else step.desk.number,
        "since": _said(step.ended_at if step.state is StepState.MISSED else None),
        "back_until_at": _said(may_return_until(session, step)),
    }


def _taken_from(session: Session, ticket: Ticket) -> str:
    if ticket.taken_by_device_id is None:
        return ""
    device = session.get(Device, ticket.taken_by_device_id)
    return "" if device is None else device.name


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _announcement(session: Session, step: Step) -> dict[str, str | None] | None:
    """Return how far the newest call is announced; None of a step that is not being called."""
    told = announcement_of(session, step) if step.state is StepState.CALLED else None
    if told is None:
        return None
    return {
        "called_at": _said(told.called_at),
        "shown_at": _said(told.shown_at),
        "spoken_at": _said(told.spoken_at),
        "by_mouth_from_at": _said(told.by_mouth_from_at),
        "zone": _other_zone(session, step, told.zone_id),
    }


def _other_zone(session: Session, step: Step, zone_id: int | None) -> str:
    """Return the name of the zone where the citizen sits, "" when it is the desk's own."""
    zone = session.get(Zone, zone_id) if zone_id else None
    near = zone is None or step.desk is None or step.desk.zone_id == zone.id
    return "" if zone is None or near else zone.bare_name


def _announced(step: Step) -> dict[str, int] | None:
    if step.announced_low_s is None or step.announced_high_s is None:
        return None
    return {"low_s": step.announced_low_s, "high_s": step.announced_high_s}


def _serving_from(session: Session, step: Step) -> str | None:
    """Return when serving would have begun had nothing been held in between."""
    if step.state is not StepState.SERVING:
        return None
    handling = handling_of(session, step)
    if handling is None or handling.since is None:
        return None
    return (handling.since - handling.spent).isoformat()


def _requirements(ticket: Ticket, step: Step) -> list[dict[str, Any]]:
    done = {
        other.service_id: other
        for other in ticket.steps
        if other.state is StepState.DONE and other.outcome is Outcome.ISSUED
    }
    return [
        {
            "id": requirement.id,
            "text": {"id": requirement.text_id, "en": requirement.text_en},
            "checked": requirement.id in step.checked,
            "made_at_desk": _made_at(requirement, done),
        }
        for requirement in needed_for(step.service, step.case)
    ]


def _made_at(requirement: Requirement, done: dict[int, Step]) -> str | None:
    """Return the number of the desk that issued this paper earlier in the visit."""
    made = done.get(requirement.available_here_id or 0)
    return None if made is None or made.desk is None else made.desk.number


def _steps(
    session: Session, ticket: Ticket, services: Mapping[int, ServiceFacts]
) -> list[dict[str, Any]]:
    ahead = {step.service_id for step in ticket.steps if step.state in _AHEAD}
    waiting = _waiting_for(session, ahead)
    desks = _desks_of(session, ahead)
    return [
        {
            "step_id": step.id,
            "service_id": step.service_id,
            "service": names(step.service),
            "fee": services[step.service_id].fee.to_json(),
            "state": step.state,
            "desk": None if step.desk is None else step.desk.number,
            "ended_at": _said(step.ended_at),
            "waiting": waiting.get(step.service_id, 0),
            "desks": desks.get(step.service_id, []),
        }
        for step in ticket.steps
    ]


_AHEAD = frozenset({StepState.WAITING, StepState.PAUSED})


def _waiting_for(session: Session, services: Iterable[int]) -> dict[int, int]:
    counted = session.execute(
        select(Step.service_id, func.count(Step.id))
        .where(Step.state == StepState.WAITING, Step.service_id.in_(services))
        .group_by(Step.service_id)
    )
    return {row[0]: row[1] for row in counted}


def _desks_of(session: Session, services: Iterable[int]) -> dict[int, list[str]]:
    """Return the numbers of the desks with an officer, for each service."""
    open_desks = session.execute(
        select(DeskService.service_id, Desk.number)
        .join(Desk, Desk.id == DeskService.desk_id)
        .join(Shift, Shift.desk_id == Desk.id)
        .where(Shift.ended_at.is_(None), DeskService.service_id.in_(services))
        .order_by(Desk.sorts_as)
    )
    found: dict[int, list[str]] = {}
    for service_id, number in open_desks:
        found.setdefault(service_id, []).append(number)
    return found

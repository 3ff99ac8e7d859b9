"""What the printer beside a desk gives out: promised in the press's own transaction, or not at all.

A desk without a printer promises nothing, and no act waits for its paper or fails with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from counter.desk.figures import shift_figures
from kiosk.given import given, place_of
from kiosk.needs import need_of
from kiosk.texts import text_in, text_of
from kiosk.touch.slip import letterhead
from models.core.errors import ServiceNotOffered
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk, Mall
from models.mall.signs import listed
from models.paper.jobs import ask_for_paper
from models.paper.kinds import PaperKind
from models.queue.shifts import Shift
from models.queue.tickets import Step
from models.waits.forecast import Outlook


def promise_transfer(
    session: Session, desk: Desk, step: Step, ahead: Outlook, *, at: datetime
) -> None:
    """Promise the paper that says where to go next; `step` is the one that a transfer opened."""
    if not desk.printer:
        return
    ticket, language = step.ticket, step.ticket.language
    try:
        told = given(session, ticket, ahead)
    except ServiceNotOffered:
        return  # no desk has it today: there is no place to send anybody to
    arrangement = arrangement_of(session, ticket.mall)
    zone, desks = place_of(arrangement, step)
    sits_in = zone if ticket.told_zone_id is None else arrangement.zones[ticket.told_zone_id]
    prospect = ahead.prospect_of_step(step.id)
    expected = None if prospect is None else prospect.expected
    service = arrangement.services[step.service_id]
    payload = {
        **letterhead(ticket.mall, language),
        "prefix": ticket.prefix,
        "number": ticket.number,
        "services": [text_in(language, service, "name")],
        "agency": service.agency,
        "from_desk": desk.number,
        "zone_name": zone.name,
        "zone_flower": zone.flower,
        "place": text_in(language, zone, "place"),
        "desks": listed(desks),
        "places": [
            (text_in(language, one, "name"), where.bare_name, listed(signs))
            for one, (where, signs) in zip(told.services, told.places, strict=True)
            if told.scattered
        ],
        "heard_in": sits_in.name,
        "transferred_at": at.isoformat(),
        "people_ahead": ahead.ahead_of_step(step.id),
        "expected": expected and [instant.isoformat() for instant in expected],
        "doubts": [doubt.in_language(language) for doubt in told.doubts],
        "priority": ticket.priority,
        "follow_url": told.follow_url,
    }
    _promise(session, desk, PaperKind.TRANSFER, payload, at, ticket_id=ticket.id)


def promise_missing(session: Session, desk: Desk, step: Step, *, at: datetime) -> None:
    """Promise the list of the papers for want of which `step` was returned, if any is named."""
    if not desk.printer or not step.missing:
        return
    ticket, service, language = step.ticket, step.service, step.ticket.language
    # The step keeps their Indonesian names, as they were on that day.
    known = {one.text_id: text_in(language, one, "text") for one in service.requirements}
    need = need_of(arrangement_of(session, ticket.mall).services[service.id], step.case_id)
    payload = {
        **letterhead(ticket.mall, language),
        "need": need.in_language(language)
        | {"papers": [known.get(name, name) for name in step.missing], "lacks_reason": False},
        "agency": service.agency.short_name,
        "missing_for": ticket.spoken,
        "help_desk": text_of(ticket.mall, f"help_desk_{language}"),
        "printed_at": at.isoformat(),
    }
    _promise(session, desk, PaperKind.CHECKLIST, payload, at, ticket_id=ticket.id)


def promise_shift(session: Session, desk: Desk, shift: Shift, *, at: datetime) -> None:
    """Promise the summary of `shift`, which has ended at `at`, for its officer to keep."""
    if not desk.printer:
        return
    payload = {
        **letterhead(desk.mall, _own_language(desk.mall)),
        "also": "",
        "officer": shift.user.name,
        "desk": desk.number,
        "zone_name": desk.zone.name,
        "began_at": shift.began_at.isoformat(),
        "ended_at": at.isoformat(),
        **shift_figures(session, shift, at).to_json(),
    }
    _promise(session, desk, PaperKind.SHIFT, payload, at, ticket_id=None)


def _own_language(mall: Mall) -> str:
    spoken = mall.texts.get("languages")
    return str(spoken[0]) if isinstance(spoken, list) and spoken else "id"


def _promise(
    session: Session,
    desk: Desk,
    kind: PaperKind,
    payload: dict[str, Any],
    at: datetime,
    *,
    ticket_id: int | None,
) -> None:
    ask_for_paper(
        session, desk.mall_id, desk.printer, payload, ticket_id=ticket_id, at=at, kind=kind
    )

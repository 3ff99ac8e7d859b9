"""What a citizen is told about the number just given: where, roughly when, how to follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from kiosk.doubts import Doubt, doubts_of
from kiosk.needs import Need, need_of
from kiosk.texts import both
from kiosk.ticket_address import ticket_address
from models.core.errors import ServiceNotOffered
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.facts import ServiceFacts, ZoneFacts
from models.mall.signs import listed
from models.queue.tickets import OPEN_STATES, Step, StepState, Ticket
from models.waits.forecast import Outlook


@dataclass(frozen=True)
class Given:
    """One number as a citizen hears of it; `expected` are aware UTC instants.

    What may not be served today is among the `doubts`, and has no instants.
    """

    ticket: Ticket
    steps: tuple[Step, ...]  # in the order in which they can be served
    services: tuple[ServiceFacts, ...]  # of these steps
    zone: ZoneFacts
    desks: tuple[str, ...]
    places: tuple[tuple[ZoneFacts, tuple[str, ...]], ...]  # of these steps
    ahead: int
    expected: tuple[datetime, datetime] | None
    doubts: tuple[Doubt, ...]

    @property
    def scattered(self) -> bool:
        """Whether the services are in several zones, so that each must be told its own."""
        return len({zone.id for zone, _ in self.places}) > 1

    @property
    def in_order(self) -> bool:
        """Whether each service waits for the one before it; else any may be called first."""
        return all(later.after_id == earlier.id for earlier, later in pairwise(self.services))

    @property
    def needs(self) -> list[Need]:
        """What the number is for, in the order of its steps."""
        return [
            need_of(service, step.case_id)
            for step, service in zip(self.steps, self.services, strict=True)
        ]

    @property
    def follow_url(self) -> str:
        """The address of the ticket's own page."""
        return ticket_address(self.ticket)

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's own types, as the kiosk shows it."""
        return {
            "token": self.ticket.token,
            "number": self.ticket.spoken,
            "needs": [need.to_json() for need in self.needs],
            "in_order": self.in_order,
            "zone": {
                "name": self.zone.bare_name,
                "flower": self.zone.flower,
                "place": both(self.zone, "place"),
            },
            "desks": listed(self.desks),
            "elsewhere": [
                {"service": both(service, "name"), "zone": zone.bare_name, "desks": listed(desks)}
                for service, (zone, desks) in zip(self.services, self.places, strict=True)
                if zone.id != self.zone.id
            ],
            "ahead": self.ahead,
            "expected": self.expected and [at.isoformat() for at in self.expected],
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "url": self.follow_url,
        }


def given(session: Session, ticket: Ticket, ahead: Outlook) -> Given:
    """Look up what to tell about `ticket` at the instant of the outlook `ahead`.

    The zone is that of the step which will be called first, so that the citizen sits where
    the first call is heard. Raises ServiceNotOffered when no desk offers that service.
    """
    arrangement = arrangement_of(session, ticket.mall)
    first = called_first(arrangement, ticket, ahead)
    zone, desks = place_of(arrangement, first)
    prospect = ahead.prospect_of_step(first.id)
    steps = in_serving_order(arrangement, ticket)
    return Given(
        ticket=ticket,
        steps=tuple(steps),
        services=tuple(arrangement.services[step.service_id] for step in steps),
        zone=zone,
        desks=desks,
        places=tuple(place_of(arrangement, step) for step in steps),
        ahead=ahead.ahead_of_step(first.id),
        expected=None if prospect is None else prospect.expected,
        doubts=doubts_of(arrangement, steps, ahead),
    )


def in_serving_order(arrangement: Arrangement, ticket: Ticket) -> list[Step]:
    """Return the open steps, each after the service that the catalogue puts before it."""
    rest = [step for step in ticket.steps if step.state in OPEN_STATES]
    ordered: list[Step] = []
    while rest:
        wanted = {step.service_id for step in rest}
        after = {step.id: arrangement.services[step.service_id].after_id for step in rest}
        ready = next((step for step in rest if after[step.id] not in wanted), rest[0])
        rest.remove(ready)
        ordered.append(ready)
    return ordered


def called_first(arrangement: Arrangement, ticket: Ticket, ahead: Outlook) -> Step:
    """Return the step that will be called first; of a ticket that has ended, any."""

    def soonest(step: Step) -> tuple[bool, timedelta, int]:
        wait = ahead.of_step(step.id)
        return wait is None, timedelta() if wait is None else wait.low, step.position

    waiting = [step for step in ticket.steps if step.state is StepState.WAITING]
    if waiting:
        return min(waiting, key=soonest)
    return (in_serving_order(arrangement, ticket) or ticket.steps)[0]


def zone_of(arrangement: Arrangement, step: Step) -> ZoneFacts:
    """Return where to sit for the step: where most of its desks are. Raises ServiceNotOffered."""
    zone = arrangement.zone_of(step.service_id)
    if zone is None:
        raise ServiceNotOffered(service=arrangement.services[step.service_id].name_id)
    return zone


def place_of(arrangement: Arrangement, step: Step) -> tuple[ZoneFacts, tuple[str, ...]]:
    """Return where the step is served: at the one desk it was sent to, else at any of a zone.

    Raises ServiceNotOffered when no desk offers it.
    """
    if step.only_desk_id is not None:
        only = arrangement.desks[step.only_desk_id]
        return arrangement.zones[only.zone_id], (only.number,)
    zone = zone_of(arrangement, step)
    return zone, arrangement.desks_in(zone, step.service_id)

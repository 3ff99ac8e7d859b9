"""Where a citizen sits, so that a call is heard there and not at its desk alone.

A ticket waits for several desks, perhaps in several zones, and is one person. It sits where it was
told to wait; once it was served, at that desk; and from there it goes where the officer or the
phone send it. Until it has had time to walk, it counts as where it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from models.core.rows import update_row
from models.mall.arrangement import Arrangement, arrangement_of
from models.mall.mall import Desk
from models.queue.tickets import OPEN_STATES, Step, StepState, Ticket

# How long somebody who was let go at one desk may still be near it.
WALK: Final = timedelta(minutes=5)
_LET_GO: Final = frozenset({StepState.DONE, StepState.TRANSFERRED})


def tell_zone(session: Session, ticket: Ticket, zone_id: int) -> None:
    """Note that the citizen was told to wait in the zone, or is there."""
    if ticket.told_zone_id != zone_id:
        update_row(session, ticket, told_zone_id=zone_id)


def seat_of(session: Session, ticket: Ticket, at: datetime) -> int | None:
    """Return the id of the zone where the citizen is at `at`; None when nobody told them one."""
    last = max(
        (step for step in ticket.steps if step.state in _LET_GO and step.ended_at is not None),
        key=lambda step: step.ended_at or at,
        default=None,
    )
    if last is not None and last.desk_id and last.ended_at and at - last.ended_at < WALK:
        return arrangement_of(session, ticket.mall).desks[last.desk_id].zone_id
    return ticket.told_zone_id


def stay_or_go(session: Session, ticket: Ticket, desk: Desk, *, then: Step | None = None) -> None:
    """Tell who was served at `desk` where to wait for the rest of the visit.

    Here, as long as something of it is served in this zone; else where the next of it is, as
    the paper and the phone name it: `then`, if the officer has just said so.
    """
    arrangement = arrangement_of(session, ticket.mall)
    rest = [step for step in ticket.steps if step.state in OPEN_STATES]
    rest.sort(key=lambda step: (step is not then, step.position))
    zones = [zone_id for step in rest for zone_id in _zones_of(arrangement, step)]
    if zones:
        tell_zone(session, ticket, desk.zone_id if desk.zone_id in zones else zones[0])


def _zones_of(arrangement: Arrangement, step: Step) -> Iterable[int]:
    """Return the zones that serve the step, the one that is told first."""
    if step.only_desk_id is not None:
        return [arrangement.desks[step.only_desk_id].zone_id]
    most = arrangement.zone_of(step.service_id)
    if most is None:
        return []
    served = {one.zone_id for one in arrangement.desks_for(step.service_id)}
    return [most.id, *sorted(served - {most.id})]

"""Where a visit goes on that was set aside: at its own desk, or at another one if that closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from models.mall.arrangement import Arrangement, DeskState
from models.mall.facts import DeskFacts, ZoneFacts
from models.queue.shifts import staffed_desks
from models.queue.tickets import Step, StepState

# A zone, and the numbers of desks in it.
Place = tuple[ZoneFacts, tuple[str, ...]]


class TakenUp(StrEnum):
    """Who takes up what was set aside."""

    OWN = "own"  # the desk that set it aside
    OTHER = "other"  # that one has closed, and another serves
    BREAK = "break"  # the others pause
    NOBODY = "nobody"


@dataclass(frozen=True)
class Again:
    """Who takes it up, where, and from when on, unless that is now."""

    who: TakenUp
    place: Place
    from_at: datetime | None = None


def taken_up(session: Session, arrangement: Arrangement, step: Step, at: datetime) -> Again | None:
    """Return where the step goes on, None for one that was not set aside."""
    if step.state not in (StepState.HELD, StepState.MISSED) or step.desk_id is None:
        return None
    own = arrangement.desks[step.desk_id]
    staffed = staffed_desks(session, step.mall_id)
    if own.id in staffed:
        return Again(TakenUp.OWN, _place(arrangement, [own]))
    ready: list[DeskFacts] = []
    away: dict[DeskFacts, datetime] = {}
    for desk in arrangement.desks_for(step.service_id):
        if desk.id not in staffed:
            continue
        state, until_at = arrangement.desk_state(desk.id, at)
        from_at = staffed[desk.id] or until_at
        if from_at is not None:
            away[desk] = max(from_at, at)
        elif state is DeskState.READY:
            ready.append(desk)
    if ready:
        return Again(TakenUp.OTHER, _place(arrangement, _together(ready, own)))
    if away:
        first_at = min(away.values())
        back = [desk for desk, from_at in away.items() if from_at == first_at]
        return Again(TakenUp.BREAK, _place(arrangement, _together(back, own)), first_at)
    return Again(TakenUp.NOBODY, _place(arrangement, [own]))


def _together(desks: list[DeskFacts], own: DeskFacts) -> list[DeskFacts]:
    """Return those of `desks` that stand in one zone: that of `own`, if any does."""
    zone_id = min((desk.zone_id for desk in desks), key=lambda one: (one != own.zone_id, one))
    return [desk for desk in desks if desk.zone_id == zone_id]


def _place(arrangement: Arrangement, desks: list[DeskFacts]) -> Place:
    return arrangement.zones[desks[0].zone_id], tuple(desk.number for desk in desks)

"""How long a step waits at least behind a crowd, without playing everybody in it forward.

Where that is past closing already, no minute is told to anybody, and the play would only cost time:
it grows with the queue, and what is counted here hardly does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import BindParameter, and_, bindparam, distinct, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.mall.arrangement import Arrangement, arrangement_of
from models.queue.tickets import AT_DESK, OPEN_STATES, Step, StepState
from models.waits.situation import OpenDesk, Situation, open_desks

# The longest time to closing, with what a range is wider than its wait.
_DAY: Final = timedelta(hours=16)

_OTHER = aliased(Step)
_DUE_BEFORE = or_(
    Step.due_at < bindparam("due_at"),
    and_(Step.due_at == bindparam("due_at"), Step.id < bindparam("step_id")),
)
# Only what is still open has such states, so that no ticket need be looked up for its day.
_BEFORE = (Step.service_id.in_(bindparam("services", expanding=True)), _DUE_BEFORE)
# Whoever wants one thing more may be at another desk when their turn comes, so only they are
# counted whom nothing keeps from being called in their turn. More than fill the day are not looked
# for: whoever they are, they make the wait no shorter.
_SURE: Final = (
    select(Step.service_id)
    .where(
        *_BEFORE,
        Step.state == StepState.WAITING,
        Step.only_desk_id.is_(None),
        ~exists().where(
            _OTHER.ticket_id == Step.ticket_id,
            _OTHER.id != Step.id,
            _OTHER.state.in_(OPEN_STATES),
        ),
    )
    .limit(bindparam("enough"))
    .subquery()
)
_SURE_BEFORE: Final = select(_SURE.c.service_id, func.count()).group_by(_SURE.c.service_id)
_PEOPLE: Final = select(func.count(distinct(Step.ticket_id))).where(
    *_BEFORE, Step.ticket_id != bindparam("ticket_id")
)
_WAITING_BEFORE: Final = _PEOPLE.where(Step.state == StepState.WAITING)
# In the statement itself, in the order of the partial index, as in `tickets.among`.
_AT_DESK: Final[BindParameter[list[StepState]]] = bindparam(
    "at_desk", sorted(AT_DESK), expanding=True, literal_execute=True
)
_SERVED_BEFORE: Final = _PEOPLE.where(
    Step.state == StepState.PAUSED,
    Step.ticket_id.in_(select(_OTHER.ticket_id).where(_OTHER.state.in_(_AT_DESK))),
)


@dataclass(frozen=True)
class Crowd:
    """Who is due before a step at the desks that might take it, as numbers alone.

    `wait` is no longer than what a play would come to; None without an open desk. `desks` are the
    open ones of the whole mall.
    """

    wait: timedelta | None
    desks: tuple[OpenDesk, ...]

    def situation(self, arrangement: Arrangement, at: datetime) -> Situation:
        """Return the mall with its open desks and nobody in it."""
        return Situation(at, arrangement, self.desks, (), {}, ())


def crowd_before(session: Session, step: Step, at: datetime) -> Crowd | None:
    """Count who is due before the waiting `step`, as far as a day reaches.

    None for a step that not all its desks may take.
    """
    if step.only_desk_id is not None:
        return None
    arrangement = arrangement_of(session, step.ticket.mall)
    desks = open_desks(session, step.ticket.mall, at)
    its_own = [desk for desk in desks if step.service_id in desk.services]
    if not its_own:
        return Crowd(None, desks)
    services = frozenset().union(*(desk.services for desk in its_own))
    asked = _asked(step, services) | {"enough": _enough(arrangement, services, desks)}
    counts = {service_id: n for service_id, n in session.execute(_SURE_BEFORE, asked)}  # noqa: C416 — rows are no pairs.
    waits = (_least(arrangement, counts, desk, desks) for desk in its_own)
    return Crowd(max(min(waits), timedelta()), desks)


def people_before(session: Session, step: Step) -> int:
    """Return how many people are due before the step among those who share its desks.

    Whoever is at another desk meanwhile counts, and nobody who is held or missed.
    """
    arrangement = arrangement_of(session, step.ticket.mall)
    asked = _asked(step, arrangement.neighbours(step.service_id)) | {"ticket_id": step.ticket_id}
    return sum(session.scalars(some, asked).one() for some in (_WAITING_BEFORE, _SERVED_BEFORE))


def _least(
    arrangement: Arrangement,
    counts: Mapping[int, int],
    desk: OpenDesk,
    desks: tuple[OpenDesk, ...],
) -> timedelta:
    """Return when `desk` has, at the earliest, nobody left who is due before.

    All desks that might help do nothing else, and each is still busy with its last one then.
    """
    lengths = {one: arrangement.services[one].handling for one in desk.services if one in counts}
    work = sum((length * counts[one] for one, length in lengths.items()), timedelta())
    helping = sum(not other.services.isdisjoint(desk.services) for other in desks)
    return work / helping - max(lengths.values(), default=timedelta())


def _enough(arrangement: Arrangement, services: frozenset[int], desks: tuple[OpenDesk, ...]) -> int:
    """Return how many citizens fill a day of the desks, however short each visit is."""
    shortest = min(arrangement.services[one].handling for one in services)
    helping = sum(not desk.services.isdisjoint(services) for desk in desks)
    return helping * ceil(_DAY / shortest)


def _asked(step: Step, services: frozenset[int]) -> dict[str, Any]:
    return {
        "services": sorted(services),
        "due_at": step.due_at,
        "step_id": step.id,
    }

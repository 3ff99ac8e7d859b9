"""The hall's waits at one instant, by service: who waits, how long, and for whom it is too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.figures.free_time import engagements_of, free_time
from models.journal.record import once
from models.mall.arrangement import arrangement_of
from models.mall.facts import ServiceFacts
from models.mall.mall import Mall
from models.queue.shifts import Shift
from models.queue.tickets import Step, Ticket
from models.waits.forecast import Outlook, outlook
from models.waits.prospects import Chance, Prospect
from models.waits.ranges import Promise
from models.waits.situation import WaitingStep


@dataclass(frozen=True)
class ServiceNow:
    """One service at this instant; `longest` counts as in the report, for who is free to be called.

    `newcomer` is what somebody is told who asks for it now, None while no open desk offers it.
    `doubtful` and `unlikely` count who waits and may, or most likely will, not be called today.
    """

    service: ServiceFacts
    waiting: int
    longest: timedelta | None
    newcomer: Prospect | None
    desks_open: int
    doubtful: int
    unlikely: int

    @property
    def stranded(self) -> bool:
        """Whether people wait and no open desk could call them."""
        return self.waiting > 0 and self.newcomer is None

    @property
    def promise(self) -> Promise:
        """How the service stands to its promise: broken for who has waited longer than that, at
        risk where a newcomer may.
        """
        promise = self.service.promise
        if self.longest is not None and self.longest > promise:
            return Promise.BROKEN
        kept = self.newcomer is None or self.newcomer.wait.against(promise) is Promise.KEPT
        return Promise.KEPT if kept else Promise.AT_RISK

    @property
    def by_risk(self) -> tuple[float, ...]:
        """What puts it before others: first who may not be served, then who waits too long."""
        share = (self.longest or timedelta()) / max(self.service.promise, timedelta(minutes=1))
        lost = self.unlikely + (self.waiting if self.stranded else 0)
        return (-lost, -self.doubtful, -share, -self.waiting)


@dataclass(frozen=True)
class WaitsNow:
    """The services that are in use today or waited for, the riskiest first."""

    services: tuple[ServiceNow, ...]
    waiting: int  # people, however many needs each has
    at_risk: int  # people with a need that may not be served today

    @cached_property
    def waited_for(self) -> tuple[ServiceNow, ...]:
        """Those for which anybody waits."""
        return tuple(one for one in self.services if one.waiting)

    @cached_property
    def quiet(self) -> tuple[ServiceNow, ...]:
        """Those for which nobody waits."""
        return tuple(one for one in self.services if not one.waiting)


def waits_now(session: Session, mall: Mall, at: datetime) -> WaitsNow:
    """Look at all waits of `mall` at the instant `at`; one look serves a session."""
    return once(session, ("waits now", mall.id, at), lambda: _look(session, mall, at))


def people_finished(session: Session, mall: Mall, at: datetime) -> int:
    """Return how many people were served today until `at`, at least one need to its end.

    The same as `served` of the day's report, without reading the day's journal for it.
    """
    return session.scalars(
        select(func.count(distinct(Step.ticket_id)))
        .join(Step.ticket)
        .where(
            Ticket.mall_id == mall.id,
            Ticket.service_day == local_day(at, mall.time_zone),
            Step.outcome.is_not(None),
        )
    ).one()


def _look(session: Session, mall: Mall, at: datetime) -> WaitsNow:
    arrangement, ahead = arrangement_of(session, mall), outlook(session, mall, at)
    longest = _longest(session, ahead.waiting_steps, at)
    desks = _desks_open(session, mall)
    chances = _chances(ahead)
    services = (
        ServiceNow(
            service=one,
            waiting=ahead.waiting_for(one.id),
            longest=longest.get(one.id),
            newcomer=ahead.prospect_of_service(one.id),
            desks_open=sum(desk.id in desks for desk in arrangement.desks_for(one.id)),
            doubtful=chances[one.id, Chance.DOUBTFUL],
            unlikely=chances[one.id, Chance.UNLIKELY],
        )
        for one in arrangement.services.values()
        if ahead.waiting_for(one.id) or (one.in_use and ahead.closes_at(one.id) is not None)
    )
    return WaitsNow(
        services=tuple(sorted(services, key=lambda one: (one.by_risk, one.service.name_id))),
        waiting=ahead.waiting,
        at_risk=len({step.ticket_id for step in ahead.waiting_steps if _doubted(ahead, step.id)}),
    )


def _doubted(ahead: Outlook, step_id: int) -> bool:
    told = ahead.prospect_of_step(step_id)
    return told is not None and told.chance is not Chance.SURE


def _chances(ahead: Outlook) -> Counter[tuple[int, Chance]]:
    told = ((step.service_id, ahead.prospect_of_step(step.id)) for step in ahead.waiting_steps)
    return Counter((service_id, one.chance) for service_id, one in told if one is not None)


def _desks_open(session: Session, mall: Mall) -> frozenset[int]:
    """Return the desks whose officer is signed on and not on a break."""
    serving = select(Shift.desk_id).where(
        Shift.mall_id == mall.id, Shift.ended_at.is_(None), Shift.break_began_at.is_(None)
    )
    return frozenset(session.scalars(serving))


def _longest(
    session: Session, waiting: Iterable[WaitingStep], at: datetime
) -> dict[int, timedelta]:
    """Return by service how long who waits longest has waited, busy time elsewhere left out."""
    ids = [step.id for step in waiting]
    if not ids:
        return {}
    rows = session.execute(
        select(Step.service_id, Step.ticket_id, Step.began_waiting_at).where(Step.id.in_(ids))
    ).all()
    tickets = {ticket_id for _, ticket_id, _ in rows}
    called = select(Step.ticket_id).where(Step.ticket_id.in_(tickets), Step.called_at.is_not(None))
    engaged = engagements_of(session, set(session.scalars(called)))
    longest: dict[int, timedelta] = {}
    for service_id, ticket_id, began_at in rows:
        busy = engaged[ticket_id].spans if ticket_id in engaged else ()
        waited = free_time(began_at, at, busy)
        longest[service_id] = max(waited, longest.get(service_id, timedelta()))
    return longest

"""Who comes to the example mall on a day, when, and what for: the same for the same seed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.mall.catalogue import Service
from models.mall.mall import Desk, DeskService, Mall
from models.queue.issuing import Wish

# What 880 visits a day are for 40 desks in our simulations, and their mixture of citizens.
LOAD = 0.72
PRIORITY, ENGLISH = 0.12, 0.04
SEVERAL, THREE = 0.18, 0.25
WITH_A_RELATED_SERVICE = 0.6
POPULAR_WEIGHT = 3.0
# How busy the hall is, so many hours after opening: a morning peak, a noon dip, a second wave.
BUSY = (
    (0.0, 1.1),
    (0.5, 1.6),
    (1.6, 1.9),
    (2.6, 1.4),
    (3.7, 0.8),
    (4.5, 0.5),
    (5.2, 0.9),
    (6.0, 0.6),
    (7.5, 0.2),
)
MINUTE = timedelta(minutes=1)


class Fate(StrEnum):
    """What a citizen does with the number."""

    COMES = "comes"
    LATE = "late"  # comes at the second call
    MISSES = "misses"
    RETURNS = "returns"  # missed, and back within the grace
    CANCELS = "cancels"  # unless called before


FATES = ((Fate.COMES, 0.87), (Fate.LATE, 0.04), (Fate.MISSES, 0.035), (Fate.RETURNS, 0.025))


@dataclass(frozen=True)
class Offer:
    """A service, how often it is asked for in a day, and what people ask for beside it."""

    service_id: int
    a_day: float
    case_ids: tuple[int, ...]
    related: tuple[int, ...]


@dataclass(frozen=True)
class Citizen:
    """One visit: `comes_at` is an aware UTC instant."""

    comes_at: datetime
    wishes: tuple[Wish, ...]
    priority: bool
    language: str
    fate: Fate


@dataclass(frozen=True)
class Day:
    """The hours of one local day; instants aware UTC."""

    day: date
    opens_at: datetime
    cut_off_at: datetime
    closes_at: datetime
    breaks: tuple[tuple[datetime, datetime], ...]

    def on_break(self, at: datetime) -> bool:
        """Tell whether the whole hall pauses at `at`."""
        return any(starts_at <= at < ends_at for starts_at, ends_at in self.breaks)


def offers_of(
    session: Session, mall: Mall, work: timedelta, *, without: frozenset[str]
) -> list[Offer]:
    """Return what citizens will ask for, so that each open desk is busy for LOAD of `work`.

    `without` are the numbers of the desks where nobody of the demo sits.
    """
    services = {
        one.id: one
        for one in session.scalars(
            select(Service).where(Service.mall_id == mall.id, Service.in_use.is_(True))
        )
    }
    offered: dict[int, list[int]] = {}
    pairs = (
        select(DeskService.desk_id, DeskService.service_id)
        .join(Desk, Desk.id == DeskService.desk_id)
        .where(Desk.mall_id == mall.id, Desk.in_use.is_(True), Desk.number.not_in(without))
        .order_by(DeskService.desk_id, DeskService.service_id)
    )
    for desk_id, service_id in session.execute(pairs):
        if service_id in services:
            offered.setdefault(desk_id, []).append(service_id)
    a_day = dict.fromkeys(services, 0.0)
    for ids in offered.values():
        weights = {id_: POPULAR_WEIGHT if services[id_].popular_rank else 1.0 for id_ in ids}
        minutes = sum(weight * services[id_].handling_m for id_, weight in weights.items())
        for id_, weight in weights.items():
            a_day[id_] += LOAD * (work / MINUTE) * weight / minutes
    return [_offer(services[id_], a_day) for id_ in sorted(services) if a_day[id_]]


def citizens(day: Day, offers: Sequence[Offer], *, seed: int) -> list[Citizen]:
    """Return the visits of `day` in the order of their coming.

    They come as a Poisson process whose rate follows BUSY, and not while the hall pauses.
    """
    # The sequence is the same on every machine; nothing of it is a secret.
    dice = Random(f"{seed} {day.day.isoformat()}")  # noqa: S311
    steps = sum(offer.a_day for offer in offers)
    visits = steps / (1 + SEVERAL * (1 + THREE))
    minutes = [
        day.opens_at + MINUTE * number
        for number in range(int((day.cut_off_at - day.opens_at) / MINUTE))
    ]
    busy = [
        0.0 if day.on_break(at) else _busy((at - day.opens_at) / (60 * MINUTE)) for at in minutes
    ]
    per_minute = visits / sum(busy)
    highest = max(busy) * per_minute
    coming: list[Citizen] = []
    at = day.opens_at + MINUTE * dice.expovariate(highest)
    while at < day.cut_off_at:
        rate = busy[min(int((at - day.opens_at) / MINUTE), len(busy) - 1)] * per_minute
        if dice.random() * highest < rate:
            coming.append(_citizen(at, offers, dice))
        at += MINUTE * dice.expovariate(highest)
    return coming


def _offer(service: Service, a_day: dict[int, float]) -> Offer:
    related = {one.available_here_id for one in service.requirements} | {service.after_id}
    return Offer(
        service_id=service.id,
        a_day=a_day[service.id],
        case_ids=tuple(case.id for case in service.cases if case.in_use),
        related=tuple(sorted(id_ for id_ in related if id_ is not None and a_day.get(id_))),
    )


def _citizen(at: datetime, offers: Sequence[Offer], dice: Random) -> Citizen:
    wanted = [_one_of(offers, dice)]
    count = 1 + (dice.random() < SEVERAL) * (1 + (dice.random() < THREE))
    while len(wanted) < min(count, len(offers)):
        others = [one for one in offers if one not in wanted]
        related = [one for one in others if one.service_id in wanted[0].related]
        if related and dice.random() < WITH_A_RELATED_SERVICE:
            others = related
        wanted.append(_one_of(others, dice))
    wishes = tuple(
        Wish(offer.service_id, dice.choice(offer.case_ids) if offer.case_ids else None)
        for offer in wanted
    )
    fate, roll = Fate.CANCELS, dice.random()
    for one, share in FATES:
        if roll < share:
            fate = one
            break
        roll -= share
    return Citizen(
        comes_at=at,
        wishes=wishes,
        priority=dice.random() < PRIORITY,
        language="en" if dice.random() < ENGLISH else "id",
        fate=fate,
    )


def _one_of(offers: Sequence[Offer], dice: Random) -> Offer:
    return dice.choices(offers, cum_weights=list(accumulate(offer.a_day for offer in offers)))[0]


def _busy(hours: float) -> float:
    after = bisect_right(BUSY, (hours, float("inf")))
    if after == len(BUSY):
        return BUSY[-1][1]
    (from_h, low), (to_h, high) = BUSY[after - 1], BUSY[after]
    return low + (high - low) * (hours - from_h) / (to_h - from_h)

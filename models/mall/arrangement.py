"""How a mall is arranged: its hours, rules, zones, desks and services as frozen values.

They change when config.toml or the catalogue does, and every press asks for them. So they are
read once and kept, under the name that the mall's row gives them: whoever changes one of their
tables gives the mall a new name, in the same transaction, and what was kept is read anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Select, event, select, update
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.core.database import SHARED
from models.mall.catalogue import Agency, Requirement, Service, ServiceCase
from models.mall.facts import CaseFacts, DeskFacts, NeededPaper, ServiceFacts, ZoneFacts
from models.mall.fees import fee_of
from models.mall.hours import HORIZON_DAYS, Opening, ServingDay, Timetable, merged, read_timetable
from models.mall.mall import (
    Desk,
    DeskService,
    Holiday,
    Mall,
    ServingHours,
    Zone,
    new_arrangement,
)
from models.mall.rules import CallingRules

# Under this name the sessions of one database share what they have read.
ARRANGEMENTS: Final = "arrangements"
_ARRANGED: Final = (
    *(Agency, Service, ServiceCase, Requirement),
    *(Zone, Desk, DeskService, ServingHours, Holiday),
)


class DeskState(StrEnum):
    """Whether a desk with an officer serves, by the hours of the mall and of its agencies."""

    READY = "ready"
    BREAK = "break"
    NOT_YET = "not_yet"  # its agencies begin later today
    CLOSED = "closed"  # none of its agencies serves today


@dataclass(frozen=True)
class Arrangement:
    """All that stands in one mall until somebody arranges it anew, each by its id."""

    name: str
    timetable: Timetable
    rules: CallingRules
    services: Mapping[int, ServiceFacts]
    zones: Mapping[int, ZoneFacts]
    desks: Mapping[int, DeskFacts]

    def desks_for(self, service_id: int) -> list[DeskFacts]:
        """Return the desks in use that offer the service, by number."""
        return [desk for desk in self.desks.values() if service_id in desk.offers]

    def serving_day(
        self, service_id: int, day: date, *, present: Iterable[int] = ()
    ) -> ServingDay | None:
        """Return when desks serve the service on the local `day`, None when none does.

        A desk among `present` has an officer, who serves whatever the desk's own hours say.
        """
        agency_id, present = self.services[service_id].agency_id, frozenset(present)
        spans = merged(
            span
            for desk in self.desks_for(service_id)
            for span in self.timetable.spans(
                day, agency_id, None if desk.id in present else desk.id
            )
        )
        return self.timetable.serving_day(day, spans[0][0], spans[-1][1]) if spans else None

    def next_day(self, service_id: int, at: datetime) -> Opening:
        """Return when numbers for the service are given on a local day after that of `at`."""
        today = local_day(at, self.timetable.time_zone)
        for ahead in range(1, HORIZON_DAYS):
            day = self.serving_day(service_id, today + timedelta(days=ahead))
            if day is not None and (opening := day.opening(day.begins_at)) is not None:
                return opening
        return Opening()

    def opens_at(self, desk_id: int, day: date) -> datetime | None:
        """Return when an officer at the desk begins to serve on the local `day`; None: not at all.

        The hours of the desk's agencies count, and not its own: an officer is there.
        """
        asked = (desk_id, day)
        if asked not in self._openings:
            spans = [
                span
                for agency in self._agencies_at(desk_id)
                for span in self.timetable.spans(day, agency)
            ]
            begins_at = self.timetable.instants(day, min(spans))[0] if spans else None
            self._openings[asked] = begins_at
        return self._openings[asked]

    def desk_state(self, desk_id: int, at: datetime) -> tuple[DeskState, datetime | None]:
        """Tell whether a desk with an officer serves at `at`, by the hours, and if not until when.

        Who stays past the hours serves on: the queue of the day is still there.
        """
        opens_at = self.opens_at(desk_id, local_day(at, self.timetable.time_zone))
        if opens_at is None:
            return DeskState.CLOSED, None
        if at < opens_at:
            return DeskState.NOT_YET, opens_at
        until_at = self.pauses_until(desk_id, at)
        return (DeskState.BREAK if until_at else DeskState.READY), until_at

    def pauses_until(self, desk_id: int, at: datetime) -> datetime | None:
        """Return when the break ends that the hall, or the desk by its hours, has at `at`."""
        today = local_day(at, self.timetable.time_zone)
        pauses = self.pauses_on(desk_id, today)
        return next((ends_at for begins_at, ends_at in pauses if begins_at <= at < ends_at), None)

    def pauses_on(self, desk_id: int, day: date) -> list[tuple[datetime, datetime]]:
        """Return the breaks of the hall on the local `day`, and then those of the desk's hours."""
        spans = merged(
            span
            for agency in self._agencies_at(desk_id)
            for span in self.timetable.spans(day, agency, desk_id)
        )
        served = [self.timetable.instants(day, span) for span in spans]
        own = [(stops_at, goes_on_at) for (_, stops_at), (goes_on_at, _) in pairwise(served)]
        return [*self.timetable.breaks_on(day), *own]

    def zone_of(self, service_id: int) -> ZoneFacts | None:
        """Return the zone where most desks offer the service; None when no desk does."""
        desks = Counter(desk.zone_id for desk in self.desks_for(service_id))
        if not desks:
            return None
        return self.zones[min(desks, key=lambda zone_id: (-desks[zone_id], zone_id))]

    def desks_in(self, zone: ZoneFacts, service_id: int) -> tuple[str, ...]:
        """Return the numbers of the zone's desks that offer the service, smallest first."""
        return tuple(desk.number for desk in self.desks_for(service_id) if desk.zone_id == zone.id)

    def neighbours(self, service_id: int) -> frozenset[int]:
        """Return the services that share a desk with the service, itself included."""
        return frozenset({service_id}.union(*(one.offers for one in self.desks_for(service_id))))

    def tied_to(self, services: Iterable[int]) -> frozenset[int]:
        """Return the services that one can reach from `services`, going from desk to desk."""
        services = frozenset(services)
        return services.union(*(self._tied.get(one, ()) for one in services))

    def _agencies_at(self, desk_id: int) -> set[int]:
        return {self.services[one].agency_id for one in self.desks[desk_id].services}

    @cached_property
    def _openings(self) -> dict[tuple[int, date], datetime | None]:
        """What was asked so far: every forecast asks it of all desks with an officer."""
        return {}

    @cached_property
    def _tied(self) -> dict[int, frozenset[int]]:
        tied: dict[int, frozenset[int]] = {}
        for desk in self.desks.values():
            group = desk.offers.union(*(tied.get(one, ()) for one in desk.offers))
            tied |= dict.fromkeys(group, group)
        return tied


def arrangement_of(session: Session, mall: Mall) -> Arrangement:
    """Return how `mall` is arranged now; reads the database only after something changed."""
    shared = session.info.setdefault(SHARED, {})
    kept: dict[int, Arrangement] = shared.setdefault(ARRANGEMENTS, {})
    known = kept.get(mall.id)
    if known is None or known.name != mall.arrangement:
        known = kept[mall.id] = _read(session, mall)
    return known


@event.listens_for(Session, "before_flush")
def _notice_changes(session: Session, _context: object, _instances: object) -> None:
    """Give malls whose arrangement this flush changes a new name; all of them, to be sure."""
    if any(isinstance(row, _ARRANGED) for row in _changing(session)):
        session.execute(update(Mall).values(arrangement=new_arrangement()))
    for row in session.dirty:
        if isinstance(row, Mall) and session.is_modified(row):
            row.arrangement = new_arrangement()


def _changing(session: Session) -> Iterator[Any]:
    yield from session.new
    yield from session.deleted
    for row in session.dirty:
        if isinstance(row, _ARRANGED) and session.is_modified(row):
            yield row


def _read(session: Session, mall: Mall) -> Arrangement:
    session.flush()  # what this session changed itself gives the mall its new name first
    return Arrangement(
        name=mall.arrangement,
        timetable=read_timetable(session, mall),
        rules=mall.rules,
        services={one.id: one for one in _services(session, mall)},
        zones={
            row.id: ZoneFacts(row.id, row.name, row.flower, row.place_id, row.place_en)
            for row in session.execute(
                select(Zone.id, Zone.name, Zone.flower, Zone.place_id, Zone.place_en).where(
                    Zone.mall_id == mall.id
                )
            )
        },
        desks={one.id: one for one in _desks(session, mall)},
    )


def _services(session: Session, mall: Mall) -> Iterator[ServiceFacts]:
    ours = Service.mall_id == mall.id
    cases: dict[int, dict[int, CaseFacts]] = {}
    of_case = select(
        *(ServiceCase.service_id, ServiceCase.id, ServiceCase.code),
        *(ServiceCase.name_id, ServiceCase.name_en, ServiceCase.in_use),
    ).order_by(ServiceCase.position)
    for row in _of_services(session, of_case.join(ServiceCase.service), mall):
        case = CaseFacts(row.code, row.name_id, row.name_en, row.in_use)
        cases.setdefault(row.service_id, {})[row.id] = case
    papers: dict[int, list[NeededPaper]] = {}
    of_paper = select(
        Requirement.service_id, Requirement.text_id, Requirement.text_en, Requirement.case_codes
    ).order_by(Requirement.position)
    for row in _of_services(session, of_paper.join(Requirement.service), mall):
        paper = NeededPaper(row.text_id, row.text_en, tuple(row.case_codes))
        papers.setdefault(row.service_id, []).append(paper)
    rows = session.execute(select(Service, Agency.short_name).join(Service.agency).where(ours))
    for one, agency in rows:
        yield ServiceFacts(
            id=one.id,
            name_id=one.name_id,
            name_en=one.name_en,
            agency_id=one.agency_id,
            agency=agency,
            prefix=one.prefix,
            handling=timedelta(minutes=one.handling_m),
            promise=timedelta(minutes=one.promise_m),
            fee=fee_of(one),
            daily_quota=one.daily_quota,
            after_id=one.after_id,
            in_use=one.in_use,
            cases=cases.get(one.id, {}),
            papers=tuple(papers.get(one.id, ())),
        )


def _of_services(session: Session, rows: Select[*tuple[Any, ...]], mall: Mall) -> Iterator[Any]:
    yield from session.execute(rows.where(Service.mall_id == mall.id))


def _desks(session: Session, mall: Mall) -> Iterator[DeskFacts]:
    offered: dict[int, set[int]] = {}
    for desk_id, service_id in session.execute(
        select(DeskService.desk_id, DeskService.service_id)
        .join(Desk, Desk.id == DeskService.desk_id)
        .where(Desk.mall_id == mall.id)
    ):
        offered.setdefault(desk_id, set()).add(service_id)
    for row in session.execute(
        select(Desk.id, Desk.number, Desk.zone_id, Desk.in_use)
        .where(Desk.mall_id == mall.id)
        .order_by(Desk.sorts_as)
    ):
        yield DeskFacts(*row, services=frozenset(offered.get(row.id, ())))

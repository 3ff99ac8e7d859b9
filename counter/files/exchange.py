"""The catalogue out of the database and into it: the same values that its files carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.files.catalogue import AgencyFile, CaseFile, Catalogue, RequirementFile, ServiceFile
from counter.files.config import Config
from counter.files.filling import fill_catalogue, fill_desks
from counter.files.filling_hours import hours_of
from counter.files.hours import END_OF_DAY, Break, DayHours, said_time
from counter.files.toml_file import Frozen
from models.core.base import Base
from models.journal.actors import Actor
from models.journal.events import CatalogueChanged
from models.journal.record import record
from models.mall.catalogue import Agency, Requirement, Service
from models.mall.mall import Mall, ServingHours

_KINDS = {
    "services": "service",
    "cases": "case",
    "requirements": "requirement",
    "hours": "hours",
    "breaks": "break",
}


def stored_catalogue(session: Session, mall: Mall) -> Catalogue:
    """Return what the mall serves now, as its files would say it.

    Services, cases and agencies that are out of use are kept for old tickets alone.
    """
    services: dict[int, list[Service]] = {}
    for service in session.scalars(
        select(Service)
        .where(Service.mall_id == mall.id, Service.in_use.is_(True))
        .order_by(Service.position)
    ):
        services.setdefault(service.agency_id, []).append(service)
    codes = {
        row.id: row.code
        for row in session.execute(
            select(Service.id, Service.code).where(Service.mall_id == mall.id)
        )
    }
    agencies = session.scalars(
        select(Agency)
        .where(Agency.mall_id == mall.id, Agency.id.in_(services))
        .order_by(Agency.position, Agency.code)
    )
    hours: dict[int | None, list[ServingHours]] = {}
    for row in session.scalars(select(ServingHours).where(ServingHours.mall_id == mall.id)):
        hours.setdefault(row.agency_id, []).append(row)
    return Catalogue(
        agencies=tuple(
            _agency(agency, services[agency.id], codes, hours.get(agency.id, ()))
            for agency in agencies
        )
    )


def import_catalogue(session: Session, mall: Mall, config: Config, *, at: datetime) -> None:
    """Let the mall serve what `config` says, and its desks offer it; the journal notes it."""
    fill_catalogue(session, mall, config.catalogue)
    fill_desks(session, mall, config)
    record(session, CatalogueChanged(mall_id=mall.id, at=at), Actor(mall_id=mall.id))


def differences(before: Catalogue, after: Catalogue) -> list[str]:
    """Tell what an import of `after` over `before` would change, one line for each thing."""
    return list(_of_lists("", "agency", before.agencies, after.agencies))


def _agency(
    agency: Agency, services: list[Service], codes: dict[int, str], hours: Sequence[ServingHours]
) -> AgencyFile:
    own = {
        "services": tuple(_service(service, codes) for service in services),
        "hours": hours_of(hours),
    }
    return AgencyFile.model_validate(_shared(AgencyFile, agency) | own)


def _service(service: Service, codes: dict[int, str]) -> ServiceFile:
    own: dict[str, object] = {
        "prefix": service.prefix if service.prefix_is_own else None,
        "popular": service.popular_rank,
        "handling_minutes": round(service.handling_m),
        "target_minutes": service.target_m,
        "promise_minutes": service.promise_m,
        "after": None if service.after_id is None else codes[service.after_id],
        "cases": tuple(
            CaseFile.model_validate(_shared(CaseFile, case))
            for case in service.cases
            if case.in_use
        ),
        "requirements": tuple(_requirement(one, codes) for one in service.requirements),
    }
    return ServiceFile.model_validate(_shared(ServiceFile, service) | own)


def _requirement(one: Requirement, codes: dict[int, str]) -> RequirementFile:
    issuer = one.available_here_id
    own: dict[str, object] = {
        "cases": tuple(one.case_codes),
        "available_here": None if issuer is None else codes[issuer],
    }
    return RequirementFile.model_validate(_shared(RequirementFile, one) | own)


def _shared(model: type[Frozen], row: Base) -> dict[str, object]:
    """Return what file and table call by the same name."""
    columns = type(row).__table__.columns.keys()
    return {name: getattr(row, name) for name in model.model_fields if name in columns}


def _of_lists(
    where: str, kind: str, before: Sequence[Frozen], after: Sequence[Frozen]
) -> Iterator[str]:
    """Compare two lists by the names of their members; the order counts for those in both."""
    old, new = _by_name(before), _by_name(after)
    for name in old.keys() - new.keys():
        yield f"{where}- {kind} {name}"
    for name, one in new.items():
        if name not in old:
            yield f"{where}+ {kind} {name}"
        else:
            yield from _of_values(f"{where}{name}: ", old[name], one)
    stayed = [name for name in old if name in new]
    now = [name for name in new if name in old]
    if stayed != now:
        yield f"{where}order of {kind}: {', '.join(stayed)} → {', '.join(now)}"


def _of_values(where: str, before: Frozen, after: Frozen) -> Iterator[str]:
    for name in type(after).model_fields:
        was, becomes = getattr(before, name), getattr(after, name)
        if was == becomes:
            continue
        if isinstance(was, tuple) and any(isinstance(one, Frozen) for one in (*was, *becomes)):
            kind = _KINDS[name]
            yield from _of_lists(where, kind, was, becomes)
        else:
            yield f"{where}{name}: {_said(was)} → {_said(becomes)}"


def _by_name(values: Sequence[Frozen]) -> dict[str, Frozen]:
    """Name each value by its code, or by its text; a second of one text gets a number."""
    named: dict[str, Frozen] = {}
    for value in values:
        text = _name(value)
        name, again = text, 2
        while name in named:
            name, again = f"{text} ({again})", again + 1
        named[name] = value
    return named


def _name(value: Frozen) -> str:
    if isinstance(value, DayHours):
        return ", ".join(value.days)
    if isinstance(value, Break):
        return f"{value.starts:%H:%M}"
    return getattr(value, "code", None) or f'"{getattr(value, "text_id", "")}"'


def _said(value: object) -> str:
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    if value == END_OF_DAY:
        return said_time(END_OF_DAY)
    return f'"{value}"' if isinstance(value, str) else str(value).lower()

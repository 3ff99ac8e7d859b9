"""What the kiosk offers, in both languages: agencies, services, what to bring, the hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kiosk.texts import both, text_of
from models.core.clock import local_day
from models.core.event import About, Event
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.topics import Topic, id_in
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Agency, Requirement, Service, ServiceCase
from models.mall.fees import fee_of
from models.mall.mall import Mall


def catalogue_topic() -> Topic:
    """The topic `catalogue/<mall_id>`: all that changes only when an admin changes it."""
    return Topic("catalogue", catalogue_state, _touched, kiosk_of_mall)


def catalogue_state(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
    """Return the catalogue of the mall with the id `key`, None when there is no such mall."""
    mall = mall_of(session, key)
    if mall is None:
        return None
    agencies = session.scalars(
        select(Agency)
        .where(Agency.mall_id == mall.id)
        .order_by(Agency.position, Agency.id)
        .options(
            selectinload(Agency.services).selectinload(Service.cases),
            selectinload(Agency.services).selectinload(Service.requirements),
        )
    ).all()
    timetable = arrangement_of(session, mall).timetable
    week = timetable.hall.week(local_day(at, mall.time_zone))
    services = [service for agency in agencies for service in agency.services if service.in_use]
    offered = {service.id for service in services}
    return {
        "mall": _mall(session, mall),
        "hours": [{"weekday": weekday, **asdict(hours)} for weekday, hours in week.items()],
        "agencies": [_agency(agency) for agency in agencies if offered & _ids(agency)],
        "services": {str(service.id): _service(service, offered) for service in services},
    }


def mall_of(session: Session, key: str) -> Mall | None:
    """Return the mall that a topic's key names."""
    return session.get(Mall, id_in(key))


def kiosk_of_mall(_session: Session, actor: Actor, key: str) -> bool:
    """Tell whether the actor is a kiosk of the mall that the key names."""
    return actor.role is Role.KIOSK and str(actor.mall_id) == key


def _touched(_session: Session, event: Event) -> Iterable[str]:
    return [str(event.mall_id)] if event.about is About.MALL else []


def _mall(session: Session, mall: Mall) -> dict[str, Any]:
    return {
        "name": mall.name,
        "region": mall.region,
        "most_services": arrangement_of(session, mall).rules.most_services,
        "help_desk": {
            language: text_of(mall, f"help_desk_{language}") for language in ("id", "en")
        },
    }


def _ids(agency: Agency) -> set[int]:
    return {service.id for service in agency.services}


def _agency(agency: Agency) -> dict[str, Any]:
    return {
        "id": agency.id,
        "name": agency.name,
        "short_name": agency.short_name,
        "need": both(agency, "need"),
        "icon": agency.icon,
        "services": [service.id for service in agency.services if service.in_use],
    }


def _service(service: Service, offered: set[int]) -> dict[str, Any]:
    return {
        "id": service.id,
        "agency_id": service.agency_id,
        "name": both(service, "name"),
        "subtitle": both(service, "subtitle"),
        "icon": service.icon,
        "popular": service.popular_rank,
        "handling_m": round(service.handling_m),
        "fee": fee_of(service).to_json(),
        "after_id": service.after_id,
        "cases": [_case(case) for case in service.cases if case.in_use],
        "requirements": [_requirement(needed, offered) for needed in service.requirements],
    }


def _case(case: ServiceCase) -> dict[str, Any]:
    return {"id": case.id, "code": case.code, "name": both(case, "name")}


def _requirement(needed: Requirement, offered: set[int]) -> dict[str, Any]:
    here = needed.available_here_id
    return {
        "id": needed.id,
        "text": both(needed, "text"),
        "cases": needed.case_codes,
        "here": here if here in offered else None,
    }

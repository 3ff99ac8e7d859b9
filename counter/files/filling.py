"""From files into the database: the hall at every start, the catalogue once, or by import."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from counter.files.catalogue import AgencyFile, Catalogue, ServiceFile
from counter.files.config import Config
from counter.files.database_address import told_of
from counter.files.filling_hours import fill_agency_hours, fill_desk_hours, fill_hall_hours
from models.mall.catalogue import Agency, Requirement, Service, ServiceCase
from models.mall.mall import (
    Desk,
    DeskService,
    Holiday,
    Mall,
    Zone,
    new_arrangement,
)


class WrongMall(Exception):
    """The database belongs to another mall than config.toml describes; the message says so."""


def fill(session: Session, config: Config) -> Mall:
    """Bring the database in step with config.toml and return the mall.

    The hall's own things (hours, zones, desks, calling) follow the file at every start;
    a desk or zone that the file no longer names is kept, out of use. The catalogue is taken
    from its files only while the mall has no agency. Raises WrongMall.
    """
    mall = known_mall(session, config)
    if mall is None:
        mall = Mall(code=config.mall.code, example=config.mall.example)
        session.add(mall)
    _fill_mall(mall, config)
    session.flush()
    _fill_hours(session, mall, config)
    if session.scalars(select(Agency.id).where(Agency.mall_id == mall.id)).first() is None:
        fill_catalogue(session, mall, config.catalogue)
    fill_desks(session, mall, config)
    session.flush()
    return mall


def known_mall(session: Session, config: Config) -> Mall | None:
    """Return the mall of `config`, None while the database has none. Raises WrongMall."""
    malls = [(row.code, row.example) for row in session.execute(select(Mall.code, Mall.example))]
    if wrong := wrong_mall(malls, config):
        raise WrongMall(wrong)
    return session.scalars(select(Mall).where(Mall.code == config.mall.code)).first()


def wrong_mall(malls: Sequence[tuple[str, bool]], config: Config) -> str:
    """Say why a database that holds these `malls`, code and whether an example, is not theirs.

    Returns "" when it is, or holds none yet. A code that was changed would begin a second mall,
    empty, beside the one with all the numbers.
    """
    where = told_of(config.database_url)
    known = dict(malls)
    if known and config.mall.code not in known:
        return (
            f'The database {where} belongs to the mall "{malls[0][0]}", but {config.file} says'
            f' code = "{config.mall.code}". Put the old code back, or give the new mall a'
            " data_dir or database_url of its own."
        )
    if known.get(config.mall.code, config.mall.example) == config.mall.example:
        return ""
    kinds = ("a real mall", "an example mall")
    began, says = kinds if config.mall.example else kinds[::-1]
    return (
        f"The database {where} was begun as {began}, but {config.file} describes {says}."
        " Give each a data_dir or database_url of its own."
    )


def fill_catalogue(session: Session, mall: Mall, catalogue: Catalogue) -> None:
    """Bring agencies and services in step with `catalogue`.

    Services and cases that it does not name are kept for the tickets that asked for them,
    out of use.
    """
    agencies = {
        one.code: one for one in session.scalars(select(Agency).where(Agency.mall_id == mall.id))
    }
    services = {
        one.code: one for one in session.scalars(select(Service).where(Service.mall_id == mall.id))
    }
    for one in services.values():
        one.in_use = False
    for file in catalogue.agencies:
        agency = agencies.setdefault(file.code, Agency(mall_id=mall.id, code=file.code))
        _copy(
            file,
            agency,
            ("name", "short_name", "need_id", "need_en", "icon", "prefix", "position"),
        )
        session.add(agency)
        session.flush()
        fill_agency_hours(session, agency, file)
        for position, of_file in enumerate(file.services, 1):
            service = services.setdefault(of_file.code, Service(mall_id=mall.id, code=of_file.code))
            _fill_service(service, agency, file, of_file, position)
            session.add(service)
    session.flush()
    for _agency, of_file in catalogue.services():
        _link_service(services[of_file.code], of_file, services)
    session.flush()


def _fill_mall(mall: Mall, config: Config) -> None:
    _copy(config.mall, mall, ("name", "region", "time_zone", "public_url"))
    mall.rules = config.calling.rules
    mall.intake_cutoff_m = config.hours.intake_cutoff_minutes
    mall.intake_ahead_m = config.hours.intake_opens_minutes_before
    mall.texts = {
        "help_desk_id": config.mall.help_desk_id,
        "help_desk_en": config.mall.help_desk_en,
        "complaint_line": config.mall.complaint_line,
        "slip_header": list(config.slip.header),
        "slip_footer_id": list(config.slip.footer_id),
        "slip_footer_en": list(config.slip.footer_en),
        "languages": list(config.mall.languages),
        "running": [{"id": one.text_id, "en": one.text_en} for one in config.running_texts],
    }


def _fill_hours(session: Session, mall: Mall, config: Config) -> None:
    session.execute(delete(Holiday).where(Holiday.mall_id == mall.id))
    for holiday in config.holidays:
        session.add(Holiday(mall_id=mall.id, day=holiday.date, name=holiday.name))
    fill_hall_hours(session, mall, config)


def fill_desks(session: Session, mall: Mall, config: Config) -> None:
    """Bring zones, desks and what these offer in step with `config`."""
    zones = {zone.code: zone for zone in mall.zones}
    for of_file in config.zones:
        zone = zones.setdefault(of_file.code, Zone(mall_id=mall.id, code=of_file.code))
        _copy(of_file, zone, ("name", "flower", "place_id", "place_en"))
        session.add(zone)
    session.flush()
    desks = {desk.number: desk for desk in mall.desks}
    for desk in desks.values():
        desk.in_use = False
    known = select(Service.code, Service.id).where(Service.mall_id == mall.id)
    services = {row.code: row.id for row in session.execute(known)}
    # All at one go: every start of the program comes through here, and a mall may have many desks.
    offered = []
    for setting in config.desks:
        desk = desks.setdefault(setting.number, Desk(mall_id=mall.id, number=setting.number))
        desk.zone_id, desk.in_use = zones[setting.zone].id, True
        desk.printer = setting.printer
        session.add(desk)
        # The catalogue in the database may have moved on from its files.
        offered += [(desk, services[code]) for code in setting.services if code in services]
    session.flush()
    filled = [desks[setting.number].id for setting in config.desks]
    session.execute(delete(DeskService).where(DeskService.desk_id.in_(filled)))
    session.add_all(DeskService(desk_id=desk.id, service_id=one) for desk, one in offered)
    fill_desk_hours(session, mall, config)
    mall.arrangement = new_arrangement()  # rows that are deleted in one statement tell nobody
    session.flush()
    session.refresh(mall)


def _fill_service(
    service: Service, agency: Agency, agency_file: AgencyFile, file: ServiceFile, position: int
) -> None:
    _copy(
        file,
        service,
        (
            *("name_id", "name_en", "subtitle_id", "subtitle_en", "icon"),
            *("completion_id", "completion_en", "product_id", "product_en"),
            *("fee_idr", "fee_note_id", "fee_note_en", "daily_quota"),
            *("legal_basis", "checked_on", "private_outcome"),
        ),
    )
    service.agency_id, service.position, service.in_use = agency.id, position, True
    service.prefix = agency_file.prefix_of(file)
    service.prefix_is_own = file.prefix is not None
    service.popular_rank = file.popular
    service.handling_m = file.handling_minutes
    service.target_m = file.target_minutes
    service.promise_m = file.promise_minutes


def _link_service(service: Service, file: ServiceFile, services: dict[str, Service]) -> None:
    """Set what refers to other services, and the lists, once all services have an id."""
    service.after_id = None if file.after is None else services[file.after].id
    known = {case.code: case for case in service.cases}
    for old in known.values():
        old.in_use = False
    for position, of_file in enumerate(file.cases, 1):
        case = known.get(of_file.code, ServiceCase(code=of_file.code))
        if case not in service.cases:
            service.cases.append(case)
        case.position, case.in_use = position, True
        case.name_id, case.name_en = of_file.name_id, of_file.name_en
    _fill_requirements(service, file, services)


def _fill_requirements(service: Service, file: ServiceFile, services: dict[str, Service]) -> None:
    """Keep the rows of papers that stay: steps at a desk remember by id which were seen."""
    known = {one.text_id: one for one in service.requirements}
    wanted: list[Requirement] = []
    for position, of_file in enumerate(file.requirements, 1):
        needed = known.pop(of_file.text_id, None) or Requirement(text_id=of_file.text_id)
        needed.position, needed.text_en = position, of_file.text_en
        needed.case_codes = list(of_file.cases)
        issuer = of_file.available_here
        needed.available_here_id = None if issuer is None else services[issuer].id
        wanted.append(needed)
    service.requirements = wanted


def _copy(source: object, target: object, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(target, name, getattr(source, name))
